//! Comparing the models of two runs on the development set; shown, not recorded, since nothing is decided by it.

use galen_control::{Evidence, Row, Subject};
use galen_stats::{Cases, Level, compare};

use crate::error::ActError;
use crate::evaluate::{score, truth_of};
use crate::project::Project;

impl Project {
    /// The AUROC of the first run's model minus that of the second, on the same people.
    ///
    /// # Errors
    /// [`ActError`] if a run made no model, or there is no development set.
    pub fn compare(&self, a: &str, b: &str) -> Result<Evidence, ActError> {
        let state = self.state()?;
        let protocol = self.protocol(&state)?;
        let dataset = state
            .dataset(&protocol.value.development_set.dataset)?
            .digest;
        let table = self.table(&dataset)?;
        let mut subjects = vec![Subject::new("dataset", dataset)];
        let mut cases = Vec::new();
        for run in [a, b] {
            let Some(model) = &state.run(run)?.model else {
                return Err(ActError::input(
                    "no_model",
                    format!("{run} made no model"),
                    "name runs with a model: galen runs",
                ));
            };
            subjects.push(Subject::new(run, model.digest));
            let scores = score(self.model(&model.digest)?.as_ref(), &table)?;
            let truth = truth_of(&table, &model.truth)?;
            cases.push(
                Cases::new(truth, scores, Some(protocol.value.threshold), None).map_err(
                    |error| {
                        ActError::input("cases", error.to_string(), "look at the development set")
                    },
                )?,
            );
        }
        let difference =
            compare::auroc_paired(&cases[0], &cases[1], Level::DEFAULT).map_err(|why| {
                ActError::input(
                    "undefined",
                    why.to_string(),
                    "compare on a set with both outcomes",
                )
            })?;
        let mut evidence = Evidence::of("comparison", subjects);
        evidence.rows.push(Row {
            quantity: "auroc".to_owned(),
            title: "Difference in AUROC".to_owned(),
            subgroup: None,
            p_value: difference.p_value,
            estimate: difference.estimate,
        });
        Ok(evidence)
    }
}

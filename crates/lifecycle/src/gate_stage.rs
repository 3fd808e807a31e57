//! Gates as stages of the pipeline: what comes after one runs only if the development gate of its model lets it.

use galen_control::judge::{self, Outcome, Verdict};
use galen_pipeline::Graph;
use galen_spec::Name;
use galen_spec::pipeline::{GoOn, Stage};
use serde_json::json;

use crate::act::RunDone;
use crate::error::ActError;
use crate::project::Project;

/// The file that a gate stage writes in its out.
const VERDICT: &str = "verdict.json";

/// A gate that did not let the run go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The gate stage.
    pub stage: String,
    pub verdict: Verdict,
    /// Required criteria that did not pass.
    pub criteria: Vec<String>,
}

impl Project {
    /// Runs the model of a gate stage with `run`, writes the verdict of its development gate into the stage's out, and says whether what
    /// comes after may run.
    ///
    /// The recorded verdict is that of the model's run: a gate stage adds no second one. It is asked each time, since the released model
    /// and the protocol may have changed; the same verdict is the same file.
    ///
    /// # Errors
    /// [`ActError::Input`] if the stage reads no model, or there is nothing to judge it by.
    pub(crate) fn gate_stage(
        &self,
        graph: &Graph,
        gate: &Stage,
        run: impl Fn(&str) -> Result<RunDone, ActError>,
    ) -> Result<RunDone, ActError> {
        let wrong = |what: String, help: &str| ActError::input("gate_stage", what, help);
        let name = &gate.name;
        let model = gate
            .deps
            .iter()
            .find_map(|dep| graph.producer(dep))
            .ok_or_else(|| {
                let what = format!("the gate stage {name} reads the out of no stage");
                wrong(what, "name the folder of a model in its `deps`")
            })?;
        let mut done = run(&model.name)?;
        if done.run.model.is_none() {
            let what = format!(
                "the gate stage {name} reads from {}, which makes no model",
                model.name
            );
            return Err(wrong(what, "name the folder of a model in its `deps`"));
        }
        let Some(development) = &done.run.development else {
            let what = format!("there is nothing to judge the model of {} by", model.name);
            return Err(wrong(
                what,
                "freeze a protocol whose development set is in the project",
            ));
        };
        let state = self.state()?;
        let protocol = self.in_force(&state, &[Name::Protocol])?.protocol;
        let protocol = protocol.ok_or_else(|| {
            wrong(
                "no protocol is frozen".to_owned(),
                "freeze it first: galen freeze protocol",
            )
        })?;
        let evidence = self.evidence(&development.evidence)?;
        let criteria = judge::criteria(&state, &protocol.value, &evidence);
        let document = json!({
            "verdict": "development",
            "outcome": development.verdict,
            "model": done.run.model.as_ref().map(|model| model.digest),
            "dataset": development.dataset,
            "protocol": protocol.digest,
            "criteria": criteria,
        });
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        let out = gate.outs.first().map_or("", String::as_str);
        self.files
            .write(&format!("{out}/{VERDICT}"), format!("{text}\n").as_bytes())?;
        let goes_on = match (gate.go_on(), development.verdict) {
            (_, Verdict::Pass) | (GoOn::Always, _) => true,
            (GoOn::Inconclusive, verdict) => verdict == Verdict::Inconclusive,
            (GoOn::Pass, _) => false,
        };
        if !goes_on {
            let failing = criteria
                .iter()
                .filter(|one| one.required && one.result != Outcome::Pass);
            done.stopped = Some(Stopped {
                stage: name.clone(),
                verdict: development.verdict,
                criteria: failing.map(|one| one.id.clone()).collect(),
            });
        }
        Ok(done)
    }
}

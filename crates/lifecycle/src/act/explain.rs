//! Explaining a release: Shapley values over people of the development set.

use galen_control::act::explain::Explain;
use galen_control::{Actor, Ask, Deed, Evidence, Row, State, Subject};
use galen_model::explain::{Explanation, Scale, Settings, explainer};
use galen_stats::Estimate;
use jiff::civil::Date;
use serde_json::json;

use crate::error::ActError;
use crate::project::{Entry, Project};

/// Rows of the training data that stand for an absent input.
const BACKGROUND: usize = 64;
/// The seed of the bootstrap over people.
const SEED: u64 = 1953;

/// A release that was explained.
#[derive(Clone, Debug)]
pub struct Explained {
    pub entry: Entry,
    pub explain: Explain,
    pub evidence: Evidence,
}

/// The explanation of one person's score; shown, never recorded.
#[derive(Clone, Debug)]
pub struct PersonExplained {
    pub row: usize,
    pub score: f64,
    pub base: f64,
    pub scale: String,
    pub features: Vec<(String, Option<String>, f64)>,
}

impl Project {
    /// Computes and records the global explanation of a release.
    ///
    /// # Errors
    /// [`ActError`] if there is no such release or no development set.
    pub fn explain(
        &self,
        by: &Actor,
        as_of: Option<Date>,
        release: &str,
        method: &str,
    ) -> Result<Explained, ActError> {
        let state = self.state()?;
        let evidence = self.explanation_evidence(&state, release, method)?;
        let model = state.release(release)?.model.digest;
        let dataset = evidence
            .subject("dataset")
            .expect("an explanation names its dataset");
        let ask = Ask::Explain(Explain {
            release: release.to_owned(),
            model,
            dataset,
            method: method.to_owned(),
            evidence: self.keep(&evidence.bytes())?,
        });
        let entry = self.one(by, as_of, ask)?;
        let Deed::Explain(explain) = entry.record.deed.clone() else {
            unreachable!("explaining records itself")
        };
        Ok(Explained {
            entry,
            explain,
            evidence,
        })
    }

    /// Explains the score of one person of the development set, by row from 0.
    ///
    /// # Errors
    /// [`ActError::Input`] for a row that is not there.
    pub fn explain_person(
        &self,
        release: &str,
        method: &str,
        row: usize,
    ) -> Result<PersonExplained, ActError> {
        let state = self.state()?;
        let (_, explanation, table) = self.explanation(&state, release, method, Some(row))?;
        let values = explanation.values.first().cloned().unwrap_or_default();
        let text = |name: &String| {
            table
                .texts(name)
                .ok()
                .and_then(|texts| texts.into_iter().next().flatten())
        };
        let features = explanation
            .features
            .iter()
            .zip(values)
            .map(|(name, value)| (name.clone(), text(name), value));
        let model = self.model(&state.release(release)?.model.digest)?;
        let score = crate::evaluate::score(model.as_ref(), &table)?
            .first()
            .copied()
            .unwrap_or(f64::NAN);
        Ok(PersonExplained {
            row,
            score,
            base: explanation.base,
            scale: scale_word(explanation.scale).to_owned(),
            features: features.collect(),
        })
    }

    pub(crate) fn explanation_evidence(
        &self,
        state: &State,
        release: &str,
        method: &str,
    ) -> Result<Evidence, ActError> {
        let (subjects, explanation, _) = self.explanation(state, release, method, None)?;
        let mut evidence = Evidence::of("explanation", subjects);
        evidence
            .settings
            .insert("method".to_owned(), json!(explanation.method));
        evidence
            .settings
            .insert("background".to_owned(), json!(explanation.background));
        evidence.settings.insert("seed".to_owned(), json!(SEED));
        evidence.rows = explanation
            .global
            .iter()
            .map(|feature| Row {
                quantity: format!("shap/{}", feature.feature),
                title: format!(
                    "Mean absolute contribution of {} to the {}",
                    feature.feature,
                    scale_word(explanation.scale)
                ),
                subgroup: None,
                p_value: None,
                estimate: Estimate {
                    value: Some(feature.mean_abs),
                    low: feature.low,
                    high: feature.high,
                    level: explanation.level,
                    n: explanation.values.len() as u64,
                    events: None,
                    clusters: None,
                    method: "bootstrap_percentile".to_owned(),
                    seed: Some(SEED),
                    why: None,
                },
            })
            .collect();
        evidence.details = Some(
            json!({"base": explanation.base, "scale": scale_word(explanation.scale), "method": explanation.method}),
        );
        Ok(evidence)
    }

    fn explanation(
        &self,
        state: &State,
        release: &str,
        method: &str,
        row: Option<usize>,
    ) -> Result<(Vec<Subject>, Explanation, galen_table::Table), ActError> {
        let Some(explainer) = explainer(method) else {
            return Err(ActError::input(
                "unknown_method",
                format!("there is no explainer {method}"),
                "use exact or permutation",
            ));
        };
        let released = state.release(release)?;
        let protocol = self.protocol(state)?;
        let dataset = state
            .dataset(&protocol.value.development_set.dataset)?
            .digest;
        let mut table = self.table(&dataset)?;
        if let Some(row) = row {
            let rows = table.rows();
            table = table.take(&[row]).map_err(|_| {
                ActError::input(
                    "row",
                    format!("the development set has {rows} rows; there is no row {row}"),
                    "name a row from 0 on",
                )
            })?;
        }
        let Some(learned) = released.model.training.first() else {
            return Err(ActError::input(
                "no_training",
                "the model names no training data",
                "explain a model that does",
            ));
        };
        let training = state.dataset(learned)?.digest;
        let model = self.model(&released.model.digest)?;
        let encode = |table: &galen_table::Table| {
            model.contract().encode(table).map_err(|error| {
                ActError::input(
                    "input_contract",
                    error.to_string(),
                    "see the model's contract",
                )
            })
        };
        let learned = self.table(&training)?;
        let step = (learned.rows() / BACKGROUND).max(1);
        let rows: Vec<usize> = (0..learned.rows()).step_by(step).take(BACKGROUND).collect();
        let background = learned
            .take(&rows)
            .map_err(|error| ActError::input("table", error.to_string(), "run galen verify"))?;
        let settings = Settings {
            scale: Scale::LogOdds,
            seed: SEED,
            ..Settings::default()
        };
        let explanation = explainer
            .explain(
                model.as_ref(),
                &encode(&table)?,
                &encode(&background)?,
                &settings,
            )
            .map_err(|error| {
                ActError::input("explain", error.to_string(), "use the permutation method")
            })?;
        let subjects = vec![
            Subject::new("model", released.model.digest),
            Subject::new("dataset", dataset),
            Subject::new("background", training),
        ];
        Ok((subjects, explanation, table))
    }
}

fn scale_word(scale: Scale) -> &'static str {
    match scale {
        Scale::Probability => "probability",
        Scale::LogOdds => "log odds",
    }
}

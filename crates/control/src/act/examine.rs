//! Examining a dataset: its expectations validated, its clinical checks run.

use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::state::Examined;
use crate::{Deed, Record, Refusal, State};

/// What was found in a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examine {
    pub dataset: String,
    pub data: Digest,
    pub examination: Examination,
    pub stops: u32,
    pub warns: u32,
    pub notes: u32,
    /// Entries of the accepted anomalies that a validation let pass; none of a check.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<u64>,
    pub evidence: Digest,
}

/// How a dataset was examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Examination {
    /// Against the expectations of the data plan.
    Validate,
    /// By the clinical data checks.
    Check,
}

pub(crate) fn decide(scene: &Scene, ask: &Examine) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Data)?;
    scene.state.dataset_with(&ask.dataset, ask.data)?;
    scene.state.not_sealed(ask.data)?;
    let accepted = match ask.examination {
        Examination::Validate => scene.state.accepted_entries(),
        Examination::Check => Vec::new(),
    };
    if ask.accepted != accepted {
        return Err(Refusal::new(
            "stale",
            "an anomaly was accepted while the dataset was validated",
            "run the command again",
        ));
    }
    Ok(Deed::Examine(ask.clone()))
}

impl Examine {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        let entry = state.entries;
        state.examined.insert(
            format!(
                "{}/{}",
                self.dataset,
                serde_json::json!(self.examination)
                    .as_str()
                    .unwrap_or_default()
            ),
            Examined {
                examine: self.clone(),
                entry,
            },
        );
    }
}

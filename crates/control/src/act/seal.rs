//! Sealing a reference set to a custodian's key.

use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::state::Sealed;
use crate::{Deed, Record, Refusal, State};

/// A dataset that was encrypted.
///
/// Sealing shows tampering and counts looks. It hides nothing from who holds the custodian's key or the plain file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    pub dataset: String,
    /// Digest of the plain bytes, which are not kept as an artifact.
    pub plain: Digest,
    /// The encrypted artifact.
    pub sealed: Digest,
    /// The person whose key opens it.
    pub custodian: String,
    /// The public recipient it is encrypted to.
    pub recipient: String,
}

pub(crate) fn decide(scene: &Scene, ask: &Seal) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Seal)?;
    scene
        .state
        .dataset_with(&ask.dataset, ask.plain)?
        .observed(&ask.dataset)?;
    if scene.state.sealed.contains_key(&ask.dataset) {
        return Err(Refusal::new(
            "sealed",
            format!("dataset {} is sealed already", ask.dataset),
            "nothing is to do",
        ));
    }
    if !scene.team()?.may(&ask.custodian, Duty::Seal) {
        return Err(Refusal::new(
            "role",
            format!("{} has no role with the duty `seal`", ask.custodian),
            "name a custodian of team.yaml",
        ));
    }
    Ok(Deed::Seal(ask.clone()))
}

impl Seal {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        let sealed = Sealed {
            seal: self.clone(),
            earlier: Vec::new(),
            entry: state.entries,
        };
        state.sealed.insert(self.dataset.clone(), sealed);
    }
}

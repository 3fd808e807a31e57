//! Explaining a released model.

use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::{Deed, Record, Refusal, State};

/// An explanation of a release, as evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    pub release: String,
    pub model: Digest,
    pub dataset: Digest,
    pub method: String,
    pub evidence: Digest,
}

pub(crate) fn decide(scene: &Scene, ask: &Explain) -> Result<Deed, Refusal> {
    scene.person_with(galen_spec::team::Duty::Run)?;
    let release = scene.state.release(&ask.release)?;
    if release.model.digest != ask.model {
        return Err(Refusal::new(
            "wrong_model",
            format!(
                "the model that was explained is not that of {}",
                ask.release
            ),
            "explain the released model",
        ));
    }
    scene.state.not_sealed(ask.dataset)?;
    Ok(Deed::Explain(ask.clone()))
}

impl Explain {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        state
            .explained
            .insert(self.release.clone(), (state.entries, self.clone()));
    }
}

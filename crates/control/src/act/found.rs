//! Founding a project: the first record of its ledger.

use serde::{Deserialize, Serialize};

use super::Scene;
use crate::{Actor, Deed, Record, Refusal, State};

/// The project's name, its device and its system key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    pub project: String,
    pub device: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The public half of the project's system key, hexadecimal.
    pub system_key: String,
}

pub(crate) fn decide(scene: &Scene, ask: &Found) -> Result<Deed, Refusal> {
    if scene.state.entries > 0 || scene.by != &Actor::System {
        return Err(Refusal::new(
            "wrong_order",
            "a project is founded once, by its first record",
            "work in the project that exists, or begin another in an empty folder",
        ));
    }
    Ok(Deed::Found(ask.clone()))
}

impl Found {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        state.project = self.project.clone();
        state.device = self.device.clone();
        state.notice = self.notice.clone();
        state.system_key = self.system_key.clone();
    }
}

//! `galen.yaml`: the project itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the project is called and where its ledger and artifacts lie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The project's name; it is the origin of the log and cannot change afterwards.
    pub name: String,
    /// The device as it is called on its label.
    pub device: String,
    /// A sentence that every page and document repeats, such as that a project is a replay with fictitious people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The folder of artifacts, ledger, journals and caches, relative to this file.
    #[serde(default = "default_store")]
    pub store: String,
}

fn default_store() -> String {
    ".galen".to_owned()
}

//! `pipeline.yaml`: the stages.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The stages of the project, in any order; what one puts out another may depend on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// The steps.
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// The stage of that name.
    pub fn stage(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name == name)
    }
}

/// A declared step: a command, or a native stage of galen; exactly one of `cmd` and `native`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Names the stage in `galen run NAME`.
    pub name: String,
    /// What it does, as it is shown.
    pub title: String,
    /// A shell command, run in the project folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cmd: Option<String>,
    /// A stage that is built into galen, such as `train.logistic_regression`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<String>,
    /// Datasets (`dataset:NAME`) and files that the stage reads, and outs of other stages.
    #[serde(default)]
    pub deps: Vec<String>,
    /// Settings of the stage; part of what decides whether it must run again.
    #[serde(default)]
    pub params: BTreeMap<String, serde_json::Value>,
    /// Files or folders that the stage writes, relative to the project folder.
    pub outs: Vec<String>,
    /// The seed of whatever the stage draws.
    #[serde(default)]
    pub seed: u64,
}

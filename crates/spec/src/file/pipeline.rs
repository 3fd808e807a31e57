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

    /// The stages that are run and cached.
    pub fn without_gates(&self) -> Pipeline {
        let stages = self.stages.iter().filter(|stage| !stage.is_gate());
        Pipeline {
            stages: stages.cloned().collect(),
        }
    }
}

/// The native stage that asks the development gate.
pub const GATE: &str = "gate.development";

/// When what comes after a gate stage runs: the values of its parameter `go_on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoOn {
    /// Only after a pass, which is what holds if nothing is said.
    Pass,
    /// After a pass or an inconclusive verdict.
    Inconclusive,
    /// After any verdict.
    Always,
}

impl GoOn {
    /// Every value with its word.
    pub const ALL: [(&'static str, GoOn); 3] = [
        ("pass", GoOn::Pass),
        ("inconclusive", GoOn::Inconclusive),
        ("always", GoOn::Always),
    ];
}

impl Stage {
    /// Whether it asks the development gate.
    pub fn is_gate(&self) -> bool {
        self.native.as_deref() == Some(GATE)
    }

    /// When what comes after this gate runs; a word that is none is the strictest, and the checks name it.
    pub fn go_on(&self) -> GoOn {
        let word = self.params.get("go_on").and_then(|value| value.as_str());
        let known = GoOn::ALL.iter().find(|(known, _)| word == Some(known));
        known.map_or(GoOn::Pass, |(_, go_on)| *go_on)
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
    /// A stage that is built into galen: `train.logistic_regression`, or `gate.development`, which reads the folder of a model and lets what
    /// comes after it run only if the model passes on the development set (parameter `go_on`: `pass`, `inconclusive` or `always`).
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

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

/// A stage that is built in: from bytes to bytes, without files, network, clock or unseeded randomness.
pub trait NativeStage: Send + Sync {
    /// The word of `native:` in `pipeline.yaml`.
    fn name(&self) -> &str;

    /// Changes whenever the same input would give other output; part of the key of a cached result.
    fn version(&self) -> &str;

    /// Computes the files of the stage's out folder; the same input gives the same bytes.
    ///
    /// # Errors
    /// [`NativeError`]; nothing is written then.
    fn run(&self, input: &StageInput) -> Result<StageOutput, NativeError>;
}

/// What a native stage may know.
pub struct StageInput<'a> {
    pub params: &'a BTreeMap<String, Value>,
    /// Name as declared and bytes, in the order of the declaration.
    pub deps: &'a [(String, Vec<u8>)],
    pub seed: u64,
    /// Asked now and then by a stage that takes long.
    pub cancelled: &'a dyn Fn() -> bool,
}

/// What a native stage made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StageOutput {
    /// Path within the out folder, and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Numbers of the run by name; finite.
    pub metrics: BTreeMap<String, f64>,
    /// Lines for people.
    pub log: String,
}

/// Why a native stage made nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NativeError {
    /// A parameter is absent, unknown, or not what it must be.
    #[error("param `{param}`: {what}; {help}")]
    Param {
        param: String,
        what: String,
        help: String,
    },
    /// A dependency does not hold what the stage needs.
    #[error("dep `{dep}`: {what}; {help}")]
    Dep {
        dep: String,
        what: String,
        help: String,
    },
    /// The computation did not succeed.
    #[error("{what}; {help}")]
    Computation { what: String, help: String },
    #[error("it was cancelled")]
    Cancelled,
}

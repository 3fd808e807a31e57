//! Refusals: acts that may not be done, and why.

use serde::{Deserialize, Serialize};

/// An act that the state does not allow. The exit code of a refused command is 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// `refused.<why>`.
    pub code: String,
    /// What is, and what was expected.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Refusal {
    /// A refusal whose code is `refused.<why>`.
    pub fn new(why: &str, message: impl Into<String>, help: impl Into<String>) -> Refusal {
        Refusal {
            code: format!("refused.{why}"),
            message: message.into(),
            help: help.into(),
        }
    }
}

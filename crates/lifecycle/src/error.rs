//! Why an act was not done.

use galen_control::Refusal;
use galen_spec::Diagnostic;
use galen_spec::Name;
use galen_store::{ArtifactError, Digest, DiskError};

use crate::ports::IdentityError;
use crate::statement::RecordError;

/// Why an act was not done; nothing was recorded then.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The state does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Declared files are wrong.
    #[error("{} in the declared files", count(.0.len()))]
    Declared(Vec<Diagnostic>),
    /// What was given cannot be used.
    #[error("{message}")]
    Input {
        code: &'static str,
        message: String,
        help: String,
    },
    /// A person's key could not be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error(transparent)]
    Append(#[from] galen_ledger::AppendError),
    #[error(transparent)]
    Log(#[from] galen_ledger::ReadError),
    /// An entry of the ledger is damaged.
    #[error("entry {entry} of the ledger cannot be read: {source}; run galen verify")]
    Record { entry: u64, source: RecordError },
    /// A frozen file is missing or damaged among the artifacts.
    #[error("the frozen {} ({digest}) cannot be read: {why}; run galen verify", name.file())]
    Frozen {
        name: Name,
        digest: Digest,
        why: String,
    },
    /// The user asked to stop.
    #[error("stopped before anything was recorded")]
    Cancelled,
}

impl ActError {
    /// Something that the user gave and that cannot be used.
    pub fn input(
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> ActError {
        ActError::Input {
            code,
            message: message.into(),
            help: help.into(),
        }
    }
}

fn count(found: usize) -> String {
    if found == 1 {
        "1 mistake".to_owned()
    } else {
        format!("{found} mistakes")
    }
}

//! Building a document.

use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::evidence::Subject;
use crate::{Deed, Record, Refusal, State};

/// A document that was rendered from the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub kind: String,
    /// The log's size that it was rendered from: all records before.
    pub size: u64,
    /// The log's signed checkpoint at that size; the document carries it, so that whoever keeps the document can see later
    /// whether the log still begins as it did.
    pub checkpoint: String,
    /// The page tree as JSON; `verify` renders it again and compares.
    pub page: Digest,
    /// The rendered files, by extension.
    pub files: Vec<Subject>,
}

pub(crate) fn decide(scene: &Scene, ask: &Document) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Document)?;
    if ask.size > scene.state.entries {
        return Err(Refusal::new(
            "wrong_order",
            format!(
                "the document says that it was rendered from {} records; the ledger has {}",
                ask.size, scene.state.entries
            ),
            "build it again",
        ));
    }
    Ok(Deed::Document(ask.clone()))
}

impl Document {
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let mut subjects = vec![Subject::new("page", self.page)];
        subjects.extend(self.files.iter().cloned());
        subjects
    }

    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        state
            .documents
            .insert(self.kind.clone(), (state.entries, self.clone()));
    }
}

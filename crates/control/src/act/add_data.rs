//! Adding a dataset, or a new version of one.

use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::state::Dataset;
use crate::{Deed, Record, Refusal, State};

/// A dataset's name, version and content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddData {
    pub name: String,
    pub version: u32,
    /// Of the file's bytes, or of the manifest of a folder.
    pub digest: Digest,
    pub files: u64,
    pub bytes: u64,
    /// Whether it was generated and not observed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
}

/// What to add; the version follows from the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub name: String,
    pub digest: Digest,
    pub files: u64,
    pub bytes: u64,
    pub synthetic: bool,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Data)?;
    // A sealed set that is added again would lie open in the store.
    scene.state.not_sealed(ask.digest)?;
    let versions = scene
        .state
        .datasets
        .get(&ask.name)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if versions
        .last()
        .is_some_and(|last| last.digest == ask.digest)
    {
        return Err(Refusal::new(
            "unchanged",
            format!("dataset {} has this content already", ask.name),
            "nothing is to do",
        ));
    }
    let sealed = scene.state.sealed.contains_key(&ask.name);
    if sealed || versions.iter().any(|version| version.drawn_from.is_some()) {
        return Err(Refusal::new(
            "drawn",
            format!(
                "dataset {} was drawn or sealed, and what it holds is settled",
                ask.name
            ),
            "add it under another name",
        ));
    }
    let version = versions.len() as u32 + 1;
    let (name, digest, files, bytes) = (ask.name.clone(), ask.digest, ask.files, ask.bytes);
    Ok(Deed::AddData(AddData {
        name,
        version,
        digest,
        files,
        bytes,
        synthetic: ask.synthetic,
    }))
}

impl AddData {
    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        state
            .datasets
            .entry(self.name.clone())
            .or_default()
            .push(Dataset {
                version: self.version,
                digest: self.digest,
                files: self.files,
                bytes: self.bytes,
                entry: state.entries,
                at: record.at,
                by: record.by.clone(),
                drawn_from: None,
                synthetic: self.synthetic,
            });
    }
}

//! Datasets whose content an act replaces: the new version takes the place of the old one, drawn and sealed ones as well.

use std::collections::BTreeSet;

use galen_store::Digest;
use serde::{Deserialize, Serialize};

use crate::state::{ChangeState, Dataset, Release};
use crate::{Record, Refusal, State};

/// A dataset with its content before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewritten {
    pub dataset: String,
    /// What the latest version held.
    pub from: Digest,
    /// What the new version holds.
    pub to: Digest,
    /// Of the new version.
    pub files: u64,
    pub bytes: u64,
    /// Rows, or whole files of a folder, that were taken out or altered.
    pub rows: u64,
    /// The new encrypted artifact, if the dataset is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Digest>,
}

/// What used content that an act replaced: each was right when it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Affected {
    /// Runs that read it, or were judged on it during development.
    pub runs: Vec<String>,
    /// Changes of these runs, and those that were judged on it.
    pub changes: Vec<String>,
    /// Releases of these changes.
    pub releases: Vec<String>,
    /// Windows of use whose sealed cases held it, as `window/release`.
    pub windows: Vec<String>,
    /// Kinds of documents that were rendered since it was there.
    pub documents: Vec<String>,
}

impl Affected {
    /// Whether nothing used it.
    pub fn is_empty(&self) -> bool {
        *self == Affected::default()
    }
}

/// Refuses what would leave a dataset with content that is not the project's any more, or with two contents.
pub(super) fn may_be_rewritten(state: &State, all: &[Rewritten]) -> Result<(), Refusal> {
    let mut names = BTreeSet::new();
    for one in all {
        let latest = state.dataset_with(&one.dataset, one.from)?;
        let is_sealed = state.sealed.contains_key(&one.dataset);
        if !names.insert(&one.dataset) || one.to == latest.digest || one.rows == 0 {
            return Err(Refusal::new(
                "unchanged",
                format!(
                    "dataset {} is named twice, or nothing of it changes",
                    one.dataset
                ),
                "name each dataset that changes once",
            ));
        }
        if is_sealed != one.sealed.is_some() {
            return Err(Refusal::new(
                "stale",
                format!("dataset {} was sealed while this was prepared", one.dataset),
                "run the command again",
            ));
        }
    }
    Ok(())
}

/// What used these contents.
pub(super) fn affected(state: &State, contents: &BTreeSet<Digest>) -> Affected {
    let mut affected = Affected::default();
    for (id, run) in &state.runs {
        let read = run.model.iter().flat_map(|model| &model.read);
        let judged = run.development.iter().map(|gate| &gate.dataset);
        if read.chain(judged).any(|content| contents.contains(content)) {
            affected.runs.push(id.clone());
        }
    }
    for (id, change) in &state.changes {
        let opened = change.opened.as_ref().map(|opened| opened.dataset);
        let was_judged = opened.is_some_and(|plain| contents.contains(&plain));
        if was_judged || affected.runs.contains(&change.run) {
            affected.changes.push(id.clone());
        }
    }
    let of_release = |release: &&Release| affected.changes.contains(&release.change);
    let releases = state.releases.iter().filter(of_release);
    affected.releases = releases.map(|release| release.id.clone()).collect();
    for (key, facts) in &state.windows {
        if contents.contains(&facts.window.predictions) {
            affected.windows.push(key.clone());
        }
    }
    let versions = state.datasets.values().flatten();
    let held = versions.filter(|version| contents.contains(&version.digest));
    if let Some(since) = held.map(|version| version.entry).min() {
        let later = state
            .documents
            .iter()
            .filter(|(_, (entry, _))| *entry > since);
        affected.documents = later.map(|(kind, _)| kind.clone()).collect();
    }
    affected
}

/// Gives each dataset its new version. What a look at a sealed set fixed goes on for its new content, or rewriting a set would
/// give looks back.
pub(super) fn apply(all: &[Rewritten], state: &mut State, record: &Record) {
    for one in all {
        let Some(versions) = state.datasets.get_mut(&one.dataset) else {
            continue;
        };
        let origin = versions.last().and_then(|last| last.drawn_from);
        let synthetic = versions.last().is_some_and(|last| last.synthetic);
        let now = |source: Digest| all.iter().find(|other| other.from == source);
        versions.push(Dataset {
            version: versions.len() as u32 + 1,
            digest: one.to,
            files: one.files,
            bytes: one.bytes,
            entry: state.entries,
            at: record.at,
            by: record.by.clone(),
            drawn_from: origin.map(|source| now(source).map_or(source, |other| other.to)),
            synthetic,
        });
        if let (Some(sealed), Some(encrypted)) = (state.sealed.get_mut(&one.dataset), one.sealed) {
            sealed.seal.plain = one.to;
            let before = std::mem::replace(&mut sealed.seal.sealed, encrypted);
            sealed.earlier.push(before);
        }
        if let Some(looked) = state.looked.get(&one.from).cloned() {
            state.looked.insert(one.to, looked);
        }
        // A look that was counted and not used yet goes to what the set holds now.
        let opened = state
            .changes
            .values_mut()
            .filter(|change| change.state == ChangeState::Proposed);
        for opened in opened.filter_map(|change| change.opened.as_mut()) {
            if opened.dataset == one.from {
                opened.dataset = one.to;
            }
        }
    }
}

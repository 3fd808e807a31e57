//! A person withdraws consent: every row of theirs is destroyed, and what had used them is listed.

use std::collections::BTreeSet;

use galen_spec::team::Duty;
use galen_store::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rewrite::{self, Affected, Rewritten};
use super::{Scene, said};
use crate::evidence::Subject;
use crate::{Actor, Deed, Record, Refusal, State};

/// The tombstone of a person's data: what was destroyed, by digest, and who decided so. It names nobody.
///
/// # Source
/// GDPR Art. 7(3) (withdrawal leaves what was done before it lawful) and Art. 17(1)(b); field note 24: bytes destroyed, digest
/// kept, releases listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// Pseudonym under the project's secret; never the identifier.
    pub person: String,
    /// The column of identifiers in which the person was looked for.
    pub column: String,
    pub reason: String,
    /// Datasets that have a version without the person now.
    pub rewritten: Vec<Rewritten>,
    /// Sealed cases of windows of use that are kept without the person now.
    pub windows: Vec<RewrittenWindow>,
    /// Artifacts that held a row of the person, sorted: their bytes are removed.
    pub destroyed: BTreeSet<Digest>,
    /// Lines of the journals of predictions and labels that were taken out.
    pub journal_lines: u64,
    pub affected: Affected,
}

/// The cases of a closed window, before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewrittenWindow {
    /// `window/release`.
    pub window: String,
    pub from: Digest,
    pub to: Digest,
}

/// What was found of the person, and what takes its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub person: String,
    pub column: String,
    pub reason: String,
    pub rewritten: Vec<Rewritten>,
    pub windows: Vec<RewrittenWindow>,
    pub destroyed: BTreeSet<Digest>,
    pub journal_lines: u64,
}

/// A withdrawal, as the state keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Withdrawn {
    pub withdraw: Withdraw,
    pub entry: u64,
    pub by: Actor,
    pub at: Timestamp,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Data)?;
    said("reason", &ask.reason)?;
    let state = scene.state;
    rewrite::may_be_rewritten(state, &ask.rewritten)?;
    if ask.destroyed.is_empty() && ask.journal_lines == 0 {
        return Err(Refusal::new(
            "unchanged",
            "nothing of this person is held",
            "nothing is to do",
        ));
    }
    let evidence = evidence_of(state);
    if let Some(one) = ask.destroyed.iter().find(|one| evidence.contains(one)) {
        return Err(Refusal::new(
            "evidence",
            format!("{one} is what a record stands on, and not data"),
            "only artifacts with rows of the person are destroyed",
        ));
    }
    let replaced: BTreeSet<Digest> = ask.rewritten.iter().map(|one| one.from).collect();
    let latest = state
        .datasets
        .iter()
        .filter_map(|(name, versions)| Some((name, versions.last()?.digest)));
    let mut left =
        latest.filter(|(_, digest)| ask.destroyed.contains(digest) && !replaced.contains(digest));
    if let Some((name, _)) = left.next() {
        return Err(Refusal::new(
            "stale",
            format!("dataset {name} would lose its content"),
            "run the command again",
        ));
    }
    for one in &ask.windows {
        let facts = state.windows.get(&one.window);
        if facts.is_none_or(|facts| facts.window.predictions != one.from) {
            return Err(Refusal::new(
                "stale",
                format!(
                    "window {} was closed again while this was prepared",
                    one.window
                ),
                "run the command again",
            ));
        }
    }
    let affected = rewrite::affected(state, &ask.destroyed);
    Ok(Deed::Withdraw(Withdraw {
        person: ask.person.clone(),
        column: ask.column.clone(),
        reason: ask.reason.clone(),
        rewritten: ask.rewritten.clone(),
        windows: ask.windows.clone(),
        destroyed: ask.destroyed.clone(),
        journal_lines: ask.journal_lines,
        affected,
    }))
}

/// What the records that hold now stand on. None of it has rows of patients.
fn evidence_of(state: &State) -> BTreeSet<Digest> {
    let mut all: BTreeSet<Digest> = state.frozen.values().map(|frozen| frozen.digest).collect();
    all.extend(state.examined.values().map(|one| one.examine.evidence));
    all.extend(state.accepted.iter().map(|one| one.accept.evidence));
    all.extend(state.splits.values().map(|split| split.flow));
    for run in state.runs.values() {
        all.extend(run.model.iter().map(|model| model.digest));
        all.extend(run.development.iter().map(|gate| gate.evidence));
    }
    let judged = state
        .changes
        .values()
        .filter_map(|change| change.judged.as_ref());
    all.extend(judged.map(|judged| judged.judge.evidence));
    all.extend(
        state
            .explained
            .values()
            .map(|(_, explain)| explain.evidence),
    );
    all.extend(state.windows.values().map(|facts| facts.window.evidence));
    all.extend(state.findings.iter().filter_map(|finding| finding.evidence));
    for (_, document) in state.documents.values() {
        all.insert(document.page);
        all.extend(document.files.iter().map(|file| file.digest));
    }
    all
}

impl State {
    /// Whether a person with this pseudonym withdrew; the latest time.
    pub fn withdrawn(&self, person: &str) -> Option<&Withdrawn> {
        let mut all = self.withdrawn.iter().rev();
        all.find(|one| one.withdraw.person == person)
    }

    /// Whether an artifact was destroyed since a person withdrew.
    pub fn is_destroyed(&self, digest: &Digest) -> bool {
        let mut all = self.withdrawn.iter();
        all.any(|one| one.withdraw.destroyed.contains(digest))
    }
}

impl Withdraw {
    /// What was put in the place of what was destroyed; the latter is no subject, since nobody can look at it.
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let datasets = self
            .rewritten
            .iter()
            .map(|one| Subject::new(&one.dataset, one.to));
        let sealed = self.rewritten.iter().filter_map(|one| one.sealed);
        let sealed = sealed.map(|digest| Subject::new("sealed", digest));
        let windows = self
            .windows
            .iter()
            .map(|one| Subject::new(&one.window, one.to));
        datasets.chain(sealed).chain(windows).collect()
    }

    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        rewrite::apply(&self.rewritten, state, record);
        for one in &self.windows {
            if let Some(facts) = state.windows.get_mut(&one.window) {
                facts.window.predictions = one.to;
            }
        }
        state.withdrawn.push(Withdrawn {
            withdraw: self.clone(),
            entry: state.entries,
            by: record.by.clone(),
            at: record.at,
        });
    }
}

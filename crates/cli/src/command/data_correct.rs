//! `galen data correct`.

use std::path::Path;

use galen_control::act::rewrite::{Affected, Rewritten};
use galen_control::{ReleaseState, State};
use galen_lifecycle::Labels;
use serde_json::json;

use crate::outside::read_file;
use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words::{short, table};

pub fn correct(
    file: &Path,
    labels: &Labels,
    reason: &str,
    dry_run: bool,
    place: &Place,
) -> Result<Report, Failure> {
    let project = place.project()?;
    let corrections = read_file(&place.path(file))?;
    let done = project.correct(&place.actor()?, labels, &corrections, reason, dry_run)?;
    let deed = &done.deed;
    let entry = done.entry.as_ref().map(|entry| entry.index);
    let state = project.state()?;
    let mut text = vec![match entry {
        Some(entry) => format!("Entry {entry}: `{}` is corrected.", deed.label),
        None => format!("Nothing is done yet. `{}` would be corrected:", deed.label),
    }];
    text.push(rewritten_table(&deed.rewritten, "labels"));
    if done.unknown > 0 {
        text.push(format!(
            "{} identifier(s) of the file are in no dataset.",
            done.unknown
        ));
    }
    if !done.not_looked_into.is_empty() {
        text.push(format!(
            "Sealed, and not looked into to try: {}.",
            done.not_looked_into.join(", ")
        ));
    }
    text.extend(used(&deed.stale, "Stale, since they used the old labels:"));
    let waits = |id: &&String| {
        state
            .changes
            .get(*id)
            .is_some_and(|change| change.is_open())
    };
    for change in deed.stale.changes.iter().filter(waits) {
        text.push(format!(
            "{change} must be judged again: galen gate {change}"
        ));
    }
    if let Some(live) = live_among(&deed.stale, &state) {
        text.push(format!(
            "{live} is live: train again, or propose its run again so that it is judged by the right labels (galen change propose)."
        ));
    }
    let document = json!({
        "dry_run": dry_run, "entry": entry, "correct": deed, "unknown": done.unknown,
        "not_looked_into": done.not_looked_into,
    });
    Ok(Report::new("data correct", document, text.join("\n")))
}

/// The datasets that an act gave another version.
pub(super) fn rewritten_table(all: &[Rewritten], what: &str) -> String {
    let rows = all.iter().map(|one| {
        let sealed = if one.sealed.is_some() {
            "sealed anew"
        } else {
            ""
        };
        vec![
            one.dataset.clone(),
            one.rows.to_string(),
            short(&one.from),
            short(&one.to),
            sealed.to_owned(),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    table(&["dataset", what, "before", "now", ""], &rows)
}

/// What used content that was replaced, by kind; nothing if nothing did.
pub(super) fn used(affected: &Affected, begin: &str) -> Vec<String> {
    let kinds = [
        ("runs", &affected.runs),
        ("changes", &affected.changes),
        ("releases", &affected.releases),
        ("windows", &affected.windows),
        ("documents", &affected.documents),
    ];
    let kinds = kinds.iter().filter(|(_, ids)| !ids.is_empty());
    let lines: Vec<String> = kinds
        .map(|(kind, ids)| format!("  {kind:<9} {}", ids.join(", ")))
        .collect();
    match lines.is_empty() {
        true => vec!["No run, release, window or document had used them.".to_owned()],
        false => [vec![begin.to_owned()], lines].concat(),
    }
}

/// The live release, if it is one of these.
pub(super) fn live_among<'a>(affected: &'a Affected, state: &State) -> Option<&'a String> {
    let is_live = |id: &&String| {
        let release = state.releases.iter().find(|release| release.id == **id);
        release.is_some_and(|release| release.state == ReleaseState::Live)
    };
    affected.releases.iter().find(is_live)
}

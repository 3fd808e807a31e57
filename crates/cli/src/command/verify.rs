//! `galen verify`.

use std::collections::BTreeMap;
use std::path::Path;

use galen_ledger::Checkpoint;
use galen_lifecycle::verify::Outside;
use galen_store::Digest;
use serde_json::json;

use crate::outside::read_file;
use crate::place::Place;
use crate::report::{Failure, Report};

pub fn verify(
    checkpoint: Option<&Path>,
    trust: Option<&Path>,
    place: &Place,
) -> Result<Report, Failure> {
    let kept = checkpoint
        .map(|path| kept_checkpoint(path, place))
        .transpose()?;
    let trusted = trust.map(|path| fingerprints(path, place)).transpose()?;
    let report = place.project()?.verify(&Outside {
        checkpoint: kept.as_deref(),
        trusted: trusted.as_ref(),
    })?;
    let mut lines = vec![format!(
        "{} entries, {} artifacts, {} signatures, {} records derived again, {} not.",
        report.entries,
        report.artifacts,
        report.signatures,
        report.rederived,
        report.not_rederived.len()
    )];
    let mut why: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in &report.not_rederived {
        why.entry(&one.why).or_default().push(one.entry.to_string());
    }
    lines.extend(why.iter().map(|(why, entries)| {
        format!(
            "  not derived again ({why}): entries {}",
            entries.join(", ")
        )
    }));
    lines.extend(
        report
            .problems
            .iter()
            .map(|one| format!("  {}: {}", one.what, one.message)),
    );
    if let Some(root) = &report.root {
        lines.push(format!("Root {root}"));
    }
    lines.push(format!("The project is {}.", report.says));
    let ok = report.ok;
    Ok(Report::new("verify", json!(report), lines.join("\n")).judged(ok))
}

/// The text of a checkpoint that was kept elsewhere.
fn kept_checkpoint(path: &Path, place: &Place) -> Result<String, Failure> {
    let none = |why: String| {
        Failure::usage(
            "no_checkpoint",
            format!("{} is no checkpoint: {why}", path.display()),
            "name a copy of .galen/ledger/checkpoint that was kept elsewhere",
        )
    };
    let text = String::from_utf8(read_file(&place.path(path))?)
        .map_err(|_| none("it is not UTF-8 text".to_owned()))?;
    match Checkpoint::read(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(none(error.to_string())),
    }
}

/// Lines `person sha256:…`, as `galen key list` prints them: fingerprint to person. Lines without a fingerprint are
/// somebody's notes.
fn fingerprints(path: &Path, place: &Place) -> Result<BTreeMap<String, String>, Failure> {
    let none = |why: &str| {
        Failure::usage(
            "no_fingerprints",
            format!("{} {why}", path.display()),
            "name a file of lines `person sha256:…`, as galen key list prints them",
        )
    };
    let text = String::from_utf8(read_file(&place.path(path))?)
        .map_err(|_| none("holds no fingerprints: it is not UTF-8 text"))?;
    let mut found = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut words = line.split_whitespace();
        let (Some(person), Some(key)) = (words.next(), words.next()) else {
            continue;
        };
        if key.starts_with("sha256:") {
            let key: Digest = key.parse().map_err(|error| {
                none(&format!("holds no fingerprint in line {number}: {error}"))
            })?;
            found.insert(key.to_string(), person.to_owned());
        }
    }
    if found.is_empty() {
        return Err(none("holds no fingerprints"));
    }
    Ok(found)
}

//! `galen verify`.

use std::collections::BTreeMap;
use std::path::Path;

use galen_lifecycle::verify::Outside;
use serde_json::json;

use crate::outside::read_file;
use crate::place::Place;
use crate::report::{Failure, Report};

pub fn verify(
    checkpoint: Option<&Path>,
    trust: Option<&Path>,
    place: &Place,
) -> Result<Report, Failure> {
    let text = |path: &Path| -> Result<String, Failure> {
        String::from_utf8(read_file(&place.path(path))?).map_err(|_| {
            Failure::usage(
                "encoding",
                format!("{} is not UTF-8 text", path.display()),
                "name the right file",
            )
        })
    };
    let kept = checkpoint.map(text).transpose()?;
    let trusted = trust.map(text).transpose()?.map(|text| fingerprints(&text));
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

/// Lines `person sha256:…`, as `galen key list` prints them.
fn fingerprints(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(person, key)| (key.trim().to_owned(), person.trim().to_owned()))
        .collect()
}

//! `galen data accept`, and how accepted anomalies are said.

use galen_control::Accepted;
use serde_json::{Value, json};

use crate::place::Place;
use crate::report::{Failure, Report};

pub fn accept(name: &str, anomaly: &str, reason: &str, place: &Place) -> Result<Report, Failure> {
    // A column may have a colon in its name, an anomaly has none.
    let Some((column, kind)) = anomaly.rsplit_once(':') else {
        return Err(Failure::usage(
            "anomaly",
            format!("`{anomaly}` is not a column, a colon and the name of an anomaly"),
            "name it as galen data validate does: --anomaly age:INT_TYPE_BIG_INT",
        ));
    };
    let project = place.project()?;
    let accepted = project.accept(&place.actor()?, name, column, kind, reason)?;
    let text = format!(
        "Entry {}: {}.\n  data.yaml stays as it is frozen; galen data validate judges by it and by this entry.",
        accepted.entry,
        in_words(&accepted)
    );
    let mut document = document_of(&accepted);
    document["dataset"] = json!(name);
    Ok(Report::new("data accept", document, text))
}

/// What a validation was judged by besides the frozen schema, one line each; nothing if nothing was accepted.
pub fn lines_of(accepted: &[Accepted]) -> Vec<String> {
    if accepted.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["Judged by the frozen schema and what was accepted since:".to_owned()];
    let line = |one: &Accepted| format!("  entry {}, {}: {}", one.entry, one.by, in_words(one));
    lines.extend(accepted.iter().map(line));
    lines
}

/// The same as a document.
pub fn documents_of(accepted: &[Accepted]) -> Value {
    accepted.iter().map(document_of).collect()
}

fn in_words(accepted: &Accepted) -> String {
    let accept = &accepted.accept;
    format!(
        "{} ({}), because: {}",
        accept.in_words(),
        accept.kind,
        accept.reason.trim().trim_end_matches('.')
    )
}

fn document_of(accepted: &Accepted) -> Value {
    let accept = &accepted.accept;
    json!({
        "entry": accepted.entry,
        "by": accepted.by,
        "at": accepted.at,
        "column": accept.column,
        "type": accept.kind,
        "amendments": accept.amendments,
        "reason": accept.reason,
        "plan": accept.plan,
        "evidence": accept.evidence,
    })
}

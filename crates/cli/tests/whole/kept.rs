//! What a project keeps: its records and its evidence.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::project::text;
use crate::typed::galen;

/// What `galen show` says of a run, a release or an entry.
#[track_caller]
pub fn shown(project: &Path, id: &str) -> Value {
    galen(project, &["show", id, "--json"]).exits(0).json()
}

/// The records of the ledger, in its order.
#[track_caller]
pub fn records(project: &Path) -> Vec<Value> {
    let status = galen(project, &["status", "--json"]).exits(0).json();
    let entries = status["entries"].as_u64().expect("a number");
    (0..entries)
        .map(|entry| shown(project, &entry.to_string())["record"].clone())
        .collect()
}

/// The records of an act, in the order of the ledger.
pub fn of_act<'a>(records: &'a [Value], act: &'a str) -> impl Iterator<Item = &'a Value> {
    records
        .iter()
        .filter(move |record| record["deed"]["act"] == act)
}

/// The file of an artifact.
#[track_caller]
pub fn artifact(project: &Path, digest: &Value) -> PathBuf {
    let hex = text(digest).trim_start_matches("sha256:");
    let folder = project.join(".galen/artifacts/sha256").join(&hex[..2]);
    folder.join(hex)
}

/// The evidence with a digest.
#[track_caller]
pub fn evidence(project: &Path, digest: &Value) -> Value {
    let bytes = fs::read(artifact(project, digest)).expect("the evidence is kept");
    serde_json::from_slice(&bytes).expect("evidence is JSON")
}

/// The estimate of a quantity in evidence.
#[track_caller]
pub fn estimate<'a>(evidence: &'a Value, quantity: &str) -> &'a Value {
    let rows = evidence["rows"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["quantity"] == quantity);
    &row.unwrap_or_else(|| panic!("no {quantity}: {evidence:#}"))["estimate"]
}

/// A value that is a number.
#[track_caller]
pub fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("not a number: {value}"))
}

//! What goes wrong by the user's hand or the machine's: one clear message, the right exit code, nothing lost.

mod input;
mod machine;
mod refused;

use std::path::Path;

use crate::typed::galen;

/// The number of records of a project.
#[track_caller]
fn entries(project: &Path) -> u64 {
    let status = galen(project, &["status", "--json"]).exits(0).json();
    status["entries"].as_u64().expect("a number of records")
}

/// Asserts that the project is whole, with this many records.
#[track_caller]
fn nothing_is_lost(project: &Path, records: u64) {
    assert_eq!(entries(project), records);
    let proof = galen(project, &["verify", "--json"]).exits(0).json();
    assert_eq!(proof["entries"], records);
}

//! `galen show`: a run, a change, a release, or an entry of the ledger.

use serde_json::json;

use super::change;
use crate::place::Place;
use crate::report::{Failure, Report};

pub fn show(id: &str, place: &Place) -> Result<Report, Failure> {
    if id.starts_with("change-") {
        return change::show(id, place);
    }
    let project = place.project()?;
    let state = project.state()?;
    let document = if id.starts_with("run-") {
        json!({"run": id, "facts": state.run(id).map_err(galen_lifecycle::ActError::from)?})
    } else if id.starts_with("release-") {
        json!({"release": state.release(id).map_err(galen_lifecycle::ActError::from)?})
    } else if let Ok(index) = id.parse::<u64>() {
        let entries = project.records(index, index + 1)?;
        let Some(entry) = entries.first() else {
            return Err(Failure::usage(
                "unknown",
                format!("there is no entry {index}"),
                format!("the ledger has {}", state.entries),
            ));
        };
        json!({"entry": index, "record": entry.record})
    } else {
        return Err(Failure::usage(
            "unknown",
            format!("`{id}` is no run, change, release or entry"),
            "write run-1, change-1, release-1, or the number of an entry",
        ));
    };
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    Ok(Report::new("show", document, text))
}

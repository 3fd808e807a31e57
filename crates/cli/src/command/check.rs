//! `galen check`.

use galen_spec::{Name, Severity};
use serde_json::json;

use crate::place::Place;
use crate::report::{Failure, Report, declared};

pub fn check(place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    let source = |file: &str| {
        project
            .files
            .read(file)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
    };
    let found = match project.check() {
        Ok(found) => found,
        Err(galen_lifecycle::ActError::Declared(found)) => {
            let shown: Vec<String> = found
                .iter()
                .map(|one| one.render(source(&one.at.file).as_deref()))
                .collect();
            return Err(Failure {
                shown: Some(shown.join("\n\n")),
                ..declared(found, 2)
            });
        }
        Err(error) => return Err(error.into()),
    };
    let errors = found
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .count();
    let warnings = found.len() - errors;
    let mut lines: Vec<String> = found
        .iter()
        .map(|one| one.render(source(&one.at.file).as_deref()))
        .collect();
    lines.push(match (errors, warnings) {
        (0, 0) => format!("The {} declared files hold together.", Name::ALL.len()),
        (0, _) => format!(
            "The {} declared files hold together, with {warnings} warning(s).",
            Name::ALL.len()
        ),
        _ => format!("{errors} error(s), {warnings} warning(s)."),
    });
    let document =
        json!({"ok": errors == 0, "errors": errors, "warnings": warnings, "diagnostics": found});
    Ok(Report::new("check", document, lines.join("\n")).judged(errors == 0))
}

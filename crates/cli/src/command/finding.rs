//! `galen finding`.

use galen_control::Deed;
use serde_json::json;

use crate::args::Finding;
use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words::{self, table};

pub fn finding(args: &Finding, place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    match args {
        Finding::Open {
            title,
            containment,
            alert,
            replay,
        } => {
            let entry = project.open_finding(
                &place.actor()?,
                replay.as_of,
                alert.as_deref(),
                title,
                containment,
            )?;
            let Deed::OpenFinding(opened) = &entry.record.deed else {
                unreachable!("a finding records itself")
            };
            let text = format!("Entry {}: {} is open.", entry.index, opened.finding);
            Ok(Report::new(
                "finding",
                json!({"finding": opened, "entry": entry.index}),
                text,
            ))
        }
        Finding::Analyse { finding, cause } => {
            let (entry, evidence) = project.analyse_finding(&place.actor()?, finding, cause)?;
            let mut lines = vec![format!(
                "Entry {}: the cause of {finding} is recorded, with this evidence:",
                entry.index
            )];
            for row in &evidence.rows {
                let p = row
                    .p_value
                    .map(|p| format!(", p {}", words::number(p)))
                    .unwrap_or_default();
                lines.push(format!(
                    "  {}: {}{p}",
                    row.title,
                    words::estimate(&row.estimate)
                ));
            }
            let document = json!({"finding": finding, "cause": cause, "evidence": evidence, "entry": entry.index});
            Ok(Report::new("finding", document, lines.join("\n")))
        }
        Finding::Close {
            finding,
            correction,
        } => {
            let entry = project.close_finding(&place.actor()?, finding, correction)?;
            let text = format!("Entry {}: {finding} is closed.", entry.index);
            Ok(Report::new(
                "finding",
                json!({"finding": finding, "entry": entry.index}),
                text,
            ))
        }
        Finding::List => {
            let state = project.state()?;
            let rows: Vec<Vec<String>> = state
                .findings
                .iter()
                .map(|one| {
                    vec![
                        one.id.clone(),
                        one.state.to_string(),
                        one.by.to_string(),
                        one.title.clone(),
                    ]
                })
                .collect();
            let text = table(&["finding", "state", "opened by", "title"], &rows);
            Ok(Report::new(
                "finding",
                json!({"findings": state.findings}),
                text,
            ))
        }
        Finding::Show { finding } => {
            let state = project.state()?;
            let found = state
                .finding(finding)
                .map_err(galen_lifecycle::ActError::from)?;
            let mut lines = vec![
                format!("{}: {} ({})", found.id, found.title, found.state),
                format!("  contained: {}", found.containment),
            ];
            lines.extend(found.cause.iter().map(|cause| format!("  cause: {cause}")));
            lines.extend(
                found
                    .correction
                    .iter()
                    .map(|correction| format!("  corrected: {correction}")),
            );
            Ok(Report::new(
                "finding",
                json!({"finding": found}),
                lines.join("\n"),
            ))
        }
    }
}

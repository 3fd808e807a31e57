//! Validation and clinical checks of a table, as evidence.

use galen_control::{Evidence, Row, Subject};
use galen_spec::data::Data;
use galen_stats::{Estimate, Level, Undefined};
use galen_table::Table;
use galen_table::check::{Roles, check};
use galen_table::cohort::cohort;
use galen_table::expectation::{declared, validate};
use serde_json::json;

use crate::error::ActError;

/// The declared expectations and those that the columns imply, tried on a table.
pub(crate) fn validation(table: &Table, plan: &Data, subjects: Vec<Subject>) -> Evidence {
    let mut asked = declared(plan);
    asked.extend(plan.expectations.iter().cloned());
    let results = validate(table, &asked);
    let mut evidence = Evidence::of("validation", subjects);
    evidence.rows = results
        .iter()
        .map(|result| {
            let of = result
                .column
                .as_deref()
                .map(|column| format!(" of {column}"))
                .unwrap_or_default();
            Row {
                quantity: result.id.clone(),
                title: format!("Share that does not meet {}{of}", result.expectation),
                subgroup: None,
                p_value: None,
                estimate: result.share.clone().unwrap_or_else(|| nothing(table)),
            }
        })
        .collect();
    let found: Vec<_> = results.iter().filter(|result| !result.ok).collect();
    evidence.details = Some(json!({"found": found, "results": results}));
    evidence
}

/// The clinical data checks on a table.
pub(crate) fn checks(
    table: &Table,
    plan: &Data,
    subjects: Vec<Subject>,
) -> Result<Evidence, ActError> {
    let wrong = |error: &dyn std::fmt::Display| {
        ActError::input("check", error.to_string(), "correct the table or data.yaml")
    };
    // A raw table gets its truth first; people whose truth is unknown cannot tell what predicts it.
    let with_truth = if table.has(&plan.reference_standard.name) {
        table.clone()
    } else {
        let cohort = cohort(table, plan).map_err(|error| wrong(&error))?;
        cohort
            .table
            .filter(&cohort.known)
            .map_err(|error| wrong(&error))?
    };
    let report =
        check(&with_truth, &Roles::of_plan(plan), Some(plan)).map_err(|error| wrong(&error))?;
    let mut evidence = Evidence::of("check", subjects);
    evidence.rows = report
        .findings
        .iter()
        .map(|finding| Row {
            quantity: format!("{}/{}", finding.check, finding.columns.join("+")),
            title: finding.message.clone(),
            subgroup: None,
            p_value: None,
            estimate: finding
                .measure
                .as_ref()
                .map(|measure| measure.estimate.clone())
                .unwrap_or_else(|| nothing(table)),
        })
        .collect();
    evidence.details = Some(json!({"found": report.findings}));
    Ok(evidence)
}

fn nothing(table: &Table) -> Estimate {
    let mut estimate = Estimate::undefined(
        Undefined::NoCase,
        table.rows() as u64,
        Level::DEFAULT,
        "none",
    );
    estimate.why = Some("This gives no number.".to_owned());
    estimate
}

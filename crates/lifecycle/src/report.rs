//! Validation and clinical checks of a table, as evidence.

use galen_control::{Evidence, Row, State, Subject};
use galen_spec::data::Data;
use galen_spec::protocol::Protocol;
use galen_stats::{Estimate, Level, Undefined};
use galen_table::check::{Beside, Roles, check};
use galen_table::cohort::cohort;
use galen_table::expectation::{ExpectationResult, declared, validate};
use galen_table::scan::Pace;
use galen_table::tfdv::{Setting, Statistics, columns_of_texts, judge, results};
use galen_table::{ReadOptions, Table};
use serde_json::json;

use crate::error::ActError;

/// A dataset held against the frozen schema and what was accepted since, one result a column; none without a schema.
///
/// TensorFlow Data Validation sees a file otherwise than galen: only an empty cell has no value.
///
/// # Errors
/// [`ActError::Input`] if the file is no table; [`ActError::Refused`] if what was accepted does not fit the schema.
pub(crate) fn of_schema(
    bytes: &[u8],
    plan: &Data,
    state: &State,
) -> Result<Vec<ExpectationResult>, ActError> {
    let Some(frozen) = &plan.tfdv else {
        return Ok(Vec::new());
    };
    let schema = state.amended(frozen)?;
    let wrong = |error: &dyn std::fmt::Display| {
        ActError::input(
            "table",
            error.to_string(),
            "correct the file, then do this again",
        )
    };
    let options = ReadOptions {
        common_na: false,
        columns: columns_of_texts(&schema),
        ..ReadOptions::default()
    };
    let table = Table::read_csv(bytes, &options).map_err(|error| wrong(&error))?;
    let statistics = Statistics::of(&table, &schema, Pace::ALONE).map_err(|error| wrong(&error))?;
    let judged = judge(&schema, &statistics, &Setting::default()).map_err(|error| wrong(&error))?;
    Ok(results(&schema, &judged))
}

/// The declared expectations, those that the columns imply, and what a schema says, tried on a table.
pub(crate) fn validation(
    table: &Table,
    plan: &Data,
    of_schema: Vec<ExpectationResult>,
    subjects: Vec<Subject>,
) -> Evidence {
    let mut asked = declared(plan);
    asked.extend(plan.expectations.iter().cloned());
    let mut results = validate(table, &asked);
    results.extend(of_schema);
    let mut evidence = Evidence::of("validation", subjects);
    evidence.rows = results
        .iter()
        .map(|result| Row {
            quantity: result.id.clone(),
            title: title(result),
            subgroup: None,
            p_value: None,
            estimate: result.share.clone().unwrap_or_else(|| nothing(table)),
        })
        .collect();
    let found: Vec<_> = results.iter().filter(|result| !result.ok).collect();
    evidence.details = Some(json!({"found": found, "results": results}));
    evidence
}

fn title(result: &ExpectationResult) -> String {
    let of = result.column.as_deref();
    let of = of.map(|column| format!(" of {column}")).unwrap_or_default();
    if !result.expectation.starts_with("tfdv_") {
        return format!("Share that does not meet {}{of}", result.expectation);
    }
    let what = if of.is_empty() { " of the table" } else { &of };
    let types = result.observed["types"].as_array().into_iter().flatten();
    let types: Vec<&str> = types.filter_map(|one| one.as_str()).collect();
    if types.is_empty() {
        format!("Anomalies{what} by the schema: none")
    } else {
        format!("Anomalies{what} by the schema: {}", types.join(", "))
    }
}

/// The clinical data checks on a table.
pub(crate) fn checks(
    table: &Table,
    plan: &Data,
    protocol: Option<&Protocol>,
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
        let both = cohort.known.iter().zip(&cohort.synthetic);
        let people: Vec<bool> = both
            .map(|(known, synthetic)| *known && !synthetic)
            .collect();
        cohort
            .table
            .filter(&people)
            .map_err(|error| wrong(&error))?
    };
    let beside = Beside {
        protocol,
        ..Beside::of_plan(plan)
    };
    let report =
        check(&with_truth, &Roles::of_plan(plan), beside).map_err(|error| wrong(&error))?;
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

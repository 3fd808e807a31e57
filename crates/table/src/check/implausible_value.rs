use galen_spec::data::{Column, Severity};
use serde_json::json;

use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::cell;
use crate::expectation::share;

/// Values outside the range or the categories that the plan declares.
///
/// Their share of the cells with a value is the measure. Above 5 % it stops, since then the unit, the coding or the
/// declaration is wrong; else it warns. The limit is a convention of galen.
///
/// # Source
/// Kahn et al. 2016, eGEMs 4:1244 (atemporal plausibility).
pub struct ImplausibleValue;

impl Check for ImplausibleValue {
    fn about(&self) -> About {
        About {
            id: "implausible_value",
            head: CheckHead::Integrity,
            what: "Are there values outside the declared range or categories?",
            source: "Kahn et al. 2016",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let columns = study
            .plan
            .map(|plan| plan.columns.as_slice())
            .unwrap_or_default();
        columns
            .iter()
            .filter_map(|column| look(study, column))
            .collect()
    }
}

fn look(study: &Study, column: &Column) -> Option<Finding> {
    let texts = study.table.texts(&column.name).ok()?;
    let in_range = |text: &str| match (column.range, cell::number(text)) {
        (Some([low, high]), Some(value)) => (low..=high).contains(&value),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let is_known = |text: &str| {
        column
            .values
            .as_ref()
            .is_none_or(|values| values.iter().any(|v| v == text))
    };
    let values = texts
        .iter()
        .enumerate()
        .filter_map(|(row, text)| Some((row, text.as_deref()?)));
    let implausible: Vec<_> = values
        .clone()
        .filter(|(_, text)| !in_range(text) || !is_known(text))
        .collect();
    if implausible.is_empty() {
        return None;
    }
    let estimate = share(implausible.len(), values.count(), study.roles.level);
    let part = estimate.value.unwrap_or_default();
    let examples: Vec<_> = implausible
        .iter()
        .take(20)
        .map(|(row, value)| json!({ "row": row, "value": value }))
        .collect();
    let declared = match (column.range, &column.values) {
        (Some([low, high]), _) => format!("{low} to {high}"),
        (None, Some(values)) => values.join(", "),
        (None, None) => return None,
    };
    Some(Finding {
        check: "implausible_value",
        severity: if part > 0.05 {
            Severity::Stop
        } else {
            Severity::Warn
        },
        columns: vec![column.name.clone()],
        message: format!(
            "{} values of `{}` ({}) are not among those declared as plausible: {declared}.",
            implausible.len(),
            column.name,
            percent(part)
        ),
        measure: Some(Measure {
            name: "share_of_implausible_values",
            estimate,
        }),
        evidence: json!({ "examples": examples }),
        help:
            "Look at the rows: a wrong unit, a wrong code, or a range that was declared too narrow."
                .to_owned(),
    })
}

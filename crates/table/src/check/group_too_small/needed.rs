//! Subgroups against the number of cases that the protocol's criteria need.

use galen_spec::Rule;
use galen_spec::data::Severity;
use galen_spec::protocol::{Criterion, CriterionKind, Endpoint, Protocol, Subgroup};
use galen_stats::power::{auroc_size, wilson_size};
use galen_stats::{Estimate, Level};
use serde_json::json;

use super::super::{Finding, Measure, Study};
use super::{Labels, count, finding};
use crate::cell::number;

/// The probability with which a criterion is to be met if the expected value is true.
const POWER: f64 = 0.80;

/// Criteria of subgroups that the rows of this table cannot decide.
pub(super) fn find(study: &Study, protocol: &Protocol) -> Vec<Finding> {
    let criteria = protocol.criteria.iter();
    criteria
        .filter_map(|criterion| short_of(study, protocol, criterion))
        .collect()
}

fn short_of(study: &Study, protocol: &Protocol, criterion: &Criterion) -> Option<Finding> {
    let endpoint = protocol.endpoint(&criterion.endpoint)?;
    let subgroup = protocol.subgroup(endpoint.subgroup.as_deref()?)?;
    let Rule::LowerAtLeast(bound) = criterion.rule else {
        return None;
    };
    if endpoint.difference.is_some() {
        return None;
    }
    let (diseased, healthy) = labels(study, subgroup)?;
    let level = Level::new(*protocol.levels_of(criterion).first()?).ok()?;
    // Without an expectation the best that could be: not one case is wrong.
    let expected = criterion.expected.unwrap_or(1.0);
    let (has, needs, kind) = needed(endpoint, (expected, bound), level, (diseased, healthy))?;
    if needs.is_some_and(|needs| has >= needs) {
        return None;
    }
    let needs_words = match needs {
        Some(needs) => format!("needs {needs} {kind}"),
        None => format!("needs more than a million {kind}"),
    };
    let message = format!(
        "The criterion `{}` ({} of {}, {}) {needs_words} to be met with probability {POWER:.2} if {expected} is true; this table has {has}.",
        criterion.id, endpoint.metric, subgroup.title, criterion.rule
    );
    let severity = match criterion.kind {
        CriterionKind::Required => Severity::Warn,
        CriterionKind::Descriptive => Severity::Note,
    };
    let exact = has as f64;
    let measure = Measure {
        name: "cases",
        estimate: Estimate::new(exact, (exact, exact), diseased + healthy, level, "count"),
    };
    let evidence = json!({
        "criterion": criterion.id, "subgroup": subgroup.id, "diseased": diseased, "healthy": healthy, "needed": needs,
        "expected": expected, "power": POWER,
    });
    Some(finding(
        &subgroup.column,
        severity,
        message,
        Some(measure),
        evidence,
    ))
}

/// How many cases of the kind that decides there are, how many are needed, and what they are called; none where no formula holds.
fn needed(
    endpoint: &Endpoint,
    (expected, bound): (f64, f64),
    level: Level,
    (diseased, healthy): (u64, u64),
) -> Option<(u64, Option<u64>, &'static str)> {
    let of_share = || wilson_size(expected, bound, POWER, level);
    Some(match endpoint.metric.as_str() {
        "sensitivity" => (diseased, of_share(), "diseased cases"),
        "specificity" => (healthy, of_share(), "healthy cases"),
        "accuracy" => (diseased + healthy, of_share(), "cases"),
        "auroc" if expected < 1.0 => {
            let all = diseased + healthy;
            let prevalence = diseased as f64 / all.max(1) as f64;
            let size = auroc_size(expected, bound, POWER, prevalence, level);
            (all, size.map(|(d, h)| d + h), "cases of this prevalence")
        }
        _ => return None,
    })
}

/// Diseased and healthy rows of a subgroup; none if the table has not its column.
fn labels(study: &Study, subgroup: &Subgroup) -> Option<(u64, u64)> {
    let texts = study.table.texts(&subgroup.column).ok()?;
    let mut labels: Labels = (0, 0);
    for (text, truth) in texts.iter().zip(&study.truth) {
        if text.as_deref().is_some_and(|text| belongs(subgroup, text)) {
            count(&mut labels, *truth);
        }
    }
    Some((labels.0 as u64, labels.1 as u64))
}

fn belongs(subgroup: &Subgroup, text: &str) -> bool {
    let is_equal = |value: &String| {
        let same_number = number(text).is_some_and(|own| number(value) == Some(own));
        text.trim() == value.trim() || same_number
    };
    let is_at_least = |least: f64| number(text).is_some_and(|own| own >= least);
    let is_below = |most: f64| number(text).is_some_and(|own| own < most);
    subgroup.equals.as_ref().is_none_or(is_equal)
        && subgroup.at_least.is_none_or(is_at_least)
        && subgroup.below.is_none_or(is_below)
}

#[cfg(test)]
mod tests {
    use super::super::super::{Beside, Roles, check};
    use super::*;
    use crate::{ReadOptions, Table};

    fn protocol(expected: &str, kind: &str) -> Protocol {
        let criterion = |id: &str, endpoint: &str| {
            let expected: serde_json::Value =
                serde_json::from_str(expected).expect("a number or null");
            json!({"id": id, "endpoint": endpoint, "kind": kind, "rule": "lower >= 0.8", "expected": expected, "rationale": "why"})
        };
        serde_json::from_value(json!({
            "reference_set": {"dataset": "reference", "looks": 1, "expected_cases": 100, "expected_diseased": 50},
            "development_set": {"dataset": "development"}, "threshold": 0.5, "threshold_rationale": "why",
            "subgroups": [
                {"id": "women", "title": "women", "column": "sex", "equals": "F"},
                {"id": "old", "title": "people of 70 and more", "column": "age", "at_least": 70.0},
            ],
            "endpoints": [
                {"id": "of_women", "title": "t", "metric": "sensitivity", "subgroup": "women"},
                {"id": "of_old", "title": "t", "metric": "specificity", "subgroup": "old"},
            ],
            "criteria": [criterion("c_women", "of_women"), criterion("c_old", "of_old")],
        }))
        .expect("a protocol")
    }

    fn found(rows: usize, protocol: &Protocol) -> Vec<Finding> {
        let row = |i: usize| {
            let sex = if i.is_multiple_of(2) { "F" } else { "M" };
            format!(
                "P{i},{sex},{},{}\n",
                40 + i % 50,
                u8::from(i.is_multiple_of(3))
            )
        };
        let text = format!("id,sex,age,y\n{}", (0..rows).map(row).collect::<String>());
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let beside = Beside {
            protocol: Some(protocol),
            ..Beside::default()
        };
        let found = check(&table, &Roles::of_label("y"), beside).expect("the columns are there");
        let found = found.findings.into_iter();
        found.filter(|one| one.check == "group_too_small").collect()
    }

    #[test]
    fn a_subgroup_is_held_against_the_criterion_that_asks_about_it() {
        // Of 60 rows 10 women are diseased; people of 70 and more are 10 to 20 of 60, not diseased two thirds of them.
        let few = found(60, &protocol("0.9", "required"));
        assert_eq!(few.len(), 2, "{few:?}");
        assert_eq!(few[0].severity, Severity::Warn);
        let needs = wilson_size(0.9, 0.8, POWER, Level::DEFAULT).expect("some number");
        assert_eq!(few[0].evidence["needed"], json!(needs));
        assert_eq!(few[0].evidence["diseased"], json!(10));
        assert!(few[0].message.contains("`c_women`"), "{}", few[0].message);
        let noted = found(60, &protocol("0.9", "descriptive"));
        assert!(noted.iter().all(|one| one.severity == Severity::Note));
        assert_eq!(found(3_000, &protocol("0.9", "required")), []);
    }

    #[test]
    fn without_an_expectation_only_what_no_model_could_pass_is_told() {
        // With 16 cases even a model without a miss has a lower bound of 0.806.
        assert_eq!(wilson_size(1.0, 0.8, POWER, Level::DEFAULT), Some(16));
        let few = found(60, &protocol("null", "required"));
        assert_eq!(few.len(), 2, "{few:?}");
        assert_eq!(found(120, &protocol("null", "required")), []);
    }
}

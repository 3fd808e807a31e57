use galen_spec::data::{Column, Severity};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::quantity::Quantity;
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::expectation::share;
use crate::{Kind, cell};

/// Values that the plan declares as implausible, or that nobody can have, or that stand for "not measured".
///
/// With a plan, those outside a column's declared range or categories. Of a column without a declared range, two things are
/// looked for among its numbers: values that no living person can have, if its name says a [`Quantity`] (in the unit in which
/// most of its values are possible; if fewer than half are in any, the name says something else), and one value that is
/// repeated three times or more, usual as a code for "missing" (-9, -1, 99, 999 …), and lies beyond all others: below them where
/// they are not negative, or above by more than their whole range. The share of the cells with a value is the measure. Above 5 %
/// it stops, since then the unit, the coding or the declaration is wrong; else it warns. The limits are conventions of galen.
///
/// # Source
/// Kahn et al. 2016, eGEMs 4:1244 (atemporal plausibility); Weiskopf and Weng 2013, JAMIA 20:144-151.
pub struct ImplausibleValue;

/// The share from which on it stops.
const OFTEN: f64 = 0.05;
const EXAMPLES: usize = 20;
const DISTINCT: usize = 6;
const REPEATED: usize = 3;
/// Usual codes, without their sign.
const CODES: &[f64] = &[
    9.0, 77.0, 88.0, 99.0, 777.0, 888.0, 999.0, 7777.0, 8888.0, 9999.0, 99_999.0, 999_999.0,
];

impl Check for ImplausibleValue {
    fn about(&self) -> About {
        About {
            id: "implausible_value",
            head: CheckHead::Integrity,
            what: "Are there values that nobody can have, that the plan does not declare, or codes for missing?",
            source: "Kahn et al. 2016",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let columns = study
            .plan
            .map(|plan| plan.columns.as_slice())
            .unwrap_or_default();
        let is_declared = |name: &str| {
            let mut declared = columns.iter().filter(|column| column.name == *name);
            declared.any(|column| column.range.is_some() || column.values.is_some())
        };
        let declared = columns.iter().filter_map(|column| look(study, column));
        let others = study.candidates();
        let others: Vec<&&str> = others.iter().filter(|name| !is_declared(name)).collect();
        let others = others
            .par_iter()
            .flat_map_iter(|name| unplanned(study, name));
        declared.chain(others.collect::<Vec<_>>()).collect()
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
    let declared = match (column.range, &column.values) {
        (Some([low, high]), _) => format!("{low} to {high}"),
        (None, Some(values)) => values.join(", "),
        (None, None) => return None,
    };
    let (n, of) = (implausible.len(), values.clone().count());
    let examples = implausible.iter().take(EXAMPLES);
    let examples = examples.map(|(row, value)| json!({ "row": row, "value": value }));
    finding(
        study,
        &column.name,
        (n, of),
        |share| {
            format!(
                "{n} of {of} values of `{}` ({share}) cannot be, by what is declared as plausible: {declared}.",
                column.name
            )
        },
        json!({ "examples": examples.collect::<Vec<_>>() }),
        "Look at the rows: a wrong unit, a wrong code, or a range that was declared too narrow.",
    )
}

/// Codes for a missing number in a column of numbers, and what nobody can have.
fn unplanned(study: &Study, column: &str) -> Vec<Finding> {
    let is_number = |kind| matches!(kind, Kind::Integer | Kind::Number);
    if !study.table.kind(column).is_ok_and(is_number) {
        return Vec::new();
    }
    let numbers = study.table.numbers(column).unwrap_or_default();
    let numbers = numbers.iter().enumerate();
    let values: Vec<(usize, f64)> = numbers.filter_map(|(row, x)| Some((row, (*x)?))).collect();
    let mut sorted: Vec<f64> = values.iter().map(|value| value.1).collect();
    sorted.sort_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    // A flag or a scale of few steps is named as what it is about.
    if distinct.len() < DISTINCT {
        return Vec::new();
    }
    let codes = codes(&sorted);
    let is_code = |value: f64| codes.contains(&value);
    let of_codes = codes.iter().filter_map(|&code| {
        let n = sorted.iter().filter(|value| **value == code).count();
        finding(
            study,
            column,
            (n, sorted.len()),
            |share| format!("{n} of {of} values of `{column}` ({share}) are {code}, beyond all others, as codes for \"missing\" are.", of = sorted.len()),
            json!({ "code": code, "examples": examples(&values, |value| value == code) }),
            "If it stands for a value that is not there, name it with --na, or leave the cells empty.",
        )
    });
    let mut found: Vec<Finding> = of_codes.collect();
    found.extend(impossible(study, column, &values, is_code));
    found
}

/// Values that are usual as codes and lie beyond all others.
fn codes(sorted: &[f64]) -> Vec<f64> {
    let is_usual = |value: f64| CODES.contains(&value.abs()) || value == -1.0;
    let mut codes = Vec::new();
    let (mut rest, mut was) = (sorted, usize::MAX);
    while rest.len() < was {
        was = rest.len();
        let (Some(&low), Some(&high)) = (rest.first(), rest.last()) else {
            break;
        };
        let above_low = rest.partition_point(|value| *value <= low);
        let below_high = rest.partition_point(|value| *value < high);
        let is_low = low < 0.0 && rest.get(above_low).is_some_and(|next| *next >= 0.0);
        if is_low && is_usual(low) && above_low >= REPEATED {
            codes.push(low);
            rest = &rest[above_low..];
        } else if is_usual(high) && high > 0.0 && rest.len() - below_high >= REPEATED {
            let others = &rest[..below_high];
            let range = others.first().zip(others.last());
            if range.is_some_and(|(first, last)| high - last > last - first && last > first) {
                codes.push(high);
                rest = others;
            }
        }
    }
    codes
}

/// Values that no living person can have of the quantity that the column's name says.
fn impossible(
    study: &Study,
    column: &str,
    all: &[(usize, f64)],
    is_code: impl Fn(f64) -> bool,
) -> Option<Finding> {
    let quantity = Quantity::of(column)?;
    let values = all.iter().map(|value| value.1).filter(|x| !is_code(*x));
    let values: Vec<f64> = values.collect();
    let possible = |range: [f64; 2]| {
        let in_range = |value: &&f64| (range[0]..=range[1]).contains(*value);
        values.iter().filter(in_range).count()
    };
    // Of units that suit as many values the usual one, which stands first.
    let units = quantity
        .units()
        .map(|(unit, range)| (possible(range), unit, range));
    let best = units.reduce(|best, one| if one.0 > best.0 { one } else { best });
    let (n_possible, unit, range) = best?;
    if 2 * n_possible < values.len() {
        return None;
    }
    let is_meant = |value: f64| !is_code(value) && !(range[0]..=range[1]).contains(&value);
    let (n, of) = (values.len() - n_possible, all.len());
    let zeros = values
        .iter()
        .filter(|value| **value == 0.0 && is_meant(0.0))
        .count();
    let of_zeros = match zeros {
        0 => String::new(),
        all if all == n => {
            "; all are 0, which stands for \"not measured\" in many tables".to_owned()
        }
        some => format!("; {some} are 0, which stands for \"not measured\" in many tables"),
    };
    let [low, high] = range.map(|end| (end * 100.0).round() / 100.0);
    finding(
        study,
        column,
        (n, of),
        |share| {
            format!(
                "{n} of {of} values of `{column}` ({share}) cannot be a person's, {low} to {high} {unit}{of_zeros}."
            )
        },
        json!({ "unit": unit, "possible": range, "zeros": zeros, "examples": examples(all, is_meant) }),
        "Look at the rows: a wrong unit, a slip of the pen, or a code for a value that is not there; declare range and unit in data.yaml.",
    )
}

/// The first of those that are meant, with their rows.
fn examples(values: &[(usize, f64)], is_meant: impl Fn(f64) -> bool) -> Vec<Value> {
    let meant = values.iter().filter(|(_, value)| is_meant(*value));
    meant
        .take(EXAMPLES)
        .map(|(row, value)| json!({ "row": row, "value": value }))
        .collect()
}

/// `n` of `of` values are implausible; nothing if none is.
fn finding(
    study: &Study,
    column: &str,
    (n, of): (usize, usize),
    message: impl FnOnce(String) -> String,
    evidence: Value,
    help: &str,
) -> Option<Finding> {
    if n == 0 {
        return None;
    }
    let estimate = share(n, of, study.roles.level);
    let part = estimate.value.unwrap_or_default();
    Some(Finding {
        check: "implausible_value",
        severity: if part > OFTEN {
            Severity::Stop
        } else {
            Severity::Warn
        },
        columns: vec![column.to_owned()],
        message: message(percent(part)),
        measure: Some(Measure {
            name: "share_of_implausible_values",
            estimate,
        }),
        evidence,
        help: help.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Beside, Roles, check};
    use super::*;
    use crate::{ReadOptions, Table};

    /// 400 cases; `value` makes the cell of a number between 0 and 1 that is spread evenly, and the row.
    fn found(name: &str, value: impl Fn(f64, usize) -> f64) -> Vec<Finding> {
        let row = |i: usize| {
            let value = value((i * 181 % 400) as f64 / 400.0, i);
            format!("P{i},{value:.2},{}\n", u8::from(i * 7 % 10 < 3))
        };
        let rows: String = (0..400).map(row).collect();
        let text = format!("id,{name},y\n{rows}");
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let roles = Roles {
            id: Some("id".into()),
            ..Roles::of_label("y")
        };
        let found = check(&table, &roles, Beside::default()).expect("the columns are there");
        let found = found.findings.into_iter();
        found
            .filter(|one| one.check == "implausible_value")
            .collect()
    }

    #[test]
    fn zeros_that_mean_missing_and_slips_of_the_pen_are_found_without_a_plan() {
        let chol = found("chol", |share, i| {
            if i % 10 == 0 {
                0.0
            } else {
                120.0 + 300.0 * share
            }
        });
        assert_eq!(chol.len(), 1, "{chol:?}");
        assert_eq!(chol[0].severity, Severity::Stop);
        assert!(
            chol[0]
                .message
                .contains("40 of 400 values of `chol` (10.0 %)"),
            "{}",
            chol[0].message
        );
        assert!(
            chol[0].message.contains("mg/dL; all are 0"),
            "{}",
            chol[0].message
        );
        let age = found("Patient Age", |share, i| {
            if i == 7 { 412.0 } else { 20.0 + 70.0 * share }
        });
        assert_eq!(age.len(), 1, "{age:?}");
        assert_eq!(age[0].severity, Severity::Warn);
        assert_eq!(age[0].evidence["examples"][0]["row"], 7);
        let warm = found(
            "temp_f",
            |share, i| if i == 3 { 37.0 } else { 96.0 + 8.0 * share },
        );
        assert!(
            warm[0].message.contains("50 to 118.4 °F"),
            "{}",
            warm[0].message
        );
    }

    #[test]
    fn codes_for_missing_are_found_in_any_column_of_numbers() {
        let two = found("x", |share, i| match i % 50 {
            0 => 999.0,
            1 => -9.0,
            _ => 3.0 + 90.0 * share,
        });
        let codes: Vec<_> = two
            .iter()
            .map(|one| one.evidence["code"].as_f64())
            .collect();
        assert_eq!(codes, [Some(-9.0), Some(999.0)]);
    }

    #[test]
    fn honest_values_and_other_things_of_that_name_are_plausible() {
        for quiet in [
            found(
                "x",
                |share, i| if i < 5 { 99.0 } else { 20.0 + 78.0 * share },
            ),
            found(
                "change",
                |share, i| if i < 5 { -9.0 } else { 20.0 * share - 10.0 },
            ),
            // Standardised, a flag of what was measured, a difference.
            found("glucose", |share, _| 4.0 * share - 2.0),
            found("sodium", |_, i| (i % 2) as f64),
            found("weight_delta", |share, _| 20.0 * share - 10.0),
            found("height", |share, _| 1.4 + 0.6 * share),
            found("wbc", |share, _| 20.0 * share),
        ] {
            assert!(quiet.is_empty(), "{quiet:?}");
        }
    }
}

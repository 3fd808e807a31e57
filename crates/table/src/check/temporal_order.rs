use std::collections::BTreeSet;

use galen_spec::data::Severity;
use serde_json::json;

use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::expectation::share;

/// Times that stand in an order that cannot be.
///
/// Of each two columns of days or moments, and of the columns on the scale of the time of the row, the usual order is learned:
/// one where at least 95 % of the rows with both have the first not after the second. The others are the exceptions. They warn;
/// from 1 % on they stop if one of the two is the time of the row or of the event. A pair without a usual order is left alone,
/// and so is one of which fewer than 50 rows have both, or where most are equal. The limits are conventions of galen.
///
/// # Source
/// Kahn et al. 2016, eGEMs 4:1244 (temporal plausibility); Weiskopf and Weng 2013, JAMIA 20:144-151 (concordance).
pub struct TemporalOrder;

const USUAL: f64 = 0.95;
const STOP: f64 = 0.01;
const ROWS: usize = 50;

impl Check for TemporalOrder {
    fn about(&self) -> About {
        About {
            id: "temporal_order",
            head: CheckHead::Integrity,
            what: "Do times stand in an order that cannot be?",
            source: "Kahn et al. 2016; Weiskopf and Weng 2013",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let columns = times(study);
        let mut findings = Vec::new();
        for (at, one) in columns.iter().enumerate() {
            for other in &columns[at + 1..] {
                findings.extend(look(study, one, other));
            }
        }
        findings
    }
}

/// The columns that say times: days and moments, and numbers near the time of the row.
fn times<'a>(study: &Study<'a>) -> Vec<(&'a str, Vec<Option<f64>>)> {
    let roles = [
        study.roles.time.as_deref(),
        study.roles.event_time.as_deref(),
    ];
    let names = study.table.names().into_iter();
    let is_time = |name: &&str| {
        let is_kind = study.table.kind(name).is_ok_and(|kind| kind.is_time());
        let near = roles.iter().flatten().any(|role| {
            role == name || super::future_leakage::after::on_one_scale(study, role, name).is_some()
        });
        is_kind || near
    };
    names
        .filter(is_time)
        .filter_map(|name| Some((name, study.on_a_scale(name)?)))
        .collect()
}

fn look(
    study: &Study,
    (one, first): &(&str, Vec<Option<f64>>),
    (other, second): &(&str, Vec<Option<f64>>),
) -> Option<Finding> {
    let kinds = [one, other].map(|name| study.table.kind(name).is_ok_and(|kind| kind.is_time()));
    if kinds[0] != kinds[1] {
        return None;
    }
    let both = first.iter().zip(second).enumerate();
    let pairs: Vec<(usize, f64)> = both
        .filter_map(|(row, (a, b))| Some((row, (*b)? - (*a)?)))
        .collect();
    if pairs.len() < ROWS {
        return None;
    }
    let n = pairs.len() as f64;
    let count = |is: &dyn Fn(f64) -> bool| pairs.iter().filter(|(_, gap)| is(*gap)).count() as f64;
    let (after, before) = (count(&|gap| gap > 0.0), count(&|gap| gap < 0.0));
    // Which comes first, and the rows in which it does not.
    let (earlier, later, sign) = if after > before {
        (one, other, 1.0)
    } else {
        (other, one, -1.0)
    };
    let (usual, reversed) = (after.max(before), after.min(before));
    // Rounded to days a moment before midnight may lie after its day: a gap of less than a day says nothing there.
    let is_real = |gap: &f64| {
        if kinds[0] {
            sign * gap <= -1.0
        } else {
            sign * gap < 0.0
        }
    };
    let exceptions: Vec<usize> = pairs
        .iter()
        .filter(|(_, gap)| is_real(gap))
        .map(|(row, _)| *row)
        .collect();
    if reversed / n > 1.0 - USUAL || usual / n < 0.5 || exceptions.is_empty() {
        return None;
    }
    let patients: BTreeSet<u32> = study
        .patients
        .iter()
        .flat_map(|patients| exceptions.iter().map(|&row| patients[row]))
        .collect();
    let part = share(exceptions.len(), pairs.len(), study.roles.level);
    let roles = [
        study.roles.time.as_deref(),
        study.roles.event_time.as_deref(),
    ];
    let is_role = roles
        .iter()
        .flatten()
        .any(|role| role == earlier || role == later);
    let is_many = part.value.is_some_and(|value| value >= STOP);
    Some(Finding {
        check: "temporal_order",
        severity: if is_role && is_many { Severity::Stop } else { Severity::Warn },
        columns: vec![(*earlier).to_owned(), (*later).to_owned()],
        message: format!(
            "`{earlier}` lies after `{later}` in {} of {} rows ({}), and not after it in the others.",
            exceptions.len(),
            pairs.len(),
            percent(part.value.unwrap_or_default())
        ),
        measure: Some(Measure {
            name: "share_in_the_wrong_order",
            estimate: part,
        }),
        evidence: json!({ "rows": &exceptions[..exceptions.len().min(20)], "patients": patients.len() }),
        help: "Look at the rows: a swapped day and month, a wrong year, or a time that was entered later.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Beside, Roles, check};
    use super::*;
    use crate::{ReadOptions, Table};

    fn found(discharge: impl Fn(usize) -> usize) -> Vec<Finding> {
        let row = |n: usize| {
            let day = |at: usize| format!("2024-{:02}-{:02}", 1 + at / 28 % 12, 1 + at % 28);
            format!("{},{},{}\n", day(n), day(discharge(n)), n % 3 / 2)
        };
        let rows: String = (0..200).map(row).collect();
        let table = Table::read_csv(
            format!("admitted,left,y\n{rows}").as_bytes(),
            &ReadOptions::default(),
        );
        let roles = Roles {
            time: Some("admitted".to_owned()),
            ..Roles::of_label("y")
        };
        let report = check(&table.expect("a table"), &roles, Beside::default()).expect("columns");
        let here = report.findings.into_iter();
        here.filter(|one| one.check == "temporal_order").collect()
    }

    #[test]
    fn who_left_before_being_admitted_is_found() {
        let findings = found(|n| if n % 40 == 39 { n - 5 } else { n + 4 });
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Stop);
        assert_eq!(findings[0].evidence["rows"], json!([39, 79, 119, 159, 199]));
    }

    #[test]
    fn times_in_order_and_times_without_an_order_are_left_alone() {
        assert_eq!(found(|n| n + 3), []);
        assert_eq!(
            found(|n| if n % 2 == 0 {
                n + 7
            } else {
                n.saturating_sub(7)
            }),
            []
        );
    }
}

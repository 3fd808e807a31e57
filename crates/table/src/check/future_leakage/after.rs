//! Times that lie after the moment at which the score is made, and rows from after the event.

use galen_spec::data::Severity;
use serde_json::json;

use super::super::{Finding, Measure, Study, percent};
use crate::expectation::share;

/// Rows that must have both times.
const ROWS: usize = 20;
/// The share of rows from which on a later time warns, and stops.
const WARN: f64 = 0.05;
const STOP: f64 = 0.5;
/// The share of rows of the diseased after the event that stops.
const AFTER_EVENT: f64 = 0.01;

/// A column of days or moments, or of numbers on the scale of the time, that lies after the time of the row.
pub(super) fn later_than_time(study: &Study, column: &str) -> Option<Finding> {
    let time = study.roles.time.as_deref().filter(|time| *time != column)?;
    let pairs = on_one_scale(study, time, column)?;
    let after = pairs.iter().filter(|(_, now, then)| then > now).count();
    let part = share(after, pairs.len(), study.roles.level);
    let low = part.low.unwrap_or_default();
    let severity = if low >= STOP {
        Severity::Stop
    } else if low >= WARN {
        Severity::Warn
    } else {
        return None;
    };
    let first = pairs.iter().find(|(_, now, then)| then > now);
    Some(Finding {
        check: "future_leakage",
        severity,
        columns: vec![column.to_owned()],
        message: format!(
            "`{column}` lies after `{time}` in {} of the rows, so a score made at `{time}` cannot know it.",
            percent(part.value.unwrap_or_default())
        ),
        measure: Some(Measure {
            name: "share_after_time",
            estimate: part,
        }),
        evidence: json!({ "why": "later_than_time", "rows": pairs.len(), "after": after, "first_row": first.map(|one| one.0) }),
        help: "Leave it out of the inputs, with all that was computed from it.".to_owned(),
    })
}

/// Rows of the diseased that were collected after their event.
pub(super) fn after_event(study: &Study) -> Option<Finding> {
    let (time, event) = (
        study.roles.time.as_deref()?,
        study.roles.event_time.as_deref()?,
    );
    let pairs = on_one_scale(study, time, event)?;
    let of_diseased = pairs
        .iter()
        .filter(|(row, ..)| study.truth[*row] == Some(true));
    let of_diseased: Vec<_> = of_diseased.collect();
    let after = of_diseased.iter().filter(|(_, now, event)| now > event);
    let rows: Vec<usize> = after.map(|(row, ..)| *row).collect();
    if rows.is_empty() {
        return None;
    }
    let part = share(rows.len(), of_diseased.len(), study.roles.level);
    let is_many = part.value.is_some_and(|value| value >= AFTER_EVENT);
    Some(Finding {
        check: "future_leakage",
        severity: if is_many {
            Severity::Stop
        } else {
            Severity::Warn
        },
        columns: vec![time.to_owned(), event.to_owned()],
        message: format!(
            "{} of the {} rows of the diseased ({}) are from after the event: `{time}` lies after `{event}`.",
            rows.len(),
            of_diseased.len(),
            percent(part.value.unwrap_or_default())
        ),
        evidence: json!({ "why": "after_event", "rows": &rows[..rows.len().min(20)] }),
        measure: Some(Measure {
            name: "share_after_event",
            estimate: part,
        }),
        help: "Use rows from before the event only: later ones know the answer.".to_owned(),
    })
}

/// Row, first and second value of the rows that have both, if both columns say times on one scale: days and moments do;
/// numbers do if the second lies near the first, closer than the first is spread.
pub(in super::super) fn on_one_scale(
    study: &Study,
    first: &str,
    second: &str,
) -> Option<Vec<(usize, f64, f64)>> {
    let (a, b) = (study.on_a_scale(first)?, study.on_a_scale(second)?);
    let (kind_a, kind_b) = (
        study.table.kind(first).ok()?,
        study.table.kind(second).ok()?,
    );
    if kind_a.is_time() != kind_b.is_time() {
        return None;
    }
    let both = a.iter().zip(&b).enumerate();
    let pairs: Vec<(usize, f64, f64)> = both
        .filter_map(|(row, (a, b))| Some((row, (*a)?, (*b)?)))
        .collect();
    if pairs.len() < ROWS {
        return None;
    }
    if !kind_a.is_time() {
        let spread_of_time = quartiles(pairs.iter().map(|pair| pair.1).collect());
        let spread_between = quartiles(pairs.iter().map(|pair| pair.2 - pair.1).collect());
        let values: std::collections::BTreeSet<u64> =
            pairs.iter().map(|pair| pair.1.to_bits()).collect();
        let is_near = pairs
            .iter()
            .map(|pair| (pair.2 - pair.1).abs())
            .sum::<f64>()
            < spread_of_time * pairs.len() as f64;
        if values.len() < ROWS || spread_between >= 0.5 * spread_of_time || !is_near {
            return None;
        }
    }
    Some(pairs)
}

/// The upper minus the lower quartile.
fn quartiles(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[3 * values.len() / 4] - values[values.len() / 4]
}

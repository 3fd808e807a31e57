use std::collections::BTreeMap;

use galen_stats::sketch::Distinct;
use serde::Serialize;
use serde_json::Value;

use super::note::{Looked, NOTES, Note};
use super::values::{Histogram, Sorted};
use crate::accumulator::column::{ColumnSeen, Different, shown};
use crate::{Cell, Kind};

/// Most frequent values that are listed.
const TOP: usize = 10;
pub(super) const QUANTILES: [(&str, f64); 7] = [
    ("p01", 0.01),
    ("p05", 0.05),
    ("p25", 0.25),
    ("p50", 0.50),
    ("p75", 0.75),
    ("p95", 0.95),
    ("p99", 0.99),
];

/// The description of one column; moments and quantiles are of numbers only.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnProfile {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Whether it is told of all cells exactly, or from sketches with the errors that stand beside the numbers.
    pub precision: Told,
    /// Cells with a value.
    pub count: u64,
    pub missing: u64,
    /// Different values; `1` and `1.0` are one number. Absent if only bounds are known.
    pub distinct: Option<u64>,
    /// The relative error of one standard deviation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distinct_error: Option<f64>,
    /// At least and at most so many, after a merge of profiles that hold no hashes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distinct_bounds: Option<[u64; 2]>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub mean: Option<f64>,
    /// Standard deviation with n - 1; absent for fewer than two values.
    pub std: Option<f64>,
    /// `p01` to `p99`; empty without numbers.
    pub quantiles: BTreeMap<&'static str, f64>,
    /// How far the rank of a quantile may be from the asked one, as a share of all cells, in 99 of 100 cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantile_error: Option<f64>,
    /// The most frequent values, at most ten, ties in the order of the values.
    pub top: Vec<TopValue>,
    /// A count may be too low by at most so many; a value that is not listed occurs at most twice as often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_error: Option<u64>,
    /// Of numbers, and of days and moments in seconds since 1970.
    pub histogram: Option<Histogram>,
    /// Of days and moments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<String>,
    /// Of texts, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<Length>,
    /// Lowest, highest and quantiles are means of groups of cells.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub grouped: bool,
    /// Only counts are told: the column names patients, or has too few cells.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
    /// What somebody should look at before the column is used.
    pub notes: Vec<Noted>,
}

/// How a column is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    Exact,
    Sketch,
}

/// A value and how many cells hold it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TopValue {
    pub value: Value,
    pub count: u64,
}

/// How many characters texts have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Length {
    pub min: Option<u64>,
    pub max: Option<u64>,
    pub mean: Option<f64>,
}

/// What somebody should look at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Noted {
    pub id: &'static str,
    pub message: String,
}

impl ColumnProfile {
    pub(super) fn of(name: &str, seen: &ColumnSeen) -> Self {
        let values = seen.values();
        let sorted = Sorted::new(&values);
        let moments = seen.moments();
        let numeric = seen.kind.is_numeric();
        let of_numbers = |value: Option<f64>| value.filter(|_| numeric);
        let (low, high) = seen.different();
        let sketch = seen.sketch.as_deref();
        let sketched = |s: &&_| {
            matches!(
                s,
                &crate::accumulator::column::Sketch {
                    distinct: Different::Sketched(_),
                    ..
                }
            )
        };
        let mut quantiles = BTreeMap::new();
        if let (true, Some(min), Some(max)) = (numeric, moments.min, moments.max) {
            let found = QUANTILES.iter().filter_map(|&(id, p)| {
                // What a sketch kept lies between the lowest and the highest value, which are known.
                Some((id, sorted.quantile(p)?.clamp(min, max)))
            });
            quantiles.extend(found);
        }
        let grouped = sketch.is_some_and(|sketch| sketch.grouped > 0);
        let quantile_error = seen.rank_error().filter(|_| !quantiles.is_empty());
        let ordinal = numeric || seen.kind.is_time();
        let mut column = Self {
            name: name.to_owned(),
            kind: seen.kind,
            precision: if sketch.is_some() {
                Told::Sketch
            } else {
                Told::Exact
            },
            count: seen.n,
            missing: seen.missing,
            distinct: (low == high).then_some(low),
            distinct_error: sketch.filter(sketched).map(|_| Distinct::ERROR),
            distinct_bounds: (low != high).then_some([low, high]),
            min: of_numbers(moments.min),
            max: of_numbers(moments.max),
            mean: of_numbers(moments.mean()),
            std: of_numbers(moments.standard_deviation()),
            quantiles,
            quantile_error,
            top: top(seen),
            top_error: (seen.counts.lost > 0).then_some(seen.counts.lost),
            histogram: match (moments.min, moments.max) {
                (Some(min), Some(max)) if ordinal => sorted.histogram(min, max),
                _ => None,
            },
            earliest: moments.min.and_then(|v| moment(seen.kind, v)),
            latest: moments.max.and_then(|v| moment(seen.kind, v)),
            length: length(seen),
            grouped,
            withheld: seen.withheld,
            notes: Vec::new(),
        };
        let looked = Looked {
            name,
            seen,
            column: &column,
            values: &values,
        };
        let notes = NOTES.iter().filter_map(|note| noted(*note, &looked));
        column.notes = notes.collect();
        column
    }
}

fn noted(note: &dyn Note, looked: &Looked) -> Option<Noted> {
    let message = note.look(looked)?;
    Some(Noted {
        id: note.id(),
        message,
    })
}

fn top(seen: &ColumnSeen) -> Vec<TopValue> {
    let mut all: Vec<_> = seen.counts.all().collect();
    // A value of which more may be missing than was counted is not known to be frequent.
    all.retain(|(.., count)| *count > seen.counts.lost);
    all.sort_unstable_by(|a, b| {
        let order = match seen.kind {
            Kind::Text => a.1.cmp(b.1),
            _ => (a.0 as i64).cmp(&(b.0 as i64)),
        };
        b.2.cmp(&a.2).then(order)
    });
    let top = all.into_iter().take(TOP);
    top.map(|(key, text, count)| TopValue {
        value: shown(seen.kind, key, text),
        count,
    })
    .collect()
}

/// Seconds since 1970 as a day or moment.
fn moment(kind: Kind, seconds: f64) -> Option<String> {
    match kind {
        Kind::Date => Some(Cell::Date((seconds / 86_400.0).round() as i32).to_string()),
        Kind::DateTime => Some(Cell::DateTime((seconds * 1e6).round() as i64).to_string()),
        _ => None,
    }
}

fn length(seen: &ColumnSeen) -> Option<Length> {
    let lengths = seen.lengths();
    (seen.kind == Kind::Text && seen.n > 0 && !seen.withheld).then(|| Length {
        min: lengths.min,
        max: lengths.max,
        mean: Some(lengths.sum as f64 / seen.n as f64),
    })
}

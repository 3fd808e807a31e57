//! What a table holds, column by column, for somebody who has not seen it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::{Value, json};

use crate::{Kind, Table};

/// Equal bins of a histogram.
const BINS: usize = 20;
/// Most frequent values that are listed.
const TOP: usize = 10;
const QUANTILES: [(&str, f64); 7] = [
    ("p01", 0.01),
    ("p05", 0.05),
    ("p25", 0.25),
    ("p50", 0.50),
    ("p75", 0.75),
    ("p95", 0.95),
    ("p99", 0.99),
];

/// The description of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    pub rows: usize,
    pub columns: Vec<ColumnProfile>,
    /// Rows that equal an earlier row in every cell.
    pub duplicate_rows: usize,
}

/// The description of one column; moments and quantiles are of numbers only.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnProfile {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Cells with a value.
    pub count: usize,
    pub missing: usize,
    /// Different values; `1` and `1.0` are one number.
    pub distinct: usize,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub mean: Option<f64>,
    /// Standard deviation with n - 1; absent for fewer than two values.
    pub std: Option<f64>,
    /// `p01` to `p99`; empty without numbers.
    pub quantiles: BTreeMap<&'static str, f64>,
    /// The most frequent values, at most ten, ties in the order of the values.
    pub top: Vec<TopValue>,
    pub histogram: Option<Histogram>,
}

/// A value and how many cells hold it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TopValue {
    pub value: Value,
    pub count: usize,
}

/// Counts between edges; each bin holds its lower edge, the last one also its upper.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Histogram {
    pub edges: Vec<f64>,
    pub counts: Vec<usize>,
}

/// Describes a table.
pub fn profile(table: &Table) -> Profile {
    let duplicates = repeated_rows(table, &table.names());
    Profile {
        rows: table.rows(),
        columns: table
            .names()
            .into_iter()
            .map(|n| column(table, n))
            .collect(),
        duplicate_rows: duplicates.len(),
    }
}

/// Rows that equal an earlier one in all named columns that the table has, with that earlier row.
pub(crate) fn repeated_rows(table: &Table, names: &[&str]) -> Vec<(usize, usize)> {
    let columns: Vec<_> = names.iter().filter_map(|n| table.texts(n).ok()).collect();
    let mut first = HashMap::new();
    let mut repeated = Vec::new();
    for row in 0..table.rows() {
        let cells: Vec<Option<&str>> = columns.iter().map(|c| c[row].as_deref()).collect();
        match first.entry(cells) {
            std::collections::hash_map::Entry::Occupied(seen) => repeated.push((row, *seen.get())),
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(row);
            }
        }
    }
    repeated
}

fn column(table: &Table, name: &str) -> ColumnProfile {
    let kind = table.kind(name).expect("the name is the table's own");
    let texts = table.texts(name).expect("the name is the table's own");
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    let numbers: Vec<f64> = match table.numbers(name) {
        Ok(numbers) if kind.is_numeric() => numbers.into_iter().flatten().collect(),
        _ => Vec::new(),
    };
    let mut sorted = numbers.clone();
    sorted.sort_by(f64::total_cmp);
    let (distinct, top) = if kind.is_numeric() {
        most_frequent(numbers.iter().map(|&v| Ordered(v)), |v| number(v.0, kind))
    } else {
        most_frequent(texts.iter(), |v| json!(v))
    };
    let mean = mean(&numbers);
    ColumnProfile {
        name: name.to_owned(),
        kind,
        count: texts.len(),
        missing: table.rows() - texts.len(),
        distinct,
        min: sorted.first().copied(),
        max: sorted.last().copied(),
        mean,
        std: mean.and_then(|mean| standard_deviation(&numbers, mean)),
        quantiles: QUANTILES
            .iter()
            .filter_map(|&(id, p)| Some((id, quantile(&sorted, p)?)))
            .collect(),
        top,
        histogram: histogram(&sorted),
    }
}

fn number(value: f64, kind: Kind) -> Value {
    if kind == Kind::Integer {
        json!(value as i64)
    } else {
        json!(value)
    }
}

/// Finite numbers in their order.
#[derive(Clone, Copy, PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Adding zero makes one number of the two zeros.
        (self.0 + 0.0).total_cmp(&(other.0 + 0.0))
    }
}

fn most_frequent<T: Ord>(
    values: impl Iterator<Item = T>,
    render: impl Fn(&T) -> Value,
) -> (usize, Vec<TopValue>) {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_insert(0_usize) += 1;
    }
    let distinct = counts.len();
    let mut counts: Vec<_> = counts.into_iter().collect();
    // A stable sort keeps equal counts in the order of the values.
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let top = counts.iter().take(TOP).map(|(value, count)| TopValue {
        value: render(value),
        count: *count,
    });
    (distinct, top.collect())
}

/// The mean of finite numbers, summed in their order.
pub(crate) fn mean(numbers: &[f64]) -> Option<f64> {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    mean.is_finite().then_some(mean)
}

/// The standard deviation with n - 1.
pub(crate) fn standard_deviation(numbers: &[f64], mean: f64) -> Option<f64> {
    let squares: f64 = numbers.iter().map(|v| (v - mean).powi(2)).sum();
    let deviation = (squares / (numbers.len() as f64 - 1.0)).sqrt();
    deviation.is_finite().then_some(deviation)
}

/// The quantile of sorted numbers, linear between neighbours.
///
/// # Source
/// Hyndman and Fan 1996, American Statistician 50:361-365, definition 7.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = p * last as f64;
    let (low, high) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    let share = place.fract();
    Some(low * (1.0 - share) + high * share)
}

/// Twenty equal bins from the lowest to the highest value; one bin if there is one value.
fn histogram(sorted: &[f64]) -> Option<Histogram> {
    let (low, high) = (*sorted.first()?, *sorted.last()?);
    let width = high / BINS as f64 - low / BINS as f64;
    if width <= 0.0 {
        let counts = vec![sorted.len()];
        return Some(Histogram {
            edges: vec![low, high],
            counts,
        });
    }
    let mut edges: Vec<f64> = (0..BINS).map(|i| low + width * i as f64).collect();
    edges.push(high);
    let mut counts = vec![0; BINS];
    for value in sorted {
        let bin = edges[1..BINS].partition_point(|edge| edge <= value);
        counts[bin] += 1;
    }
    Some(Histogram { edges, counts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadOptions;

    fn profile_of(text: &str) -> Profile {
        profile(&Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table"))
    }

    #[test]
    fn a_column_of_numbers_is_described_as_pandas_does() {
        // pandas 2.3: pd.Series([1, 2, 2, 4, None]).describe(percentiles=[.01, .25, .95])
        let profile = profile_of("x\n1\n2\n2.0\n4\n\"\"\n");
        let x = &profile.columns[0];
        assert_eq!((x.count, x.missing, x.distinct), (4, 1, 3));
        assert_eq!((x.min, x.max, x.mean), (Some(1.0), Some(4.0), Some(2.25)));
        let std = x.std.expect("four values");
        assert!((std - 1.2583057392117916).abs() < 1e-15);
        assert!((x.quantiles["p01"] - 1.03).abs() < 1e-12);
        assert!((x.quantiles["p25"] - 1.75).abs() < 1e-12);
        assert!((x.quantiles["p95"] - 3.7).abs() < 1e-12);
        let top = TopValue {
            value: json!(2.0),
            count: 2,
        };
        assert_eq!(x.top[0], top);
        assert_eq!(x.histogram.as_ref().map(|h| h.counts.iter().sum()), Some(4));
    }

    #[test]
    fn a_column_of_words_has_no_mean_and_the_most_frequent_first() {
        let profile = profile_of("sex,code\nm,1\nf,1\nf,1\nm,1\nf,1\n");
        let sex = &profile.columns[0];
        assert_eq!((sex.kind, sex.mean, sex.min), (Kind::Text, None, None));
        assert_eq!(sex.top[0].value, json!("f"));
        assert_eq!(
            profile.columns[1].histogram,
            Some(Histogram {
                edges: vec![1.0, 1.0],
                counts: vec![5]
            })
        );
        assert_eq!(profile.duplicate_rows, 3);
    }

    #[test]
    fn every_number_falls_into_one_bin() {
        let numbers: Vec<f64> = (0..=1000).map(|i| f64::from(i) / 7.0).collect();
        let histogram = histogram(&numbers).expect("there are numbers");
        assert_eq!(histogram.counts.iter().sum::<usize>(), 1001);
        assert_eq!(histogram.counts.len() + 1, histogram.edges.len());
        assert!(histogram.counts.iter().all(|&c| (49..=52).contains(&c)));
    }
}

use super::{Sample, sorted};
use crate::estimate::Undefined;
use std::collections::BTreeMap;

/// Distinct numbers in the reference up to which each number is a bin of its own.
const DISTINCT_MAX: usize = 20;

/// How often each bin holds a value of the reference and of the current sample: pairs of counts.
///
/// Categories are their own bins; so are numbers when the reference has at most 20 distinct ones. Otherwise the range of
/// both samples together is cut into bins of equal width, as many as Sturges' rule gives, the last closed on the right.
///
/// # Source
/// Evidently 0.7.23 (`get_binned_data`); numpy 2 (`histogram_bin_edges`, `histogram`); Sturges 1926, JASA 21:65-66.
pub(super) fn counts(reference: &Sample, current: &Sample) -> Result<Vec<(u64, u64)>, Undefined> {
    if let (Sample::Categories(reference), Sample::Categories(current)) = (reference, current) {
        return categories(reference, current).map(|counts| counts.into_values().collect());
    }
    let (reference, current) = sorted(reference, current)?;
    if reference.chunk_by(|a, b| a == b).count() <= DISTINCT_MAX {
        return Ok(each_number(&reference, &current));
    }
    let edges = edges(&reference, &current);
    if edges.iter().any(|edge| !edge.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let [reference, current] = [reference, current].map(|sample| histogram(&sample, &edges));
    Ok(reference.into_iter().zip(current).collect())
}

/// How often each category is in the reference and in the current sample.
pub(super) fn categories<'a>(
    reference: &[&'a str],
    current: &[&'a str],
) -> Result<BTreeMap<&'a str, (u64, u64)>, Undefined> {
    if reference.is_empty() || current.is_empty() {
        return Err(Undefined::EmptySample);
    }
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for category in reference {
        counts.entry(category).or_default().0 += 1;
    }
    for category in current {
        counts.entry(category).or_default().1 += 1;
    }
    Ok(counts)
}

/// The shares of the bins of [`counts`], reference and current. An empty bin has the share 0.0001, or a millionth of the
/// smallest share in its sample when that is at most 0.0001.
pub(super) fn filled_shares(
    reference: &Sample,
    current: &Sample,
) -> Result<(Vec<f64>, Vec<f64>), Undefined> {
    let (r, c): (Vec<u64>, Vec<u64>) = counts(reference, current)?.into_iter().unzip();
    Ok((filled(&r, reference.n()), filled(&c, current.n())))
}

fn filled(counts: &[u64], n: usize) -> Vec<f64> {
    let shares: Vec<f64> = counts
        .iter()
        .map(|&count| count as f64 / n as f64)
        .collect();
    let smallest = shares
        .iter()
        .copied()
        .filter(|&share| share > 0.0)
        .fold(1.0, f64::min);
    let filled = if smallest <= 0.0001 {
        smallest / 1e6
    } else {
        0.0001
    };
    shares
        .into_iter()
        .map(|share| if share == 0.0 { filled } else { share })
        .collect()
}

/// As [`counts`], with numbers always cut into bins, as many as Sturges' rule gives for the distinct numbers of both.
pub(super) fn over_distinct(
    reference: &Sample,
    current: &Sample,
) -> Result<Vec<(u64, u64)>, Undefined> {
    if let (Sample::Categories(reference), Sample::Categories(current)) = (reference, current) {
        return categories(reference, current).map(|counts| counts.into_values().collect());
    }
    let (reference, current) = sorted(reference, current)?;
    let mut distinct: Vec<f64> = reference.iter().chain(&current).copied().collect();
    distinct.sort_unstable_by(f64::total_cmp);
    distinct.dedup_by(|a, b| a == b);
    if distinct.len() == 1 {
        return Ok(vec![(reference.len() as u64, current.len() as u64)]);
    }
    let edges = edges(&distinct, &[]);
    if edges.iter().any(|edge| !edge.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let [reference, current] = [reference, current].map(|sample| histogram(&sample, &edges));
    Ok(reference.into_iter().zip(current).collect())
}

fn each_number(reference: &[f64], current: &[f64]) -> Vec<(u64, u64)> {
    let mut numbers: Vec<f64> = reference.iter().chain(current).copied().collect();
    numbers.sort_unstable_by(f64::total_cmp);
    // Not by equal bits: -0 and 0 are one number.
    numbers.dedup_by(|a, b| a == b);
    let count = |sample: &[f64], number: f64| {
        let range =
            sample.partition_point(|&x| x < number)..sample.partition_point(|&x| x <= number);
        range.len() as u64
    };
    numbers
        .into_iter()
        .map(|number| (count(reference, number), count(current, number)))
        .collect()
}

fn edges(reference: &[f64], current: &[f64]) -> Vec<f64> {
    let ends =
        |end: fn(&[f64]) -> Option<&f64>| [end(reference), end(current)].into_iter().flatten();
    let low = ends(<[f64]>::first).copied().fold(f64::INFINITY, f64::min);
    let high = ends(<[f64]>::last)
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let n = (reference.len() + current.len()) as f64;
    let width = (high - low) / (n.log2() + 1.0);
    let bins = ((high - low) / width).ceil();
    let step = (high - low) / bins;
    let mut edges: Vec<f64> = (0..=bins as usize).map(|i| i as f64 * step + low).collect();
    if let Some(last) = edges.last_mut() {
        *last = high;
    }
    edges
}

fn histogram(sorted: &[f64], edges: &[f64]) -> Vec<u64> {
    let last = edges.len() - 1;
    let below = |i: usize| {
        if i == last {
            sorted.len()
        } else {
            sorted.partition_point(|&x| x < edges[i])
        }
    };
    (0..last)
        .map(|i| (below(i + 1) - below(i)) as u64)
        .collect()
}

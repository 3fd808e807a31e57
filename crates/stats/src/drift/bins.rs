use crate::estimate::Undefined;
use crate::sample::{self, Sample, SortedNumbers, aligned, together};

/// Distinct numbers in the reference up to which each number is a bin of its own.
const DISTINCT_MAX: usize = 20;

/// How often each bin holds a value of the reference and of the current sample, the bins in one order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Binned {
    pub reference: Vec<u64>,
    pub current: Vec<u64>,
}

impl FromIterator<(u64, u64)> for Binned {
    fn from_iter<T: IntoIterator<Item = (u64, u64)>>(pairs: T) -> Binned {
        let (reference, current) = pairs.into_iter().unzip();
        Binned { reference, current }
    }
}

/// Counts two samples in bins.
///
/// Categories are their own bins; so are numbers when the reference has at most 20 distinct ones. Otherwise the range of
/// both samples together is cut into bins of equal width, as many as Sturges' rule gives, the last closed on the right.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], and [`Undefined::NotFinite`] for a range that overflows.
///
/// # Source
/// Evidently 0.7.23 (`get_binned_data`); numpy 2 (`histogram_bin_edges`, `histogram`); Sturges 1926, JASA 21:65-66.
pub fn bins(reference: &Sample, current: &Sample) -> Result<Binned, Undefined> {
    if let Sample::Categories(_) = reference {
        return categories(reference, current);
    }
    let (reference, current) = sample::numbers(reference, current)?;
    if reference.distinct() <= DISTINCT_MAX {
        return Ok(together(reference, current)
            .map(|step| (step.a, step.b))
            .collect());
    }
    equal_width(reference, current, reference.n() + current.n())
}

/// As [`bins`], with numbers always cut into bins, as many as Sturges' rule gives for the distinct numbers of both.
pub(super) fn over_distinct(reference: &Sample, current: &Sample) -> Result<Binned, Undefined> {
    if let Sample::Categories(_) = reference {
        return categories(reference, current);
    }
    let (reference, current) = sample::numbers(reference, current)?;
    match together(reference, current).count() as u64 {
        1 => Ok(Binned::from_iter([(reference.n(), current.n())])),
        distinct => equal_width(reference, current, distinct),
    }
}

fn categories(reference: &Sample, current: &Sample) -> Result<Binned, Undefined> {
    let (reference, current) = sample::categories(reference, current)?;
    Ok(aligned(reference, current)
        .into_iter()
        .map(|(_, r, c)| (r, c))
        .collect())
}

/// The counts in bins of equal width over the range of both samples, as many as Sturges' rule gives for `size` values.
fn equal_width(
    reference: &SortedNumbers,
    current: &SortedNumbers,
    size: u64,
) -> Result<Binned, Undefined> {
    let ends = [reference, current].map(|sample| (sample.min(), sample.max()));
    let low = ends
        .iter()
        .filter_map(|end| end.0)
        .fold(f64::INFINITY, f64::min);
    let high = ends
        .iter()
        .filter_map(|end| end.1)
        .fold(f64::NEG_INFINITY, f64::max);
    let width = (high - low) / ((size as f64).log2() + 1.0);
    let bins = ((high - low) / width).ceil();
    let step = (high - low) / bins;
    let mut edges: Vec<f64> = (0..=bins as usize).map(|i| i as f64 * step + low).collect();
    if let Some(last) = edges.last_mut() {
        *last = high;
    }
    if edges.iter().any(|edge| !edge.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    // All lie inside, so the counts outside of the edges are 0.
    let count = |sample: &SortedNumbers| {
        let counts = sample.histogram(&edges);
        counts[1..counts.len() - 1].to_vec()
    };
    Ok(Binned {
        reference: count(reference),
        current: count(current),
    })
}

/// The counts as numbers of cases, in pairs, with the sizes of both samples.
///
/// # Errors
/// [`Undefined::NotAligned`] for a different number of bins, [`Undefined::EmptySample`].
pub(super) fn sizes(reference: &[u64], current: &[u64]) -> Result<(f64, f64), Undefined> {
    if reference.len() != current.len() {
        return Err(Undefined::NotAligned);
    }
    let [n, m] = [reference, current].map(|counts| counts.iter().sum::<u64>());
    if n == 0 || m == 0 {
        return Err(Undefined::EmptySample);
    }
    Ok((n as f64, m as f64))
}

/// The shares of the bins of reference and current. An empty bin has the share 0.0001, or a millionth of the smallest
/// share in its sample when that is at most 0.0001.
///
/// # Errors
/// As [`sizes`].
///
/// # Source
/// Evidently 0.7.23 (`get_binned_data`).
pub(super) fn filled_shares(
    reference: &[u64],
    current: &[u64],
) -> Result<(Vec<f64>, Vec<f64>), Undefined> {
    let (n, m) = sizes(reference, current)?;
    Ok((filled(reference, n), filled(current, m)))
}

fn filled(counts: &[u64], n: f64) -> Vec<f64> {
    let shares: Vec<f64> = counts.iter().map(|&count| count as f64 / n).collect();
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

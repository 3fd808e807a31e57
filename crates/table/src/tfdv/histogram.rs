//! The two histograms that TFDV makes of numbers, and how it lays two of them over one another.
//!
//! TFDV makes both from 1,000 quantiles of a sketch (error 0.01), which knows every quantile exactly while a column has
//! at most some 5,700 different values. Here quantiles are always exact, so of a column with more the buckets differ
//! from TFDV's by what its sketch does not know.
//!
//! # Source
//! tensorflow-data-validation 1.16.1, `utils/quantiles_util.py` and `anomalies/metrics.cc`; tfx-bsl 1.16.1,
//! `cc/sketches/weighted_quantiles_summary.h` (which quantile a rank is).

use std::collections::{BTreeMap, BTreeSet};

/// Buckets of a histogram.
const BUCKETS: usize = 10;
/// Quantiles from which both histograms are made.
const QUANTILES: usize = 1_000;

/// Numbers counted in buckets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    pub buckets: Vec<Bucket>,
    pub nan: f64,
}

/// Numbers between two bounds; both are the same for numbers that are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    pub low: f64,
    pub high: f64,
    pub count: f64,
}

/// Values and how many there are up to each.
#[derive(Clone, Debug, Default)]
struct Quantiles {
    values: Vec<f64>,
    counts: Vec<f64>,
}

impl Histogram {
    /// The histogram with buckets of one width, and the one with buckets of one count, of numbers in ascending order and how
    /// often each occurs; none is NaN.
    pub fn both(counts: Vec<(f64, u64)>, nan: u64) -> (Self, Self) {
        let nan = nan as f64;
        if counts.is_empty() {
            let buckets = Vec::new();
            let none = Self { buckets, nan };
            return (none.clone(), none);
        }
        let quantiles = Quantiles::of(&counts);
        let finite = || counts.iter().map(|one| one.0).filter(|one| one.is_finite());
        let last = counts.last().filter(|one| one.0 == f64::INFINITY);
        let infinite = last.map(|one| one.1);
        let standard = match (finite().next(), finite().next_back()) {
            (Some(min), Some(max)) => {
                equal_width(&quantiles, min, max, infinite.unwrap_or(0) as f64)
            }
            // Nothing is finite: one bucket of all, with the bounds that TFDV gives it.
            _ => vec![Bucket {
                low: f64::INFINITY,
                high: f64::NEG_INFINITY,
                count: quantiles.counts.last().copied().unwrap_or(0.0),
            }],
        };
        let equal_count = quantiles.thinned(QUANTILES / BUCKETS).buckets();
        let of = |buckets| Self { buckets, nan };
        (of(standard), of(equal_count))
    }

    /// The counts of two histograms over the same buckets: numbers lie evenly within a bucket, points stay points, and
    /// infinities of one are never those of the other. As in TFDV, which forgets NaN when it divides buckets, NaN counts
    /// only if both have the same buckets already, and is then never the same either.
    pub fn aligned(a: Self, b: Self) -> (Vec<f64>, Vec<f64>) {
        let (a, b) = (Parts::of(&a), Parts::of(&b));
        let (bounds_a, bounds_b) = (bounds(&a.ranges), bounds(&b.ranges));
        let (mut counts_a, mut counts_b) = if bounds_a == bounds_b {
            let counts = |parts: &Parts| -> Vec<f64> {
                parts.ranges.iter().map(|bucket| bucket.count).collect()
            };
            let (mut of_a, mut of_b) = (counts(&a), counts(&b));
            of_a.extend([a.nan, 0.0]);
            of_b.extend([0.0, b.nan]);
            (of_a, of_b)
        } else {
            let mut all: Vec<f64> = bounds_a.into_iter().chain(bounds_b).collect();
            all.sort_by(f64::total_cmp);
            all.dedup();
            (divided(&a.ranges, &all), divided(&b.ranges, &all))
        };
        let points: BTreeSet<Ordered> = a.points.keys().chain(b.points.keys()).copied().collect();
        for point in points {
            counts_a.push(a.points.get(&point).copied().unwrap_or(0.0));
            counts_b.push(b.points.get(&point).copied().unwrap_or(0.0));
        }
        counts_a.extend([a.infinite, 0.0]);
        counts_b.extend([0.0, b.infinite]);
        (counts_a, counts_b)
    }
}

impl Quantiles {
    /// The values at 1,001 evenly spaced ranks, from the lowest to the highest.
    fn of(counts: &[(f64, u64)]) -> Self {
        let mut up_to = 0.0;
        let entries: Vec<(f64, f64, f64)> = counts
            .iter()
            .map(|(value, n)| {
                let before = up_to;
                up_to += *n as f64;
                (*value, before, up_to)
            })
            .collect();
        let all = up_to;
        let mut quantiles = Self::default();
        let mut at = 0;
        for rank in 0..=QUANTILES {
            let twice = 2.0 * (rank as f64 * all / QUANTILES as f64);
            let mut next = at + 1;
            while next < entries.len() && twice >= entries[next].1 + entries[next].2 {
                next += 1;
            }
            at = next - 1;
            let near = next == entries.len() || twice < entries[at].2 + entries[next].1;
            let (value, _, count) = entries[if near { at } else { next }];
            quantiles.values.push(value);
            quantiles.counts.push(count);
        }
        quantiles
    }

    /// The first, and then every so-manieth.
    fn thinned(&self, step: usize) -> Self {
        let every = |list: &[f64]| list.iter().step_by(step).copied().collect();
        Self {
            values: every(&self.values),
            counts: every(&self.counts),
        }
    }

    /// One bucket between each value and the next. What several buckets with the same upper bound count is spread
    /// evenly over them, and the lowest value counts to the first.
    fn buckets(&self) -> Vec<Bucket> {
        let bounds = self.values.windows(2);
        let counted = self.counts.windows(2).map(|pair| pair[1] - pair[0]);
        let mut buckets: Vec<Bucket> = bounds
            .zip(counted)
            .map(|(pair, count)| Bucket {
                low: pair[0],
                high: pair[1],
                count,
            })
            .collect();
        for alike in buckets.chunk_by_mut(|a, b| a.high == b.high) {
            let sum: f64 = alike.iter().map(|bucket| bucket.count).sum();
            let n = alike.len() as f64;
            alike.iter_mut().for_each(|bucket| bucket.count = sum / n);
        }
        if let Some(first) = buckets.first().copied() {
            let same = |bucket: &Bucket| bucket.low == first.low && bucket.high == first.high;
            let n = buckets.iter().take_while(|bucket| same(bucket)).count();
            let share = self.counts[0] / n as f64;
            buckets[..n]
                .iter_mut()
                .for_each(|bucket| bucket.count += share);
        }
        buckets
    }

    /// The quantiles of the finite values, and how many there are of minus infinity. The last bucket may hold finite
    /// values beside plus infinity.
    fn finite(&self, max: f64, plus_infinite: f64) -> (Self, f64) {
        let from = self
            .values
            .partition_point(|value| *value == f64::NEG_INFINITY);
        let minus_infinite = from.checked_sub(1).map_or(0.0, |last| self.counts[last]);
        let mut finite = Self {
            values: self.values[from..].to_vec(),
            counts: self.counts[from..]
                .iter()
                .map(|n| n - minus_infinite)
                .collect(),
        };
        if plus_infinite > 0.0 {
            let all = finite.counts.last().copied().unwrap_or(0.0);
            let to = finite
                .values
                .partition_point(|value| *value < f64::INFINITY);
            finite.values.truncate(to);
            finite.counts.truncate(to);
            finite.values.push(max);
            finite.counts.push(all - plus_infinite);
        }
        (finite, minus_infinite)
    }
}

/// Buckets of one width between the lowest and the highest finite value; one of each infinity that occurs.
fn equal_width(quantiles: &Quantiles, min: f64, max: f64, plus_infinite: f64) -> Vec<Bucket> {
    let (finite, minus_infinite) = quantiles.finite(max, plus_infinite);
    let fine = finite.buckets();
    let bounds: Vec<f64> = if min == max {
        vec![min, max]
    } else {
        let step = (max - min) / BUCKETS as f64;
        let inner = (0..BUCKETS).map(|i| min + i as f64 * step);
        inner.chain([max]).collect()
    };
    // The range of two numbers of 64 bits may be none.
    if bounds.iter().any(|bound| !bound.is_finite()) {
        return Vec::new();
    }
    let at = |low, count| Bucket {
        low,
        high: low,
        count,
    };
    let mut buckets = Vec::new();
    if minus_infinite > 0.0 {
        buckets.push(at(f64::NEG_INFINITY, minus_infinite));
    }
    for (i, pair) in bounds.windows(2).enumerate() {
        let (low, high) = (pair[0], pair[1]);
        let parts = fine
            .iter()
            .map(|bucket| bucket.count * overlap(bucket, low, high, i == 0));
        let count = parts.sum();
        buckets.push(Bucket { low, high, count });
    }
    if plus_infinite > 0.0 {
        buckets.push(at(f64::INFINITY, plus_infinite));
    }
    buckets
}

/// The share of a bucket that lies between two bounds. A point on the lower bound belongs to the interval below, if
/// there is one.
fn overlap(bucket: &Bucket, low: f64, high: f64, is_first: bool) -> f64 {
    if bucket.low == bucket.high && bucket.low == low {
        return if is_first { 1.0 } else { 0.0 };
    }
    if bucket.high < low || bucket.low > high {
        return 0.0;
    }
    if low <= bucket.low && high >= bucket.high {
        return 1.0;
    }
    let inside = high.min(bucket.high) - low.max(bucket.low);
    inside / (bucket.high - bucket.low)
}

/// A histogram taken apart.
struct Parts {
    ranges: Vec<Bucket>,
    points: BTreeMap<Ordered, f64>,
    infinite: f64,
    nan: f64,
}

impl Parts {
    fn of(histogram: &Histogram) -> Self {
        let mut parts = Self {
            ranges: Vec::new(),
            points: BTreeMap::new(),
            infinite: 0.0,
            nan: histogram.nan,
        };
        for bucket in &histogram.buckets {
            if !bucket.low.is_finite() || !bucket.high.is_finite() {
                parts.infinite += bucket.count;
            } else if bucket.low == bucket.high {
                *parts.points.entry(Ordered(bucket.low)).or_default() += bucket.count;
            } else {
                parts.ranges.push(*bucket);
            }
        }
        parts
    }
}

fn bounds(buckets: &[Bucket]) -> Vec<f64> {
    let mut bounds: Vec<f64> = buckets.iter().flat_map(|one| [one.low, one.high]).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    bounds
}

/// The counts between each bound and the next, of buckets whose own bounds are among them.
fn divided(buckets: &[Bucket], bounds: &[f64]) -> Vec<f64> {
    let mut counts = vec![0.0; bounds.len().saturating_sub(1)];
    for bucket in buckets {
        let from = bounds.partition_point(|bound| *bound < bucket.low);
        let to = bounds.partition_point(|bound| *bound < bucket.high);
        let width = bucket.high - bucket.low;
        for i in from..to {
            counts[i] += (bounds[i + 1] - bounds[i]) / width * bucket.count;
        }
    }
    counts
}

/// A number in its order.
#[derive(Clone, Copy, Debug)]
struct Ordered(f64);

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_in_one_bucket_of_each_histogram() {
        let numbers = (0..111).map(|i| (f64::from(i * i), 7)).collect();
        let (standard, quantiles) = Histogram::both(numbers, 3);
        for histogram in [&standard, &quantiles] {
            let sum: f64 = histogram.buckets.iter().map(|bucket| bucket.count).sum();
            assert!((sum - 777.0).abs() < 1e-6, "{sum}");
            assert_eq!(histogram.buckets.len(), BUCKETS);
            assert_eq!(histogram.nan, 3.0);
        }
        assert_eq!(standard.buckets[0].high, standard.buckets[1].low);
    }

    #[test]
    fn infinities_and_nan_of_one_are_never_those_of_the_other() {
        let (a, _) = Histogram::both(vec![(1.0, 1), (f64::INFINITY, 1)], 1);
        let (b, _) = Histogram::both(vec![(f64::NEG_INFINITY, 1), (1.0, 1)], 1);
        let (a, b) = Histogram::aligned(a, b);
        let near = |counts: &[f64], to: [f64; 5]| {
            counts.len() == 5 && counts.iter().zip(to).all(|(a, b)| (a - b).abs() < 1e-9)
        };
        assert!(near(&a, [1.0, 0.0, 1.0, 1.0, 0.0]), "{a:?}");
        assert!(near(&b, [0.0, 1.0, 1.0, 0.0, 1.0]), "{b:?}");
    }

    #[test]
    fn a_bucket_is_divided_by_the_bounds_of_the_other_histogram() {
        let bucket = |low, high, count| Bucket { low, high, count };
        let one = |buckets| Histogram { buckets, nan: 0.0 };
        let a = one(vec![bucket(0.0, 4.0, 8.0)]);
        let b = one(vec![bucket(1.0, 2.0, 1.0), bucket(2.0, 4.0, 2.0)]);
        let (a, b) = Histogram::aligned(a, b);
        assert_eq!(a[..3], [2.0, 2.0, 4.0]);
        assert_eq!(b[..3], [0.0, 1.0, 2.0]);
    }
}

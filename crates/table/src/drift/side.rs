use galen_stats::{CategoryCounts, Sample, SortedNumbers};

use super::{Compared, SampleSummary};
use crate::accumulator::{Numbers, Words};
use crate::profile::Histogram;

/// Categories whose shares are shown.
const SHARES_MAX: usize = 50;
/// Bins of the histogram that both tables share.
const BINS: usize = 20;

/// The values of one column in one table, missing ones dropped.
#[derive(Clone, Debug)]
pub struct Side {
    pub kind: Compared,
    /// Empty for categories.
    pub numbers: SortedNumbers,
    /// The same values by their names; of numbers only when they are compared as categories.
    pub words: CategoryCounts,
    pub missing: u64,
}

impl Side {
    pub fn of_numbers(kind: Compared, mut numbers: Numbers) -> Self {
        if kind == Compared::Date {
            // Seconds become days.
            numbers
                .values
                .iter_mut()
                .for_each(|value| *value /= 86_400.0);
        }
        let sorted = SortedNumbers::of(&numbers.values);
        Self {
            kind,
            numbers: sorted.expect("a table holds finite numbers only"),
            words: CategoryCounts::default(),
            missing: numbers.missing,
        }
    }

    pub fn of_words(words: &Words) -> Self {
        let counts = words.sorted();
        let counts = counts
            .into_iter()
            .map(|(word, count)| (word.to_string(), count));
        Self {
            kind: Compared::Category,
            numbers: SortedNumbers::default(),
            words: CategoryCounts::from_counts(counts),
            missing: words.missing,
        }
    }

    /// The same numbers as categories; `1` and `1.0` are one word.
    pub fn as_categories(&self) -> Self {
        if self.kind == Compared::Category {
            return self.clone();
        }
        let words = self
            .numbers
            .counts()
            .map(|(v, n)| (crate::cell::render(v), n));
        Self {
            kind: Compared::Category,
            numbers: SortedNumbers::default(),
            words: CategoryCounts::from_counts(words),
            missing: self.missing,
        }
    }

    pub fn sample(&self) -> Sample<'_> {
        match self.kind {
            Compared::Category => Sample::Categories(&self.words),
            Compared::Number | Compared::Date => Sample::Numbers(&self.numbers),
        }
    }

    fn summary(&self) -> SampleSummary {
        let n = self.sample().n();
        let mut summary = SampleSummary {
            n,
            missing: self.missing,
            ..SampleSummary::default()
        };
        if self.kind == Compared::Category {
            let mut counts: Vec<_> = self.words.counts().collect();
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let shown = counts.into_iter().take(SHARES_MAX);
            let share = |(word, count): (&str, u64)| (word.to_owned(), count as f64 / n as f64);
            summary.shares = shown.map(share).collect();
        } else {
            summary.mean = self.numbers.mean();
            summary.std = self.numbers.deviation();
            summary.median = self.numbers.quantile(0.5);
        }
        summary
    }
}

/// What both tables hold, numbers in the bins of one histogram.
pub fn summaries(reference: &Side, current: &Side) -> (SampleSummary, SampleSummary) {
    let (mut a, mut b) = (reference.summary(), current.summary());
    let (x, y) = (&reference.numbers, &current.numbers);
    let bound = |one: Option<f64>, other: Option<f64>, f: fn(f64, f64) -> f64| match (one, other) {
        (Some(one), Some(other)) => Some(f(one, other)),
        (one, other) => one.or(other),
    };
    let range = bound(x.min(), y.min(), f64::min).zip(bound(x.max(), y.max(), f64::max));
    if let Some((low, high)) = range.filter(|(low, high)| low < high && (high - low).is_finite()) {
        let width = (high - low) / BINS as f64;
        let mut edges: Vec<f64> = (0..BINS).map(|i| low + width * i as f64).collect();
        edges.push(high);
        let histogram = |numbers: &SortedNumbers| {
            let counts = numbers
                .histogram(&edges)
                .into_iter()
                // Below and above both tables' values there is none.
                .skip(1)
                .take(BINS)
                .map(|count| count as usize);
            Some(Histogram {
                edges: edges.clone(),
                counts: counts.collect(),
            })
        };
        a.histogram = histogram(x);
        b.histogram = histogram(y);
    }
    (a, b)
}

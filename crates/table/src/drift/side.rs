use galen_stats::{CategoryCounts, Sample, SortedNumbers};

use super::{Compared, SampleSummary};
use crate::accumulator::{Numbers, Words};
use crate::profile::{Histogram, Reference};

/// Categories whose shares are shown.
const SHARES_MAX: usize = 50;
/// Bins of the histogram that both tables share.
const BINS: usize = 20;
/// The category of values that a stored profile does not tell apart.
const UNTOLD: &str = "(all other values)";

/// The values of one column in one table, missing ones dropped.
#[derive(Clone, Debug)]
pub struct Side {
    pub kind: Compared,
    /// Empty for categories.
    pub numbers: SortedNumbers,
    /// The same values by their names; of numbers only when they are compared as categories.
    pub words: CategoryCounts,
    pub missing: u64,
    /// Cells of which a stored profile does not say which category they hold.
    pub untold: u64,
    /// See [`SampleSummary::rank_error`].
    pub rank_error: Option<f64>,
    /// See [`SampleSummary::pooled`].
    pub pooled: Option<f64>,
}

impl Side {
    /// What a stored profile tells of a column.
    pub fn of_profile(kind: Compared, column: Reference) -> Self {
        let mut side = Self {
            missing: column.missing(),
            ..Self::none(kind)
        };
        if kind == Compared::Category {
            let (untold, words) = column.words();
            side.untold = untold;
            side.words = CategoryCounts::from_counts(words);
        } else {
            let scale = if kind == Compared::Date {
                86_400.0
            } else {
                1.0
            };
            let numbers = column.numbers().into_iter();
            let numbers = numbers.map(|(value, count)| (value / scale, count));
            let numbers = SortedNumbers::from_counts(numbers);
            side.numbers = numbers.expect("a profile holds finite numbers only");
            side.untold = column.n().saturating_sub(side.numbers.n());
            side.rank_error = column.rank_error();
        }
        side
    }

    /// A column without cells.
    pub fn none(kind: Compared) -> Self {
        Self {
            kind,
            numbers: SortedNumbers::default(),
            words: CategoryCounts::default(),
            missing: 0,
            untold: 0,
            rank_error: None,
            pooled: None,
        }
    }

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
            numbers: sorted.expect("a table holds finite numbers only"),
            missing: numbers.missing,
            ..Self::none(kind)
        }
    }

    pub fn of_words(words: &Words) -> Self {
        let counts = words.sorted();
        let counts = counts
            .into_iter()
            .map(|(word, count)| (word.to_string(), count));
        Self {
            words: CategoryCounts::from_counts(counts),
            missing: words.missing,
            ..Self::none(Compared::Category)
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
            words: CategoryCounts::from_counts(words),
            missing: self.missing,
            untold: self.untold,
            rank_error: self.rank_error,
            ..Self::none(Compared::Category)
        }
    }

    /// Whether a category is told apart, if any cell holds it.
    fn tells(&self, word: &str) -> bool {
        self.untold == 0 || self.words.count(word) > 0
    }

    /// The same cells, those whose category is not told in both columns as one category.
    fn pooled_with(&self, other: &Side) -> Self {
        let kept = self.words.counts();
        let kept = kept.filter(|(word, _)| other.tells(word) && *word != UNTOLD);
        let kept: Vec<_> = kept.map(|(word, n)| (word.to_owned(), n)).collect();
        let n = self.words.n() + self.untold;
        let others = n - kept.iter().map(|(_, n)| n).sum::<u64>();
        let all = kept.into_iter().chain([(UNTOLD.to_owned(), others)]);
        Self {
            words: CategoryCounts::from_counts(all),
            missing: self.missing,
            rank_error: self.rank_error,
            pooled: (n > 0).then(|| others as f64 / n as f64),
            ..Self::none(Compared::Category)
        }
    }

    /// Whether the column is of texts that hardly repeat, such as names of files: no share of them says anything.
    pub fn hardly_repeats(&self) -> bool {
        /// Fewer different texts may be categories of a small table.
        const FEW: usize = 50;
        let distinct = self.words.distinct();
        distinct > FEW && distinct as u64 * 2 > self.words.n()
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
            rank_error: self.rank_error,
            pooled: self.pooled,
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

/// Both columns with the categories that one of them does not tell apart as one; `None` if both tell all.
pub fn pooled(reference: &Side, current: &Side) -> Option<(Side, Side)> {
    let is_needed = reference.kind == Compared::Category && reference.untold + current.untold > 0;
    is_needed.then(|| {
        (
            reference.pooled_with(current),
            current.pooled_with(reference),
        )
    })
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

//! Quantiles and histograms of sorted values, each with the number of cells it stands for.

use serde::Serialize;

/// Equal bins of a histogram.
const BINS: usize = 20;

/// Counts between edges; each bin holds its lower edge, the last one also its upper.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Histogram {
    pub edges: Vec<f64>,
    pub counts: Vec<usize>,
}

/// Sorted values, each with its number of cells, and the cells before and with it.
pub(super) struct Sorted<'a> {
    values: &'a [(f64, u64)],
    ends: Vec<u64>,
}

impl<'a> Sorted<'a> {
    pub fn new(values: &'a [(f64, u64)]) -> Self {
        let ends = values.iter().scan(0, |end, (_, times)| {
            *end += times;
            Some(*end)
        });
        Self {
            values,
            ends: ends.collect(),
        }
    }

    /// The cells.
    pub fn n(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The quantile, linear between neighbours.
    ///
    /// # Source
    /// Hyndman and Fan 1996, American Statistician 50:361-365, definition 7.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let last = self.n().checked_sub(1)?;
        let place = p * last as f64;
        let (low, high) = (self.at(place.floor() as u64), self.at(place.ceil() as u64));
        let share = place.fract();
        // As numpy does it: between two equal values lies that value, to the last bit.
        let gap = high - low;
        Some(if share < 0.5 {
            low + gap * share
        } else {
            high - gap * (1.0 - share)
        })
    }

    /// The value of a cell by its place in their order, from 0.
    fn at(&self, place: u64) -> f64 {
        let at = self.ends.partition_point(|end| *end <= place);
        self.values[at.min(self.values.len() - 1)].0
    }

    /// Twenty equal bins from the lowest to the highest value; one bin if there is one value.
    pub fn histogram(&self, low: f64, high: f64) -> Option<Histogram> {
        if self.values.is_empty() {
            return None;
        }
        let width = high / BINS as f64 - low / BINS as f64;
        if width <= 0.0 {
            let counts = vec![self.n() as usize];
            let edges = vec![low, high];
            return Some(Histogram { edges, counts });
        }
        let mut edges: Vec<f64> = (0..BINS).map(|i| low + width * i as f64).collect();
        edges.push(high);
        let counts = counts_between(self.values, &edges).into_iter();
        let counts = counts.map(|count| count as usize).collect();
        Some(Histogram { edges, counts })
    }
}

/// The cells between edges that rise; each bin holds its lower edge, the last one also its upper, and the first and last one also what
/// lies beyond.
pub(super) fn counts_between(values: &[(f64, u64)], edges: &[f64]) -> Vec<u64> {
    let bins = edges.len().saturating_sub(1);
    let mut counts = vec![0; bins];
    for (value, times) in values {
        if bins > 0 {
            let inner = &edges[1..bins];
            counts[inner.partition_point(|edge| edge <= value)] += times;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_falls_into_one_bin() {
        let values: Vec<(f64, u64)> = (0..=1000).map(|i| (f64::from(i) / 7.0, 1)).collect();
        let histogram = Sorted::new(&values).histogram(0.0, 1000.0 / 7.0);
        let histogram = histogram.expect("there are numbers");
        assert_eq!(histogram.counts.iter().sum::<usize>(), 1001);
        assert_eq!(histogram.counts.len() + 1, histogram.edges.len());
        assert!(histogram.counts.iter().all(|&c| (49..=52).contains(&c)));
    }

    #[test]
    fn a_quantile_of_counted_values_is_that_of_the_cells() {
        // numpy.quantile([1, 2, 2, 4], [0.01, 0.25, 0.95])
        let values = [(1.0, 1), (2.0, 2), (4.0, 1)];
        let sorted = Sorted::new(&values);
        for (p, expected) in [
            (0.01, 1.03),
            (0.25, 1.75),
            (0.95, 3.7),
            (0.0, 1.0),
            (1.0, 4.0),
        ] {
            let found = sorted.quantile(p).expect("four cells");
            assert!((found - expected).abs() < 1e-12, "{p}: {found}");
        }
        assert_eq!(Sorted::new(&[]).quantile(0.5), None);
    }

    #[test]
    fn what_lies_beyond_the_edges_is_counted_at_the_ends() {
        let values = [(-5.0, 2), (0.0, 1), (1.0, 3), (2.0, 1), (9.0, 4)];
        assert_eq!(counts_between(&values, &[0.0, 1.0, 2.0]), [3, 8]);
        assert!(counts_between(&values, &[0.0]).is_empty());
    }
}

//! Two samples compared by a number for each pair of cases, such as a kernel or a distance.

use crate::draw::Draw;
use rayon::prelude::*;

/// What rounding may add to a statistic, in units of the mean number of a pair.
const SLACK: f64 = 1e-12;

/// A number for each pair of cases, the same in both directions, without the pairs of a case with itself.
pub(crate) struct Pairwise {
    n: usize,
    cells: Vec<f64>,
    /// The sum of each row.
    rows: Vec<f64>,
}

/// Over what the sums within a sample are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Discrepancy {
    /// The pairs of different cases.
    Unbiased,
    /// All pairs, those of a case with itself being 0.
    Biased,
}

impl Pairwise {
    /// Computes all pairs.
    pub(crate) fn of(n: usize, pair: impl Fn(usize, usize) -> f64 + Sync) -> Pairwise {
        let row = |i: usize| {
            let pair = &pair;
            // From the smaller number to the larger one, so that both directions agree to the last digit.
            (0..n).map(move |j| {
                if i == j {
                    0.0
                } else {
                    pair(i.min(j), i.max(j))
                }
            })
        };
        let cells: Vec<f64> = (0..n).into_par_iter().flat_map_iter(row).collect();
        let rows = cells.chunks(n.max(1)).map(|row| row.iter().sum()).collect();
        Pairwise { n, cells, rows }
    }

    /// The mean within the `first` cases plus that within the others minus twice that between them, and the share of
    /// `permutations` that give at least as much, the observed one counted among them. Both samples have two cases or
    /// more.
    pub(crate) fn test(
        &self,
        first: usize,
        discrepancy: Discrepancy,
        permutations: u64,
        seed: u64,
    ) -> (f64, f64) {
        // The sums within one sample give all others, and the smaller one has fewer pairs.
        let small = first.min(self.n - first);
        let observed: Vec<usize> = if small == first {
            (0..first).collect()
        } else {
            (first..self.n).collect()
        };
        let statistic = self.statistic(&observed, discrepancy);
        let pairs = (self.n * self.n) as f64;
        let slack = SLACK * self.rows.iter().map(|row| row.abs()).sum::<f64>() / pairs;
        let as_far = (1..=permutations)
            .into_par_iter()
            .filter(|&permutation| {
                let mut order: Vec<usize> = (0..self.n).collect();
                Draw::new(seed, permutation).shuffle_front(&mut order, small);
                order.truncate(small);
                order.sort_unstable();
                self.statistic(&order, discrepancy) >= statistic - slack
            })
            .count();
        let p = (as_far as f64 + 1.0) / (permutations as f64 + 1.0);
        (statistic, p)
    }

    /// The statistic of these cases, in rising order, against all others.
    fn statistic(&self, cases: &[usize], discrepancy: Discrepancy) -> f64 {
        let mut within = 0.0;
        for (place, &i) in cases.iter().enumerate() {
            let row = &self.cells[i * self.n..(i + 1) * self.n];
            within += cases[place + 1..].iter().map(|&j| row[j]).sum::<f64>();
        }
        within *= 2.0;
        let between = cases.iter().map(|&i| self.rows[i]).sum::<f64>() - within;
        let others = self.rows.iter().sum::<f64>() - within - 2.0 * between;
        let (n, m) = (cases.len() as f64, (self.n - cases.len()) as f64);
        let pairs = |n: f64| match discrepancy {
            Discrepancy::Unbiased => n * (n - 1.0),
            Discrepancy::Biased => n * n,
        };
        within / pairs(n) + others / pairs(m) - 2.0 * between / (n * m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values 0, 1 against 3, 4, 5 by their products.
    #[test]
    fn the_statistic_is_made_of_the_three_means() {
        let values = [0.0, 1.0, 3.0, 4.0, 5.0];
        let products = Pairwise::of(5, |i, j| values[i] * values[j]);
        let (unbiased, _) = products.test(2, Discrepancy::Unbiased, 10, 1);
        let within = (12.0 + 15.0 + 20.0) / 3.0;
        let between = 12.0 / 6.0;
        assert!((unbiased - (0.0 + within - 2.0 * between)).abs() < 1e-12);
        let (biased, _) = products.test(2, Discrepancy::Biased, 10, 1);
        assert!((biased - (0.0 + within * 6.0 / 9.0 - 2.0 * between)).abs() < 1e-12);
    }

    #[test]
    fn samples_apart_have_the_smallest_p_and_mixed_ones_a_large_one() {
        let distance = |values: Vec<f64>| {
            Pairwise::of(values.len(), move |i, j| -(values[i] - values[j]).abs())
        };
        let apart = distance((0..40).map(|i| f64::from(i + i / 20 * 100)).collect());
        let (_, p) = apart.test(20, Discrepancy::Biased, 199, 7);
        assert!((p - 1.0 / 200.0).abs() < 1e-15, "{p}");
        let mixed = distance((0..40).map(|i| f64::from(i % 20)).collect());
        let (_, p) = mixed.test(20, Discrepancy::Biased, 199, 7);
        assert!(p > 0.9, "{p}");
    }
}

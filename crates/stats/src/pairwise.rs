//! Two samples compared by a number for each pair of cases, such as a kernel or a distance.

use crate::draw::Draw;
use rayon::prelude::*;

/// What rounding may add to a statistic, in units of the mean number of a pair.
const SLACK: f64 = 1e-12;
/// Permutations that are computed in one walk over all pairs.
const TOGETHER: u64 = 64;

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
        let small = first.min(self.n - first) as u32;
        let n = self.n as u32;
        let observed: Vec<u32> = if small as usize == first {
            (0..small).collect()
        } else {
            (n - small..n).collect()
        };
        let statistic = self.statistics(&[observed], discrepancy)[0];
        let pairs = (self.n * self.n) as f64;
        let slack = SLACK * self.rows.iter().map(|row| row.abs()).sum::<f64>() / pairs;
        let draw = |permutation: u64| {
            let mut order: Vec<u32> = (0..n).collect();
            Draw::new(seed, permutation).shuffle_front(&mut order, small as usize);
            order.truncate(small as usize);
            order.sort_unstable();
            order
        };
        let as_far: usize = (0..permutations.div_ceil(TOGETHER))
            .into_par_iter()
            .map(|part| {
                let part = part * TOGETHER + 1..=permutations.min((part + 1) * TOGETHER);
                let groups: Vec<Vec<u32>> = part.map(draw).collect();
                let statistics = self.statistics(&groups, discrepancy);
                statistics
                    .iter()
                    .filter(|&&it| it >= statistic - slack)
                    .count()
            })
            .sum();
        let p = (as_far as f64 + 1.0) / (permutations as f64 + 1.0);
        (statistic, p)
    }

    /// The statistic of each group of cases, in rising order, against all others; the groups are of one size.
    fn statistics(&self, groups: &[Vec<u32>], discrepancy: Discrepancy) -> Vec<f64> {
        // A row is read once for all groups, while it is near.
        let mut within = vec![0.0; groups.len()];
        let mut places = vec![0; groups.len()];
        for (i, row) in self.cells.chunks(self.n).enumerate() {
            for ((group, place), within) in groups.iter().zip(&mut places).zip(&mut within) {
                if group.get(*place) == Some(&(i as u32)) {
                    *place += 1;
                    let later = group[*place..].iter();
                    *within += 2.0 * later.map(|&j| row[j as usize]).sum::<f64>();
                }
            }
        }
        let all: f64 = self.rows.iter().sum();
        let pairs = |n: f64| match discrepancy {
            Discrepancy::Unbiased => n * (n - 1.0),
            Discrepancy::Biased => n * n,
        };
        let statistic = |(group, within): (&Vec<u32>, f64)| {
            let rows: f64 = group.iter().map(|&i| self.rows[i as usize]).sum();
            let between = rows - within;
            let others = all - within - 2.0 * between;
            let (n, m) = (group.len() as f64, (self.n - group.len()) as f64);
            within / pairs(n) + others / pairs(m) - 2.0 * between / (n * m)
        };
        groups.iter().zip(within).map(statistic).collect()
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

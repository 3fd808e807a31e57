//! Grades: truth and answer on one scale whose levels have an order.

/// Cases by true level (rows) and answered level (columns), each level being its place in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossed {
    counts: Vec<Vec<u64>>,
}

/// How far apart two levels are for a kappa.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// All alike, so that the order does not matter: Cohen's kappa without weights.
    Alike,
    /// By the number of levels between them.
    Linear,
    /// By its square.
    Quadratic,
}

impl Crossed {
    /// Cases as (truth, answer), each below `levels`; others are not counted.
    pub fn of(levels: usize, cases: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut counts = vec![vec![0; levels]; levels];
        for (truth, answer) in cases {
            if let Some(count) = counts.get_mut(truth).and_then(|row| row.get_mut(answer)) {
                *count += 1;
            }
        }
        Self { counts }
    }

    pub fn counts(&self) -> &[Vec<u64>] {
        &self.counts
    }

    fn sum(&self, of: impl Fn(usize, usize) -> f64) -> f64 {
        let rows = self.counts.iter().enumerate();
        let cells = rows.flat_map(|(truth, row)| {
            let columns = row.iter().enumerate();
            columns.map(move |(answer, count)| (truth, answer, *count as f64))
        });
        cells
            .map(|(truth, answer, count)| count * of(truth, answer))
            .sum()
    }

    /// The mean over all cases. None without a case.
    fn mean(&self, of: impl Fn(usize, usize) -> f64) -> Option<f64> {
        let n = self.sum(|_, _| 1.0);
        (n > 0.0).then(|| self.sum(of) / n)
    }

    fn share(&self, is: impl Fn(usize, usize) -> bool) -> Option<f64> {
        self.mean(|truth, answer| f64::from(u8::from(is(truth, answer))))
    }

    /// The share of cases whose level is right, in 0..=1.
    pub fn accuracy(&self) -> Option<f64> {
        self.share(|truth, answer| truth == answer)
    }

    /// The share of cases whose level is right or next to it, in 0..=1.
    pub fn within_one(&self) -> Option<f64> {
        self.share(|truth, answer| truth.abs_diff(answer) <= 1)
    }

    /// The share of cases whose answer is above the truth, in 0..=1.
    pub fn over_graded(&self) -> Option<f64> {
        self.share(|truth, answer| answer > truth)
    }

    /// The share of cases whose answer is below the truth, in 0..=1.
    pub fn under_graded(&self) -> Option<f64> {
        self.share(|truth, answer| answer < truth)
    }

    /// By how many levels the answer is off on average, at least 0.
    pub fn mae_levels(&self) -> Option<f64> {
        self.mean(|truth, answer| truth.abs_diff(answer) as f64)
    }

    /// Agreement beyond chance, at most 1; a level more apart counts more. None without a case, or where truth and answers all are one level.
    ///
    /// # Source
    /// Cohen 1960, Educ Psychol Meas 20:37-46; Cohen 1968, Psychol Bull 70:213-220 (weights).
    pub fn kappa(&self, apart: Apart) -> Option<f64> {
        let n = self.sum(|_, _| 1.0);
        let weight = |a: usize, b: usize| match apart {
            Apart::Alike => f64::from(u8::from(a != b)),
            Apart::Linear => a.abs_diff(b) as f64,
            Apart::Quadratic => (a.abs_diff(b) as f64).powi(2),
        };
        let rows: Vec<f64> = self
            .counts
            .iter()
            .map(|row| row.iter().sum::<u64>() as f64)
            .collect();
        let column = |b: usize| self.counts.iter().map(|row| row[b]).sum::<u64>() as f64;
        let mut by_chance = 0.0;
        for b in 0..self.counts.len() {
            let own = column(b);
            let weights = rows.iter().enumerate().map(|(a, row)| weight(a, b) * row);
            by_chance += weights.sum::<f64>() * own / n;
        }
        (by_chance > 0.0).then(|| 1.0 - self.sum(weight) / by_chance)
    }
}

/// Pairs of cases by how the order of their answers agrees with that of their truth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pairs {
    /// The higher answer has the higher truth.
    pub concordant: f64,
    /// The higher answer has the lower truth.
    pub discordant: f64,
    /// Of one truth, with different answers.
    pub same_truth: f64,
    /// Of one answer, with different truths.
    pub same_answer: f64,
}

impl Pairs {
    /// Truths are levels below `levels` (others are not counted), answers any finite numbers; both of one length. O(n log n + n levels).
    pub fn of(levels: usize, truth: &[usize], answer: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..truth.len().min(answer.len())).collect();
        order.sort_unstable_by(|&i, &j| answer[i].total_cmp(&answer[j]));
        let mut below = vec![0.0; levels];
        let mut found = Self::default();
        for tied in order.chunk_by(|&i, &j| answer[i] == answer[j]) {
            let mut own = vec![0.0; levels];
            for &i in tied {
                if let Some(count) = own.get_mut(truth[i]) {
                    *count += 1.0;
                }
            }
            let all: f64 = own.iter().sum();
            // Those of lower levels among all with a lower answer.
            let (mut lower, mut higher) = (0.0, below.iter().sum::<f64>());
            let mut squares = 0.0;
            for (level, count) in own.iter().enumerate() {
                higher -= below[level];
                found.concordant += count * lower;
                found.discordant += count * higher;
                found.same_truth += count * below[level];
                lower += below[level];
                squares += count * count;
            }
            found.same_answer += (all * all - squares) / 2.0;
            below
                .iter_mut()
                .zip(&own)
                .for_each(|(sum, count)| *sum += count);
        }
        found
    }

    /// Pairs of different truth.
    fn of_different_truth(&self) -> f64 {
        self.concordant + self.discordant + self.same_answer
    }

    /// Of the pairs of different truth those in the right order less those in the wrong order, as a share in -1..=1. None without such a pair.
    ///
    /// # Source
    /// Somers 1962, Am Sociol Rev 27:799-811, of the answer given the truth (Harrell's Dxy).
    pub fn somers_d(&self) -> Option<f64> {
        let all = self.of_different_truth();
        (all > 0.0).then(|| (self.concordant - self.discordant) / all)
    }

    /// The probability that of two cases of different truth the higher one has the higher answer, ties half, in 0..=1. With two levels it
    /// is the area under the ROC curve. None without such a pair.
    ///
    /// # Source
    /// Harrell, Lee and Mark 1996, Stat Med 15:361-387 (c-index), of grades.
    pub fn auroc(&self) -> Option<f64> {
        let all = self.of_different_truth();
        (all > 0.0).then(|| (self.concordant + self.same_answer / 2.0) / all)
    }

    /// Rank correlation that knows of ties, in -1..=1. None where all truths or all answers are the same.
    ///
    /// # Source
    /// Kendall 1945, Biometrika 33:239-251 (tau-b).
    pub fn kendall_tau_b(&self) -> Option<f64> {
        let of_different_answer = self.concordant + self.discordant + self.same_truth;
        let all = (self.of_different_truth() * of_different_answer).sqrt();
        (all > 0.0).then(|| (self.concordant - self.discordant) / all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn grades_that_all_are_right_agree_wholly_and_grades_of_one_level_have_no_kappa() {
        let all = Crossed::of(3, (0..3).map(|level| (level, level)));
        assert_eq!(all.kappa(Apart::Linear), Some(1.0));
        assert_eq!(all.accuracy(), Some(1.0));
        let one = Crossed::of(3, [(1, 1), (1, 1)].into_iter());
        assert_eq!(one.kappa(Apart::Quadratic), None);
        let none = Crossed::of(3, std::iter::empty());
        assert_eq!((none.accuracy(), none.kappa(Apart::Linear)), (None, None));
    }

    #[test]
    fn answers_one_level_too_high_are_over_graded_and_within_one() {
        let own = Crossed::of(4, [(0, 1), (1, 2), (2, 3), (3, 0)].into_iter());
        assert_eq!(own.over_graded(), Some(0.75));
        assert_eq!(own.under_graded(), Some(0.25));
        assert_eq!(own.within_one(), Some(0.75));
        assert_eq!(own.mae_levels(), Some(1.5));
    }

    proptest! {
        #[test]
        fn pairs_are_those_of_a_count_over_all_pairs(cases in prop::collection::vec((0..4_usize, 0..5_u8), 0..30)) {
            let truth: Vec<usize> = cases.iter().map(|case| case.0).collect();
            let answer: Vec<f64> = cases.iter().map(|case| f64::from(case.1)).collect();
            let mut wanted = Pairs::default();
            for i in 0..cases.len() {
                for j in 0..i {
                    let of_truth = cases[i].0 as i64 - cases[j].0 as i64;
                    let of_answer = i64::from(cases[i].1) - i64::from(cases[j].1);
                    match (of_truth, of_answer) {
                        (0, 0) => {}
                        (0, _) => wanted.same_truth += 1.0,
                        (_, 0) => wanted.same_answer += 1.0,
                        (a, b) if a * b > 0 => wanted.concordant += 1.0,
                        _ => wanted.discordant += 1.0,
                    }
                }
            }
            prop_assert_eq!(Pairs::of(4, &truth, &answer), wanted);
        }
    }
}

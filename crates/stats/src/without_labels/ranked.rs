use super::Scored;
use crate::estimate::Undefined;

/// Cases from the highest score to the lowest, prepared for many questions about different truths.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The index of each among the cases that were ranked.
    pub(super) order: Vec<usize>,
    /// Where each run of equal scores ends.
    ties: Vec<usize>,
    flag: Option<Vec<bool>>,
}

impl Ranked {
    pub(super) fn of(cases: &Scored) -> Ranked {
        let mut order: Vec<usize> = (0..cases.n()).collect();
        order.sort_by(|&i, &j| cases.score[j].total_cmp(&cases.score[i]));
        let tied = order.chunk_by(|&i, &j| cases.score[i] == cases.score[j]);
        let ends = tied.scan(0, |end, tied| {
            *end += tied.len();
            Some(*end)
        });
        Ranked {
            ties: ends.collect(),
            flag: (cases.flag.as_ref()).map(|flag| order.iter().map(|&i| flag[i]).collect()),
            order,
        }
    }

    /// A column of the cases in the order of the ranks.
    pub(super) fn arrange<T: Copy>(&self, column: &[T]) -> Vec<T> {
        self.order.iter().map(|&i| column[i]).collect()
    }

    /// Each run of equal scores, from the highest: the sum of a column in the order of the ranks, and the cases.
    pub(super) fn steps(&self, column: &[f64]) -> impl Iterator<Item = (f64, f64)> {
        let starts = std::iter::once(0).chain(self.ties.iter().copied());
        starts.zip(&self.ties).map(|(start, &end)| {
            let sum = column[start..end].iter().sum();
            (sum, (end - start) as f64)
        })
    }

    /// The expected counts of diseased and healthy cases, flagged and not; `diseased` has, in the order of the ranks, the
    /// probability that each is diseased.
    ///
    /// # Errors
    /// [`Undefined::NoThreshold`] without flags, [`Undefined::NoCase`].
    pub(super) fn confusion(&self, diseased: &[f64]) -> Result<Confusion, Undefined> {
        let flag = self.flag.as_ref().ok_or(Undefined::NoThreshold)?;
        if diseased.is_empty() {
            return Err(Undefined::NoCase);
        }
        let mut counts = Confusion::default();
        for (&flag, &p) in flag.iter().zip(diseased) {
            if flag {
                counts.true_positive += p;
                counts.false_positive += 1.0 - p;
            } else {
                counts.false_negative += p;
                counts.true_negative += 1.0 - p;
            }
        }
        Ok(counts)
    }
}

/// Counts of cases, which need not be whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Confusion {
    pub(super) true_positive: f64,
    pub(super) false_positive: f64,
    pub(super) false_negative: f64,
    pub(super) true_negative: f64,
}

impl Confusion {
    pub(super) fn n(&self) -> f64 {
        self.true_positive + self.false_positive + self.false_negative + self.true_negative
    }
}

/// The deviation of one case of `n` where a share is of `events` in `counted` cases: over the root of a number of cases it
/// is the share's standard error. Absent when none is counted.
pub(super) fn share_error(events: f64, counted: f64, n: f64) -> Option<f64> {
    let share = events / counted;
    let error = (share * (1.0 - share)).max(0.0).sqrt() / (counted / n).sqrt();
    error.is_finite().then_some(error)
}

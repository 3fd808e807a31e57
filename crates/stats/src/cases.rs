//! What is judged: cases with truth and score, of patients.

use crate::estimate::Undefined;
use std::collections::BTreeMap;
use thiserror::Error;

/// Cases of a binary question. A case is flagged when its score is at least the threshold.
///
/// `truth[i]` says whether case `i` is diseased, `score[i]` is the model's number for it (finite; higher means more
/// likely diseased), `cluster[i]` its patient. Without clusters each case is a patient of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Cases {
    truth: Vec<bool>,
    score: Vec<f64>,
    threshold: Option<f64>,
    cluster: Option<Vec<u32>>,
    weight: Option<Vec<f64>>,
}

/// Columns that do not make cases.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CasesError {
    /// Columns of different length.
    #[error("the columns of cases differ in length: {truth} truths and {other} of the {column}")]
    Length {
        /// The number of truths.
        truth: usize,
        /// The number in the other column.
        other: usize,
        /// The other column: `score`, `cluster` or `mask`.
        column: &'static str,
    },
    /// A score that is NaN or infinite.
    #[error("the score of case {row} (counted from 0) is {score}; a score is a finite number")]
    Score {
        /// The case, counted from 0.
        row: usize,
        /// Its score.
        score: f64,
    },
    /// A weight that is negative, NaN or infinite.
    #[error(
        "the weight of case {row} (counted from 0) is {weight}; a weight is a finite number and not negative"
    )]
    Weight {
        /// The case, counted from 0.
        row: usize,
        /// Its weight.
        weight: f64,
    },
    /// A threshold that is NaN or infinite.
    #[error("the threshold is {0}; a threshold is a finite number")]
    Threshold(f64),
}

impl Cases {
    /// Cases from columns of equal length.
    ///
    /// # Errors
    /// [`CasesError`] when lengths differ, or a score or the threshold is not finite.
    pub fn new(
        truth: Vec<bool>,
        score: Vec<f64>,
        threshold: Option<f64>,
        cluster: Option<Vec<u32>>,
    ) -> Result<Cases, CasesError> {
        same_length(&truth, score.len(), "score")?;
        if let Some(cluster) = &cluster {
            same_length(&truth, cluster.len(), "cluster")?;
        }
        if let Some(row) = score.iter().position(|score| !score.is_finite()) {
            return Err(CasesError::Score {
                row,
                score: score[row],
            });
        }
        if let Some(threshold) = threshold.filter(|threshold| !threshold.is_finite()) {
            return Err(CasesError::Threshold(threshold));
        }
        Ok(Cases {
            truth,
            score,
            threshold,
            cluster,
            weight: None,
        })
    }

    /// The same cases, each counted by its weight: by how many cases of the population it stands for.
    ///
    /// # Errors
    /// [`CasesError`] when there are not as many weights as cases, or one is negative or not finite.
    pub fn weighted(self, weight: Vec<f64>) -> Result<Cases, CasesError> {
        same_length(&self.truth, weight.len(), "weight")?;
        let is_wrong = |weight: &f64| !weight.is_finite() || *weight < 0.0;
        if let Some(row) = weight.iter().position(is_wrong) {
            return Err(CasesError::Weight {
                row,
                weight: weight[row],
            });
        }
        Ok(Cases {
            weight: Some(weight),
            ..self
        })
    }

    /// The cases where `mask` is true, in the same order.
    ///
    /// # Errors
    /// [`CasesError::Length`] when the mask is not as long as the cases.
    pub fn subset(&self, mask: &[bool]) -> Result<Cases, CasesError> {
        same_length(&self.truth, mask.len(), "mask")?;
        Ok(self.filter(|i| mask[i]))
    }

    /// The cases whose index `keep` accepts, in the same order.
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Cases {
        let kept: Vec<usize> = (0..self.n()).filter(|&i| keep(i)).collect();
        let cluster = self
            .cluster
            .as_ref()
            .map(|cluster| kept.iter().map(|&i| cluster[i]).collect());
        self.pick(&kept, cluster)
    }

    /// The cases at these indices, repeated as often as they are named, with patients given anew.
    pub(crate) fn pick(&self, indices: &[usize], cluster: Option<Vec<u32>>) -> Cases {
        Cases {
            truth: indices.iter().map(|&i| self.truth[i]).collect(),
            score: indices.iter().map(|&i| self.score[i]).collect(),
            threshold: self.threshold,
            cluster,
            weight: self
                .weight
                .as_ref()
                .map(|weight| indices.iter().map(|&i| weight[i]).collect()),
        }
    }

    /// The same cases with another threshold.
    ///
    /// # Errors
    /// [`CasesError::Threshold`] when it is not finite.
    pub fn with_threshold(self, threshold: f64) -> Result<Cases, CasesError> {
        let weight = self.weight;
        let cases = Cases::new(self.truth, self.score, Some(threshold), self.cluster)?;
        Ok(Cases { weight, ..cases })
    }

    /// The number of cases.
    pub fn n(&self) -> usize {
        self.truth.len()
    }

    /// The number of diseased cases.
    pub fn diseased(&self) -> usize {
        self.truth.iter().filter(|&&truth| truth).count()
    }

    /// The number of healthy cases.
    pub fn healthy(&self) -> usize {
        self.n() - self.diseased()
    }

    /// The number of patients, where patients were given.
    pub fn patients(&self) -> Option<u64> {
        let cluster = self.cluster.as_ref()?;
        let mut seen = cluster.clone();
        seen.sort_unstable();
        seen.dedup();
        Some(seen.len() as u64)
    }

    /// Whether each case is diseased.
    pub fn truth(&self) -> &[bool] {
        &self.truth
    }

    /// The score of each case.
    pub fn score(&self) -> &[f64] {
        &self.score
    }

    /// The score at and above which a case is flagged.
    pub fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    /// The patient of each case.
    pub fn cluster(&self) -> Option<&[u32]> {
        self.cluster.as_deref()
    }

    /// The weight of each case, where weights were given.
    pub fn weight(&self) -> Option<&[f64]> {
        self.weight.as_deref()
    }

    /// The weight of a case: 1 where none were given.
    pub(crate) fn weight_of(&self, i: usize) -> f64 {
        self.weight.as_ref().map_or(1.0, |weight| weight[i])
    }

    /// Whether each case is a patient of its own and stands for itself only.
    pub fn is_row_wise(&self) -> bool {
        self.cluster.is_none() && self.weight.is_none()
    }

    /// The weighted sums of a few quantities of each case, patient by patient in the order of their numbers. Without clusters
    /// each case is a patient of its own.
    pub(crate) fn totals<const K: usize>(
        &self,
        quantities: impl Fn(usize) -> [f64; K],
    ) -> Vec<[f64; K]> {
        let Some(cluster) = &self.cluster else {
            let of_case = |i| quantities(i).map(|quantity| quantity * self.weight_of(i));
            return (0..self.n()).map(of_case).collect();
        };
        let mut totals: BTreeMap<u32, [f64; K]> = BTreeMap::new();
        for (i, &patient) in cluster.iter().enumerate() {
            let total = totals.entry(patient).or_insert([0.0; K]);
            for (sum, quantity) in total.iter_mut().zip(quantities(i)) {
                *sum += quantity * self.weight_of(i);
            }
        }
        totals.into_values().collect()
    }

    /// The scores, if they can be probabilities.
    pub(crate) fn probabilities(&self) -> Result<&[f64], Undefined> {
        if self.score.iter().all(|score| (0.0..=1.0).contains(score)) {
            Ok(&self.score)
        } else {
            Err(Undefined::NotProbability)
        }
    }
}

fn same_length(truth: &[bool], other: usize, column: &'static str) -> Result<(), CasesError> {
    if truth.len() == other {
        Ok(())
    } else {
        Err(CasesError::Length {
            truth: truth.len(),
            other,
            column,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_different_length_are_refused() {
        let wrong = Cases::new(vec![true, false], vec![0.5], None, None);
        assert_eq!(
            wrong,
            Err(CasesError::Length {
                truth: 2,
                other: 1,
                column: "score"
            })
        );
        let wrong = Cases::new(vec![true], vec![0.5], None, Some(vec![]));
        assert_eq!(
            wrong,
            Err(CasesError::Length {
                truth: 1,
                other: 0,
                column: "cluster"
            })
        );
    }

    #[test]
    fn a_score_that_is_no_number_is_refused_with_its_row() {
        let wrong = Cases::new(vec![true, false], vec![0.5, f64::INFINITY], None, None);
        assert_eq!(
            wrong,
            Err(CasesError::Score {
                row: 1,
                score: f64::INFINITY
            })
        );
    }

    #[test]
    fn a_subset_keeps_order_threshold_and_patients() {
        let cases = Cases::new(
            vec![true, false, true],
            vec![0.3, 0.2, 0.1],
            Some(0.2),
            Some(vec![7, 8, 7]),
        )
        .expect("well-formed");
        let some = cases.subset(&[true, false, true]).expect("same length");
        assert_eq!(some.score(), [0.3, 0.1]);
        assert_eq!(some.patients(), Some(1));
        assert_eq!(some.threshold(), Some(0.2));
        assert!(cases.subset(&[true]).is_err());
    }
}

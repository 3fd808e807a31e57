use thiserror::Error;

/// Cases with the model's probability for each, and the truth where it is known.
///
/// Without flags only metrics of the order of scores can be estimated; without patients each case is a patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub(super) score: Vec<f64>,
    pub(super) truth: Vec<Option<bool>>,
    pub(super) flag: Option<Vec<bool>>,
    pub(super) patient: Option<Vec<u32>>,
}

/// Columns that do not make scored cases.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ScoredError {
    /// Columns of different length.
    #[error("there are {scores} scores and {other} of the {column}; there must be one a case")]
    Length {
        /// The number of scores.
        scores: usize,
        /// The number in the other column.
        other: usize,
        /// The other column: `truth`, `flag` or `patient`.
        column: &'static str,
    },
    /// A score that is no probability.
    #[error(
        "the score of case {row} (counted from 0) is {score}; a score is a probability in 0 to 1"
    )]
    Score {
        /// The case, counted from 0.
        row: usize,
        /// Its score.
        score: f64,
    },
    /// A class that there is not.
    #[error(
        "case {row} (counted from 0) is of class {class}, and there are {classes}, counted from 0"
    )]
    Class {
        /// The case, counted from 0.
        row: usize,
        /// Its class.
        class: u32,
        /// The number of classes.
        classes: usize,
    },
    /// A threshold that is NaN or infinite.
    #[error("the threshold is {0}; a threshold is a finite number")]
    Threshold(f64),
}

impl Scored {
    /// Cases of these scores, nothing flagged.
    ///
    /// # Errors
    /// [`ScoredError`] for a score outside 0..=1 or NaN, and for lengths that differ.
    pub fn new(score: Vec<f64>, truth: Vec<Option<bool>>) -> Result<Scored, ScoredError> {
        if let Some(row) = score.iter().position(|score| !(0.0..=1.0).contains(score)) {
            let score = score[row];
            return Err(ScoredError::Score { row, score });
        }
        same_length(&score, truth.len(), "truth")?;
        Ok(Scored {
            score,
            truth,
            flag: None,
            patient: None,
        })
    }

    /// The same cases with what the model flagged.
    ///
    /// # Errors
    /// [`ScoredError::Length`].
    pub fn with_flags(self, flag: Vec<bool>) -> Result<Scored, ScoredError> {
        same_length(&self.score, flag.len(), "flag")?;
        let flag = Some(flag);
        Ok(Scored { flag, ..self })
    }

    /// The same cases, those flagged that score at least this much.
    ///
    /// # Errors
    /// [`ScoredError::Threshold`] when it is not finite.
    pub fn with_threshold(self, threshold: f64) -> Result<Scored, ScoredError> {
        if !threshold.is_finite() {
            return Err(ScoredError::Threshold(threshold));
        }
        let flag = self.score.iter().map(|&score| score >= threshold).collect();
        self.with_flags(flag)
    }

    /// The same cases with the patient of each.
    ///
    /// # Errors
    /// [`ScoredError::Length`].
    pub fn with_patients(self, patient: Vec<u32>) -> Result<Scored, ScoredError> {
        same_length(&self.score, patient.len(), "patient")?;
        let patient = Some(patient);
        Ok(Scored { patient, ..self })
    }

    /// The number of cases.
    pub fn n(&self) -> usize {
        self.score.len()
    }

    /// The number of cases whose truth is known.
    pub fn labelled(&self) -> usize {
        self.truth.iter().flatten().count()
    }

    /// The cases of these indices.
    pub(super) fn pick(&self, rows: &[usize]) -> Scored {
        Scored {
            score: rows.iter().map(|&row| self.score[row]).collect(),
            truth: rows.iter().map(|&row| self.truth[row]).collect(),
            flag: (self.flag.as_ref()).map(|flag| rows.iter().map(|&row| flag[row]).collect()),
            patient: (self.patient.as_ref()).map(|p| rows.iter().map(|&row| p[row]).collect()),
        }
    }

    /// The cases whose truth is known.
    pub(super) fn with_truth(&self) -> Scored {
        let known: Vec<usize> = (0..self.n()).filter(|&i| self.truth[i].is_some()).collect();
        self.pick(&known)
    }
}

fn same_length(score: &[f64], other: usize, column: &'static str) -> Result<(), ScoredError> {
    if score.len() == other {
        return Ok(());
    }
    Err(ScoredError::Length {
        scores: score.len(),
        other,
        column,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_that_is_no_probability_is_refused_with_its_row() {
        for wrong in [1.01, -0.1, f64::NAN, f64::INFINITY] {
            let refused = Scored::new(vec![0.5, wrong], vec![None, None]);
            assert!(
                matches!(refused, Err(ScoredError::Score { row: 1, .. })),
                "{wrong}"
            );
        }
    }

    #[test]
    fn columns_of_different_length_and_a_threshold_of_nothing_are_refused() {
        let cases = || Scored::new(vec![0.5, 0.7], vec![None, Some(true)]).expect("well-formed");
        assert!(Scored::new(vec![0.5], vec![]).is_err());
        assert!(cases().with_flags(vec![true]).is_err());
        assert!(cases().with_patients(vec![1]).is_err());
        assert!(cases().with_threshold(f64::NAN).is_err());
        let flagged = cases().with_threshold(0.7).expect("finite");
        assert_eq!(flagged.flag, Some(vec![false, true]));
        assert_eq!(flagged.with_truth().score, [0.7]);
    }
}

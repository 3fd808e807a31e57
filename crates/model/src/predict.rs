//! From numbers to a score.

use thiserror::Error;

use crate::contract::InputContract;
use crate::encode::Encoded;

/// A model that gives each row a score; the same rows always get the same scores, from any thread.
pub trait Predict: Send + Sync {
    /// What the model takes.
    fn contract(&self) -> &InputContract;

    /// One probability in 0..=1 a row, in their order.
    ///
    /// # Errors
    /// [`PredictError`].
    fn scores(&self, rows: &Encoded) -> Result<Vec<f64>, PredictError>;
}

/// Why a model gave no scores.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PredictError {
    #[error("the rows are {have:?} and the model takes {wanted:?}; encode them by its contract")]
    Inputs {
        wanted: Vec<String>,
        have: Vec<String>,
    },
    #[error("the model gave {scores} scores for {rows} rows; do not use this model")]
    Count { rows: usize, scores: usize },
    #[error("the model gave {score} in row {row}, which is no probability; do not use this model")]
    NotProbability { row: usize, score: f64 },
    #[error("the model could not be run: {what}; do not use this model")]
    Run { what: String },
}

impl PredictError {
    /// Holds what a model is about to be given against its contract.
    ///
    /// # Errors
    /// [`PredictError::Inputs`].
    pub fn check_inputs(contract: &InputContract, rows: &Encoded) -> Result<(), Self> {
        let wanted = contract.encoded_names();
        if wanted == rows.names() {
            return Ok(());
        }
        let have = rows.names().to_vec();
        Err(Self::Inputs { wanted, have })
    }

    /// Holds what a model gave against what a score is.
    ///
    /// # Errors
    /// [`PredictError::Count`], [`PredictError::NotProbability`].
    pub fn check_scores(rows: &Encoded, scores: &[f64]) -> Result<(), Self> {
        if scores.len() != rows.rows() {
            let (rows, scores) = (rows.rows(), scores.len());
            return Err(Self::Count { rows, scores });
        }
        match scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            None => Ok(()),
            Some(row) => Err(Self::NotProbability {
                row,
                score: scores[row],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Input;
    use crate::contract::tests::contract;

    #[test]
    fn a_score_is_a_probability() {
        let rows = Encoded::mixed(vec!["age".into()], vec![50.0, 60.0]);
        assert_eq!(PredictError::check_scores(&rows, &[0.0, 1.0]), Ok(()));
        for wrong in [
            vec![0.5],
            vec![0.5, 1.1],
            vec![0.5, f64::NAN],
            vec![0.5, -0.1],
        ] {
            assert!(
                PredictError::check_scores(&rows, &wrong).is_err(),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn rows_of_another_model_are_refused() {
        let model = contract(vec![Input::number("age"), Input::number("kappa")]).expect("fits");
        let rows = Encoded::mixed(vec!["kappa".into(), "age".into()], vec![1.0, 50.0]);
        assert!(PredictError::check_inputs(&model, &rows).is_err());
    }
}

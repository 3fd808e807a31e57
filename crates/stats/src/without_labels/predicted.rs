use thiserror::Error;

/// Cases with the number that a model predicts for each, and the true number where it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicted {
    pub(super) predicted: Vec<f64>,
    pub(super) truth: Vec<Option<f64>>,
    pub(super) patient: Option<Vec<u32>>,
}

/// Columns that do not make predicted cases.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PredictedError {
    /// Columns of different length.
    #[error(
        "there are {predicted} predictions and {other} of the {column}; there must be one a case"
    )]
    Length {
        /// The number of predictions.
        predicted: usize,
        /// The number in the other column.
        other: usize,
        /// The other column: `truth` or `patient`.
        column: &'static str,
    },
    /// A prediction or truth that is NaN or infinite.
    #[error("the {column} of case {row} (counted from 0) is {value}; it must be a finite number")]
    Value {
        /// `prediction` or `truth`.
        column: &'static str,
        /// The case, counted from 0.
        row: usize,
        /// What it is.
        value: f64,
    },
}

impl Predicted {
    /// Cases of these predictions.
    ///
    /// # Errors
    /// [`PredictedError`].
    pub fn new(predicted: Vec<f64>, truth: Vec<Option<f64>>) -> Result<Predicted, PredictedError> {
        same_length(&predicted, truth.len(), "truth")?;
        let known = truth.iter().map(|truth| truth.unwrap_or_default());
        for (column, values) in [
            ("prediction", predicted.clone()),
            ("truth", known.collect()),
        ] {
            if let Some(row) = values.iter().position(|value| !value.is_finite()) {
                let value = values[row];
                return Err(PredictedError::Value { column, row, value });
            }
        }
        Ok(Predicted {
            predicted,
            truth,
            patient: None,
        })
    }

    /// The same cases with the patient of each.
    ///
    /// # Errors
    /// [`PredictedError::Length`].
    pub fn with_patients(self, patient: Vec<u32>) -> Result<Predicted, PredictedError> {
        same_length(&self.predicted, patient.len(), "patient")?;
        let patient = Some(patient);
        Ok(Predicted { patient, ..self })
    }

    /// The number of cases.
    pub fn n(&self) -> usize {
        self.predicted.len()
    }

    /// The cases whose truth is known, by index.
    pub(super) fn labelled(&self) -> Vec<usize> {
        (0..self.n())
            .filter(|&row| self.truth[row].is_some())
            .collect()
    }
}

fn same_length(
    predicted: &[f64],
    other: usize,
    column: &'static str,
) -> Result<(), PredictedError> {
    if predicted.len() == other {
        return Ok(());
    }
    Err(PredictedError::Length {
        predicted: predicted.len(),
        other,
        column,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predictions_that_are_no_numbers_are_refused_with_their_row() {
        let refused = Predicted::new(vec![1.0, f64::NAN], vec![None, None]);
        assert!(matches!(
            refused,
            Err(PredictedError::Value {
                column: "prediction",
                row: 1,
                ..
            })
        ));
        let refused = Predicted::new(vec![1.0], vec![Some(f64::INFINITY)]);
        assert!(matches!(
            refused,
            Err(PredictedError::Value {
                column: "truth",
                row: 0,
                ..
            })
        ));
        assert!(Predicted::new(vec![1.0], vec![]).is_err());
        let cases = Predicted::new(vec![1.0], vec![Some(2.0)]).expect("numbers");
        assert!(cases.with_patients(vec![1, 2]).is_err());
    }
}

use crate::estimate::Undefined;

/// How wrong predictions of a number are, as the mean of how wrong each is, or its root.
#[derive(Debug)]
pub struct Loss {
    /// The name in files and on the command line; NannyML's.
    pub id: &'static str,
    /// The name on a page.
    pub title: &'static str,
    /// The definition that is followed.
    pub source: &'static str,
    /// What is averaged.
    pub(super) of: Row,
    /// Whether the root of the average is taken.
    pub(super) root: bool,
}

/// How wrong one prediction is. Never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Row {
    Absolute,
    Relative,
    Squared,
    SquaredLog,
}

/// Every loss that can be estimated without labels, in the order of the manual.
pub const LOSSES: &[Loss] = &[
    Loss {
        id: "mae",
        title: "Mean absolute error",
        source: "Willmott and Matsuura 2005, Climate Research 30:79-82",
        of: Row::Absolute,
        root: false,
    },
    Loss {
        id: "mape",
        title: "Mean absolute error, in parts of the truth",
        source: "Makridakis 1993, Int J Forecasting 9:527-529",
        of: Row::Relative,
        root: false,
    },
    Loss {
        id: "mse",
        title: "Mean squared error",
        source: "Gauss 1809, Theoria motus, section 179",
        of: Row::Squared,
        root: false,
    },
    Loss {
        id: "rmse",
        title: "Root mean squared error",
        source: "Willmott and Matsuura 2005, Climate Research 30:79-82",
        of: Row::Squared,
        root: true,
    },
    Loss {
        id: "msle",
        title: "Mean squared error of logarithms",
        source: "scikit-learn 1.9, mean_squared_log_error",
        of: Row::SquaredLog,
        root: false,
    },
    Loss {
        id: "rmsle",
        title: "Root mean squared error of logarithms",
        source: "scikit-learn 1.9, root_mean_squared_log_error",
        of: Row::SquaredLog,
        root: true,
    },
];

impl Loss {
    /// The loss of this id.
    pub fn by_id(id: &str) -> Option<&'static Loss> {
        LOSSES.iter().find(|loss| loss.id == id)
    }

    /// The loss of rows whose mean this is.
    pub(super) fn of_mean(&self, mean: f64) -> f64 {
        if self.root { mean.sqrt() } else { mean }
    }

    /// NannyML's sampling error of a chunk of `size` rows, where the rows of the reference are this wrong.
    ///
    /// # Source
    /// NannyML 0.13.1, `sampling_error.regression`: the standard error of a mean, and by linearisation that of its root.
    pub(super) fn sampling_error(&self, rows: &[f64], size: usize) -> Option<f64> {
        let n = rows.len() as f64;
        let mean = rows.iter().sum::<f64>() / n;
        let variance = rows.iter().map(|row| (row - mean).powi(2)).sum::<f64>() / n;
        let scale = if self.root { 4.0 * mean } else { 1.0 };
        let error = (variance / (size as f64 * scale)).sqrt();
        error.is_finite().then_some(error)
    }
}

impl Row {
    /// The name of the correlation with what was expected.
    pub(super) fn correlation_id(self) -> &'static str {
        match self {
            Row::Absolute => "correlation_of_absolute_error",
            Row::Relative => "correlation_of_relative_error",
            Row::Squared => "correlation_of_squared_error",
            Row::SquaredLog => "correlation_of_squared_error_of_logarithms",
        }
    }

    /// How wrong a prediction is.
    ///
    /// # Errors
    /// [`Undefined::ZeroTruth`], for which NannyML divides by the smallest number that there is;
    /// [`Undefined::NegativeValue`]; [`Undefined::NotFinite`].
    pub(super) fn wrong(self, truth: f64, predicted: f64) -> Result<f64, Undefined> {
        let wrong = match self {
            Row::Absolute => (truth - predicted).abs(),
            Row::Relative if truth == 0.0 => return Err(Undefined::ZeroTruth),
            Row::Relative => (truth - predicted).abs() / truth.abs(),
            Row::Squared => (truth - predicted).powi(2),
            Row::SquaredLog if truth < 0.0 || predicted < 0.0 => {
                return Err(Undefined::NegativeValue);
            }
            Row::SquaredLog => (truth.ln_1p() - predicted.ln_1p()).powi(2),
        };
        if wrong.is_finite() {
            Ok(wrong)
        } else {
            Err(Undefined::NotFinite)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loss_has_an_id_of_its_own_and_a_source() {
        for (at, loss) in LOSSES.iter().enumerate() {
            assert!(!LOSSES[..at].iter().any(|other| other.id == loss.id));
            assert!(loss.source.chars().any(|letter| letter.is_ascii_digit()));
            assert_eq!(
                Loss::by_id(loss.id).map(|found| found.title),
                Some(loss.title)
            );
        }
    }

    #[test]
    fn a_loss_that_means_nothing_says_so() {
        assert_eq!(Row::Relative.wrong(0.0, 1.0), Err(Undefined::ZeroTruth));
        assert_eq!(
            Row::SquaredLog.wrong(-1.0, 1.0),
            Err(Undefined::NegativeValue)
        );
        assert_eq!(
            Row::SquaredLog.wrong(1.0, -0.5),
            Err(Undefined::NegativeValue)
        );
        assert_eq!(Row::Squared.wrong(1e300, -1e300), Err(Undefined::NotFinite));
        assert_eq!(Row::Relative.wrong(-2.0, 1.0), Ok(1.5));
    }
}

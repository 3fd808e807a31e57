use super::{About, Better, Metric, drawn_anew};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::Tally;

/// The highest sensitivity of a threshold whose specificity is at least so much.
///
/// Takes truth, score and patient; the specificity is 0.9 where nothing is said. Of the ROC curve its points are taken, not the lines
/// between. The threshold is chosen on these cases, so the value is that of the best threshold and not of one that was fixed before. The interval is
/// the percentile interval of 2,000 draws of patients, seed 0.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`].
///
/// # Source
/// Pepe 2003, The Statistical Evaluation of Medical Tests, section 4.3; Efron and Tibshirani 1993, section 13.3.
pub struct SensitivityAtSpecificity {
    /// In 0..=1.
    pub specificity: f64,
}

impl Metric for SensitivityAtSpecificity {
    fn about(&self) -> About {
        About {
            id: "sensitivity_at_specificity",
            title: "Sensitivity at a specificity",
            range: [0.0, 1.0],
            better: Better::Higher,
            needs_threshold: false,
            needs_probability: false,
            method: "bootstrap_percentile",
            source: "Pepe 2003; Efron and Tibshirani 1993",
            what: "The highest sensitivity of a threshold whose specificity is at least 0.9.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        drawn_anew(self, cases, level)
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        let points = tally.roc()?;
        // A share that is meant to be equal may differ by rounding.
        let most = 1.0 - self.specificity + 1e-12;
        let allowed = points.iter().filter(|point| point[0] <= most);
        allowed.map(|point| point[1]).reduce(f64::max)
    }
}

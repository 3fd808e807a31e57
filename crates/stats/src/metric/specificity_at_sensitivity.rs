use super::{About, Better, Metric, drawn_anew};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::Tally;

/// The highest specificity of a threshold whose sensitivity is at least so much.
///
/// Takes truth, score and patient; the sensitivity is 0.9 where nothing is said. Of the ROC curve its points are taken, not the lines
/// between. The threshold is chosen on these cases, so the value is that of the best threshold and not of one that was fixed before. The interval is
/// the percentile interval of 2,000 draws of patients, seed 0.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`].
///
/// # Source
/// Pepe 2003, The Statistical Evaluation of Medical Tests, section 4.3; Efron and Tibshirani 1993, section 13.3.
pub struct SpecificityAtSensitivity {
    /// In 0..=1.
    pub sensitivity: f64,
}

impl Metric for SpecificityAtSensitivity {
    fn about(&self) -> About {
        About {
            id: "specificity_at_sensitivity",
            title: "Specificity at a sensitivity",
            range: [0.0, 1.0],
            better: Better::Higher,
            needs_threshold: false,
            needs_probability: false,
            method: "bootstrap_percentile",
            source: "Pepe 2003; Efron and Tibshirani 1993",
            what: "The highest specificity of a threshold whose sensitivity is at least 0.9.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        drawn_anew(self, cases, level)
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        let points = tally.roc()?;
        let least = self.sensitivity - 1e-12;
        let allowed = points.iter().filter(|point| point[1] >= least);
        allowed.map(|point| 1.0 - point[0]).reduce(f64::max)
    }
}

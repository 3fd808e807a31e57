use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::logistic;
use crate::tally::Tally;

/// Calibration slope: the coefficient of the log odds of the score in a logistic regression of the truth.
///
/// Takes truth, score (a probability, strictly between 0 and 1) and patient. 1 is perfect; below 1 the scores are too
/// extreme. The interval is Wald's, with patients by the cluster-robust variance.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`], [`Undefined::NotProbability`],
/// [`Undefined::CertainScore`], [`Undefined::SameScore`], [`Undefined::Separated`], [`Undefined::NotConverged`].
///
/// # Source
/// Cox 1958, Biometrika 45:562-565; Van Calster et al. 2019, BMC Med 17:230; Liang and Zeger 1986 (patients).
pub struct CalibrationSlope;

impl Metric for CalibrationSlope {
    fn about(&self) -> About {
        About {
            id: "calibration_slope",
            title: "Calibration slope",
            range: [f64::NEG_INFINITY, f64::INFINITY],
            better: Better::Target(1.0),
            needs_threshold: false,
            needs_probability: true,
            method: "wald",
            source: "Cox 1958; Van Calster et al. 2019; Liang and Zeger 1986",
            what: "The slope of the truth on the log odds of the score; below 1 the scores are too extreme.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        let log_odds = logistic::log_odds(cases)?;
        let fit = logistic::fit(cases, |i| [1.0, log_odds[i]], |_| 0.0)?;
        Ok(fit.estimate(cases, 1, level))
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        logistic::of_tally(tally, true).map(|fit| fit[1])
    }
}

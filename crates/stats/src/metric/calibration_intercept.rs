use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::logistic;
use crate::tally::Tally;

/// Calibration intercept, or calibration-in-the-large: the constant to add to the log odds of every score so that as
/// many events are expected as were observed (slope fixed at 1).
///
/// Takes truth, score (a probability, strictly between 0 and 1) and patient. 0 is perfect; above 0 the model expects too
/// few events. The interval is Wald's, with patients by the cluster-robust variance.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`], [`Undefined::NotProbability`],
/// [`Undefined::CertainScore`], [`Undefined::Separated`], [`Undefined::NotConverged`].
///
/// # Source
/// Cox 1958, Biometrika 45:562-565; Van Calster et al. 2019, BMC Med 17:230; Liang and Zeger 1986 (patients).
pub struct CalibrationIntercept;

impl Metric for CalibrationIntercept {
    fn about(&self) -> About {
        About {
            id: "calibration_intercept",
            title: "Calibration intercept",
            range: [f64::NEG_INFINITY, f64::INFINITY],
            better: Better::Target(0.0),
            needs_threshold: false,
            needs_probability: true,
            method: "wald",
            source: "Cox 1958; Van Calster et al. 2019; Liang and Zeger 1986",
            what: "The log odds by which the scores are too low on the whole; above 0 too few events are expected.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        let log_odds = logistic::log_odds(cases)?;
        let fit = logistic::fit(cases, |_| [1.0], |i| log_odds[i])?;
        Ok(fit.estimate(cases, 0, level))
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        logistic::of_tally(tally, false).map(|fit| fit[0])
    }
}

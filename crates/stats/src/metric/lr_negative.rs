use super::confusion::{self, Scale, Slope};
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::{Confusion, Tally};

/// Negative likelihood ratio: how many times more often a diseased case is left alone than a healthy one.
///
/// Takes truth, flag and patient; a case is flagged when its score is at least the threshold. The value is at least 0, lower is better. The
/// interval is symmetric on the log scale; where no diseased case is missed there is none.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`];
/// [`Undefined::EveryHealthyCaseFlagged`] where the ratio is infinite.
///
/// # Source
/// Simel, Samsa and Matchar 1991, J Clin Epidemiol 44:763-770.
pub struct LrNegative;

impl Metric for LrNegative {
    fn about(&self) -> About {
        About {
            id: "lr_negative",
            title: "Negative likelihood ratio",
            range: [0.0, f64::INFINITY],
            better: Better::Lower,
            needs_threshold: true,
            needs_probability: false,
            method: "delta",
            source: "Simel, Samsa and Matchar 1991",
            what: "The share of diseased cases that are missed over the specificity.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        confusion::estimate(cases, level, (0.0, f64::MAX), Scale::Log, value, slope)
    }

    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64> {
        value(&tally.at(threshold?)).ok()
    }
}

fn value(shares: &Confusion) -> Result<f64, Undefined> {
    let missed = 1.0 - shares.sensitivity()?;
    let specificity = shares.specificity()?;
    if specificity > 0.0 {
        Ok(missed / specificity)
    } else {
        Err(Undefined::EveryHealthyCaseFlagged)
    }
}

pub(super) fn slope(shares: &Confusion) -> Option<Slope> {
    let Confusion { tp, fp, fne, tn } = *shares;
    (fne > 0.0 && tn > 0.0).then(|| Slope {
        value: (fne / (tp + fne) / (tn / (fp + tn))).ln(),
        by: [
            -1.0 / (tp + fne),
            1.0 / (fp + tn),
            1.0 / fne - 1.0 / (tp + fne),
            -1.0 / tn + 1.0 / (fp + tn),
        ],
    })
}

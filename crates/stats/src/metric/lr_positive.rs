use super::confusion::{self, Scale, Slope};
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::{Confusion, Tally};

/// Positive likelihood ratio: how many times more often a diseased case is flagged than a healthy one.
///
/// Takes truth, flag and patient; a case is flagged when its score is at least the threshold. The value is at least 0. The interval is
/// symmetric on the log scale; where no diseased case is flagged there is none.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`];
/// [`Undefined::NoFlaggedHealthyCase`] where the ratio is infinite.
///
/// # Source
/// Simel, Samsa and Matchar 1991, J Clin Epidemiol 44:763-770.
pub struct LrPositive;

impl Metric for LrPositive {
    fn about(&self) -> About {
        About {
            id: "lr_positive",
            title: "Positive likelihood ratio",
            range: [0.0, f64::INFINITY],
            better: Better::Higher,
            needs_threshold: true,
            needs_probability: false,
            method: "delta",
            source: "Simel, Samsa and Matchar 1991",
            what: "The sensitivity over the share of healthy cases that are flagged.",
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
    let flagged_healthy = 1.0 - shares.specificity()?;
    if shares.fp > 0.0 {
        Ok(shares.sensitivity()? / flagged_healthy)
    } else {
        shares.sensitivity()?;
        Err(Undefined::NoFlaggedHealthyCase)
    }
}

pub(super) fn slope(shares: &Confusion) -> Option<Slope> {
    let Confusion { tp, fp, fne, tn } = *shares;
    (tp > 0.0 && fp > 0.0).then(|| Slope {
        value: (tp / (tp + fne) / (fp / (fp + tn))).ln(),
        by: [
            1.0 / tp - 1.0 / (tp + fne),
            -1.0 / fp + 1.0 / (fp + tn),
            -1.0 / (tp + fne),
            1.0 / (fp + tn),
        ],
    })
}

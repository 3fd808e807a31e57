use super::confusion::{self, Scale, Slope};
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::{Confusion, Tally};

/// Youden's index: sensitivity plus specificity less one.
///
/// Takes truth, flag and patient; a case is flagged when its score is at least the threshold. The value is in -1..=1. The
/// interval is by the delta method, cut at -1 and 1; where every case is flagged rightly there is none.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`].
///
/// # Source
/// Youden 1950, Cancer 3:32-35; Agresti 2013, section 16.1 (delta method).
pub struct Youden;

impl Metric for Youden {
    fn about(&self) -> About {
        About {
            id: "youden",
            title: "Youden's index",
            range: [-1.0, 1.0],
            better: Better::Higher,
            needs_threshold: true,
            needs_probability: false,
            method: "delta",
            source: "Youden 1950; Agresti 2013",
            what: "Sensitivity plus specificity less one.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        confusion::estimate(cases, level, (-1.0, 1.0), Scale::Plain, value, slope)
    }

    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64> {
        value(&tally.at(threshold?)).ok()
    }
}

fn value(shares: &Confusion) -> Result<f64, Undefined> {
    Ok(shares.sensitivity()? + shares.specificity()? - 1.0)
}

fn slope(shares: &Confusion) -> Option<Slope> {
    let Confusion { tp, fp, fne, tn } = *shares;
    let (diseased, healthy) = ((tp + fne).powi(2), (fp + tn).powi(2));
    Some(Slope {
        value: value(shares).ok()?,
        by: [fne / diseased, -tn / healthy, -tp / diseased, fp / healthy],
    })
}

use super::confusion::{self, Scale, Slope};
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::{Confusion, Tally};

/// F1: the harmonic mean of sensitivity and positive predictive value.
///
/// Takes truth, flag and patient; a case is flagged when its score is at least the threshold. The value is in 0..=1, and 0 where nothing
/// is flagged rightly. The interval is by the delta method on the logit scale; at 0 and 1 there is none.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`]; [`Undefined::NoDiseasedCase`] where no case is diseased and none is flagged.
///
/// # Source
/// van Rijsbergen 1979, Information Retrieval, 2nd edition, chapter 7; Takahashi et al. 2022, Appl Intell 52:4961-4972 (delta method).
pub struct F1;

impl Metric for F1 {
    fn about(&self) -> About {
        About {
            id: "f1",
            title: "F1 score",
            range: [0.0, 1.0],
            better: Better::Higher,
            needs_threshold: true,
            needs_probability: false,
            method: "delta",
            source: "van Rijsbergen 1979; Takahashi et al. 2022",
            what: "The harmonic mean of sensitivity and positive predictive value.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        confusion::estimate(cases, level, (0.0, 1.0), Scale::Logit, value, slope)
    }

    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64> {
        value(&tally.at(threshold?)).ok()
    }
}

fn value(shares: &Confusion) -> Result<f64, Undefined> {
    let of = 2.0 * shares.tp + shares.fp + shares.fne;
    if of > 0.0 {
        Ok(2.0 * shares.tp / of)
    } else {
        Err(Undefined::NoDiseasedCase)
    }
}

fn slope(shares: &Confusion) -> Option<Slope> {
    let f1 = value(shares).ok()?;
    let of = (2.0 * shares.tp + shares.fp + shares.fne).powi(2);
    let stretch = f1 * (1.0 - f1);
    (stretch > 0.0).then(|| Slope {
        value: (f1 / (1.0 - f1)).ln(),
        by: [
            2.0 * (shares.fp + shares.fne) / of / stretch,
            -2.0 * shares.tp / of / stretch,
            -2.0 * shares.tp / of / stretch,
            0.0,
        ],
    })
}

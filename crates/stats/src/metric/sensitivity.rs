use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::proportion::{Part, proportion_of_flags};
use crate::tally::Tally;

/// Sensitivity: the share of diseased cases that the model flags. Healthy cases are not counted.
///
/// Takes truth, flag and patient; a case is flagged when its score is at least the threshold. The value is in 0..=1.
/// The interval is Wilson's, with patients at the size divided by their design effect.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`].
///
/// # Source
/// Wilson 1927, JASA 22:209-212; Rao and Scott 1992, Biometrics 48:577-585 (design effect).
pub struct Sensitivity;

impl Metric for Sensitivity {
    fn about(&self) -> About {
        About {
            id: "sensitivity",
            title: "Sensitivity",
            range: [0.0, 1.0],
            better: Better::Higher,
            needs_threshold: true,
            needs_probability: false,
            method: "wilson",
            source: "Wilson 1927; Rao and Scott 1992",
            what: "The share of diseased cases that are flagged.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        let part = |truth: bool, flagged: bool| {
            if truth {
                Part::of(flagged)
            } else {
                Part::Outside
            }
        };
        proportion_of_flags(cases, part, Undefined::NoDiseasedCase, level)
    }

    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64> {
        tally.at(threshold?).sensitivity().ok()
    }
}

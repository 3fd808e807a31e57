use super::confusion::part;
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::proportion::{Part, proportion_of_flags};
use crate::tally::Tally;

/// Negative predictive value: the share of cases not flagged that are healthy. It moves with the prevalence.
///
/// Takes truth, flag and patient; a case is flagged when its score is at least the threshold. The value is in 0..=1.
/// The interval is Wilson's, with patients at the size divided by their design effect.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoUnflaggedCase`].
///
/// # Source
/// Wilson 1927, JASA 22:209-212; Rao and Scott 1992, Biometrics 48:577-585 (design effect).
pub struct Npv;

impl Metric for Npv {
    fn about(&self) -> About {
        About {
            id: "npv",
            title: "Negative predictive value",
            range: [0.0, 1.0],
            better: Better::Higher,
            needs_threshold: true,
            needs_probability: false,
            method: "wilson",
            source: "Wilson 1927; Rao and Scott 1992",
            what: "The share of cases not flagged that are healthy.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        let part = |truth: bool, flagged: bool| {
            if flagged {
                Part::Outside
            } else {
                Part::of(!truth)
            }
        };
        proportion_of_flags(cases, part, Undefined::NoUnflaggedCase, level)
    }

    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64> {
        let found = tally.at(threshold?);
        part(found.tn, found.fne)
    }
}

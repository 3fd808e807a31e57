use super::confusion::part;
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::proportion::{Part, proportion_of_flags};
use crate::tally::Tally;

/// Alert rate: the share of all cases that the model flags; it needs no truth to be watched.
///
/// Takes truth, flag and patient; a case is flagged when its score is at least the threshold. The value is in 0..=1.
/// The interval is Wilson's, with patients at the size divided by their design effect.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`].
///
/// # Source
/// Wilson 1927, JASA 22:209-212; Rao and Scott 1992, Biometrics 48:577-585 (design effect).
pub struct AlertRate;

impl Metric for AlertRate {
    fn about(&self) -> About {
        About {
            id: "alert_rate",
            title: "Alert rate",
            range: [0.0, 1.0],
            better: Better::Neither,
            needs_threshold: true,
            needs_probability: false,
            method: "wilson",
            source: "Wilson 1927; Rao and Scott 1992",
            what: "The share of cases that are flagged.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        let part = |_truth: bool, flagged: bool| Part::of(flagged);
        proportion_of_flags(cases, part, Undefined::NoCase, level)
    }

    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64> {
        let found = tally.at(threshold?);
        part(found.tp + found.fp, found.tn + found.fne)
    }
}

use super::confusion::part;
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::proportion::{Part, proportion};
use crate::tally::Tally;

/// Prevalence: the share of cases that are diseased.
///
/// Takes truth and patient. The value is in 0..=1. The interval is Wilson's, with patients at the size divided by their
/// design effect.
///
/// # Errors
/// [`Undefined::NoCase`].
///
/// # Source
/// Wilson 1927, JASA 22:209-212; Rao and Scott 1992, Biometrics 48:577-585 (design effect).
pub struct Prevalence;

impl Metric for Prevalence {
    fn about(&self) -> About {
        About {
            id: "prevalence",
            title: "Prevalence",
            range: [0.0, 1.0],
            better: Better::Neither,
            needs_threshold: false,
            needs_probability: false,
            method: "wilson",
            source: "Wilson 1927; Rao and Scott 1992",
            what: "The share of cases that are diseased.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        proportion(cases, |truth, _| Part::of(truth), level).ok_or(Undefined::NoCase)
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        let [healthy, diseased] = tally.sums();
        part(diseased, healthy)
    }
}

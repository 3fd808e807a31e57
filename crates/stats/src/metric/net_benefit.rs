use super::confusion::{self, Scale, Slope};
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::{Confusion, Tally};

/// Net benefit at the threshold: flagged diseased cases a case, less flagged healthy ones by the odds of the threshold.
///
/// Takes truth, score (a probability), threshold and patient. At most the prevalence; 0 is what flagging nobody gives. The interval is
/// normal. A threshold of 1 has infinite odds.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NotProbability`], [`Undefined::CertainThreshold`].
///
/// # Source
/// Vickers and Elkin 2006, Med Decis Making 26:565-574; Pfeiffer and Gail 2020, Biom J 62:764-776 (variance).
pub struct NetBenefit;

impl Metric for NetBenefit {
    fn about(&self) -> About {
        About {
            id: "net_benefit",
            title: "Net benefit",
            range: [f64::NEG_INFINITY, 1.0],
            better: Better::Higher,
            needs_threshold: true,
            needs_probability: true,
            method: "delta",
            source: "Vickers and Elkin 2006; Pfeiffer and Gail 2020",
            what: "Flagged diseased cases a case, less flagged healthy ones weighed by the odds of the threshold.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        let threshold = cases.threshold().ok_or(Undefined::NoThreshold)?;
        cases.probabilities()?;
        let odds = odds(threshold).ok_or(Undefined::CertainThreshold)?;
        let value = |shares: &Confusion| Ok(net_benefit(shares, odds));
        let slope = |shares: &Confusion| {
            Some(Slope {
                value: net_benefit(shares, odds),
                by: [1.0, -odds, 0.0, 0.0],
            })
        };
        confusion::estimate(cases, level, (f64::MIN, 1.0), Scale::Plain, value, slope)
    }

    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64> {
        Some(net_benefit(&tally.at(threshold?), odds(threshold?)?))
            .filter(|value| value.is_finite())
    }
}

fn odds(threshold: f64) -> Option<f64> {
    (0.0..1.0)
        .contains(&threshold)
        .then(|| threshold / (1.0 - threshold))
}

fn net_benefit(shares: &Confusion, odds: f64) -> f64 {
    (shares.tp - odds * shares.fp) / shares.sum()
}

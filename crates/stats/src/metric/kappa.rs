use super::confusion::{self, Scale, Slope};
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::{Confusion, Tally};

/// Cohen's kappa of flags and truth: agreement beyond what chance gives.
///
/// Takes truth, flag and patient; a case is flagged when its score is at least the threshold. The value is at most 1. The interval is by the
/// delta method, cut at -1 and 1; at 1 there is none.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`]; [`Undefined::NoVariation`] where all cases are of one class and one flag.
///
/// # Source
/// Cohen 1960, Educ Psychol Meas 20:37-46; Fleiss, Cohen and Everitt 1969, Psychol Bull 72:323-327 (variance).
pub struct Kappa;

impl Metric for Kappa {
    fn about(&self) -> About {
        About {
            id: "kappa",
            title: "Cohen's kappa",
            range: [-1.0, 1.0],
            better: Better::Higher,
            needs_threshold: true,
            needs_probability: false,
            method: "delta",
            source: "Cohen 1960; Fleiss, Cohen and Everitt 1969",
            what: "The agreement of flags and truth beyond what chance gives.",
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
    let (agreed, by_chance) = agreement(shares);
    if by_chance < 1.0 {
        Ok((agreed - by_chance) / (1.0 - by_chance))
    } else {
        Err(Undefined::NoVariation)
    }
}

fn slope(shares: &Confusion) -> Option<Slope> {
    let Confusion { tp, fp, fne, tn } = *shares;
    let (agreed, by_chance) = agreement(shares);
    if by_chance >= 1.0 {
        return None;
    }
    let all = shares.sum();
    // How the agreement and the chance agreement change with each kind.
    let of_agreed = [1.0, 0.0, 0.0, 1.0].map(|by| by / all);
    let of_chance = [
        2.0 * tp + fp + fne,
        tp + fne + fne + tn,
        tp + fp + fp + tn,
        2.0 * tn + fp + fne,
    ]
    .map(|by| by / (all * all));
    let rest = 1.0 - by_chance;
    let by =
        |kind: usize| (of_agreed[kind] * rest - (1.0 - agreed) * of_chance[kind]) / (rest * rest);
    Some(Slope {
        value: (agreed - by_chance) / rest,
        by: [by(0), by(1), by(2), by(3)],
    })
}

/// The share of cases on which flag and truth agree, and what chance gives.
fn agreement(shares: &Confusion) -> (f64, f64) {
    let Confusion { tp, fp, fne, tn } = *shares;
    let all = shares.sum();
    let by_chance = (tp + fp) * (tp + fne) + (tn + fne) * (tn + fp);
    ((tp + tn) / all, by_chance / (all * all))
}

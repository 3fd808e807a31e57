//! The threshold of a model, chosen on cases for that purpose: what is chosen on the cases that judge it looks better than it is.

use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{each_draw, percentile};
use crate::metric::by_id;
use crate::tally::Tally;

/// What the threshold is to reach. Shares are in 0..=1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// The highest threshold with at least this sensitivity.
    Sensitivity(f64),
    /// The lowest threshold with at least this specificity.
    Specificity(f64),
    /// The lowest threshold that flags at most this share of cases.
    AlertRate(f64),
    /// Sensitivity and specificity together as large as can be (Youden 1950, Cancer 3:32-35).
    Youden,
    /// As little harm as can be, if a miss harms this many times as much as a false alarm (Pauker and Kassirer 1975, NEJM 293:229-234).
    MissCost(f64),
}

/// The aim of a name, as it is written on the command line; with its number where it has one.
pub fn aim(name: &str, value: Option<f64>) -> Option<Aim> {
    let share = value.filter(|value| *value > 0.0 && *value <= 1.0);
    match (name, value) {
        ("sensitivity", _) => share.map(Aim::Sensitivity),
        ("specificity", _) => share.map(Aim::Specificity),
        ("alert_rate", _) => share.map(Aim::AlertRate),
        ("youden", None) => Some(Aim::Youden),
        ("miss_cost", Some(cost)) if cost > 0.0 && cost.is_finite() => Some(Aim::MissCost(cost)),
        _ => None,
    }
}

/// The names of aims, with whether each has a number.
pub const AIMS: [(&str, bool); 5] = [
    ("sensitivity", true),
    ("specificity", true),
    ("alert_rate", true),
    ("youden", false),
    ("miss_cost", true),
];

/// The threshold that reaches the aim on these cases, with the percentile interval of the thresholds that draws of patients would have chosen.
/// With `surely` the bound of the share's own interval is to reach the aim, not its value; the interval is then still that of values.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`]; [`Undefined::NotDefinedHere`] if no threshold reaches
/// the aim.
///
/// # Source
/// Perkins and Schisterman 2006, Am J Epidemiol 163:670-675 (thresholds by Youden's index); Efron and Tibshirani 1993, section 13.3.
pub fn threshold(
    cases: &Cases,
    aim: Aim,
    surely: bool,
    (resamples, seed): (u32, u64),
    level: Level,
) -> Result<Estimate, Undefined> {
    if cases.n() == 0 {
        return Err(Undefined::NoCase);
    }
    let tally = Tally::of(cases);
    let [healthy, diseased] = tally.sums();
    if diseased <= 0.0 {
        return Err(Undefined::NoDiseasedCase);
    }
    if healthy <= 0.0 {
        return Err(Undefined::NoHealthyCase);
    }
    let chosen = match surely {
        true => surely_at(cases, &tally, aim, level),
        false => chosen(&tally, aim),
    };
    let value = chosen.ok_or(Undefined::NotDefinedHere)?;
    let values = each_draw(cases, resamples, seed, |tally| chosen_of(tally, aim));
    let values = values.into_iter().flatten().collect();
    Ok(percentile(value, cases, values, (resamples, seed), level))
}

fn chosen_of(tally: &Tally, aim: Aim) -> Option<f64> {
    let [healthy, diseased] = tally.sums();
    (healthy > 0.0 && diseased > 0.0).then(|| chosen(tally, aim))?
}

/// Goes through the scores from above, where nothing is flagged yet.
fn chosen(tally: &Tally, aim: Aim) -> Option<f64> {
    let [healthy, diseased] = tally.sums();
    let (mut tp, mut fp) = (0.0, 0.0);
    let mut best: Option<(f64, f64)> = None;
    for (score, cell) in tally.scores.iter().zip(&tally.cells).rev() {
        if cell[0] + cell[1] <= 0.0 {
            continue;
        }
        fp += cell[0];
        tp += cell[1];
        // Sums of weights miss a share by their last digits.
        let reaches = |share: f64, aim: f64| share >= aim - 1e-12;
        match aim {
            Aim::Sensitivity(aim) => {
                if reaches(tp / diseased, aim) {
                    return Some(*score);
                }
            }
            Aim::Specificity(aim) => {
                if reaches(1.0 - fp / healthy, aim) {
                    best = Some((0.0, *score));
                }
            }
            Aim::AlertRate(aim) => {
                if reaches(aim, (tp + fp) / (healthy + diseased)) {
                    best = Some((0.0, *score));
                }
            }
            Aim::Youden | Aim::MissCost(_) => {
                let worth = match aim {
                    Aim::MissCost(cost) => cost * tp - fp,
                    _ => tp / diseased - fp / healthy,
                };
                if best.is_none_or(|(most, _)| worth > most) {
                    best = Some((worth, *score));
                }
            }
        }
    }
    best.map(|(_, score)| score)
}

/// The same where the bound of the share's interval is to reach the aim; it goes one way with the threshold, so that halves are searched.
fn surely_at(cases: &Cases, tally: &Tally, aim: Aim, level: Level) -> Option<f64> {
    let (id, share, is_lower) = match aim {
        Aim::Sensitivity(share) => ("sensitivity", share, true),
        Aim::Specificity(share) => ("specificity", share, true),
        Aim::AlertRate(share) => ("alert_rate", share, false),
        Aim::Youden | Aim::MissCost(_) => return chosen(tally, aim),
    };
    let metric = by_id(id)?;
    let reaches = |score: f64| {
        let at = cases.clone().with_threshold(score).ok();
        let estimate = at.and_then(|cases| metric.estimate(&cases, level).ok());
        let bounds = estimate.and_then(|estimate| estimate.interval());
        bounds.is_some_and(|(low, high)| {
            if is_lower {
                low >= share
            } else {
                high <= share
            }
        })
    };
    let scores = &tally.scores;
    match aim {
        // Low thresholds are sure of the sensitivity: the last that is.
        Aim::Sensitivity(_) => {
            let sure = scores.partition_point(|score| reaches(*score));
            sure.checked_sub(1).map(|at| scores[at])
        }
        // High thresholds are sure of the rest: the first that is.
        _ => {
            let first = scores.partition_point(|score| !reaches(*score));
            scores.get(first).copied()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases() -> Cases {
        // Scores 0.01 to 1.00; diseased ones lie higher, with a few low.
        let score: Vec<f64> = (1..=100).map(|i| f64::from(i) / 100.0).collect();
        let truth = (1..=100).map(|i| i > 60 || i % 10 == 0).collect();
        Cases::new(truth, score, None, None).expect("well-formed")
    }

    fn at(aim: Aim, surely: bool) -> Result<f64, Undefined> {
        let found = threshold(&cases(), aim, surely, (200, 0), Level::DEFAULT)?;
        let (low, high) = found.interval().expect("an interval");
        let value = found.value.expect("a value");
        assert!(low <= high);
        Ok(value)
    }

    #[test]
    fn the_threshold_is_the_first_that_reaches_the_aim() {
        // 46 are diseased: 40 above 0.6, and 0.1 to 0.6.
        assert_eq!(at(Aim::Sensitivity(1.0), false), Ok(0.1));
        assert_eq!(at(Aim::Sensitivity(0.5), false), Ok(0.78));
        assert_eq!(at(Aim::Specificity(1.0), false), Ok(0.6));
        assert_eq!(at(Aim::AlertRate(0.1), false), Ok(0.91));
        assert_eq!(at(Aim::Youden, false), Ok(0.6));
        // A miss that harms a hundred times as much as an alarm: every diseased case is flagged.
        assert_eq!(at(Aim::MissCost(100.0), false), Ok(0.1));
        // To be sure of it the threshold is lower, or higher.
        assert!(at(Aim::Sensitivity(0.5), true).expect("there is one") < 0.78);
        assert!(
            at(Aim::Specificity(0.8), true).expect("one")
                >= at(Aim::Specificity(0.8), false).expect("one")
        );
        assert_eq!(
            at(Aim::Specificity(1.0), true),
            Err(Undefined::NotDefinedHere)
        );
    }

    #[test]
    fn aims_are_read_as_they_are_written() {
        assert_eq!(aim("sensitivity", Some(0.9)), Some(Aim::Sensitivity(0.9)));
        assert_eq!(aim("sensitivity", Some(1.9)), None);
        assert_eq!(aim("youden", Some(1.0)), None);
        assert_eq!(aim("miss_cost", Some(5.0)), Some(Aim::MissCost(5.0)));
        for (name, has_number) in AIMS {
            assert!(aim(name, has_number.then_some(0.5)).is_some(), "{name}");
        }
    }
}

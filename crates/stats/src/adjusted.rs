//! How well a score tells diseased from healthy among cases that are alike in something else.

use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{bootstrap_of_patients, by_patient};
use serde::Serialize;

/// An area under the ROC curve, and what is left of it within strata.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Adjusted {
    /// Among all cases.
    pub crude: f64,
    /// Among the cases of one stratum each: the mean over the diseased that have a healthy case in theirs.
    pub adjusted: f64,
    /// `crude` minus `adjusted`.
    pub lost: Estimate,
    /// The part of `crude - 0.5` that adjusting takes away: 1 when nothing is left, below 0 when more is found.
    pub taken_away: Estimate,
}

/// Adjusts the area under the ROC curve for a covariate that `strata` numbers, one a case.
///
/// Intervals are of the percentile bootstrap, by patient where there are patients.
///
/// # Errors
/// [`Undefined::NotAligned`]; [`Undefined::NoDiseasedCase`] and [`Undefined::NoHealthyCase`], also when no stratum holds both.
///
/// # Source
/// Janes and Pepe 2009, Biometrika 96:371-382 (the covariate-adjusted ROC curve, 2.2); Efron and Tibshirani 1993.
pub fn auroc_adjusted(
    cases: &Cases,
    strata: &[u32],
    resamples: u32,
    seed: u64,
    level: Level,
) -> Result<Adjusted, Undefined> {
    if strata.len() != cases.n() {
        return Err(Undefined::NotAligned);
    }
    let all: Vec<usize> = (0..cases.n()).collect();
    let areas = |rows: &[usize]| -> Option<(f64, f64)> {
        Some((
            area(cases, |_| 0, rows.to_vec())?,
            area(cases, |row| strata[row], rows.to_vec())?,
        ))
    };
    let Some((crude, adjusted)) = areas(&all) else {
        return Err(match (cases.diseased(), cases.healthy()) {
            (0, _) => Undefined::NoDiseasedCase,
            _ => Undefined::NoHealthyCase,
        });
    };
    let patients = by_patient(cases.n(), cases.cluster());
    let estimate = |value: f64, of: &(dyn Fn((f64, f64)) -> f64 + Sync)| {
        let statistic = |drawn: &[&[usize]]| areas(&drawn.concat()).map(of);
        let interval = bootstrap_of_patients(&patients, statistic, resamples, seed, level);
        Estimate::with_interval(
            value,
            interval,
            cases.n() as u64,
            level,
            "bootstrap_percentile",
        )
        .events(cases.diseased() as u64)
        .clusters(cases.patients())
        .seed(seed)
    };
    let lost = |(crude, adjusted): (f64, f64)| crude - adjusted;
    let share = |(crude, adjusted): (f64, f64)| (crude - adjusted) / (crude - 0.5);
    Ok(Adjusted {
        crude,
        adjusted,
        lost: estimate(lost((crude, adjusted)), &lost),
        taken_away: estimate(share((crude, adjusted)), &share),
    })
}

/// The mean over the diseased of these rows of the share of healthy cases of the same stratum with a lower score, ties half;
/// `None` if no stratum holds both.
fn area(cases: &Cases, stratum: impl Fn(usize) -> u32, mut rows: Vec<usize>) -> Option<f64> {
    let (truth, score) = (cases.truth(), cases.score());
    rows.sort_unstable_by(|&i, &j| {
        let by_score = || score[i].total_cmp(&score[j]);
        stratum(i).cmp(&stratum(j)).then_with(by_score)
    });
    let (mut sum, mut counted) = (0.0, 0.0);
    for stratum in rows.chunk_by(|&i, &j| stratum(i) == stratum(j)) {
        let diseased = stratum.iter().filter(|&&row| truth[row]).count();
        let healthy = stratum.len() - diseased;
        if diseased == 0 || healthy == 0 {
            continue;
        }
        let (mut below, mut twice_won) = (0, 0);
        for tied in stratum.chunk_by(|&i, &j| score[i] == score[j]) {
            let diseased = tied.iter().filter(|&&row| truth[row]).count();
            let healthy = tied.len() - diseased;
            twice_won += diseased * (2 * below + healthy);
            below += healthy;
        }
        sum += twice_won as f64 / (2.0 * healthy as f64);
        counted += diseased as f64;
    }
    (counted > 0.0).then_some(sum / counted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;

    fn adjusted(truth: Vec<bool>, score: Vec<f64>, strata: &[u32]) -> Result<Adjusted, Undefined> {
        let cases = Cases::new(truth, score, None, None).expect("cases");
        auroc_adjusted(&cases, strata, 200, 1, Level::DEFAULT)
    }

    /// Cases of two sites that score 2 apart; a tenth is diseased at one and half at the other; the disease adds `shift`.
    fn sites(shift: f64) -> (Vec<bool>, Vec<f64>, Vec<u32>) {
        let mut draw = Draw::new(3, 1);
        let (mut truth, mut score, mut strata) = (Vec::new(), Vec::new(), Vec::new());
        for case in 0..2000_u32 {
            let site = case % 2;
            let diseased = if site == 0 {
                case % 20 == 0
            } else {
                case % 4 == 1
            };
            truth.push(diseased);
            score.push(draw.normal() + f64::from(2 * site) + if diseased { shift } else { 0.0 });
            strata.push(site);
        }
        (truth, score, strata)
    }

    #[test]
    fn what_only_the_site_tells_is_taken_away_and_what_the_disease_tells_stays() {
        let (truth, score, strata) = sites(0.0);
        let found = adjusted(truth, score, &strata).expect("both kinds");
        let (low, high) = found.taken_away.interval().expect("an interval");
        assert!(low < 1.0 && 1.0 < high && low > 0.7, "{found:?}");
        let (truth, score, strata) = sites(1.5);
        let found = adjusted(truth, score, &strata).expect("both kinds");
        assert!((found.adjusted - 0.855).abs() < 0.02, "{found:?}");
        // A stratum that has nothing to do with the score takes nothing away.
        let (truth, score, _) = sites(1.5);
        let halves: Vec<u32> = (0..2000).map(|case| case / 1000).collect();
        let found = adjusted(truth, score, &halves).expect("both kinds");
        assert!(
            found.lost.value.is_some_and(|lost| lost.abs() < 0.01),
            "{found:?}"
        );
    }

    #[test]
    fn the_area_within_a_stratum_is_the_share_of_pairs_by_hand() {
        let truth = vec![true, false, true, false, false, true];
        let score = vec![3.0, 1.0, 2.0, 2.0, 9.0, 1.0];
        // Stratum 0 holds 3 > 1: 1; stratum 1 holds 2 = 2, 2 < 9, 1 < 2, 1 < 9: 0.25 and 0.
        let found = adjusted(truth, score, &[0, 0, 1, 1, 1, 1]).expect("both kinds");
        assert!((found.adjusted - 1.25 / 3.0).abs() < 1e-15);
        let alone = adjusted(vec![true, false], vec![1.0, 2.0], &[0, 1]);
        assert!(alone.is_err());
    }
}

//! Whether probabilities mean what they say: tests, and what error a calibrated model would show by chance.

use rayon::prelude::*;
use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::cases::Cases;
use crate::draw::Draw;
use crate::metric::by_id;
use crate::normal;
use crate::tally::Tally;

/// Spiegelhalter's statistic, standard normal if the scores are calibrated, and its two-sided p-value.
///
/// # Source
/// Spiegelhalter 1986, Stat Med 5:421-433.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spiegelhalter {
    pub z: f64,
    pub p_value: f64,
}

/// The statistic of probabilities; none where all are 0, 0.5 or 1, or the scores are none. Rows count as independent.
pub fn spiegelhalter(cases: &Cases) -> Option<Spiegelhalter> {
    let probability = cases.probabilities().ok()?;
    let (mut above, mut variance) = (0.0, 0.0);
    for (p, truth) in probability.iter().zip(cases.truth()) {
        let weight = 1.0 - 2.0 * p;
        above += (f64::from(u8::from(*truth)) - p) * weight;
        variance += weight * weight * p * (1.0 - p);
    }
    (variance > 0.0).then(|| {
        let z = above / variance.sqrt();
        Spiegelhalter {
            z,
            p_value: normal::two_sided_p(z),
        }
    })
}

/// Hosmer and Lemeshow's statistic over groups of equally many cases.
///
/// # Source
/// Hosmer and Lemeshow 1980, Commun Stat Theory Methods 9:1043-1069; for a model that was made elsewhere the degrees of freedom are the
/// number of groups (Hosmer, Lemeshow and Sturdivant 2013, Applied Logistic Regression, section 5.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HosmerLemeshow {
    pub chi_square: f64,
    pub degrees_of_freedom: usize,
    pub p_value: f64,
}

/// The statistic over `groups` groups; none with fewer cases than groups, or where a group expects no event or nothing else.
pub fn hosmer_lemeshow(cases: &Cases, groups: usize) -> Option<HosmerLemeshow> {
    let probability = cases.probabilities().ok()?;
    if cases.n() < groups || groups == 0 {
        return None;
    }
    let parts = by_score(probability, groups);
    let groups = parts.len();
    let mut chi_square = 0.0;
    for part in &parts {
        let n = part.len() as f64;
        let observed = part.iter().filter(|&&i| cases.truth()[i]).count() as f64;
        let expected: f64 = part.iter().map(|&i| probability[i]).sum();
        if expected <= 0.0 || expected >= n {
            return None;
        }
        chi_square += (observed - expected).powi(2) / (expected * (1.0 - expected / n));
    }
    let law = ChiSquared::new(groups as f64).ok()?;
    Some(HosmerLemeshow {
        chi_square,
        degrees_of_freedom: groups,
        p_value: law.sf(chi_square),
    })
}

/// Cases in groups of about as many, by rising score, as their numbers. Equal scores stay together, so that there may be fewer groups, and
/// the order of the cases changes nothing.
pub fn by_score(score: &[f64], groups: usize) -> Vec<Vec<usize>> {
    let n = score.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| score[i].total_cmp(&score[j]));
    let mut found = Vec::new();
    let mut from = 0;
    for group in 1..=groups {
        let mut to = (group * n / groups).max(from);
        while to > from && to < n && score[order[to]] <= score[order[to - 1]] {
            to += 1;
        }
        if to > from {
            found.push(order[from..to].to_vec());
        }
        from = to;
    }
    found
}

/// What a perfectly calibrated model of these scores would show.
///
/// # Source
/// Bröcker and Smith 2007, Weather Forecast 22:651-661 (consistency resampling).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct IfCalibrated {
    /// The expected calibration error on average.
    pub ece: f64,
    /// The error of these cases less that average, at least 0.
    pub ece_debiased: f64,
    /// The share of draws with an error as large as that of these cases.
    pub p_value: f64,
}

/// Draws truths by the scores themselves. Rows count as independent; none where the scores are no probabilities.
pub fn if_calibrated(tally: &Tally, draws: u32, seed: u64) -> Option<IfCalibrated> {
    let ece = by_id("ece")?;
    let are_shares = tally.scores.iter().all(|score| (0.0..=1.0).contains(score));
    if !are_shares || draws == 0 {
        return None;
    }
    let own = ece.value(tally, None)?;
    // Draws are fewer where there are many cases, of which the average is known well by few.
    let cases: f64 = tally.sums().iter().sum();
    let draws = draws.min((20_000_000.0 / cases.max(1.0)) as u32).max(20);
    let values: Vec<f64> = (0..draws)
        .into_par_iter()
        .filter_map(|number| {
            let mut draw = Draw::new(seed, u64::from(number));
            let mut drawn = tally.clone();
            for (score, cell) in drawn.scores.iter().zip(&mut drawn.cells) {
                let n = (cell[0] + cell[1]).round() as u64;
                let events = draw.binomial(n, *score) as f64;
                *cell = [n as f64 - events, events];
            }
            ece.value(&drawn, None)
        })
        .collect();
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let as_large = values.iter().filter(|value| **value >= own).count();
    Some(IfCalibrated {
        ece: mean,
        ece_debiased: (own - mean).max(0.0),
        p_value: (as_large + 1) as f64 / (values.len() + 1) as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases whose truth is drawn by their score, or by another share.
    fn cases(n: usize, seed: u64, stretch: f64) -> Cases {
        let mut draw = Draw::new(seed, 0);
        let score: Vec<f64> = (0..n).map(|_| draw.uniform()).collect();
        let odds = |p: f64| (p / (1.0 - p)).ln();
        let truth = score.iter().map(|p| {
            let own = 1.0 / (1.0 + (-stretch * odds(*p)).exp());
            draw.uniform() < own
        });
        Cases::new(truth.collect(), score.clone(), None, None).expect("well-formed")
    }

    #[test]
    fn calibrated_scores_pass_and_others_do_not() {
        let (mut kept, mut refused) = (0, 0);
        for seed in 0..40 {
            let (right, wrong) = (cases(2_000, seed, 1.0), cases(2_000, seed, 0.5));
            let p = |cases: &Cases| {
                [
                    spiegelhalter(cases).expect("probabilities").p_value,
                    hosmer_lemeshow(cases, 10).expect("probabilities").p_value,
                    if_calibrated(&Tally::of(cases), 99, 1)
                        .expect("probabilities")
                        .p_value,
                ]
            };
            kept += p(&right).iter().filter(|p| **p > 0.05).count();
            refused += p(&wrong).iter().filter(|p| **p <= 0.05).count();
        }
        assert!(kept >= 105, "{kept} of 120");
        assert_eq!(refused, 120);
    }

    #[test]
    fn scores_that_are_no_probabilities_have_no_calibration() {
        let cases =
            Cases::new(vec![true, false], vec![3.0, -1.0], None, None).expect("well-formed");
        assert_eq!(spiegelhalter(&cases), None);
        assert_eq!(hosmer_lemeshow(&cases, 1), None);
        assert_eq!(if_calibrated(&Tally::of(&cases), 10, 0), None);
    }
}

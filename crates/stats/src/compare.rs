//! Differences: two models on the same cases, one metric in two groups of patients.

mod means;
mod paired;

use crate::cases::Cases;
use crate::delong::{Placements, covariance, placements};
use crate::estimate::{Estimate, Level, Undefined};
use crate::metric::Metric;
use crate::{interval, normal};
pub use means::{distance, part_and_rest};
pub use paired::{mcnemar, paired_bootstrap};

/// A difference with its interval, and the p-value of "there is none".
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The first minus the second.
    pub estimate: Estimate,
    /// The two-sided p-value; `None` where the comparison has no test or no variance.
    pub p_value: Option<f64>,
}

/// AUROC of `a` minus AUROC of `b`: two scores of the same cases, in the same order.
///
/// The interval is normal, cut at -1 and 1, with DeLong's paired variance; with patients Obuchowski's. The method is
/// `delong_paired`. Equal scores differ by 0 exactly, in any cases. Two different scores that both separate the cases
/// perfectly have no interval.
///
/// # Errors
/// [`Undefined::NotPaired`] when truth or patients differ, [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`],
/// [`Undefined::NoHealthyCase`].
///
/// # Source
/// DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837-845; Obuchowski 1997, Biometrics 53:567-578.
pub fn auroc_paired(a: &Cases, b: &Cases, level: Level) -> Result<Difference, Undefined> {
    if a.truth() != b.truth() || a.cluster() != b.cluster() {
        return Err(Undefined::NotPaired);
    }
    let (first, second) = (placements(a)?, placements(b)?);
    let value = first.area - second.area;
    let variance = if a.score() == b.score() {
        Ok(None)
    } else {
        paired_variance(a, &first, &second).map(Some)
    };
    let (interval, p_value) = match variance {
        Ok(None) => (Ok((0.0, 0.0)), Some(1.0)),
        Ok(Some(variance)) => difference_of(value, variance, level),
        Err(why) => (Err(why), None),
    };
    let estimate = Estimate::with_interval(value, interval, a.n() as u64, level, "delong_paired");
    Ok(Difference {
        estimate: estimate.events(a.diseased() as u64).clusters(a.patients()),
        p_value,
    })
}

/// AUROC of `a` minus AUROC of `b`: two groups that share no patient.
///
/// The interval is normal, cut at -1 and 1, with the sum of both variances (DeLong's; with patients Obuchowski's). The
/// method is `delong_independent`.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`], of either group.
///
/// # Source
/// DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837-845; Obuchowski 1997, Biometrics 53:567-578.
pub fn auroc_independent(a: &Cases, b: &Cases, level: Level) -> Result<Difference, Undefined> {
    let (first, second) = (placements(a)?, placements(b)?);
    let value = first.area - second.area;
    let variance = own_variance(a, &first).and_then(|own| Ok(own + own_variance(b, &second)?));
    let (interval, p_value) = match variance {
        Ok(variance) => difference_of(value, variance, level),
        Err(why) => (Err(why), None),
    };
    let estimate = Estimate::with_interval(
        value,
        interval,
        (a.n() + b.n()) as u64,
        level,
        "delong_independent",
    );
    let estimate = estimate
        .events((a.diseased() + b.diseased()) as u64)
        .clusters(both(a.patients(), b.patients()));
    Ok(Difference { estimate, p_value })
}

/// A metric in `a` minus the same in `b`: two groups that share no patient.
///
/// AUROC goes to [`auroc_independent`]. Of other metrics the interval joins those of both groups: for proportions this
/// is Newcombe's (`newcombe`, with a pooled z test where no patients are given), for the rest `mover`, without p-value.
///
/// # Errors
/// Those of the metric, of either group. A group whose value has no interval leaves the difference without one.
///
/// # Source
/// Newcombe 1998, Stat Med 17:873-890, method 10; Zou and Donner 2008, Stat Med 27:1693-1702.
pub fn independent(
    metric: &dyn Metric,
    a: &Cases,
    b: &Cases,
    level: Level,
) -> Result<Difference, Undefined> {
    if metric.about().id == "auroc" {
        return auroc_independent(a, b, level);
    }
    let (first, second) = (metric.estimate(a, level)?, metric.estimate(b, level)?);
    let (Some(value), Some(other)) = (first.value, second.value) else {
        return Err(Undefined::NotFinite);
    };
    let is_share = metric.about().method == "wilson";
    let method = if is_share { "newcombe" } else { "mover" };
    let n = first.n + second.n;
    let difference = value - other;
    let estimate = match (bounds(value, &first), bounds(other, &second)) {
        (Some(a), Some(b)) => {
            Estimate::new(difference, interval::of_difference(a, b), n, level, method)
        }
        _ => Estimate {
            why: first.why.clone().or_else(|| second.why.clone()),
            ..Estimate::without_interval(difference, Undefined::NoVariation, n, level, method)
        },
    };
    let estimate = Estimate {
        events: both(first.events, second.events),
        ..estimate
    };
    let p_value = if is_share && a.cluster().is_none() && b.cluster().is_none() {
        pooled_p(&first, &second)
    } else {
        None
    };
    Ok(Difference {
        estimate: estimate.clusters(both(first.clusters, second.clusters)),
        p_value,
    })
}

/// The two-sided p-value of a normal statistic.
pub fn p_value(z: f64) -> f64 {
    normal::two_sided_p(z)
}

fn bounds(value: f64, estimate: &Estimate) -> Option<(f64, f64, f64)> {
    Some((value, estimate.low?, estimate.high?))
}

fn both(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    Some(a? + b?)
}

/// The variance of one area. Perfect separation shows none, which proves nothing.
fn own_variance(cases: &Cases, placements: &Placements) -> Result<f64, Undefined> {
    let variance = covariance(cases, placements, placements)?;
    if placements.area <= 0.0 || placements.area >= 1.0 {
        Err(Undefined::NoVariation)
    } else {
        Ok(variance)
    }
}

fn paired_variance(cases: &Cases, a: &Placements, b: &Placements) -> Result<f64, Undefined> {
    Ok(covariance(cases, a, a)? + covariance(cases, b, b)? - 2.0 * covariance(cases, a, b)?)
}

fn difference_of(
    value: f64,
    variance: f64,
    level: Level,
) -> (Result<(f64, f64), Undefined>, Option<f64>) {
    let interval = interval::normal(value, variance, (-1.0, 1.0), level);
    let p_value = interval
        .is_ok()
        .then(|| normal::two_sided_p(value / variance.sqrt()));
    (interval, p_value)
}

/// The p-value of two equal shares by the pooled z test (Fleiss, Levin and Paik 2003, section 3.1).
fn pooled_p(a: &Estimate, b: &Estimate) -> Option<f64> {
    let (k1, n1, k2, n2) = (a.events? as f64, a.n as f64, b.events? as f64, b.n as f64);
    let pooled = (k1 + k2) / (n1 + n2);
    let error = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    Some(if error > 0.0 {
        normal::two_sided_p((k1 / n1 - k2 / n2) / error)
    } else {
        1.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::by_id;

    fn cases(score: &[f64]) -> Cases {
        let truth = [true, true, true, true, false, false, false, false, false].to_vec();
        Cases::new(truth, score.to_vec(), Some(0.5), None).expect("well-formed")
    }

    const GOOD: [f64; 9] = [0.9, 0.8, 0.7, 0.3, 0.4, 0.2, 0.1, 0.6, 0.05];
    const POOR: [f64; 9] = [0.2, 0.8, 0.4, 0.3, 0.5, 0.6, 0.1, 0.7, 0.9];

    #[test]
    fn the_same_score_twice_differs_by_nothing() {
        let same = auroc_paired(&cases(&GOOD), &cases(&GOOD), Level::DEFAULT).expect("paired");
        let estimate = &same.estimate;
        assert_eq!(
            (estimate.value, estimate.low, estimate.high),
            (Some(0.0), Some(0.0), Some(0.0))
        );
        assert_eq!(same.p_value, Some(1.0));
    }

    #[test]
    fn turning_a_comparison_round_turns_its_interval_round() {
        let there = auroc_paired(&cases(&GOOD), &cases(&POOR), Level::DEFAULT).expect("paired");
        let back = auroc_paired(&cases(&POOR), &cases(&GOOD), Level::DEFAULT).expect("paired");
        let near = |a: Option<f64>, b: Option<f64>| {
            (a.expect("defined") + b.expect("defined")).abs() < 1e-12
        };
        assert!(near(there.estimate.value, back.estimate.value));
        assert!(
            near(there.estimate.low, back.estimate.high)
                && near(there.estimate.high, back.estimate.low)
        );
        assert!(there.p_value.expect("a test") > 0.0);
    }

    #[test]
    fn scores_of_different_cases_are_not_paired() {
        let other = Cases::new(vec![false; 9], GOOD.to_vec(), None, None).expect("well-formed");
        assert_eq!(
            auroc_paired(&cases(&GOOD), &other, Level::DEFAULT),
            Err(Undefined::NotPaired)
        );
    }

    #[test]
    fn two_perfect_scores_have_a_difference_but_no_interval() {
        let one = cases(&[0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1]);
        let two = cases(&[0.8, 0.7, 0.9, 0.9, 0.1, 0.2, 0.1, 0.1, 0.1]);
        for found in [
            auroc_paired(&one, &two, Level::DEFAULT),
            auroc_independent(&one, &two, Level::DEFAULT),
        ] {
            let found = found.expect("both classes");
            assert_eq!(
                (found.estimate.value, found.estimate.low, found.p_value),
                (Some(0.0), None, None)
            );
            assert!(found.estimate.why.is_some());
        }
    }

    #[test]
    fn the_gap_of_a_proportion_between_groups_is_newcombes() {
        let group = |flagged: usize, n: usize| {
            let score = (0..n)
                .map(|i| if i < flagged { 0.9 } else { 0.1 })
                .collect();
            Cases::new(vec![true; n], score, Some(0.5), None).expect("well-formed")
        };
        let sensitivity = by_id("sensitivity").expect("listed");
        let gap = independent(sensitivity, &group(56, 70), &group(48, 80), Level::DEFAULT)
            .expect("diseased cases");
        assert_eq!(gap.estimate.method, "newcombe");
        assert!((gap.estimate.low.expect("known") - 0.0524).abs() < 1e-4);
        assert!((gap.estimate.high.expect("known") - 0.3339).abs() < 1e-4);
        assert_eq!((gap.estimate.n, gap.estimate.events), (150, Some(104)));
    }
}

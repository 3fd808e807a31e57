use rayon::prelude::*;

use super::Difference;
use crate::binomial::upper_tail;
use crate::cases::Cases;
use crate::draw::Draw;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{Patients, bounds_of};
use crate::metric::Metric;
use crate::tally::Tally;

/// A metric of `a` minus the same of `b`: two scores of the same cases, in the same order. The interval is the percentile interval of the
/// difference over draws of patients, both scores on the same draws; the p-value is twice the smaller share of draws on either side of 0.
///
/// # Errors
/// [`Undefined::NotPaired`] when truth or patients differ; those of the metric; those of the draws leave the value without interval.
///
/// # Source
/// Efron and Tibshirani 1993, An Introduction to the Bootstrap, sections 13.3 and 15.4; Field and Welsh 2007 (drawing clusters).
pub fn paired_bootstrap(
    metric: &dyn Metric,
    a: &Cases,
    b: &Cases,
    (resamples, seed): (u32, u64),
    level: Level,
) -> Result<Difference, Undefined> {
    if a.truth() != b.truth() || a.cluster() != b.cluster() || a.weight() != b.weight() {
        return Err(Undefined::NotPaired);
    }
    let value = |cases: &Cases| {
        let value = metric.value(&Tally::of(cases), cases.threshold());
        // What is not defined says why itself.
        value.map_or_else(
            || {
                metric
                    .estimate(cases, level)?
                    .value
                    .ok_or(Undefined::NotFinite)
            },
            Ok,
        )
    };
    let difference = value(a)? - value(b)?;
    let (first, second) = (Patients::of(a), Patients::of(b));
    let n = first.count() as u32;
    let drawn: Vec<f64> = (0..resamples)
        .into_par_iter()
        .map_init(
            || (first.empty(), second.empty()),
            |(of_a, of_b), number| {
                of_a.cells.fill([0.0; 2]);
                of_b.cells.fill([0.0; 2]);
                let mut draw = Draw::new(seed, u64::from(number));
                draw.each_below(n, n as usize, |patient| {
                    first.add(of_a, patient as usize, 1.0);
                    second.add(of_b, patient as usize, 1.0);
                });
                let a = metric.value(of_a, a.threshold())?;
                let b = metric.value(of_b, b.threshold())?;
                Some(a - b).filter(|difference| difference.is_finite())
            },
        )
        .filter_map(|difference| difference)
        .collect();
    let below = drawn.iter().filter(|one| **one <= 0.0).count();
    let above = drawn.iter().filter(|one| **one >= 0.0).count();
    let p_value = 2.0 * (below.min(above) + 1) as f64 / (drawn.len() + 1) as f64;
    let same = a.score() == b.score() && a.threshold() == b.threshold();
    let bounds = match (same, n) {
        (true, _) => Ok((0.0, 0.0)),
        (_, 0 | 1) => Err(Undefined::TooFewPatients),
        _ => bounds_of(drawn, resamples, level),
    };
    let has_interval = bounds.is_ok();
    let estimate =
        Estimate::with_interval(difference, bounds, a.n() as u64, level, "bootstrap_paired");
    Ok(Difference {
        estimate: estimate
            .events(a.diseased() as u64)
            .clusters(a.patients())
            .seed(seed),
        p_value: has_interval.then_some(if same { 1.0 } else { p_value.min(1.0) }),
    })
}

/// The exact two-sided p-value that flags of `a` and of `b` are right equally often among the cases that a metric counts: diseased ones of
/// the sensitivity, healthy ones of the specificity, all of the accuracy. None of other metrics. Rows count as independent.
///
/// # Source
/// McNemar 1947, Psychometrika 12:153-157; exact: Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, section 13.1.
pub fn mcnemar(metric: &str, a: &Cases, b: &Cases) -> Option<f64> {
    let counts: fn(bool) -> bool = match metric {
        "sensitivity" => |truth| truth,
        "specificity" => |truth| !truth,
        "accuracy" => |_| true,
        _ => return None,
    };
    let (at_a, at_b) = (a.threshold()?, b.threshold()?);
    let (mut only_a, mut only_b) = (0_u64, 0_u64);
    for (i, &truth) in a.truth().iter().enumerate() {
        if counts(truth) {
            let right_a = (a.score()[i] >= at_a) == truth;
            let right_b = (b.score()[i] >= at_b) == truth;
            only_a += u64::from(right_a && !right_b);
            only_b += u64::from(right_b && !right_a);
        }
    }
    let apart = only_a + only_b;
    if apart == 0 {
        return Some(1.0);
    }
    // Of as many coins the more frequent side.
    Some((2.0 * upper_tail(only_a.max(only_b), apart, 0.5)).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::by_id;

    fn pair(n: usize, shift: f64) -> (Cases, Cases) {
        let mut draw = Draw::new(4, 0);
        let truth: Vec<bool> = (0..n).map(|_| draw.uniform() < 0.4).collect();
        let mut score = |shift: f64| {
            let one = |truth: &bool| draw.normal() + if *truth { shift } else { 0.0 };
            truth.iter().map(one).collect::<Vec<f64>>()
        };
        let (first, second) = (score(1.0 + shift), score(1.0));
        let cases = |score| Cases::new(truth.clone(), score, Some(0.7), None).expect("well-formed");
        (cases(first), cases(second))
    }

    #[test]
    fn the_paired_bootstrap_of_an_area_is_near_delongs() {
        let (a, b) = pair(600, 0.6);
        let auroc = by_id("auroc").expect("listed");
        let drawn =
            paired_bootstrap(auroc, &a, &b, (2_000, 1), Level::DEFAULT).expect("both classes");
        let known = crate::compare::auroc_paired(&a, &b, Level::DEFAULT).expect("both classes");
        let near = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 0.006;
        assert!(near(drawn.estimate.low, known.estimate.low));
        assert!(near(drawn.estimate.high, known.estimate.high));
        assert!(drawn.p_value < Some(0.05));
        let none = paired_bootstrap(auroc, &a, &a, (200, 1), Level::DEFAULT).expect("both classes");
        assert_eq!((none.estimate.low, none.p_value), (Some(0.0), Some(1.0)));
        assert_eq!(
            paired_bootstrap(auroc, &a, &pair(50, 0.0).0, (200, 1), Level::DEFAULT),
            Err(Undefined::NotPaired)
        );
    }

    #[test]
    fn mcnemars_exact_test_of_ten_and_two_discordant_cases() {
        // 12 diseased cases: 10 only the first finds, 2 only the second. scipy.stats.binomtest(10, 12).pvalue.
        let a: Vec<f64> = (0..12).map(|i| if i < 10 { 1.0 } else { 0.0 }).collect();
        let b: Vec<f64> = a.iter().map(|own| 1.0 - own).collect();
        let cases =
            |score| Cases::new(vec![true; 12], score, Some(0.5), None).expect("well-formed");
        let p = mcnemar("sensitivity", &cases(a.clone()), &cases(b)).expect("flags");
        assert!((p - 0.038574).abs() < 1e-6, "{p}");
        assert_eq!(
            mcnemar("sensitivity", &cases(a.clone()), &cases(a.clone())),
            Some(1.0)
        );
        assert_eq!(mcnemar("auroc", &cases(a.clone()), &cases(a)), None);
    }
}

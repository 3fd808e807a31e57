use crate::cases::Cases;
use crate::draw::Draw;
use crate::estimate::{Estimate, Level, Undefined};
use crate::metric::Metric;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The share of resamples that must define the statistic.
const DEFINED_SHARE_MIN: f64 = 0.95;

/// The percentile interval of a statistic over `resamples` draws of patients with replacement, as (low, high). The
/// statistic sees the indices of the cases of each drawn patient; one that is drawn twice is two patients. The same seed
/// gives the same interval on any number of cores.
///
/// # Errors
/// [`Undefined::TooFewPatients`] with fewer than two patients, and [`Undefined::TooFewResamples`] when the statistic is
/// undefined (or not finite) in more than 5 % of the draws.
///
/// # Source
/// Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3; Field and Welsh 2007, J R Stat Soc B
/// 69:369-390 (drawing clusters); quantiles are Hyndman and Fan's type 7.
pub fn bootstrap_of_patients(
    patients: &[Vec<usize>],
    statistic: impl Fn(&[&[usize]]) -> Option<f64> + Sync,
    resamples: u32,
    seed: u64,
    level: Level,
) -> Result<(f64, f64), Undefined> {
    if patients.len() < 2 {
        return Err(Undefined::TooFewPatients);
    }
    let drawn = |number: u32| {
        let mut draw = Draw::new(seed, u64::from(number));
        let drawn: Vec<&[usize]> = (0..patients.len())
            .map(|_| patients[draw.below(patients.len())].as_slice())
            .collect();
        statistic(&drawn).filter(|value| value.is_finite())
    };
    bounds_of(
        (0..resamples).into_par_iter().filter_map(drawn).collect(),
        resamples,
        level,
    )
}

/// The percentile interval of what was drawn, where some of the `resamples` draws may have given nothing.
///
/// # Errors
/// [`Undefined::TooFewResamples`] when more than 5 % did.
pub(crate) fn bounds_of(
    mut values: Vec<f64>,
    resamples: u32,
    level: Level,
) -> Result<(f64, f64), Undefined> {
    if values.is_empty() || (values.len() as f64) < DEFINED_SHARE_MIN * f64::from(resamples) {
        return Err(Undefined::TooFewResamples);
    }
    values.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level.value()) / 2.0;
    Ok((quantile(&values, tail), quantile(&values, 1.0 - tail)))
}

/// The interval of a mean distance, which chance makes larger than the truth: of cases by one part of noise, of draws from these by two.
///
/// Squared, what draws have more than the value is that part. The lower end is that of the squares without both parts, and 0 where they hold
/// no more; the upper one is that of the draws, moved down to the value.
///
/// # Errors
/// Those of [`bounds_of`]; [`Undefined::NoVariation`] where all draws are the same.
///
/// # Source
/// Kumar, Liang and Ma 2019, NeurIPS 32:3792-3803, section 5 (squared calibration errors without their noise), here by draws of patients.
pub(crate) fn debiased(
    value: f64,
    values: Vec<f64>,
    resamples: u32,
    level: Level,
) -> Result<(f64, f64), Undefined> {
    let squares: Vec<f64> = values.iter().map(|one| one * one).collect();
    let noise = squares.iter().sum::<f64>() / squares.len().max(1) as f64 - value * value;
    let (low, high) = bounds_of(values, resamples, level)?;
    let (low_square, high_square) = bounds_of(squares, resamples, level)?;
    if low == high {
        return Err(Undefined::NoVariation);
    }
    let without = |square: f64, parts: f64| (square - parts * noise.max(0.0)).max(0.0).sqrt();
    Ok((
        without(low_square, 2.0).min(value),
        without(high_square, 1.0).max(value),
    ))
}

/// [`bootstrap_of_patients`] of a statistic of [`Cases`]. A patient comes with all cases; without patients each case is
/// one.
///
/// # Errors
/// [`Undefined::NoCase`], and those of [`bootstrap_of_patients`].
pub fn bootstrap_of(
    cases: &Cases,
    statistic: impl Fn(&Cases) -> Option<f64> + Sync,
    resamples: u32,
    seed: u64,
    level: Level,
) -> Result<(f64, f64), Undefined> {
    if cases.n() == 0 {
        return Err(Undefined::NoCase);
    }
    let of_drawn = |drawn: &[&[usize]]| {
        let cluster = cases.cluster().map(|_| {
            let numbered = drawn.iter().enumerate();
            numbered
                .flat_map(|(number, indices)| indices.iter().map(move |_| number as u32))
                .collect()
        });
        statistic(&cases.pick(&drawn.concat(), cluster))
    };
    let patients = by_patient(cases.n(), cases.cluster());
    bootstrap_of_patients(&patients, of_drawn, resamples, seed, level)
}

/// The estimate of a metric with the percentile interval of [`bootstrap_of`] instead of its own.
///
/// # Errors
/// Those of the metric. Those of the resampling leave the value without interval.
pub fn bootstrap(
    metric: &dyn Metric,
    cases: &Cases,
    resamples: u32,
    seed: u64,
    level: Level,
) -> Result<Estimate, Undefined> {
    // What is not defined says why itself.
    let own = metric.estimate(cases, level)?;
    let value = own.value.ok_or(Undefined::NotFinite)?;
    let values = super::resampled(cases, &[metric], resamples, seed).remove(0);
    Ok(super::percentile(
        value,
        cases,
        values,
        (resamples, seed),
        level,
    ))
}

/// The indices of each patient's cases, of `n`; without patients each case is one.
pub fn by_patient(n: usize, patients: Option<&[u32]>) -> Vec<Vec<usize>> {
    let Some(patients) = patients else {
        return (0..n).map(|case| vec![case]).collect();
    };
    let mut cases: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (case, &patient) in patients.iter().enumerate() {
        cases.entry(patient).or_default().push(case);
    }
    cases.into_values().collect()
}

/// The quantile of sorted values with linear interpolation, as numpy's default.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(cluster: Option<Vec<u32>>) -> Cases {
        let truth = (0..120).map(|i| i % 3 == 0).collect();
        let score = (0..120)
            .map(|i| f64::from((i * 37) % 101) / 101.0)
            .collect();
        Cases::new(truth, score, Some(0.5), cluster).expect("well-formed")
    }

    fn alert_rate(cases: &Cases) -> Option<f64> {
        Some(cases.score().iter().filter(|&&score| score >= 0.5).count() as f64 / cases.n() as f64)
    }

    #[test]
    fn one_seed_gives_one_interval_and_another_seed_another() {
        let run = |seed| bootstrap_of(&cases(None), alert_rate, 500, seed, Level::DEFAULT);
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }

    #[test]
    fn the_bootstrap_of_a_proportion_is_near_its_normal_interval() {
        let all = cases(None);
        let p = alert_rate(&all).expect("cases");
        let half = 1.96 * (p * (1.0 - p) / 120.0).sqrt();
        let (low, high) =
            bootstrap_of(&all, alert_rate, 4_000, 1, Level::DEFAULT).expect("defined");
        assert!(
            (low - (p - half)).abs() < 0.02 && (high - (p + half)).abs() < 0.02,
            "{low} {high}"
        );
    }

    #[test]
    fn a_statistic_that_most_resamples_do_not_define_has_no_interval() {
        let none = bootstrap_of(&cases(None), |_| None, 100, 1, Level::DEFAULT);
        assert_eq!(none, Err(Undefined::TooFewResamples));
        let one = bootstrap_of(
            &cases(Some(vec![4; 120])),
            alert_rate,
            100,
            1,
            Level::DEFAULT,
        );
        assert_eq!(one, Err(Undefined::TooFewPatients));
    }
}

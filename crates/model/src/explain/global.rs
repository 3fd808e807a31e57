use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use super::Settings;

/// For each feature the mean absolute share over cases, and its percentile interval over draws of cases with replacement.
///
/// The interval says how much other cases of the same kind would move the mean; it does not say how well the model is
/// known.
///
/// # Source
/// Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3; quantiles are Hyndman and Fan's type 7.
pub(super) fn global(
    values: &[Vec<f64>],
    features: usize,
    settings: &Settings,
) -> Vec<(f64, Option<(f64, f64)>)> {
    let cases = values.len();
    let mut means = vec![Vec::with_capacity(settings.resamples as usize); features];
    let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
    // Apart from the streams of the cases.
    rng.set_stream(u64::MAX);
    if cases > 1 {
        for _ in 0..settings.resamples {
            let mut sums = vec![0.0; features];
            for _ in 0..cases {
                let case = &values[(rng.next_u64() % cases as u64) as usize];
                for (sum, share) in sums.iter_mut().zip(case) {
                    *sum += share.abs();
                }
            }
            for (means, sum) in means.iter_mut().zip(sums) {
                means.push(sum / cases as f64);
            }
        }
    }
    let tail = (1.0 - settings.level.value()) / 2.0;
    let feature = |(at, mut means): (usize, Vec<f64>)| {
        let mean = values.iter().map(|case| case[at].abs()).sum::<f64>() / cases as f64;
        means.sort_unstable_by(f64::total_cmp);
        let interval =
            (!means.is_empty()).then(|| (quantile(&means, tail), quantile(&means, 1.0 - tail)));
        (mean, interval)
    };
    means.into_iter().enumerate().map(feature).collect()
}

/// The quantile of sorted values with linear interpolation.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_about_that_of_a_mean() {
        // Absolute shares 0 and 1 in equal number: the mean of 400 has a standard error of 0.025.
        let values: Vec<Vec<f64>> = (0..400).map(|i| vec![f64::from(i % 2), -0.5]).collect();
        let global = global(&values, 2, &Settings::default());
        let (mean, interval) = global[0];
        let (low, high) = interval.expect("400 cases");
        assert_eq!(mean, 0.5);
        assert!(
            (low - 0.451).abs() < 0.006 && (high - 0.549).abs() < 0.006,
            "{low} {high}"
        );
        assert_eq!(global[1], (0.5, Some((0.5, 0.5))));
    }

    #[test]
    fn one_case_has_no_interval() {
        assert_eq!(
            global(&[vec![-2.0]], 1, &Settings::default()),
            [(2.0, None)]
        );
    }
}

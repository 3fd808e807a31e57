use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{bootstrap_of_patients, by_patient};

/// How far two masks of a case overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Pixels of the first mask, of the second, and of both.
    pub first: u64,
    pub second: u64,
    pub both: u64,
}

/// Twice the common pixels by the pixels of both masks; undefined when both are empty.
///
/// # Source
/// Dice 1945, Ecology 26:297-302; Maier-Hein et al. 2024, Nat Methods 21:195-212 (two empty masks have no overlap to measure).
pub fn dice(overlap: Overlap) -> Option<f64> {
    let all = overlap.first + overlap.second;
    (all > 0).then(|| 2.0 * overlap.both as f64 / all as f64)
}

/// The mean over cases with the percentile interval of drawing patients anew; cases without a value do not count.
pub fn mean_dice(
    of_case: &[Option<f64>],
    patients: Option<&[u32]>,
    resamples: u32,
    seed: u64,
    level: Level,
) -> Estimate {
    const METHOD: &str = "bootstrap_percentile";
    let known: Vec<usize> = (0..of_case.len())
        .filter(|&case| of_case[case].is_some())
        .collect();
    let values: Vec<f64> = of_case.iter().flatten().copied().collect();
    let n = values.len() as u64;
    if values.is_empty() {
        return Estimate::undefined(Undefined::NoCase, n, level, METHOD);
    }
    let own: Option<Vec<u32>> = patients.map(|all| known.iter().map(|&case| all[case]).collect());
    let groups = by_patient(values.len(), own.as_deref());
    let mean = |drawn: &[&[usize]]| {
        let drawn = drawn.concat();
        Some(drawn.iter().map(|&case| values[case]).sum::<f64>() / drawn.len() as f64)
    };
    let bounds = bootstrap_of_patients(&groups, mean, resamples, seed, level);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let clusters = patients.is_some().then_some(groups.len() as u64);
    Estimate::with_interval(mean, bounds, n, level, METHOD)
        .clusters(clusters)
        .seed(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_are_those_of_the_definition() {
        let of = |first, second, both| {
            dice(Overlap {
                first,
                second,
                both,
            })
        };
        assert_eq!(of(4, 4, 4), Some(1.0));
        assert_eq!(of(4, 4, 0), Some(0.0));
        assert_eq!(of(2, 6, 2), Some(0.5));
        assert_eq!(of(0, 0, 0), None);
        let mean = mean_dice(&[Some(0.5), None, Some(1.0)], None, 200, 0, Level::DEFAULT);
        assert_eq!((mean.value, mean.n), (Some(0.75), 2));
        let patients = mean_dice(
            &[Some(0.5), None, Some(1.0)],
            Some(&[3, 3, 3]),
            200,
            0,
            Level::DEFAULT,
        );
        assert_eq!((patients.value, patients.low), (Some(0.75), None));
    }
}

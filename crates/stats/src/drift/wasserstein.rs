use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, sorted};
use crate::estimate::Undefined;

/// The standard deviation below which the reference counts as constant, in the unit of the column.
const DEVIATION_MIN: f64 = 0.001;

/// Wasserstein distance, the area between both distribution functions, over the reference's standard deviation.
///
/// Takes numbers; at least 0, without unit. The deviation divides by n and is at least 0.001, so the statistic of an
/// almost constant column depends on its unit.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`].
///
/// # Source
/// Vallender 1974, Theory Probab Appl 18:784-786; the norm as in Evidently 0.7.23.
pub struct Wasserstein;

impl DriftTest for Wasserstein {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "wasserstein",
            title: "Wasserstein distance over the standard deviation",
            source: "Vallender 1974; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: false,
            default_threshold: 0.1,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        let (reference, current) = sorted(reference, current)?;
        let statistic = distance(&reference, &current) / deviation(&reference).max(DEVIATION_MIN);
        if statistic.is_finite() {
            Ok(DriftResult {
                statistic: Some(statistic),
                p_value: None,
            })
        } else {
            Err(Undefined::NotFinite)
        }
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let mut all: Vec<f64> = a.iter().chain(b).copied().collect();
    all.sort_unstable_by(f64::total_cmp);
    let (mut below_a, mut below_b, mut area) = (0, 0, 0.0);
    for pair in all.windows(2) {
        while below_a < a.len() && a[below_a] <= pair[0] {
            below_a += 1;
        }
        while below_b < b.len() && b[below_b] <= pair[0] {
            below_b += 1;
        }
        let gap = below_a as f64 / a.len() as f64 - below_b as f64 / b.len() as f64;
        area += gap.abs() * (pair[1] - pair[0]);
    }
    area
}

fn deviation(numbers: &[f64]) -> f64 {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    (numbers
        .iter()
        .map(|number| (number - mean).powi(2))
        .sum::<f64>()
        / n)
        .sqrt()
}

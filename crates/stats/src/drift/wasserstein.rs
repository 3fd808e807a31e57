use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, distribution, sorted};
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
        let area = distribution::area_between(&reference, &current, |gap| gap);
        let statistic = area / deviation(&reference).max(DEVIATION_MIN);
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

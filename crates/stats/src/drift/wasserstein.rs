use super::{DriftAbout, DriftResult, DriftTest, Kind, distribution};
use crate::estimate::Undefined;
use crate::sample::{self, Sample};

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
            evidently: None,
            title: "Wasserstein distance over the standard deviation",
            source: "Vallender 1974; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: false,
            takes_counts: false,
            draws: false,
            default_threshold: 0.1,
            at_threshold: true,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (reference, current) = sample::numbers(reference, current)?;
        let area = distribution::area_between(reference, current, |gap| gap);
        let mean = reference.mean().ok_or(Undefined::NotFinite)?;
        let variance = reference.central_sum(mean, 2) / reference.n() as f64;
        DriftResult::distance(area / variance.sqrt().max(DEVIATION_MIN))
    }
}

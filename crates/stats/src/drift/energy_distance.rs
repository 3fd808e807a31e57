use super::{DriftAbout, DriftResult, DriftTest, Kind, distribution};
use crate::estimate::Undefined;
use crate::sample::{self, Sample};

/// Energy distance: the root of twice the squared area between both distribution functions.
///
/// Takes numbers; at least 0, in the root of the column's unit.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`].
///
/// # Source
/// Szekely and Rizzo 2013, J Stat Plan Inference 143:1249-1272; as `scipy.stats.energy_distance` (and so Evidently
/// 0.7.23, under the name `ed`).
pub struct EnergyDistance;

impl DriftTest for EnergyDistance {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "energy_distance",
            evidently: Some("ed"),
            title: "Energy distance",
            source: "Szekely and Rizzo 2013; scipy.stats.energy_distance; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: false,
            takes_counts: false,
            draws: false,
            default_threshold: 0.1,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (a, b) = sample::numbers(reference, current)?;
        let area = distribution::area_between(a, b, |gap| gap * gap);
        DriftResult::distance((2.0 * area).sqrt())
    }
}

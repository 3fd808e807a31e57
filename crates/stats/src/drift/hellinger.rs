use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, bins};
use crate::estimate::Undefined;

/// Hellinger distance: the root of one minus the sum of the geometric means of both samples' shares.
///
/// Takes numbers or categories; in 0..=1. Numbers are put into bins of equal width over both samples, as many as Sturges'
/// rule gives for the distinct numbers.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`].
///
/// # Source
/// Hellinger 1909, J Reine Angew Math 136:210-271; bins as in Evidently 0.7.23.
pub struct Hellinger;

impl DriftTest for Hellinger {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "hellinger",
            title: "Hellinger distance",
            source: "Hellinger 1909; Evidently 0.7.23",
            kind: Kind::Either,
            gives_p: false,
            default_threshold: 0.1,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        let (n, m) = (reference.n() as f64, current.n() as f64);
        let overlap: f64 = bins::over_distinct(reference, current)?
            .into_iter()
            .map(|(r, c)| ((r as f64 / n) * (c as f64 / m)).sqrt())
            .sum();
        Ok(DriftResult {
            statistic: Some((1.0 - overlap.clamp(0.0, 1.0)).sqrt()),
            p_value: None,
        })
    }
}

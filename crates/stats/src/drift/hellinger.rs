use super::{DriftAbout, DriftResult, DriftTest, Kind, bins};
use crate::estimate::Undefined;
use crate::sample::Sample;

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
            evidently: None,
            title: "Hellinger distance",
            source: "Hellinger 1909; Evidently 0.7.23",
            kind: Kind::Either,
            gives_p: false,
            takes_counts: true,
            draws: false,
            default_threshold: 0.1,
            at_threshold: true,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let counts = bins::over_distinct(reference, current)?;
        self.test_counts(&counts.reference, &counts.current, seed)
    }

    fn test_counts(
        &self,
        reference: &[u64],
        current: &[u64],
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (n, m) = bins::sizes(reference, current)?;
        let overlap: f64 = reference
            .iter()
            .zip(current)
            .map(|(&r, &c)| ((r as f64 / n) * (c as f64 / m)).sqrt())
            .sum();
        DriftResult::distance((1.0 - overlap.clamp(0.0, 1.0)).sqrt())
    }
}

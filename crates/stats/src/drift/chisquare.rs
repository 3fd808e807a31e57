use super::{DriftAbout, DriftResult, DriftTest, Kind, expected};
use crate::estimate::Undefined;
use crate::sample::Sample;

/// Chi-square test of the current counts of categories against those that the reference's shares expect.
///
/// Takes categories. The reference counts as known, not as a sample. A category that the reference never had makes the
/// statistic unbounded and p 0. One category alone has the statistic 0 and p 1.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`].
///
/// # Source
/// Pearson 1900, Phil Mag 50:157-175; as in Evidently 0.7.23 (`scipy.stats.chisquare`).
pub struct ChiSquare;

impl DriftTest for ChiSquare {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "chisquare",
            evidently: None,
            title: "Chi-square test",
            source: "Pearson 1900; Evidently 0.7.23",
            kind: Kind::Category,
            gives_p: true,
            takes_counts: true,
            draws: false,
            default_threshold: 0.05,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let counts = expected::of_categories(reference, current)?;
        self.test_counts(&counts.reference, &counts.current, seed)
    }

    fn test_counts(
        &self,
        reference: &[u64],
        current: &[u64],
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        expected::against_shares(reference, current, |observed, expected| {
            (observed - expected).powi(2) / expected
        })
    }
}

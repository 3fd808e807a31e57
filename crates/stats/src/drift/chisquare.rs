use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, expected};
use crate::estimate::Undefined;

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
            title: "Chi-square test",
            source: "Pearson 1900; Evidently 0.7.23",
            kind: Kind::Category,
            gives_p: true,
            default_threshold: 0.05,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        expected::against_shares(reference, current, |observed, expected| {
            (observed - expected).powi(2) / expected
        })
    }
}

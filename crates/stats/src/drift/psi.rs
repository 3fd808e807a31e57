use super::{DriftAbout, DriftResult, DriftTest, Kind, bins};
use crate::estimate::Undefined;
use crate::sample::Sample;

/// Population stability index: Σ (r - c) ln(r / c) over the shares r and c of each bin.
///
/// Takes numbers or categories; at least 0. An empty bin counts as the share 0.0001, or as a millionth of the smallest
/// share in its sample when that is at most 0.0001.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`].
///
/// # Source
/// Siddiqi 2006, Credit Risk Scorecards, chapter 10; bins and empty bins as in Evidently 0.7.23.
pub struct Psi;

impl DriftTest for Psi {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "psi",
            evidently: None,
            title: "Population stability index",
            source: "Siddiqi 2006; Evidently 0.7.23",
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
        let counts = bins::bins(reference, current)?;
        self.test_counts(&counts.reference, &counts.current, seed)
    }

    fn test_counts(
        &self,
        reference: &[u64],
        current: &[u64],
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (r, c) = bins::filled_shares(reference, current)?;
        let terms = r.iter().zip(&c).map(|(r, c)| (r - c) * (r / c).ln());
        DriftResult::distance(terms.sum())
    }
}

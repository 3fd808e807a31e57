use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, bins};
use crate::estimate::Undefined;

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
            title: "Population stability index",
            source: "Siddiqi 2006; Evidently 0.7.23",
            kind: Kind::Either,
            gives_p: false,
            default_threshold: 0.1,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        let (r, c) = bins::filled_shares(reference, current)?;
        let statistic: f64 = r.iter().zip(&c).map(|(r, c)| (r - c) * (r / c).ln()).sum();
        Ok(DriftResult {
            statistic: Some(statistic),
            p_value: None,
        })
    }
}

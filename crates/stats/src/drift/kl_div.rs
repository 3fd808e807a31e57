use super::{DriftAbout, DriftResult, DriftTest, Kind, bins};
use crate::estimate::Undefined;
use crate::sample::Sample;

/// Kullback-Leibler divergence of the reference's shares from the current ones: Σ r ln(r / c).
///
/// Takes numbers or categories; at least 0 (natural logarithm). An empty bin counts as for [`super::psi::Psi`]; the shares are
/// then made to sum to 1 again.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`].
///
/// # Source
/// Kullback and Leibler 1951, Ann Math Stat 22:79-86; bins and empty bins as in Evidently 0.7.23.
pub struct KlDiv;

impl DriftTest for KlDiv {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "kl_div",
            evidently: None,
            title: "Kullback-Leibler divergence",
            source: "Kullback and Leibler 1951; Evidently 0.7.23",
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
        let (all_r, all_c): (f64, f64) = (r.iter().sum(), c.iter().sum());
        let divergence: f64 = r
            .iter()
            .zip(&c)
            .map(|(r, c)| (r / all_r, c / all_c))
            .map(|(r, c)| r * (r / c).ln())
            .sum();
        // Rounding can leave the divergence of equal samples a little below 0.
        DriftResult::distance(divergence.max(0.0))
    }
}

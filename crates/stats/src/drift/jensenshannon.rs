use super::{DriftAbout, DriftResult, DriftTest, Kind, bins};
use crate::estimate::Undefined;
use crate::sample::Sample;

/// Jensen-Shannon distance: the root of the mean divergence of both samples' shares from their middle.
///
/// Takes numbers or categories; in 0..=sqrt(ln 2) (natural logarithm).
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`].
///
/// # Source
/// Endres and Schindelin 2003, IEEE Trans Inf Theory 49:1858-1860; bins as in Evidently 0.7.23.
pub struct JensenShannon;

impl DriftTest for JensenShannon {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "jensenshannon",
            evidently: None,
            title: "Jensen-Shannon distance",
            source: "Endres and Schindelin 2003; Evidently 0.7.23",
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
        let (n, m) = bins::sizes(reference, current)?;
        let part = |share: f64, middle: f64| {
            if share > 0.0 {
                share * (share / middle).ln()
            } else {
                0.0
            }
        };
        let divergence: f64 = reference
            .iter()
            .zip(current)
            .map(|(&r, &c)| (r as f64 / n, c as f64 / m))
            .map(|(r, c)| part(r, 0.5 * (r + c)) + part(c, 0.5 * (r + c)))
            .sum();
        // Rounding can leave the divergence of equal samples a little below 0.
        DriftResult::distance((divergence.max(0.0) / 2.0).sqrt())
    }
}

use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, bins};
use crate::estimate::Undefined;

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
            title: "Jensen-Shannon distance",
            source: "Endres and Schindelin 2003; Evidently 0.7.23",
            kind: Kind::Either,
            gives_p: false,
            default_threshold: 0.1,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        let part = |share: f64, middle: f64| {
            if share > 0.0 {
                share * (share / middle).ln()
            } else {
                0.0
            }
        };
        let divergence: f64 = bins::counts(reference, current)?
            .into_iter()
            .map(|(r, c)| {
                (
                    r as f64 / reference.n() as f64,
                    c as f64 / current.n() as f64,
                )
            })
            .map(|(r, c)| part(r, 0.5 * (r + c)) + part(c, 0.5 * (r + c)))
            .sum();
        // Rounding can leave the divergence of equal samples a little below 0.
        Ok(DriftResult {
            statistic: Some((divergence.max(0.0) / 2.0).sqrt()),
            p_value: None,
        })
    }
}

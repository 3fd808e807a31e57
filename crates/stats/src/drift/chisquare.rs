use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, bins};
use crate::estimate::Undefined;
use statrs::function::gamma::gamma_ur;

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
        let (Sample::Categories(known), Sample::Categories(seen)) = (reference, current) else {
            return Err(Undefined::WrongKind);
        };
        let counts = bins::categories(known, seen)?;
        if counts.values().any(|&(r, _)| r == 0) {
            return Ok(DriftResult {
                statistic: None,
                p_value: Some(0.0),
            });
        }
        let scale = seen.len() as f64 / known.len() as f64;
        let statistic: f64 = counts
            .values()
            .map(|&(r, c)| (r as f64 * scale, c as f64))
            .map(|(expected, observed)| (observed - expected).powi(2) / expected)
            .sum();
        let freedom = (counts.len() - 1) as f64;
        let p = if freedom == 0.0 || statistic <= 0.0 {
            1.0
        } else {
            gamma_ur(freedom / 2.0, statistic / 2.0)
        };
        Ok(DriftResult {
            statistic: Some(statistic),
            p_value: Some(p.clamp(0.0, 1.0)),
        })
    }
}

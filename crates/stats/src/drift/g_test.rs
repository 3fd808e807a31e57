use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, bins};
use crate::estimate::Undefined;
use statrs::function::gamma::gamma_ur;

/// G test: twice the log likelihood ratio of the current counts of categories against the reference's shares.
///
/// Takes categories. The reference counts as known, not as a sample, and its counts are scaled to as many cases as the
/// current sample has (Evidently 0.7.23 does not, and fails for samples of different sizes). A category that the reference
/// never had makes the statistic unbounded and p 0. One category alone has the statistic 0 and p 1.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`].
///
/// # Source
/// Woolf 1957, Ann Hum Genet 21:397-409; as `scipy.stats.power_divergence(lambda_="log-likelihood")`.
pub struct GTest;

impl DriftTest for GTest {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "g_test",
            title: "G test",
            source: "Woolf 1957; scipy.stats.power_divergence; Evidently 0.7.23",
            kind: Kind::Category,
            gives_p: true,
            default_threshold: 0.1,
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
        let statistic = 2.0
            * counts
                .values()
                .filter(|&&(_, c)| c > 0)
                .map(|&(r, c)| c as f64 * (c as f64 / (r as f64 * scale)).ln())
                .sum::<f64>();
        let freedom = (counts.len() - 1) as f64;
        let p = if freedom == 0.0 || statistic <= 0.0 {
            1.0
        } else {
            gamma_ur(freedom / 2.0, statistic / 2.0)
        };
        Ok(DriftResult {
            statistic: Some(statistic.max(0.0)),
            p_value: Some(p.clamp(0.0, 1.0)),
        })
    }
}

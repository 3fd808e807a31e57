use super::{DriftAbout, DriftResult, DriftTest, Kind, expected};
use crate::estimate::Undefined;
use crate::sample::Sample;

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
            evidently: None,
            title: "G test",
            source: "Woolf 1957; scipy.stats.power_divergence; Evidently 0.7.23",
            kind: Kind::Category,
            gives_p: true,
            takes_counts: true,
            draws: false,
            default_threshold: 0.1,
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
            if observed > 0.0 {
                2.0 * observed * (observed / expected).ln()
            } else {
                0.0
            }
        })
    }
}

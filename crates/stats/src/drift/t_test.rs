use super::{DriftAbout, DriftResult, DriftTest, Kind};
use crate::estimate::Undefined;
use crate::sample::{self, Sample, SortedNumbers};
use statrs::function::beta::beta_reg;

/// Student's t test of two means with one pooled variance, two-sided.
///
/// Takes numbers; the statistic is reference minus current over its error. Samples that are both constant have the
/// statistic 0 and p 1 if they agree; else the statistic is unbounded and p 0.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`], [`Undefined::TooFewCases`] for one
/// value in each sample.
///
/// # Source
/// Student 1908, Biometrika 6:1-25; as `scipy.stats.ttest_ind` (and so Evidently 0.7.23).
pub struct TTest;

impl DriftTest for TTest {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "t_test",
            evidently: None,
            title: "Student's t test",
            source: "Student 1908; scipy.stats.ttest_ind; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: true,
            takes_counts: false,
            draws: false,
            default_threshold: 0.05,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (a, b) = sample::numbers(reference, current)?;
        let (n, m) = (a.n() as f64, b.n() as f64);
        let freedom = n + m - 2.0;
        if freedom <= 0.0 {
            return Err(Undefined::TooFewCases);
        }
        let mean = |sample: &SortedNumbers| sample.mean().ok_or(Undefined::NotFinite);
        let (mean_a, mean_b) = (mean(a)?, mean(b)?);
        let squares = a.central_sum(mean_a, 2) + b.central_sum(mean_b, 2);
        let error = (squares / freedom * (1.0 / n + 1.0 / m)).sqrt();
        let gap = mean_a - mean_b;
        if !gap.is_finite() || !error.is_finite() {
            return Err(Undefined::NotFinite);
        }
        let (statistic, p) = match (gap == 0.0, error == 0.0) {
            (true, _) => (Some(0.0), 1.0),
            (false, true) => (None, 0.0),
            (false, false) => {
                let t = gap / error;
                (
                    Some(t),
                    beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t * t)),
                )
            }
        };
        Ok(DriftResult::with_p(statistic.filter(|t| t.is_finite()), p))
    }
}

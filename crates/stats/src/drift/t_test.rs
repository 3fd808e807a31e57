use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, sorted};
use crate::estimate::Undefined;
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
            title: "Student's t test",
            source: "Student 1908; scipy.stats.ttest_ind; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: true,
            default_threshold: 0.05,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        let (a, b) = sorted(reference, current)?;
        let (n, m) = (a.len() as f64, b.len() as f64);
        let freedom = n + m - 2.0;
        if freedom <= 0.0 {
            return Err(Undefined::TooFewCases);
        }
        let ((mean_a, squares_a), (mean_b, squares_b)) = (moments(&a), moments(&b));
        let error = ((squares_a + squares_b) / freedom * (1.0 / n + 1.0 / m)).sqrt();
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
        Ok(DriftResult {
            statistic: statistic.filter(|t| t.is_finite()),
            p_value: Some(p.clamp(0.0, 1.0)),
        })
    }
}

/// The mean, and the sum of squares around it.
fn moments(numbers: &[f64]) -> (f64, f64) {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares = numbers.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, squares)
}

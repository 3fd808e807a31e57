//! Reader studies: several readers, several tests, and cases that each has read, or some of them.
//!
//! Everybody read everything: [`obuchowski_rockette`]. Any pattern of readers and cases: [`u_statistics`]. A model that
//! answers alone, against readers of the same cases: [`standalone`].

mod figure;
mod obuchowski_rockette;
mod standalone;
mod success;
mod u_statistics;

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::normal;
use figure::Measured;

pub use figure::Figure;
pub use obuchowski_rockette::{Contrast, ReaderStudy, Test, obuchowski_rockette};
pub use standalone::{AgainstStandalone, standalone};
pub use u_statistics::{
    Given, Inference, Moments, OneShot, OneShotDifference, OneShotTest, u_statistics,
};

/// How the covariances of figures of merit are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Covariances {
    /// By what each case adds: for areas by placement values; several cases of a patient after Obuchowski.
    #[default]
    Delong,
    /// By leaving out each case, as the analysis of Dorfman, Berbaum and Metz does; of one case a patient.
    Jackknife,
}

impl Covariances {
    /// The covariance of two figures over the same cases; the variance when both are the same.
    ///
    /// # Errors
    /// [`Undefined::TooFewCases`] or [`Undefined::TooFewPatients`] when a class that counts has fewer than two,
    /// [`Undefined::TooManyCases`] for a jackknife where a patient has several cases, [`Undefined::NotPaired`] for
    /// different figures.
    fn of(self, cases: &Cases, a: &Measured, b: &Measured) -> Result<f64, Undefined> {
        match self {
            Self::Delong => a.covariance(b, cases),
            Self::Jackknife if cases.is_row_wise() => a.jackknife(b, cases),
            Self::Jackknife => Err(Undefined::TooManyCases),
        }
    }
}

/// A value with its interval by Student's t, or by the normal law where the degrees of freedom are infinite.
fn around(
    value: f64,
    error: f64,
    freedom: f64,
    within: (f64, f64),
    (n, level, method): (u64, Level, &str),
) -> Estimate {
    if error <= 0.0 || !error.is_finite() {
        return Estimate::without_interval(value, Undefined::NoVariation, n, level, method);
    }
    let quantile = match student(freedom) {
        Some(law) => law.inverse_cdf(0.5 + level.value() / 2.0),
        None => level.z(),
    };
    let half = quantile * error;
    let bounds = ((value - half).max(within.0), (value + half).min(within.1));
    Estimate::new(value, bounds, n, level, method)
}

fn student(freedom: f64) -> Option<StudentsT> {
    // Of so many the law is normal, and the library's series slow.
    (freedom < 1e6)
        .then(|| StudentsT::new(0.0, 1.0, freedom).ok())
        .flatten()
}

fn two_sided(t: f64, freedom: f64) -> Option<f64> {
    if !t.is_finite() {
        return None;
    }
    Some(match student(freedom) {
        Some(law) => 2.0 * law.sf(t.abs()),
        None => normal::two_sided_p(t),
    })
}

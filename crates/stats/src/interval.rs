//! Intervals: of a proportion, of a mean, of the order of two samples, by resampling patients.

mod bootstrap;
mod clopper_pearson;
mod clustered;
mod mann_whitney;
mod method;
mod newcombe;
mod resample;
mod wilson;

pub use bootstrap::{bootstrap, bootstrap_of, bootstrap_of_patients, by_patient};
pub(crate) use bootstrap::{bounds_of, debiased, quantile};
pub use clopper_pearson::clopper_pearson;
pub use clustered::{design_effect, effective_size};
pub(crate) use clustered::{mean, ratio_variance};
pub use mann_whitney::mann_whitney;
pub use method::{METHODS, Method, measure_all};
pub(crate) use method::{drawn, percentile};
pub use newcombe::{newcombe, of_difference};
pub(crate) use resample::{Patients, each_draw, resampled, without_each};
pub use resample::{RESAMPLES, SEED, roc_band};
pub use wilson::wilson;

use crate::cases::Cases;
use crate::delong::{covariance, placements};
use crate::estimate::{Estimate, Level, Undefined};

/// The variance of an area under the ROC curve, by patient where patients were given.
///
/// # Errors
/// Those of placements; [`Undefined::NoVariation`] where nothing says how sure the area is.
pub(crate) fn auroc_variance(cases: &Cases) -> Result<f64, Undefined> {
    let placements = placements(cases)?;
    covariance(cases, &placements, &placements)
}

/// The number of independent cases that tell as much as a share's own interval: Wilson's interval solved for its size.
pub(crate) fn size_behind(share: &Estimate, level: Level) -> Option<f64> {
    let (low, high) = share.interval()?;
    let (p, z) = (share.value?, level.z());
    let half = (high - low) / 2.0;
    // half (1 + z² / n) = z sqrt(p (1 - p) / n + z² / 4n²).
    let by_width = |n: f64| {
        let a = z * z / n;
        half * (1.0 + a) - z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt()
    };
    let (mut least, mut most): (f64, f64) = (1e-6, 1e15);
    for _ in 0..200 {
        let middle = (least * most).sqrt();
        // A wider interval is of fewer cases.
        if by_width(middle) < 0.0 {
            least = middle
        } else {
            most = middle
        }
    }
    Some((least * most).sqrt())
}

/// The interval `value` ± z · sqrt(`variance`), kept inside `within`.
///
/// # Errors
/// [`Undefined::NoVariation`] for a variance of 0: cases that show no variation do not make a number certain.
pub(crate) fn normal(
    value: f64,
    variance: f64,
    within: (f64, f64),
    level: Level,
) -> Result<(f64, f64), Undefined> {
    // Rounding leaves a few units in the last place of a variance that is 0.
    if variance.is_nan() || variance <= 1e-28 * (1.0 + value * value) {
        return Err(Undefined::NoVariation);
    }
    let half = level.z() * variance.sqrt();
    Ok(((value - half).max(within.0), (value + half).min(within.1)))
}

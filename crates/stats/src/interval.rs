//! Intervals: of a proportion, of a mean, of the order of two samples, by resampling patients.

mod bootstrap;
mod clopper_pearson;
mod clustered;
mod mann_whitney;
mod newcombe;
mod wilson;

pub use bootstrap::{bootstrap, bootstrap_of, bootstrap_of_patients};
pub(crate) use bootstrap::{bounds_of, by_patient, quantile};
pub use clopper_pearson::clopper_pearson;
pub use clustered::{design_effect, effective_size};
pub(crate) use clustered::{mean, ratio_variance};
pub use mann_whitney::mann_whitney;
pub use newcombe::{newcombe, of_difference};
pub use wilson::wilson;

use crate::estimate::{Level, Undefined};

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

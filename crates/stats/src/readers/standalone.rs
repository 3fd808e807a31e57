//! A model that answers alone, held against readers of the same cases.

use serde::Serialize;

use super::figure::{Figure, Measured};
use super::{Covariances, around, two_sided};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};

/// The mean of readers less a model that answers alone, for readers and cases like these and this model.
///
/// Each reader less the model is a figure of its own, in a model of readers and cases with one test. The model does not vary
/// but by the cases.
///
/// # Source
/// Hupse et al. 2013, Radiology 266:123-129; Hillis 2007, Stat Med 26:596-619, section 5.3 (one test, its error and degrees of
/// freedom). The analysis "1T-RRRC" of the R package RJafroc.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgainstStandalone {
    /// What the numbers are.
    pub figure: Figure,
    /// Of the model, of each reader, and of the readers in the mean.
    pub standalone: f64,
    pub figures: Vec<f64>,
    pub mean: f64,
    /// The mean variance of a difference, the mean covariance of two, and the mean square of the differences.
    pub variance: f64,
    pub covariance: f64,
    pub mean_square: f64,
    /// Student's t of "the mean of readers is the model's"; none where nothing varies.
    pub statistic: Option<f64>,
    /// None where the readers do not differ, and the law is normal.
    pub degrees_of_freedom: Option<f64>,
    /// The mean of the readers less the model.
    pub difference: Estimate,
    pub p_value: Option<f64>,
}

/// Holds readers against a model on the same cases, of the same truth and patients. Of a sensitivity or specificity the
/// thresholds are those of the cases, which may differ between readers and model.
///
/// # Errors
/// [`Undefined::NotPaired`] if cases differ, [`Undefined::TooFewReaders`] with fewer than two, and those of the figure.
pub fn standalone(
    readers: &[Cases],
    model: &Cases,
    figure: Figure,
    how: Covariances,
    level: Level,
) -> Result<AgainstStandalone, Undefined> {
    if readers.len() < 2 {
        return Err(Undefined::TooFewReaders);
    }
    let is_same = |one: &Cases| one.truth() == model.truth() && one.cluster() == model.cluster();
    if !readers.iter().all(is_same) {
        return Err(Undefined::NotPaired);
    }
    let own = figure.of(model)?;
    let measured: Vec<Measured> = readers
        .iter()
        .map(|reader| figure.of(reader))
        .collect::<Result<_, _>>()?;
    let with_model: Vec<f64> = measured
        .iter()
        .map(|reader| how.of(model, reader, &own))
        .collect::<Result<_, _>>()?;
    let of_model = how.of(model, &own, &own)?;
    let (mut variance, mut covariance) = (0.0, 0.0);
    for (a, reader) in measured.iter().enumerate() {
        for (b, other) in measured.iter().enumerate().skip(a) {
            let both = how.of(model, reader, other)? - with_model[a] - with_model[b] + of_model;
            *if a == b {
                &mut variance
            } else {
                &mut covariance
            } += both;
        }
    }
    let j = readers.len() as f64;
    variance /= j;
    covariance /= j * (j - 1.0) / 2.0;
    let values: Vec<f64> = measured.iter().map(Measured::value).collect();
    let mean = values.iter().sum::<f64>() / j;
    let squares = values.iter().map(|value| (value - mean).powi(2));
    let mean_square = squares.sum::<f64>() / (j - 1.0);
    let sum = mean_square + (j * covariance).max(0.0);
    let freedom = match mean_square > 0.0 {
        true => (j - 1.0) * (sum / mean_square).powi(2),
        false => f64::INFINITY,
    };
    let (difference, error) = (mean - own.value(), (sum / j).sqrt());
    let about = (model.n() as u64, level, "obuchowski_rockette_standalone");
    let statistic = Some(difference / error).filter(|statistic| statistic.is_finite());
    Ok(AgainstStandalone {
        figure,
        standalone: own.value(),
        figures: values,
        mean,
        variance,
        covariance,
        mean_square,
        degrees_of_freedom: freedom.is_finite().then_some(freedom),
        difference: around(difference, error, freedom, (-1.0, 1.0), about)
            .clusters(model.patients()),
        p_value: statistic.and_then(|statistic| two_sided(statistic, freedom)),
        statistic,
    })
}

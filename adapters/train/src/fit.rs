use galen_pipeline::NativeError;
use serde::Serialize;
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};

use crate::design::Design;
use crate::params::{ClassWeight, Params};

/// The largest slope that may be left, a case: one in ten thousand of a case's weight.
const GRADIENT_MAX: f64 = 1e-4;

/// Coefficients on the standardised scale, and how they were come by.
pub(crate) struct Fit {
    pub intercept: f64,
    /// One a column of the design.
    pub coefficients: Vec<f64>,
    pub convergence: Convergence,
}

/// Whether the coefficients are where the penalised log-loss is least.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Convergence {
    pub method: &'static str,
    /// The largest partial derivative of the penalised log-loss that is left, divided by the number of fitted rows.
    pub gradient_max: f64,
    pub gradient_limit: f64,
    /// Whether some combination of the inputs tells all events from all others; the coefficients then only tell how strong
    /// the penalty is.
    pub separated: bool,
    /// How often each row of the smaller class was taken.
    pub smaller_class_times: usize,
}

/// Fits by limited-memory BFGS.
///
/// The library knows no weights: for `balanced` the rows of the smaller class are repeated, the nearest whole number of
/// times.
pub(crate) fn fit(design: &Design, truth: &[bool], params: &Params) -> Result<Fit, NativeError> {
    let (times_healthy, times_diseased) = times(truth, params.class_weight);
    let width = design.columns.len();
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (row, &truth) in design.values.chunks_exact(width).zip(truth) {
        let times = if truth { times_diseased } else { times_healthy };
        for _ in 0..times {
            x.extend_from_slice(row);
            y.push(i32::from(truth));
        }
    }
    let matrix = DenseMatrix::new(y.len(), width, x.clone(), false).map_err(failed)?;
    let settings = LogisticRegressionParameters::default().with_alpha(params.l2);
    let model = LogisticRegression::fit(&matrix, &y, settings).map_err(failed)?;
    let intercept = *model.intercept().get((0, 0));
    let coefficients: Vec<f64> = (0..width)
        .map(|place| *model.coefficients().get((0, place)))
        .collect();
    let gradient_max = gradient(&x, &y, intercept, &coefficients, params.l2);
    if !(gradient_max <= GRADIENT_MAX && coefficients.iter().all(|value| value.is_finite())) {
        return Err(NativeError::Computation {
            what: format!("the fit did not converge: a slope of {gradient_max} is left a case"),
            help: "raise `l2`, or leave out inputs that say the same".into(),
        });
    }
    let z = |row: &[f64]| intercept + dot(row, &coefficients);
    let rows = || design.values.chunks_exact(width).zip(truth);
    let of = |class: bool| {
        rows()
            .filter(move |(_, truth)| **truth == class)
            .map(|(row, _)| z(row))
    };
    let lowest_diseased = of(true).fold(f64::INFINITY, f64::min);
    let highest_healthy = of(false).fold(f64::NEG_INFINITY, f64::max);
    Ok(Fit {
        convergence: Convergence {
            method: "smartcore, limited-memory BFGS from 0",
            gradient_max,
            gradient_limit: GRADIENT_MAX,
            separated: lowest_diseased > highest_healthy,
            smaller_class_times: times_healthy.max(times_diseased),
        },
        intercept,
        coefficients,
    })
}

/// How often the rows of each class are taken: healthy, diseased.
fn times(truth: &[bool], class_weight: ClassWeight) -> (usize, usize) {
    let diseased = truth.iter().filter(|&&truth| truth).count();
    let healthy = truth.len() - diseased;
    let nearest = |larger: usize, smaller: usize| (larger as f64 / smaller as f64).round() as usize;
    match class_weight {
        ClassWeight::None => (1, 1),
        ClassWeight::Balanced if diseased < healthy => (1, nearest(healthy, diseased)),
        ClassWeight::Balanced => (nearest(diseased, healthy), 1),
    }
}

/// The largest partial derivative in absolute value, divided by the number of rows.
fn gradient(x: &[f64], y: &[i32], intercept: f64, coefficients: &[f64], l2: f64) -> f64 {
    let width = coefficients.len();
    let mut slopes: Vec<f64> = coefficients.iter().map(|value| l2 * value).collect();
    slopes.push(0.0);
    for (row, &y) in x.chunks_exact(width).zip(y) {
        let gap = 1.0 / (1.0 + (-intercept - dot(row, coefficients)).exp()) - f64::from(y);
        for (slope, value) in slopes.iter_mut().zip(row) {
            *slope += gap * value;
        }
        slopes[width] += gap;
    }
    // NaN must not be lost, as it would be by `f64::max`.
    let larger = |a: f64, b: f64| if b.abs() <= a { a } else { b.abs() };
    slopes.into_iter().fold(0.0, larger) / y.len() as f64
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn failed(error: smartcore::error::Failed) -> NativeError {
    NativeError::Computation {
        what: format!("the fit failed: {error}"),
        help: "look at the inputs".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_repeats_the_smaller_class_to_the_nearest_whole_number() {
        let truth =
            |diseased: usize, healthy: usize| [vec![true; diseased], vec![false; healthy]].concat();
        assert_eq!(times(&truth(10, 74), ClassWeight::Balanced), (1, 7));
        assert_eq!(times(&truth(10, 76), ClassWeight::Balanced), (1, 8));
        assert_eq!(times(&truth(9, 3), ClassWeight::Balanced), (3, 1));
        assert_eq!(times(&truth(5, 5), ClassWeight::Balanced), (1, 1));
        assert_eq!(times(&truth(10, 74), ClassWeight::None), (1, 1));
    }
}

//! Logistic regression by Newton's method, for calibration.

use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::tally::Tally;

/// Coefficients of P(diseased) = 1 / (1 + exp(-(offset + x'b))) with their covariance.
pub(crate) struct Logistic<const K: usize> {
    pub(crate) coefficients: [f64; K],
    /// The covariance of the coefficients: the inverse information or, with patients, the sandwich.
    pub(crate) covariance: Result<[[f64; K]; K], Undefined>,
}

impl<const K: usize> Logistic<K> {
    /// A coefficient of this fit to these cases, with its Wald interval.
    pub(crate) fn estimate(self, cases: &Cases, at: usize, level: Level) -> Estimate {
        let value = self.coefficients[at];
        let interval = self.covariance.and_then(|covariance| {
            interval::normal(value, covariance[at][at], (f64::MIN, f64::MAX), level)
        });
        let method = if cases.cluster().is_some() {
            "wald_clustered"
        } else {
            "wald"
        };
        Estimate::with_interval(value, interval, cases.n() as u64, level, method)
            .events(cases.diseased() as u64)
            .clusters(cases.patients())
    }
}

const STEPS_MAX: usize = 100;
/// A fit whose linear predictor passes this has no finite maximum: exp(-36) is the rounding unit of a probability.
const LOG_ODDS_MAX: f64 = 36.0;

/// Fits `K` coefficients to the truth of the cases. `row(i)` gives the covariates of case `i`, `offset(i)` its term
/// with the fixed coefficient 1.
///
/// # Errors
/// [`Undefined::SameScore`] when the covariates do not vary, [`Undefined::Separated`] or [`Undefined::NotConverged`]
/// when there is no finite maximum.
///
/// # Source
/// McCullagh and Nelder 1989, Generalized Linear Models, section 4.4; with patients Liang and Zeger 1986, Biometrika
/// 73:13-22, times G/(G-1) for G patients.
pub(crate) fn fit<const K: usize>(
    cases: &Cases,
    row: impl Fn(usize) -> [f64; K],
    offset: impl Fn(usize) -> f64,
) -> Result<Logistic<K>, Undefined> {
    let truth = |i: usize| f64::from(u8::from(cases.truth()[i]));
    let coefficients = solve(cases, &row, &offset)?;
    Ok(Logistic {
        coefficients,
        covariance: covariance(cases, &coefficients, &row, &offset, truth),
    })
}

/// Slope and intercept of the log odds of counted scores; the slope is 1 unless it is asked for. None where there is no finite answer.
pub(crate) fn of_tally(tally: &Tally, with_slope: bool) -> Option<[f64; 2]> {
    let (mut truth, mut score, mut weight) = (Vec::new(), Vec::new(), Vec::new());
    for (own, cell) in tally.scores.iter().zip(&tally.cells) {
        for (kind, count) in cell.iter().enumerate().filter(|(_, count)| **count > 0.0) {
            truth.push(kind == 1);
            score.push(*own);
            weight.push(*count);
        }
    }
    let cases = Cases::new(truth, score, None, None)
        .ok()?
        .weighted(weight)
        .ok()?;
    let log_odds = log_odds(&cases).ok()?;
    match with_slope {
        true => solve(&cases, &|i| [1.0, log_odds[i]], &|_| 0.0).ok(),
        false => solve(&cases, &|_| [1.0], &|i| log_odds[i])
            .ok()
            .map(|b: [f64; 1]| [b[0], 1.0]),
    }
}

fn solve<const K: usize>(
    cases: &Cases,
    row: &impl Fn(usize) -> [f64; K],
    offset: &impl Fn(usize) -> f64,
) -> Result<[f64; K], Undefined> {
    let truth = |i: usize| f64::from(u8::from(cases.truth()[i]));
    let mut b = [0.0; K];
    for count in 0..STEPS_MAX {
        let (gradient, information) = derivatives(cases, &b, row, offset, truth);
        // From b = 0 only covariates that do not vary are singular; later, only probabilities that have run to 0 and 1.
        let singular = if count == 0 {
            Undefined::SameScore
        } else {
            Undefined::Separated
        };
        let inverse = invert(information).ok_or(singular)?;
        let step = multiply(&inverse, &gradient);
        // Far from the answer a full step can jump past it; a bounded one cannot leave for good.
        let longest = step
            .iter()
            .fold(0.0_f64, |longest, part| longest.max(part.abs()));
        let shorten = if longest > 5.0 { 5.0 / longest } else { 1.0 };
        for (coefficient, part) in b.iter_mut().zip(step) {
            *coefficient += shorten * part;
        }
        if (0..cases.n()).all(|i| (dot(&row(i), &b) + offset(i)).abs() > LOG_ODDS_MAX) {
            return Err(Undefined::Separated);
        }
        if longest <= 1e-11 * (1.0 + b.iter().fold(0.0_f64, |most, part| most.max(part.abs()))) {
            return Ok(b);
        }
    }
    Err(Undefined::NotConverged)
}

fn covariance<const K: usize>(
    cases: &Cases,
    b: &[f64; K],
    row: &impl Fn(usize) -> [f64; K],
    offset: &impl Fn(usize) -> f64,
    truth: impl Fn(usize) -> f64 + Copy,
) -> Result<[[f64; K]; K], Undefined> {
    let (_, information) = derivatives(cases, b, row, offset, truth);
    let bread = invert(information).ok_or(Undefined::SameScore)?;
    if cases.is_row_wise() {
        return Ok(bread);
    }
    let scores = cases.totals(|i| {
        let x = row(i);
        let residual = truth(i) - probability(dot(&x, b) + offset(i));
        x.map(|x| x * residual)
    });
    let patients = scores.len() as f64;
    if patients < 2.0 {
        return Err(Undefined::TooFewPatients);
    }
    let mut meat = [[0.0; K]; K];
    for score in &scores {
        for (r, line) in meat.iter_mut().enumerate() {
            for (c, cell) in line.iter_mut().enumerate() {
                *cell += score[r] * score[c] * patients / (patients - 1.0);
            }
        }
    }
    let half = meat.map(|line| multiply(&bread, &line));
    let mut sandwich = [[0.0; K]; K];
    for c in 0..K {
        let column = multiply(&bread, &half.map(|line| line[c]));
        for (line, cell) in sandwich.iter_mut().zip(column) {
            line[c] = cell;
        }
    }
    Ok(sandwich)
}

/// The gradient of the log likelihood and its information matrix.
fn derivatives<const K: usize>(
    cases: &Cases,
    b: &[f64; K],
    row: &impl Fn(usize) -> [f64; K],
    offset: &impl Fn(usize) -> f64,
    truth: impl Fn(usize) -> f64,
) -> ([f64; K], [[f64; K]; K]) {
    let mut gradient = [0.0; K];
    let mut information = [[0.0; K]; K];
    for i in 0..cases.n() {
        let weight = cases.weight_of(i);
        let x = row(i).map(|x| x * weight);
        let plain = row(i);
        let p = probability(dot(&plain, b) + offset(i));
        for r in 0..K {
            gradient[r] += x[r] * (truth(i) - p);
            for c in 0..K {
                information[r][c] += x[r] * plain[c] * p * (1.0 - p);
            }
        }
    }
    (gradient, information)
}

fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

fn dot<const K: usize>(a: &[f64; K], b: &[f64; K]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn multiply<const K: usize>(matrix: &[[f64; K]; K], vector: &[f64; K]) -> [f64; K] {
    std::array::from_fn(|r| dot(&matrix[r], vector))
}

/// The inverse of a symmetric positive definite matrix by Gauss-Jordan, or `None` when it has none to working precision.
fn invert<const K: usize>(mut matrix: [[f64; K]; K]) -> Option<[[f64; K]; K]> {
    let mut inverse: [[f64; K]; K] =
        std::array::from_fn(|r| std::array::from_fn(|c| f64::from(u8::from(r == c))));
    let diagonal: [f64; K] = std::array::from_fn(|i| matrix[i][i]);
    for i in 0..K {
        let pivot = matrix[i][i];
        // NaN must stop here too, so the comparison is for what is wanted.
        let sound = pivot.is_finite() && pivot > 1e-12 * diagonal[i] && pivot > 0.0;
        if !sound {
            return None;
        }
        for c in 0..K {
            matrix[i][c] /= pivot;
            inverse[i][c] /= pivot;
        }
        for r in (0..K).filter(|&r| r != i) {
            let factor = matrix[r][i];
            for c in 0..K {
                matrix[r][c] -= factor * matrix[i][c];
                inverse[r][c] -= factor * inverse[i][c];
            }
        }
    }
    Some(inverse)
}

/// The log odds of each score.
///
/// # Errors
/// [`Undefined::NoCase`] or the class that is missing, [`Undefined::NotProbability`], and [`Undefined::CertainScore`]
/// for a score of exactly 0 or 1.
pub(crate) fn log_odds(cases: &Cases) -> Result<Vec<f64>, Undefined> {
    match (cases.diseased(), cases.healthy()) {
        (0, 0) => return Err(Undefined::NoCase),
        (0, _) => return Err(Undefined::NoDiseasedCase),
        (_, 0) => return Err(Undefined::NoHealthyCase),
        _ => {}
    }
    let probability = cases.probabilities()?;
    if probability.iter().any(|&p| p <= 0.0 || p >= 1.0) {
        return Err(Undefined::CertainScore);
    }
    Ok(probability.iter().map(|&p| p.ln() - (-p).ln_1p()).collect())
}

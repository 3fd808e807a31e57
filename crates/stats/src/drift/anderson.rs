use super::{DriftAbout, DriftResult, DriftTest, Kind};
use crate::estimate::Undefined;
use crate::sample::{self, Sample, SortedNumbers, together};

/// Levels of the published critical values.
const LEVELS: [f64; 7] = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
/// Coefficients of the critical values, as polynomials in one over the root of the samples less one.
const B0: [f64; 7] = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085];
const B1: [f64; 7] = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615];
const B2: [f64; 7] = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154];

/// Two-sample Anderson-Darling test: the squared gap between both distribution functions, the tails weighing more.
///
/// Takes numbers; the statistic is standardised, so equal samples lie below 0. p is interpolated between published
/// critical values and stays in 0.001..=0.25: beyond it says no more than that.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`], [`Undefined::NoVariation`] if all values
/// are one, [`Undefined::TooFewCases`] below four values.
///
/// # Source
/// Scholz and Stephens 1987, JASA 82:918-924, equation 7 (midranks) and table 1; as `scipy.stats.anderson_ksamp`.
pub struct Anderson;

impl DriftTest for Anderson {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "anderson",
            evidently: None,
            title: "Anderson-Darling test",
            source: "Scholz and Stephens 1987; scipy.stats.anderson_ksamp; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: true,
            takes_counts: false,
            draws: false,
            default_threshold: 0.1,
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
        if a.n() + b.n() < 4 {
            return Err(Undefined::TooFewCases);
        }
        let raw = midrank(a, b).ok_or(Undefined::NoVariation)?;
        let statistic = (raw - 1.0) / variance(a.n(), b.n()).sqrt();
        Ok(DriftResult::with_p(Some(statistic), p_of(statistic)))
    }
}

/// The statistic before it is standardised; `None` if all values are one.
fn midrank(a: &SortedNumbers, b: &SortedNumbers) -> Option<f64> {
    let (n, m) = (a.n() as f64, b.n() as f64);
    let all = n + m;
    let (mut below_a, mut below_b) = (0, 0);
    let (mut of_a, mut of_b) = (0.0, 0.0);
    let mut distinct = 0;
    for step in together(a, b) {
        let here = (step.a + step.b) as f64;
        let below = (below_a + below_b) as f64 + here / 2.0;
        let weight = below * (all - below) - all * here / 4.0;
        let gap = |before: u64, count: u64, size: f64| {
            let middle = before as f64 + count as f64 / 2.0;
            here / all * (all * middle - below * size).powi(2) / weight
        };
        if weight > 0.0 {
            of_a += gap(below_a, step.a, n);
            of_b += gap(below_b, step.b, m);
        }
        below_a += step.a;
        below_b += step.b;
        distinct += 1;
    }
    let sum = of_a / n + of_b / m;
    (distinct > 1).then_some(sum * (all - 1.0) / all)
}

/// The variance of the statistic for k = 2 samples (Scholz and Stephens, equation 4).
fn variance(n: u64, m: u64) -> f64 {
    let all = n + m;
    let size = all as f64;
    let harmonic = 1.0 / n as f64 + 1.0 / m as f64;
    let h: f64 = (1..all).map(|i| 1.0 / i as f64).sum();
    let mut g = 0.0;
    let mut tail = 0.0;
    // The sum over i < j of 1 / ((N - i) j).
    for i in (1..=all.saturating_sub(2)).rev() {
        tail += 1.0 / (i + 1) as f64;
        g += tail / (size - i as f64);
    }
    let k = 2.0;
    let a = (4.0 * g - 6.0) * (k - 1.0) + (10.0 - 6.0 * g) * harmonic;
    let b = (2.0 * g - 4.0) * k * k + 8.0 * h * k + (2.0 * g - 14.0 * h - 4.0) * harmonic - 8.0 * h
        + 4.0 * g
        - 6.0;
    let c = (6.0 * h + 2.0 * g - 2.0) * k * k
        + (4.0 * h - 4.0 * g + 6.0) * k
        + (2.0 * h - 6.0) * harmonic
        + 4.0 * h;
    let d = (2.0 * h + 6.0) * k * k - 4.0 * h * k;
    (a * size.powi(3) + b * size.powi(2) + c * size + d)
        / ((size - 1.0) * (size - 2.0) * (size - 3.0))
}

/// p by a parabola through the logarithms of the levels, fitted by least squares.
fn p_of(statistic: f64) -> f64 {
    // One over the root of k - 1 is 1 for two samples.
    let critical: Vec<f64> = (0..LEVELS.len()).map(|i| B0[i] + B1[i] + B2[i]).collect();
    if statistic < critical[0] {
        return LEVELS[0];
    }
    if statistic > critical[LEVELS.len() - 1] {
        return LEVELS[LEVELS.len() - 1];
    }
    // Normal equations of c0 + c1 x + c2 x², solved by elimination.
    let mut system = [[0.0; 4]; 3];
    for (&x, level) in critical.iter().zip(LEVELS) {
        let powers = [1.0, x, x * x];
        for (row, left) in system.iter_mut().zip(powers) {
            for (cell, right) in row.iter_mut().zip(powers) {
                *cell += left * right;
            }
            row[3] += left * level.ln();
        }
    }
    for pivot in 0..3 {
        let above = system[pivot];
        for (at, row) in system.iter_mut().enumerate() {
            let times = if at == pivot {
                0.0
            } else {
                row[pivot] / above[pivot]
            };
            row.iter_mut()
                .zip(above)
                .for_each(|(cell, above)| *cell -= times * above);
        }
    }
    let c = |at: usize| system[at][3] / system[at][at];
    (c(0) + statistic * (c(1) + statistic * c(2))).exp()
}

//! The binomial distribution.

use statrs::function::beta::beta_reg;
use std::f64::consts::PI;

/// P(X >= k) for X ~ Binomial(n, p).
pub(crate) fn upper_tail(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        1.0
    } else if k > n || p <= 0.0 {
        0.0
    } else if p >= 1.0 {
        1.0
    } else {
        beta_reg(k as f64, (n - k) as f64 + 1.0, p)
    }
}

/// P(X = k) for X ~ Binomial(n, p), with `q` = 1 - p given apart so that neither loses digits.
///
/// # Source
/// Loader 2000, "Fast and accurate computation of binomial probabilities": the saddle-point form, which keeps its
/// relative precision where differences of log factorials lose it.
pub(crate) fn pmf(k: u64, n: u64, p: f64, q: f64) -> f64 {
    let size = n as f64;
    if k == 0 {
        return (size * q.ln()).exp();
    }
    if k == n {
        return (size * p.ln()).exp();
    }
    let (x, rest) = (k as f64, (n - k) as f64);
    let log = stirling_error(n)
        - stirling_error(k)
        - stirling_error(n - k)
        - deviance(x, size * p)
        - deviance(rest, size * q);
    log.exp() * (size / (2.0 * PI * x * rest)).sqrt()
}

/// ln(n!) less Stirling's formula.
fn stirling_error(n: u64) -> f64 {
    let x = n as f64;
    if n <= 15 {
        let log_factorial: f64 = (2..=n).map(|i| (i as f64).ln()).sum();
        if n == 0 {
            return 0.0;
        }
        return log_factorial - ((x + 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln());
    }
    let s = 1.0 / (x * x);
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - s / 1188.0) * s) * s) * s) / x
}

/// x ln(x / m) + m - x without cancellation near x = m.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = (x - m) / (x + m);
    let mut sum = (x - m) * v;
    let mut term = 2.0 * x * v;
    for j in 1..1000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_tail_is_the_sum_of_its_probabilities() {
        for (k, n, p) in [
            (3, 10, 0.2),
            (40, 41, 0.95),
            (500, 1000, 0.45),
            (0, 5, 0.5),
            (6, 5, 0.5),
        ] {
            let sum: f64 = (k..=n).map(|i| pmf(i, n, p, 1.0 - p)).sum();
            assert!((sum - upper_tail(k, n, p)).abs() < 1e-12, "{k} of {n}");
        }
    }
}

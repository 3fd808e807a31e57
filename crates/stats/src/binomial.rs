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

/// The probability of a count as far from its expectation, or farther: twice the smaller tail, at most 1.
///
/// # Source
/// Clopper and Pearson 1934, Biometrika 26:404-413 (both tails alike).
pub fn two_sided(count: u64, n: u64, p: f64) -> f64 {
    let (up, down) = (upper_tail(count, n, p), 1.0 - upper_tail(count + 1, n, p));
    (2.0 * up.min(down)).min(1.0)
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
    fn both_tails_are_those_of_scipy() {
        // scipy 1.17, binom.cdf and sf: 2 min(P(X <= 3), P(X >= 3)) for 3 of 40 at 0.2, and 25 of 40 at 0.5.
        let close = |a: f64, b: f64| (a - b).abs() < 1e-10;
        let (few, many) = (two_sided(3, 40, 0.2), two_sided(25, 40, 0.5));
        assert!(close(few, 0.056_924_188_919_489_15), "{few}");
        assert!(close(many, 0.153_859_944_162_832_1), "{many}");
        assert_eq!((two_sided(0, 10, 0.0), two_sided(1, 10, 0.0)), (1.0, 0.0));
    }

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

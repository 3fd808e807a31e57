//! The noncentral chi-square distribution.

use statrs::function::gamma::{gamma_lr, ln_gamma};

/// Deviations of the Poisson mixture beyond which nothing is left of it.
const REACH: f64 = 9.0;

/// P(X <= x) of noncentral chi-square, at x > 0.
///
/// # Source
/// Johnson, Kotz and Balakrishnan 1995, Continuous Univariate Distributions 2, equation 29.2: a Poisson mixture of central
/// ones, summed downward, where each follows from the one above by an addition.
pub(crate) fn cdf(x: f64, freedom: f64, noncentrality: f64) -> f64 {
    let (half_x, half_f, mean) = (x / 2.0, freedom / 2.0, noncentrality / 2.0);
    if mean == 0.0 {
        return gamma_lr(half_f, half_x);
    }
    let reach = REACH * mean.sqrt() + 40.0;
    let (first, mode, last) = (
        (mean - reach).max(0.0).floor(),
        mean.floor(),
        (mean + reach).ceil(),
    );
    // Poisson weights from the mode upward; downward they follow in the sum.
    let at_mode = (mode * mean.ln() - mean - ln_gamma(mode + 1.0)).exp();
    let mut upper = vec![at_mode];
    let mut j = mode;
    while j < last {
        j += 1.0;
        upper.push(upper[upper.len() - 1] * mean / j);
    }
    // The central ones of a, and the step x^a e^-x / Γ(a + 1) between those of a and a + 1.
    let mut a = half_f + last;
    let mut central = gamma_lr(a, half_x);
    let mut step = (a * half_x.ln() - half_x - ln_gamma(a + 1.0)).exp();
    let mut sum = 0.0;
    let mut weight = at_mode;
    loop {
        weight = upper.pop().unwrap_or(weight * (j + 1.0) / mean);
        sum += weight * central;
        if j <= first {
            return sum.clamp(0.0, 1.0);
        }
        step *= a / half_x;
        central += step;
        a -= 1.0;
        j -= 1.0;
    }
}

/// The noncentrality under which P(X <= x) is `p`; 0 if none is so small.
pub(crate) fn noncentrality(x: f64, freedom: f64, p: f64) -> f64 {
    if x <= 0.0 || cdf(x, freedom, 0.0) <= p {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, x.max(1.0));
    while cdf(x, freedom, high) > p {
        low = high;
        high *= 2.0;
    }
    while high - low > 1e-12 * high {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if cdf(x, freedom, middle) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy.stats.ncx2.cdf, by `tests/reference/make_effects.py`.
    #[test]
    fn the_noncentral_chi_square_agrees_with_scipy() {
        let text = include_str!("../tests/reference/effects.json");
        let document: serde_json::Value =
            serde_json::from_str(text).expect("written by the script");
        let rows: Vec<[f64; 4]> =
            serde_json::from_value(document["noncentral"].clone()).expect("rows of four");
        assert!(rows.len() > 50);
        for [x, freedom, noncentrality, p] in rows {
            let found = cdf(x, freedom, noncentrality);
            assert!(
                (found - p).abs() < 1e-9,
                "{x} {freedom} {noncentrality}: {found} {p}"
            );
        }
    }

    #[test]
    fn the_noncentrality_that_was_asked_for_gives_its_p() {
        for (x, freedom, p) in [(30.0, 2.0, 0.975), (30.0, 2.0, 0.025), (2e6, 9.0, 0.5)] {
            let found = noncentrality(x, freedom, p);
            assert!((cdf(x, freedom, found) - p).abs() < 1e-9, "{x} {found}");
        }
        assert_eq!(noncentrality(1.0, 2.0, 0.975), 0.0);
    }
}

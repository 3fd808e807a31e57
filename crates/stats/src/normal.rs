//! The standard normal distribution.
//!
//! `erfc` is that of libm, good to the last digit; that of statrs keeps 11.

use libm::erfc;
use statrs::function::erf::erfc_inv;
use std::f64::consts::SQRT_2;

/// P(Z <= z).
pub(crate) fn cdf(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

/// The z with P(Z <= z) = p, for 0 < p < 1.
pub(crate) fn quantile(p: f64) -> f64 {
    -SQRT_2 * erfc_inv(2.0 * p)
}

/// P(Z >= z), exact far out in the tail.
pub(crate) fn upper_tail(z: f64) -> f64 {
    0.5 * erfc(z / SQRT_2)
}

/// P(|Z| >= |z|), exact far out in the tail.
pub(crate) fn two_sided_p(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of scipy.stats.norm 1.17.
    #[test]
    fn normal_values_agree_with_scipy() {
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-13);
        assert!((quantile(0.95) - 1.644_853_626_951_472_2).abs() < 1e-13);
        assert!((cdf(1.0) - 0.841_344_746_068_542_9).abs() < 1e-14);
        let far = two_sided_p(8.0);
        assert!(
            (far / 1.244_192_114_854_356_8e-15 - 1.0).abs() < 1e-10,
            "{far}"
        );
    }
}

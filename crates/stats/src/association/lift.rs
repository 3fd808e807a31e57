use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::clopper_pearson;

/// How much more often the outcome is seen with a value than at all: of `n` cases with the value `k` have the outcome, of `all`
/// cases `outcomes` do, those with the value among them. 1 is no difference.
///
/// The interval is that of the logarithm by the delta method, the part and the whole being dependent as the cells of one
/// multinomial; without any outcome among the cases with the value it ends at the exact upper bound of their share over the overall one.
///
/// # Errors
/// In the estimate: no case with the value, or no outcome at all.
///
/// # Source
/// Katz, Baptista, Azen and Pike 1978, Biometrics 34:469-474 (logarithm of a ratio of risks); Clopper and Pearson 1934, Biometrika
/// 26:404-413; the quantity is the lift of TensorFlow Data Validation, `LiftStatsGenerator`.
pub fn lift(k: u64, n: u64, outcomes: u64, all: u64, level: Level) -> Estimate {
    assert!(
        k <= n && n <= all && k <= outcomes && outcomes <= all,
        "a part of the whole"
    );
    if n == 0 || outcomes == 0 {
        return Estimate::undefined(Undefined::NoCase, n, level, "log");
    }
    let rate = outcomes as f64 / all as f64;
    let value = k as f64 / n as f64 / rate;
    if k == 0 {
        let (_, high) = clopper_pearson(0, n, level);
        return Estimate::new(value, (0.0, high / rate), n, level, "clopper_pearson").events(k);
    }
    let [k_, n_, m_, all_] = [k, n, outcomes, all].map(|count| count as f64);
    let variance = 1.0 / k_ - 1.0 / n_ - 1.0 / m_ + 2.0 * k_ / (n_ * m_) - 1.0 / all_;
    let factor = (level.z() * variance.max(0.0).sqrt()).exp();
    Estimate::new(value, (value / factor, value * factor), n, level, "log").events(k)
}

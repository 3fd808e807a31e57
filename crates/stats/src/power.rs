//! How many cases decide: the probability that a confidence bound clears its criterion.

use crate::binomial::upper_tail;
use crate::estimate::Level;
use crate::interval::wilson;
use crate::normal;

/// Sizes beyond this are not searched.
const SIZE_MAX: u64 = 1_000_000;

/// The probability that the lower end of Wilson's two-sided interval is at least `bound`, when each of `n` cases is an
/// event with probability `expected`. Exact. For an upper bound turn the proportion round: 1 - expected, 1 - bound.
///
/// # Source
/// Wilson 1927, JASA 22:209-212, summed over the binomial distribution.
pub fn wilson_power(expected: f64, bound: f64, n: u64, level: Level) -> f64 {
    match events_needed(bound, n, level) {
        Some(k) => upper_tail(k, n, expected),
        None => 0.0,
    }
}

/// The smallest n from which on the criterion is decided with probability `power` or more: at this n and at every
/// larger one (the power of whole numbers of events goes up in a saw-tooth). `None` when `expected` does not lie above
/// `bound`, when `power` is not inside 0..1, or when a million cases are too few.
pub fn wilson_size(expected: f64, bound: f64, power: f64, level: Level) -> Option<u64> {
    let reachable =
        expected > bound && expected <= 1.0 && bound >= 0.0 && power > 0.0 && power < 1.0;
    if !reachable {
        return None;
    }
    // A size that surely is enough: the teeth are lower than the distance of a doubled size.
    let mut enough = 16;
    while wilson_power(expected, bound, enough, level) < 1.0 - 0.5 * (1.0 - power) {
        enough *= 2;
        if enough > SIZE_MAX {
            return None;
        }
    }
    let too_few = (1..2 * enough)
        .rev()
        .find(|&n| wilson_power(expected, bound, n, level) < power);
    Some(too_few.map_or(1, |n| n + 1))
}

/// The probability that the lower end of the AUROC's two-sided interval is at least `bound`, when the AUROC is
/// `expected` and there are so many diseased (`positives`) and healthy (`negatives`) cases. Normal approximation.
///
/// # Source
/// Hanley and McNeil 1982, Radiology 143:29-36 (variance from the negative exponential model).
pub fn auroc_power(expected: f64, bound: f64, positives: u64, negatives: u64, level: Level) -> f64 {
    let inside = expected > 0.0 && expected < 1.0;
    if positives == 0 || negatives == 0 || !inside {
        return 0.0;
    }
    let error = hanley_mcneil_variance(expected, positives as f64, negatives as f64).sqrt();
    normal::cdf((expected - bound) / error - level.z())
}

/// The smallest numbers of diseased and healthy cases, at `prevalence`, that decide the criterion with probability
/// `power` or more. `None` when `expected` does not lie above `bound`, when prevalence or power is not inside 0..1, or
/// when a million cases are too few.
pub fn auroc_size(
    expected: f64,
    bound: f64,
    power: f64,
    prevalence: f64,
    level: Level,
) -> Option<(u64, u64)> {
    let inside = |share: f64| share > 0.0 && share < 1.0;
    if expected <= bound || !inside(expected) || !inside(power) || !inside(prevalence) {
        return None;
    }
    let split = |n: u64| {
        let positives = (n as f64 * prevalence).round() as u64;
        (positives, n - positives.min(n))
    };
    let decides = |n: u64| {
        let (positives, negatives) = split(n);
        auroc_power(expected, bound, positives, negatives, level) >= power
    };
    if !decides(SIZE_MAX) {
        return None;
    }
    let (mut low, mut high) = (1, SIZE_MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if decides(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(split(low))
}

/// The smallest number of events in `n` whose lower end is at least `bound`; the lower end rises with the events.
fn events_needed(bound: f64, n: u64, level: Level) -> Option<u64> {
    let clears = |k: u64| wilson(k as f64, n as f64, level).0 >= bound;
    if n == 0 || !clears(n) {
        return None;
    }
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if clears(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

fn hanley_mcneil_variance(area: f64, positives: f64, negatives: f64) -> f64 {
    let q1 = area / (2.0 - area);
    let q2 = 2.0 * area * area / (1.0 + area);
    let square = area * area;
    (area * (1.0 - area) + (positives - 1.0) * (q1 - square) + (negatives - 1.0) * (q2 - square))
        / (positives * negatives)
}

/// What the interval of an estimate must clear: its lower end this, its upper end that. One alone is a bound, both are a range.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

/// How far an estimate and the ends of its interval lie apart with so many cases: the lower end, the upper one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfWidths {
    pub lower: f64,
    pub upper: f64,
}

impl HalfWidths {
    /// Of an estimate that is normal with this standard error.
    pub fn of_error(error: f64, level: Level) -> HalfWidths {
        HalfWidths {
            lower: level.z() * error,
            upper: level.z() * error,
        }
    }

    /// The standard error that such an interval is of.
    pub fn error(self, level: Level) -> f64 {
        (self.lower + self.upper) / (2.0 * level.z())
    }

    /// With so many times as many cases.
    pub fn with(self, times: f64) -> HalfWidths {
        HalfWidths {
            lower: self.lower / times.sqrt(),
            upper: self.upper / times.sqrt(),
        }
    }
}

/// The probability that an interval clears its bounds if the value is `expected`: the estimate is taken to be normal, and its interval as
/// wide as `halves` says wherever the estimate falls. It is for what has no formula of its own.
///
/// # Source
/// Julious 2004, Stat Med 23:1921-1986, section 2 (one bound) and 5 (a range, as two one-sided questions of one estimate).
pub fn normal_power(expected: f64, halves: HalfWidths, bounds: Bounds, level: Level) -> f64 {
    let error = halves.error(level);
    if error.is_nan() || error <= 0.0 {
        return 0.0;
    }
    // The estimate must lie between these.
    let least = bounds
        .lower
        .map_or(f64::NEG_INFINITY, |bound| bound + halves.lower);
    let most = bounds
        .upper
        .map_or(f64::INFINITY, |bound| bound - halves.upper);
    let below = |value: f64| match value.is_finite() {
        true => normal::cdf((value - expected) / error),
        false => f64::from(u8::from(value > 0.0)),
    };
    (below(most) - below(least)).max(0.0)
}

/// How many times as many cases decide with probability `power` or more, to one in a thousand. `None` when `expected` clears the bounds by
/// nothing, when `power` is not inside 0..1, or when a million times as many are too few.
pub fn normal_times(
    expected: f64,
    halves: HalfWidths,
    bounds: Bounds,
    power: f64,
    level: Level,
) -> Option<f64> {
    let clears = bounds.lower.is_none_or(|bound| expected > bound)
        && bounds.upper.is_none_or(|bound| expected < bound);
    if !(clears && power > 0.0 && power < 1.0) {
        return None;
    }
    let decides = |times: f64| normal_power(expected, halves.with(times), bounds, level) >= power;
    let (mut low, mut high) = (1e-6, 1e6);
    if !decides(high) {
        return None;
    }
    while high / low > 1.001 {
        let middle = f64::sqrt(low * high);
        match decides(middle) {
            true => high = middle,
            false => low = middle,
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes and powers by summing scipy.stats.binom over statsmodels' Wilson interval.
    #[test]
    fn the_sizes_of_a_wilson_bound_agree_with_the_exact_sum() {
        let one_sided = Level::new(0.9).expect("in range");
        assert_eq!(wilson_size(0.85, 0.75, 0.8, one_sided), Some(106));
        assert_eq!(wilson_size(0.85, 0.75, 0.8, Level::DEFAULT), Some(141));
        assert_eq!(wilson_size(0.95, 0.90, 0.8, Level::DEFAULT), Some(254));
        assert!(
            (wilson_power(0.95, 0.90, 41, Level::DEFAULT) - 0.122_086_548_736_847_96).abs() < 1e-12
        );
        assert!(
            (wilson_power(0.85, 0.75, 41, Level::DEFAULT) - 0.243_347_269_782_561_8).abs() < 1e-12
        );
    }

    #[test]
    fn a_bound_at_the_expected_value_is_never_decided() {
        assert_eq!(wilson_size(0.9, 0.9, 0.8, Level::DEFAULT), None);
        assert_eq!(auroc_size(0.8, 0.85, 0.8, 0.1, Level::DEFAULT), None);
        assert_eq!(wilson_power(0.9, 0.5, 0, Level::DEFAULT), 0.0);
    }

    #[test]
    fn a_perfect_proportion_needs_only_the_size_whose_bound_clears() {
        let n = wilson_size(1.0, 0.9, 0.8, Level::DEFAULT).expect("reachable");
        assert!(wilson(n as f64, n as f64, Level::DEFAULT).0 >= 0.9);
        assert!(wilson((n - 1) as f64, (n - 1) as f64, Level::DEFAULT).0 < 0.9);
    }

    #[test]
    fn the_size_for_an_auroc_is_the_smallest_that_decides() {
        let (positives, negatives) =
            auroc_size(0.8, 0.75, 0.8, 0.12, Level::DEFAULT).expect("reachable");
        assert!(auroc_power(0.8, 0.75, positives, negatives, Level::DEFAULT) >= 0.8);
        let n = positives + negatives - 1;
        let fewer = (n as f64 * 0.12).round() as u64;
        assert!(auroc_power(0.8, 0.75, fewer, n - fewer, Level::DEFAULT) < 0.8);
    }

    #[test]
    fn the_power_of_a_normal_estimate_is_that_of_the_formula() {
        let level = Level::DEFAULT;
        let halves = HalfWidths::of_error(0.02, level);
        let lower = Bounds {
            lower: Some(0.75),
            upper: None,
        };
        // The noncentral normal distribution: 0.81 lies three errors above the bound.
        let power = normal_power(0.81, halves, lower, level);
        assert!(
            (power - normal::cdf(3.0 - level.z())).abs() < 1e-12,
            "{power}"
        );
        let upper = Bounds {
            lower: None,
            upper: Some(0.75),
        };
        assert!((normal_power(0.69, halves, upper, level) - power).abs() < 1e-12);
        // Both ends of a range ask at once.
        let range = Bounds {
            lower: Some(0.75),
            upper: Some(0.87),
        };
        let both = normal_power(0.81, halves, range, level);
        assert!((both - (2.0 * power - 1.0)).abs() < 1e-12, "{both}");
        let wide = HalfWidths::of_error(0.2, level);
        assert_eq!(normal_power(0.81, wide, range, level), 0.0);
    }

    #[test]
    fn so_many_times_as_many_cases_just_decide() {
        let level = Level::DEFAULT;
        let halves = HalfWidths {
            lower: 0.08,
            upper: 0.05,
        };
        let bounds = Bounds {
            lower: Some(0.70),
            upper: None,
        };
        let times = normal_times(0.75, halves, bounds, 0.8, level).expect("enough");
        let power = |times| normal_power(0.75, halves.with(times), bounds, level);
        assert!(power(times) >= 0.8 && power(times / 1.002) < 0.8);
        assert_eq!(normal_times(0.70, halves, bounds, 0.8, level), None);
        assert_eq!(normal_times(0.75, halves, bounds, 1.0, level), None);
    }
}

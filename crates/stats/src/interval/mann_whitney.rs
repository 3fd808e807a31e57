use crate::estimate::Level;

/// Newcombe's interval of the probability that a value of one sample is larger than one of the other, as (low, high) in
/// 0..=1; for `value` from `n` and `m` values. It has a width also where the samples do not overlap.
///
/// It holds the probabilities that are no further from `value` than their own error allows: that of exponential
/// distributions, the sizes being their mean but for the number of pairs.
///
/// # Source
/// Newcombe 2006, Stat Med 25:559-573, method 5.
pub fn mann_whitney(value: f64, n: f64, m: f64, level: Level) -> (f64, f64) {
    let others = (n + m) / 2.0 - 1.0;
    let error = |p: f64| {
        let both = 1.0 + others * (1.0 - p) / (2.0 - p) + others * p / (1.0 + p);
        level.z() * (p * (1.0 - p) * both / (n * m)).sqrt()
    };
    // From the value outward the gap passes the error once; halving finds where.
    let end = |far: f64| {
        let (mut inside, mut outside) = (value, far);
        for _ in 0..60 {
            let middle = 0.5 * (inside + outside);
            if (middle - value).abs() <= error(middle) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    };
    (end(0.0), end(1.0))
}

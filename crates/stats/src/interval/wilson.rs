use crate::estimate::Level;

/// Wilson's score interval of `k` events in `n`, as (low, high) in 0..=1; `n` > 0, 0 <= `k` <= `n`. Both may be
/// effective sizes and need not be whole.
///
/// # Source
/// Wilson 1927, JASA 22:209-212, without continuity correction.
pub fn wilson(k: f64, n: f64, level: Level) -> (f64, f64) {
    let z2 = level.z().powi(2);
    let p = k / n;
    let centre = p + z2 / (2.0 * n);
    let half = (z2 * (p * (1.0 - p) / n + z2 / (4.0 * n * n))).sqrt();
    let scale = 1.0 + z2 / n;
    (
        ((centre - half) / scale).clamp(0.0, p),
        ((centre + half) / scale).clamp(p, 1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_event_has_a_lower_end_of_zero_and_all_events_an_upper_end_of_one() {
        assert!(wilson(0.0, 12.0, Level::DEFAULT).0 < 1e-15);
        assert!(wilson(12.0, 12.0, Level::DEFAULT).1 > 1.0 - 1e-15);
    }

    proptest! {
        #[test]
        fn a_higher_level_is_never_narrower(n in 1u32..500, share in 0.0..=1.0_f64) {
            let k = (f64::from(n) * share).floor();
            let [narrow, wide] = [0.8, 0.99].map(|level| wilson(k, f64::from(n), Level::new(level).expect("in range")));
            prop_assert!(wide.0 <= narrow.0 && narrow.1 <= wide.1);
        }
    }
}

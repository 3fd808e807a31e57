//! How a number is written: `0.94 (0.91–0.96), n 412`.

use galen_stats::Estimate;

/// Digits after the point where nothing asks for more.
const PLACES: usize = 2;
/// Digits after the point at most.
const PLACES_MAX: usize = 6;

/// A number with a fixed count of digits after the point and a real minus sign; never `-0.00`.
pub fn written(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let digits = text.trim_start_matches('-');
    if text.starts_with('-') && digits.chars().any(|c| c.is_ascii_digit() && c != '0') {
        format!("−{digits}")
    } else {
        digits.to_owned()
    }
}

/// A count in groups of three: `1,870`.
pub fn counted(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A p-value: `p 0.031`, `p < 0.001`.
pub fn p_written(p: f64) -> String {
    if p < 0.001 {
        "p < 0.001".to_owned()
    } else {
        format!("p {p:.3}")
    }
}

/// An estimate with interval and n; `None` if it has no value.
pub(super) fn estimate(estimate: &Estimate, bounds: &[f64]) -> Option<String> {
    let value = estimate.value?;
    let n = counted(estimate.n);
    let patients = estimate
        .clusters
        .map(|clusters| format!(" in {} patients", counted(clusters)))
        .unwrap_or_default();
    let places = places(estimate, bounds);
    let point = written(value, places);
    // What was counted is known exactly: an interval around it would say that it was estimated.
    let exact = estimate.method == "count" || estimate.low.is_none() && estimate.high.is_none();
    if exact && value >= 0.0 && value.fract() == 0.0 && value < 2f64.powi(53) {
        return Some(format!("{}, n {n}{patients}", counted(value as u64)));
    }
    let (Some(low), Some(high)) = (estimate.low, estimate.high) else {
        return Some(format!("{point}, n {n}{patients}"));
    };
    // A dash beside a minus sign is misread.
    let dash = if low < 0.0 { " to " } else { "–" };
    let level = if estimate.level == 0.95 {
        String::new()
    } else {
        format!(", {} %", (estimate.level * 1000.0).round() / 10.0)
    };
    let (low, high) = (written(low, places), written(high, places));
    Some(format!(
        "{point} ({low}{dash}{high}{level}), n {n}{patients}"
    ))
}

/// Two digits; three and more where the interval is so narrow that its ends would look alike, or where an end would be
/// written on the other side of a bound than it lies.
fn places(estimate: &Estimate, bounds: &[f64]) -> usize {
    let ends: Vec<f64> = [estimate.low, estimate.high]
        .into_iter()
        .flatten()
        .collect();
    let narrow = match ends[..] {
        [low, high] if high > low => (0.3 / (high - low)).log10().ceil().max(0.0) as usize + 1,
        _ => PLACES,
    };
    let honest = |places: usize| {
        let rounded = |x: f64| format!("{x:.places$}").parse().unwrap_or(x);
        let side = |a: f64, b: f64| a.total_cmp(&b);
        ends.iter().all(|end| {
            bounds
                .iter()
                .all(|bound| *end == *bound || side(rounded(*end), *bound) == side(*end, *bound))
        })
    };
    let start = narrow.clamp(PLACES, 4);
    (start..=PLACES_MAX)
        .find(|places| honest(*places))
        .unwrap_or(PLACES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: f64, low: f64, high: f64, level: f64) -> Estimate {
        Estimate {
            value: Some(value),
            low: Some(low),
            high: Some(high),
            level,
            n: 1870,
            events: None,
            clusters: None,
            method: "delong".into(),
            seed: None,
            why: None,
        }
    }

    #[test]
    fn an_estimate_is_written_with_interval_and_n() {
        assert_eq!(
            estimate(&of(0.9401, 0.9149, 0.9612, 0.95), &[]).unwrap(),
            "0.94 (0.91–0.96), n 1,870"
        );
        assert_eq!(
            estimate(&of(0.01, -0.05, 0.07, 0.9), &[]).unwrap(),
            "0.01 (−0.05 to 0.07, 90 %), n 1,870"
        );
    }

    #[test]
    fn a_lower_bound_that_misses_its_limit_is_not_rounded_onto_it() {
        let text = estimate(&of(0.80, 0.7496, 0.85, 0.95), &[0.75]).unwrap();
        assert_eq!(text, "0.8000 (0.7496–0.8500), n 1,870");
    }

    #[test]
    fn the_ends_of_a_narrow_interval_can_be_told_apart() {
        assert_eq!(
            estimate(&of(0.003, 0.001, 0.006, 0.95), &[]).unwrap(),
            "0.003 (0.001–0.006), n 1,870"
        );
    }

    #[test]
    fn a_value_without_interval_says_no_interval() {
        let mut bare = of(0.5, 0.0, 1.0, 0.95);
        (bare.low, bare.high) = (None, None);
        assert_eq!(estimate(&bare, &[]).unwrap(), "0.50, n 1,870");
        bare.value = Some(874.0);
        assert_eq!(estimate(&bare, &[]).unwrap(), "874, n 1,870");
        bare.value = None;
        assert_eq!(estimate(&bare, &[]), None);
    }

    #[test]
    fn a_count_has_no_interval() {
        let mut count = of(7679.0, 7679.0, 7679.0, 0.95);
        (count.n, count.method) = (7874, "count".into());
        assert_eq!(estimate(&count, &[]).unwrap(), "7,679, n 7,874");
    }

    #[test]
    fn zero_has_no_sign_and_small_p_values_have_a_floor() {
        assert_eq!(written(-0.001, 2), "0.00");
        assert_eq!(written(-0.5, 2), "−0.50");
        assert_eq!(counted(1_234_567), "1,234,567");
        assert_eq!(p_written(1e-11), "p < 0.001");
    }
}

use crate::binomial::upper_tail;
use crate::estimate::Level;

/// The exact interval of `k` events in `n`, as (low, high) in 0..=1; `n` > 0, `k` <= `n`.
///
/// # Source
/// Clopper and Pearson 1934, Biometrika 26:404-413.
pub fn clopper_pearson(k: u64, n: u64, level: Level) -> (f64, f64) {
    let tail = (1.0 - level.value()) / 2.0;
    let low = if k == 0 {
        0.0
    } else {
        solve(|p| upper_tail(k, n, p) < tail)
    };
    let high = if k == n {
        1.0
    } else {
        solve(|p| upper_tail(k + 1, n, p) < 1.0 - tail)
    };
    (low, high)
}

/// The p in 0..=1 where `below`, true first, turns false. Halves until two numbers are neighbours.
fn solve(below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_in_ten_has_the_closed_form_of_the_rule_of_three() {
        let (low, high) = clopper_pearson(0, 10, Level::DEFAULT);
        assert_eq!(low, 0.0);
        assert!((high - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-14);
    }
}

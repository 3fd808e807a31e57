use crate::estimate::Level;
use crate::interval::wilson;

/// Newcombe's hybrid score interval of `k1`/`n1` - `k2`/`n2` for two independent groups, as (low, high) in -1..=1;
/// both `n` > 0.
///
/// # Source
/// Newcombe 1998, Stat Med 17:873-890, method 10 (no continuity correction).
pub fn newcombe(k1: f64, n1: f64, k2: f64, n2: f64, level: Level) -> (f64, f64) {
    let (first, second) = (wilson(k1, n1, level), wilson(k2, n2, level));
    of_difference((k1 / n1, first.0, first.1), (k2 / n2, second.0, second.1))
}

/// The interval of a - b from the intervals of two independent quantities, each (value, low, high).
///
/// # Source
/// Zou and Donner 2008, Stat Med 27:1693-1702 (MOVER); with Wilson's intervals it is Newcombe's method 10.
pub fn of_difference(a: (f64, f64, f64), b: (f64, f64, f64)) -> (f64, f64) {
    let difference = a.0 - b.0;
    let below = (a.0 - a.1).hypot(b.2 - b.0);
    let above = (a.2 - a.0).hypot(b.0 - b.1);
    (difference - below, difference + above)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe 1998, table II, method 10, contrasts (a), (d) and (g).
    #[test]
    fn the_intervals_of_newcombes_table_2_come_out() {
        for (k1, n1, k2, n2, low, high) in [
            (56.0, 70.0, 48.0, 80.0, 0.0524, 0.3339),
            (9.0, 10.0, 3.0, 10.0, 0.1705, 0.8090),
            (10.0, 10.0, 0.0, 20.0, 0.6791, 1.0000),
        ] {
            let found = newcombe(k1, n1, k2, n2, Level::DEFAULT);
            assert!(
                (found.0 - low).abs() < 1e-4 && (found.1 - high).abs() < 1e-4,
                "{found:?}"
            );
        }
    }
}

use crate::sample::{SortedNumbers, together};

/// The integral of `weight` of the gap between both distribution functions.
pub(super) fn area_between(
    a: &SortedNumbers,
    b: &SortedNumbers,
    weight: impl Fn(f64) -> f64,
) -> f64 {
    let (each_a, each_b) = (1.0 / a.n() as f64, 1.0 / b.n() as f64);
    let (mut below_a, mut below_b, mut area) = (0, 0, 0.0);
    let mut steps = together(a, b).peekable();
    while let Some(step) = steps.next() {
        below_a += step.a;
        below_b += step.b;
        let Some(next) = steps.peek() else {
            break;
        };
        let gap = below_a as f64 * each_a - below_b as f64 * each_b;
        area += weight(gap.abs()) * (next.value - step.value);
    }
    area
}

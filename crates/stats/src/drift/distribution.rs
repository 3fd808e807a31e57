use crate::sample::{SortedNumbers, together};

/// The integral of `weight` of the gap between both distribution functions.
pub(super) fn area_between(
    a: &SortedNumbers,
    b: &SortedNumbers,
    weight: impl Fn(f64) -> f64,
) -> f64 {
    let (n, m) = (a.n() as f64, b.n() as f64);
    let (mut below_a, mut below_b, mut area) = (0, 0, 0.0);
    let mut last = None;
    for step in together(a, b) {
        if let Some(last) = last {
            let gap = below_a as f64 / n - below_b as f64 / m;
            area += weight(gap.abs()) * (step.value - last);
        }
        below_a += step.a;
        below_b += step.b;
        last = Some(step.value);
    }
    area
}

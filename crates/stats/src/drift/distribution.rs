/// The integral of `weight` of the gap between both distribution functions, over two sorted samples.
pub(super) fn area_between(a: &[f64], b: &[f64], weight: impl Fn(f64) -> f64) -> f64 {
    let mut all: Vec<f64> = a.iter().chain(b).copied().collect();
    all.sort_unstable_by(f64::total_cmp);
    let (mut below_a, mut below_b, mut area) = (0, 0, 0.0);
    for pair in all.windows(2) {
        while below_a < a.len() && a[below_a] <= pair[0] {
            below_a += 1;
        }
        while below_b < b.len() && b[below_b] <= pair[0] {
            below_b += 1;
        }
        let gap = below_a as f64 / a.len() as f64 - below_b as f64 / b.len() as f64;
        area += weight(gap.abs()) * (pair[1] - pair[0]);
    }
    area
}

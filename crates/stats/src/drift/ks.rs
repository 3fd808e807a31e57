use super::{DriftAbout, DriftResult, DriftTest, Kind, kolmogorov};
use crate::estimate::Undefined;
use crate::sample::{self, Sample, SortedNumbers, together};

/// The larger sample up to which p is exact.
const EXACT_MAX: u64 = 10_000;

/// Two-sample Kolmogorov-Smirnov test: the largest gap between both distribution functions.
///
/// Takes numbers; the statistic is in 0..=1. Up to 10,000 values in the larger sample p is exact (for values without
/// ties; with ties it is too large, never too small). Beyond, it is that of one sample of round(nm / (n + m)) values.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`].
///
/// # Source
/// Hodges 1958, Ark Mat 3:469-486; Viehmann 2021, arXiv:2102.08037 (p without cancellation); as
/// `scipy.stats.ks_2samp(method="auto")`.
pub struct Ks;

impl DriftTest for Ks {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "ks",
            evidently: None,
            title: "Kolmogorov-Smirnov test",
            source: "Hodges 1958; Viehmann 2021; scipy.stats.ks_2samp",
            kind: Kind::Number,
            gives_p: true,
            takes_counts: false,
            draws: false,
            default_threshold: 0.05,
            at_threshold: true,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (a, b) = sample::numbers(reference, current)?;
        let (n, m) = (a.n(), b.n());
        let gap = largest_gap(a, b);
        let statistic = gap as f64 / (n as f64 * m as f64);
        let p = if gap == 0 {
            1.0
        } else if n.max(m) > EXACT_MAX {
            let size = (n as f64 * m as f64 / (n + m) as f64).round().max(1.0);
            kolmogorov::upper_tail(size as u64, statistic)
        } else if n == m {
            outside_of_square(n, gap as u64 / n)
        } else {
            outside(n.max(m), n.min(m), gap as i64)
        };
        Ok(DriftResult::with_p(Some(statistic), p))
    }
}

/// The largest |i/n - j/m| over all values, times n·m: a whole number, so that no rounding moves p.
fn largest_gap(a: &SortedNumbers, b: &SortedNumbers) -> u128 {
    let (n, m) = (i128::from(a.n()), i128::from(b.n()));
    let (mut gap, mut largest) = (0_i128, 0);
    for step in together(a, b) {
        gap += i128::from(step.a) * m - i128::from(step.b) * n;
        largest = gap.unsigned_abs().max(largest);
    }
    largest
}

/// P that a random path from (0, 0) to (n, m), n > m, somewhere has |x·m - y·n| >= gap.
///
/// The share of paths that went outside is carried from point to point as a mean of its two predecessors; all terms
/// are positive, so even 1e-300 keeps its digits.
fn outside(n: u64, m: u64, gap: i64) -> f64 {
    let (wide, narrow) = (n as i64, m as i64);
    let mut share = vec![1.0; m as usize + 1];
    for x in 0..=wide {
        // The y with |x·m - y·n| < gap.
        let first = ((x * narrow - gap).div_euclid(wide) + 1).max(0);
        let last = ((x * narrow + gap - 1).div_euclid(wide)).min(narrow);
        if first > last {
            return 1.0;
        }
        // Left of the first column and below the first row of the band all is outside, but for the start itself.
        let mut below = if first == 0 { 0.0 } else { 1.0 };
        for y in first..=last {
            let left = share[y as usize];
            below = if x + y == 0 {
                0.0
            } else {
                (left * x as f64 + below * y as f64) / (x + y) as f64
            };
            share[y as usize] = below;
        }
    }
    share[m as usize]
}

/// As [`outside`] for n = m, where |x - y| >= h: the reflection series, nested so that it does not cancel.
fn outside_of_square(n: u64, h: u64) -> f64 {
    let (n, h) = (n as i64, h as i64);
    let mut p = 0.0;
    for k in (0..=n / h).rev() {
        let ratio: f64 = (0..h)
            .map(|j| (n - k * h - j) as f64 / (n + k * h + j + 1) as f64)
            .product();
        p = ratio * (1.0 - p);
    }
    (2.0 * p).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All orders of 3 and 2 values: of 10 paths, those whose largest gap reaches 1 are the two that run along an edge.
    #[test]
    fn the_exact_p_of_a_tiny_case_is_a_count_of_orders() {
        let of = |numbers: &[f64]| SortedNumbers::of(numbers).expect("finite");
        let run = |a: &SortedNumbers| {
            let result = Ks.test(&Sample::Numbers(a), &Sample::Numbers(&of(&[4.0, 5.0])), 0);
            result.expect("numbers")
        };
        let apart = run(&of(&[1.0, 2.0, 3.0]));
        assert_eq!(apart.statistic, Some(1.0));
        assert!((apart.p_value.expect("a test with p") - 0.2).abs() < 1e-15);
        let equal = run(&of(&[1.0, 2.0]));
        assert!((equal.p_value.expect("a test with p") - 2.0 / 6.0).abs() < 1e-15);
    }
}

use super::{DriftAbout, DriftResult, DriftTest, Kind};
use crate::estimate::Undefined;
use crate::normal;
use crate::sample::{self, Sample, SortedNumbers, together};

/// The smaller sample up to which p is exact, if no two values are equal.
const EXACT_MAX: u64 = 8;
/// Pairs of values up to which p is exact; beyond, the normal p has as many digits as anyone reads.
const PAIRS_MAX: u64 = 20_000_000;

/// Mann and Whitney's U test, one-sided as in Evidently: whether values of the reference tend to be smaller.
///
/// Takes numbers; the statistic is U of the reference, the pairs in which its value is the larger one (equal ones count
/// half), in 0..=nm. p is exact if one sample has at most 8 values and none are equal; otherwise normal, corrected for
/// ties and continuity. A column whose values fell has a p near 1: who asks for both sides takes the effect `probability_of_superiority`
/// with its interval, or another test.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`].
///
/// # Source
/// Mann and Whitney 1947, Ann Math Stat 18:50-60; as `scipy.stats.mannwhitneyu(alternative="less")` and so Evidently
/// 0.7.23.
pub struct MannW;

impl DriftTest for MannW {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "mannw",
            evidently: None,
            title: "Mann-Whitney U test, reference smaller",
            source: "Mann and Whitney 1947; scipy.stats.mannwhitneyu; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: true,
            takes_counts: false,
            draws: false,
            default_threshold: 0.05,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (a, b) = sample::numbers(reference, current)?;
        let (n, m) = (a.n() as f64, b.n() as f64);
        let (twice_u, tied) = twice_u(a, b);
        let u = twice_u as f64 / 2.0;
        let pairs = a.n().saturating_mul(b.n());
        let p = if a.n().min(b.n()) <= EXACT_MAX && tied == 0.0 && pairs <= PAIRS_MAX {
            exact_tail(a.n() as usize, b.n() as usize, (twice_u / 2) as usize)
        } else {
            let all = n + m;
            let error = (n * m / 12.0 * (all + 1.0 - tied / (all * (all - 1.0)))).sqrt();
            // Without an error all values are equal.
            if error > 0.0 {
                normal::upper_tail((n * m / 2.0 - u - 0.5) / error)
            } else {
                1.0
            }
        };
        Ok(DriftResult::with_p(Some(u), p))
    }
}

/// Twice the pairs in which the value of the first sample is the larger one, equal ones counting half, and the sum of
/// t³ - t over all values that occur t times.
fn twice_u(a: &SortedNumbers, b: &SortedNumbers) -> (u128, f64) {
    let (mut twice, mut tied, mut below) = (0, 0.0, 0);
    for step in together(a, b) {
        twice += u128::from(step.a) * u128::from(2 * below + step.b);
        below += step.b;
        let t = (step.a + step.b) as f64;
        tied += t.powi(3) - t;
    }
    (twice, tied)
}

/// P(U <= u) without ties: the share of orders of n and m values with that many inversions or fewer.
///
/// How many orders have each number of inversions are the coefficients of the product of (1 - q^(m+i)) / (1 - q^i) for i
/// up to n: each factor is one walk over them.
///
/// # Source
/// Andrews 1976, The Theory of Partitions, theorem 3.5 (the Gaussian polynomial).
fn exact_tail(n: usize, m: usize, u: usize) -> f64 {
    let pairs = n * m;
    if 2 * u >= pairs && u < pairs {
        // The counts are symmetric, and the shorter half is enough.
        return 1.0 - exact_tail(n, m, pairs - u - 1);
    }
    let (few, many) = (n.min(m), n.max(m));
    let mut orders = vec![0.0_f64; u.min(pairs) + 1];
    orders[0] = 1.0;
    let mut all = 1.0;
    for i in 1..=few {
        for at in (many + i..orders.len()).rev() {
            orders[at] -= orders[at - many - i];
        }
        for at in i..orders.len() {
            orders[at] += orders[at - i];
        }
        all *= (many + i) as f64 / i as f64;
    }
    (orders.iter().sum::<f64>() / all).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_tail_is_a_count_of_orders() {
        // Of the 10 orders of 3 and 2 values one has no inversion, one has one, two have two, two three, two four.
        for (u, orders) in [
            (0, 1.0),
            (1, 2.0),
            (2, 4.0),
            (3, 6.0),
            (4, 8.0),
            (5, 9.0),
            (6, 10.0),
        ] {
            assert!((exact_tail(3, 2, u) - orders / 10.0).abs() < 1e-15, "{u}");
        }
    }

    #[test]
    fn a_tiny_sample_against_a_large_one_has_an_exact_p_at_once() {
        // Of 1,000,001 places of one value among a million each is as likely.
        let p = exact_tail(1, 1_000_000, 24_999);
        assert!((p / (25_000.0 / 1_000_001.0) - 1.0).abs() < 1e-12, "{p}");
    }
}

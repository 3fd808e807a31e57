use super::{DriftAbout, DriftResult, DriftTest, Kind};
use crate::estimate::Undefined;
use crate::sample::{self, Sample, SortedNumbers, together};
use statrs::function::gamma::ln_gamma;
use std::collections::BTreeMap;

/// The larger sample up to which p is exact.
const EXACT_MAX: u64 = 20;
/// Terms of the limit's series below this no longer count.
const SMALL: f64 = 1e-7;

/// Two-sample Cramér-von Mises test: the squared gap between both distribution functions, over all values.
///
/// Takes numbers; the statistic is Anderson's T, at least 0. Up to 20 values in the larger sample p is exact (for values
/// without ties), beyond it is that of the limit.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`], [`Undefined::TooFewCases`] for a sample
/// of one value.
///
/// # Source
/// Anderson 1962, Ann Math Stat 33:1148-1159; Xiao, Gordon and Yakovlev 2006, J Stat Softw 17(8) (exact p); Csorgo and
/// Faraway 1996, J R Stat Soc B 58:221-234, equation 1.2 (limit); as `scipy.stats.cramervonmises_2samp`.
pub struct CramerVonMises;

impl DriftTest for CramerVonMises {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "cramer_von_mises",
            evidently: None,
            title: "Cramer-von Mises test",
            source: "Anderson 1962; scipy.stats.cramervonmises_2samp; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: true,
            takes_counts: false,
            draws: false,
            default_threshold: 0.1,
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
        if n.min(m) < 2 {
            return Err(Undefined::TooFewCases);
        }
        let (pairs, all) = (n as f64 * m as f64, (n + m) as f64);
        let u4 = four_u(a, b);
        let t = statistic(u4, n, m);
        let p = if n.max(m) > EXACT_MAX {
            let mean = (1.0 + 1.0 / all) / 6.0;
            let squares = (n as f64).powi(2) + (m as f64).powi(2);
            let variance = (all + 1.0) * (4.0 * pairs * all - 3.0 * squares - 2.0 * pairs)
                / (45.0 * all * all * 4.0 * pairs);
            let scaled = 1.0 / 6.0 + (t - mean) / (45.0 * variance).sqrt();
            // Here the limit's series has no digit left, and p is 1.
            if scaled < 0.003 {
                1.0
            } else {
                (1.0 - limit(scaled)).max(0.0)
            }
        } else {
            exact(u4, n as usize, m as usize)
        };
        Ok(DriftResult::with_p(Some(t), p))
    }
}

/// Four times Anderson's U (equation 10), a whole number: n times the squared gaps between a value's rank in both samples
/// and in its own, plus m times those of the other sample. Equal values share their mean rank, which comes in halves.
fn four_u(a: &SortedNumbers, b: &SortedNumbers) -> i128 {
    let (mut below_a, mut below_b) = (0_i128, 0_i128);
    let (mut of_a, mut of_b) = (0, 0);
    for step in together(a, b) {
        let (here_a, here_b) = (i128::from(step.a), i128::from(step.b));
        let rank = 2 * (below_a + below_b) + here_a + here_b + 1;
        of_a += squares(rank - 2 * below_a, here_a);
        of_b += squares(rank - 2 * below_b, here_b);
        below_a += here_a;
        below_b += here_b;
    }
    i128::from(a.n()) * of_a + i128::from(b.n()) * of_b
}

/// The sum of (r - 2k)² for k from 1 to `count`.
fn squares(r: i128, count: i128) -> i128 {
    if count == 0 {
        return 0;
    }
    let steps = count * (count + 1);
    count * r * r - 2 * r * steps + 2 * steps * (2 * count + 1) / 3
}

/// Anderson's T (equation 9), from four times U without rounding in between.
fn statistic(u4: i128, n: u64, m: u64) -> f64 {
    let (pairs, all) = (i128::from(n) * i128::from(m), i128::from(n) + i128::from(m));
    // 6 · 4U - 4k(4k - 1) over 24kN overflows beyond a billion values in both; there the whole part is not needed.
    let exact = 6_i128
        .checked_mul(u4)
        .zip((4 * pairs).checked_mul(4 * pairs - 1));
    match exact {
        Some((left, right)) => (left - right) as f64 / (24.0 * pairs as f64 * all as f64),
        None => {
            u4 as f64 / (4.0 * pairs as f64 * all as f64)
                - (4.0 * pairs as f64 - 1.0) / (6.0 * all as f64)
        }
    }
}

/// P of the limiting distribution up to x.
fn limit(x: f64) -> f64 {
    let mut sum = 0.0;
    for k in 0_u32.. {
        let k = f64::from(k);
        let y = 4.0 * k + 1.0;
        let q = y * y / (16.0 * x);
        let weight = (ln_gamma(k + 0.5) - ln_gamma(k + 1.0)).exp()
            / (std::f64::consts::PI.powf(1.5) * x.sqrt());
        let term = weight * y.sqrt() * (-q).exp() * bessel_k_quarter(q);
        sum += term;
        if term.abs() < SMALL {
            break;
        }
    }
    sum
}

/// The modified Bessel function of the second kind of order 1/4, at x > 0: the integral of exp(-x cosh t) cosh(t / 4) by
/// the trapezoidal rule, which converges exponentially there (Trefethen and Weideman 2014, SIAM Rev 56:385-458).
fn bessel_k_quarter(x: f64) -> f64 {
    let step = 1.0 / 64.0;
    let mut sum = 0.5 * (-x).exp();
    for i in 1_u32.. {
        let t = f64::from(i) * step;
        let term = (-x * t.cosh()).exp() * (t / 4.0).cosh();
        sum += term;
        if term <= sum * 1e-18 {
            break;
        }
    }
    sum * step
}

/// The share of all orders of n and m values whose U is at least this one.
fn exact(u4: i128, n: usize, m: usize) -> f64 {
    let (small, large) = (n as i128, m as i128);
    let lcm = small * large / gcd(small, large);
    let (a, b) = (lcm / small, lcm / large);
    let pairs = small * large;
    let zeta = (lcm * lcm * (small + large) * (6 * u4 - 4 * pairs * (4 * pairs - 1)))
        .div_euclid(24 * pairs * pairs);
    // How many orders of i and j values have each sum of squared gaps (equation 11 of Xiao and others).
    let mut counts: Vec<BTreeMap<i128, f64>> = vec![BTreeMap::new(); n + 1];
    for j in 0..=m {
        let mut below: BTreeMap<i128, f64> = BTreeMap::new();
        for (i, of_i) in counts.iter_mut().enumerate() {
            let mut here: BTreeMap<i128, f64> = BTreeMap::new();
            if i + j == 0 {
                here.insert(0, 1.0);
            }
            let gap = a * i as i128 - b * j as i128;
            // From (i - 1, j), and from (i, j - 1), which still stands in `counts`.
            for (sum, count) in below.iter().chain(of_i.iter()) {
                *here.entry(sum + gap * gap).or_default() += count;
            }
            *of_i = here.clone();
            below = here;
        }
    }
    let all: f64 = counts[n].values().sum();
    counts[n].range(zeta..).map(|(_, count)| count).sum::<f64>() / all
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bessel_function_has_its_known_values() {
        // scipy.special.kv(0.25, x), scipy 1.17.
        let known = [
            (0.1, 2.685_156_871_876_055_5),
            (1.0, 0.430_739_774_448_581_4),
            (5.0, 0.003_712_302_732_031_840_3),
        ];
        for (x, value) in known {
            let found = bessel_k_quarter(x);
            assert!((found / value - 1.0).abs() < 1e-13, "{x}: {found}");
        }
    }
}

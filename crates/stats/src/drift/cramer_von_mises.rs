use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, ranks, sorted};
use crate::estimate::Undefined;
use statrs::function::gamma::ln_gamma;
use std::collections::BTreeMap;

/// The larger sample up to which p is exact.
const EXACT_MAX: usize = 20;
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
            title: "Cramer-von Mises test",
            source: "Anderson 1962; scipy.stats.cramervonmises_2samp; Evidently 0.7.23",
            kind: Kind::Number,
            gives_p: true,
            default_threshold: 0.1,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        let (a, b) = sorted(reference, current)?;
        if a.len().min(b.len()) < 2 {
            return Err(Undefined::TooFewCases);
        }
        let pooled = ranks::pool(&a, &b);
        let squares = |ranks: &[f64]| -> f64 {
            let gaps = ranks
                .iter()
                .enumerate()
                .map(|(i, rank)| rank - (i + 1) as f64);
            gaps.map(|gap| gap * gap).sum()
        };
        let (n, m) = (a.len() as f64, b.len() as f64);
        let (pairs, all) = (n * m, n + m);
        // Anderson's equations 10 and 9.
        let u = n * squares(&pooled.of_first) + m * squares(&pooled.of_second);
        let t = u / (pairs * all) - (4.0 * pairs - 1.0) / (6.0 * all);
        let p = if a.len().max(b.len()) > EXACT_MAX {
            let mean = (1.0 + 1.0 / all) / 6.0;
            let variance = (all + 1.0) * (4.0 * pairs * all - 3.0 * (n * n + m * m) - 2.0 * pairs)
                / (45.0 * all * all * 4.0 * pairs);
            let scaled = 1.0 / 6.0 + (t - mean) / (45.0 * variance).sqrt();
            // Here the limit's series has no digit left, and p is 1.
            if scaled < 0.003 {
                1.0
            } else {
                (1.0 - limit(scaled)).max(0.0)
            }
        } else {
            exact(u, a.len(), b.len())
        };
        Ok(DriftResult {
            statistic: Some(t),
            p_value: Some(p.clamp(0.0, 1.0)),
        })
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

/// The share of all orders of n and m values whose statistic is at least that of u.
fn exact(u: f64, n: usize, m: usize) -> f64 {
    let (small, large) = (n as i128, m as i128);
    let lcm = small * large / gcd(small, large);
    let (a, b) = (lcm / small, lcm / large);
    let pairs = small * large;
    // Midranks come in halves, u in quarters times a size.
    let u4 = (4.0 * u).round() as i128;
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

use super::{DriftAbout, DriftResult, DriftTest, Kind, Sample, ranks, sorted};
use crate::estimate::Undefined;
use crate::normal;

/// The smaller sample up to which p is exact, if no two values are equal.
const EXACT_MAX: usize = 8;

/// Mann and Whitney's U test, two-sided: whether values of one sample tend to be larger.
///
/// Takes numbers; the statistic is U of the reference, the pairs in which its value is the larger one (equal ones count
/// half), in 0..=nm. p is exact if one sample has at most 8 values and none are equal; otherwise normal, corrected for
/// ties and continuity. Evidently 0.7.23 asks only whether the reference is smaller, which sees half of all drift.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`], [`Undefined::NotFinite`].
///
/// # Source
/// Mann and Whitney 1947, Ann Math Stat 18:50-60; as `scipy.stats.mannwhitneyu(alternative="two-sided")`.
pub struct MannW;

impl DriftTest for MannW {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "mannw",
            title: "Mann-Whitney U test",
            source: "Mann and Whitney 1947; scipy.stats.mannwhitneyu",
            kind: Kind::Number,
            gives_p: true,
            default_threshold: 0.05,
        }
    }

    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined> {
        let (a, b) = sorted(reference, current)?;
        let (n, m) = (a.len() as f64, b.len() as f64);
        let pooled = ranks::pool(&a, &b);
        let u = pooled.of_first.iter().sum::<f64>() - n * (n + 1.0) / 2.0;
        let larger = u.max(n * m - u);
        let p = if a.len().min(b.len()) <= EXACT_MAX && pooled.ties.is_empty() {
            2.0 * exact_tail(a.len(), b.len(), (n * m - larger) as usize)
        } else {
            let all = n + m;
            let tied: f64 = pooled.ties.iter().map(|&t| t.powi(3) - t).sum();
            let error = (n * m / 12.0 * (all + 1.0 - tied / (all * (all - 1.0)))).sqrt();
            let z = (larger - n * m / 2.0 - 0.5) / error;
            // Without an error all values are equal.
            if error > 0.0 {
                2.0 * normal::upper_tail(z)
            } else {
                1.0
            }
        };
        Ok(DriftResult {
            statistic: Some(u),
            p_value: Some(p.clamp(0.0, 1.0)),
        })
    }
}

/// P(U <= u) without ties: the share of orders of n and m values with that many inversions or fewer.
///
/// Counts are carried as shares, so that nothing overflows: U of (n, m) is U of (n - 1, m) plus m if the largest value is
/// of the first sample, which has the chance n / (n + m), and U of (n, m - 1) otherwise.
fn exact_tail(n: usize, m: usize, u: usize) -> f64 {
    let (few, many) = (n.min(m), n.max(m));
    // rows[i][v]: P(U = v) of i and j values, for the j of the outer loop.
    let mut rows: Vec<Vec<f64>> = (0..=few).map(|_| vec![1.0]).collect();
    for j in 1..=many {
        for i in 1..=few {
            let chance = i as f64 / (i + j) as f64;
            let size = (i * j).min(u) + 1;
            let mut row = vec![0.0; size];
            for (v, share) in row.iter_mut().enumerate() {
                let first = v.checked_sub(j).and_then(|v| rows[i - 1].get(v));
                let second = rows[i].get(v);
                *share = chance * first.unwrap_or(&0.0) + (1.0 - chance) * second.unwrap_or(&0.0);
            }
            rows[i] = row;
        }
    }
    rows[few].iter().take(u + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_tail_is_a_count_of_orders() {
        // Of the 10 orders of 3 and 2 values one has no inversion, one has one, two have two.
        for (u, orders) in [(0, 1.0), (1, 2.0), (2, 4.0), (6, 10.0)] {
            assert!((exact_tail(3, 2, u) - orders / 10.0).abs() < 1e-15, "{u}");
        }
    }
}

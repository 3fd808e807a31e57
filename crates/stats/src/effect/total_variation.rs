use super::{Effect, EffectAbout};
use crate::draw::Draw;
use crate::drift::Kind;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::sample::{self, Sample, aligned};
use rayon::prelude::*;

/// Draws from the limiting distribution of the shares.
const DRAWS: u64 = 2000;
/// Categories that so many draws can take.
const CATEGORIES_MAX: usize = 10_000;

/// The total variation distance: the largest difference of shares that any group of categories shows.
///
/// Takes categories; in 0..=1, 0 if nothing has changed. Chance alone puts the plain distance (the drift test `TVD`) above
/// 0, the more so the more categories there are; the value is corrected for that by the median of what chance adds.
///
/// The interval's lower end is by the delta method for a function with kinks: a category whose shares are not told apart
/// counts with both signs, and 2000 seeded draws from the limiting distribution give the quantile. For its upper end: the
/// distance is the difference of shares in one group of categories, the one that truly became more frequent, so the normal
/// upper end of that difference holds it; which group it is is not known, so the largest plain difference and the largest
/// error of any group stand for it. Where nothing can vary (one category in all cases, or none in common) it is Newcombe's
/// interval of the difference of two shares.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`]; beyond 10,000 categories the plain distance stands without interval.
///
/// # Source
/// Fang and Santos 2019, Rev Econ Stud 86:377-412 (the absolute value is their first example); Newcombe 1998, Stat Med
/// 17:873-890, method 10.
pub struct TotalVariation;

impl Effect for TotalVariation {
    fn about(&self) -> EffectAbout {
        EffectAbout {
            id: "total_variation",
            title: "Total variation distance",
            source: "Fang and Santos 2019; Newcombe 1998",
            kind: Kind::Category,
            no_effect: 0.0,
        }
    }

    fn estimate(
        &self,
        reference: &Sample,
        current: &Sample,
        level: Level,
        seed: u64,
    ) -> Result<Estimate, Undefined> {
        let (reference, current) = sample::categories(reference, current)?;
        let shares = Shares::of(&aligned(reference, current));
        let all = reference.n() + current.n();
        let plain = shares.distance();
        if shares.gaps.len() > CATEGORIES_MAX {
            let why = Undefined::TooManyCategories;
            return Ok(Estimate::without_interval(plain, why, all, level, "plain"));
        }
        let mut added: Vec<f64> = (0..DRAWS)
            .into_par_iter()
            .map(|draw| shares.added(&mut Draw::new(seed, draw)))
            .collect();
        added.sort_unstable_by(f64::total_cmp);
        let quantile = |share: f64| added[(share * (DRAWS - 1) as f64).round() as usize];
        let most = quantile(0.5 + level.value() / 2.0);
        if most <= 1e-12 {
            let interval = shares.newcombe(level);
            return Ok(Estimate::new(plain, interval, all, level, "newcombe"));
        }
        let value = (plain - quantile(0.5)).clamp(0.0, 1.0);
        let interval = (
            (plain - most).clamp(0.0, value),
            (plain + level.z() * shares.error_max()).min(1.0),
        );
        let found = Estimate::new(value, interval, all, level, "directional_delta");
        Ok(found.seed(seed))
    }
}

/// The shares of each category in both samples.
struct Shares {
    n: f64,
    m: f64,
    reference: Vec<f64>,
    current: Vec<f64>,
    /// Current less reference.
    gaps: Vec<f64>,
    /// Whether the gap is told apart from 0.
    certain: Vec<bool>,
}

impl Shares {
    fn of(counts: &[(&str, u64, u64)]) -> Shares {
        let n = counts.iter().map(|&(_, r, _)| r).sum::<u64>() as f64;
        let m = counts.iter().map(|&(_, _, c)| c).sum::<u64>() as f64;
        let reference: Vec<f64> = counts.iter().map(|&(_, r, _)| r as f64 / n).collect();
        let current: Vec<f64> = counts.iter().map(|&(_, _, c)| c as f64 / m).collect();
        let pairs = || reference.iter().zip(&current);
        // Grows without bound, but slower than the gaps are known: what the theorem asks for.
        let bound = (n * m / (n + m)).ln().max(1.0).sqrt();
        let certain = pairs().map(|(r, c)| {
            let error = (r * (1.0 - r) / n + c * (1.0 - c) / m).sqrt();
            (c - r).abs() > bound * error
        });
        Shares {
            certain: certain.collect(),
            gaps: pairs().map(|(r, c)| c - r).collect(),
            n,
            m,
            reference,
            current,
        }
    }

    fn distance(&self) -> f64 {
        0.5 * self.gaps.iter().map(|gap| gap.abs()).sum::<f64>()
    }

    /// What chance adds to the distance, drawn once.
    fn added(&self, draw: &mut Draw) -> f64 {
        let (of_r, of_c) = (
            deviations(&self.reference, self.n, draw),
            deviations(&self.current, self.m, draw),
        );
        let terms = (0..self.gaps.len()).map(|at| {
            let deviation = of_c[at] - of_r[at];
            if self.certain[at] {
                deviation * self.gaps[at].signum()
            } else {
                deviation.abs()
            }
        });
        0.5 * terms.sum::<f64>()
    }

    /// The largest error that the difference of shares has in any group of categories.
    fn error_max(&self) -> f64 {
        let variance = |shares: &[f64]| {
            let largest = shares.iter().copied().fold(0.0, f64::max);
            // A group or the rest of the categories is without the largest one, so its share stays below the rest's.
            if largest > 0.5 {
                largest * (1.0 - largest)
            } else {
                0.25
            }
        };
        (variance(&self.reference) / self.n + variance(&self.current) / self.m).sqrt()
    }

    /// The interval of the difference in the categories that became more frequent, without its sign.
    fn newcombe(&self, level: Level) -> (f64, f64) {
        let more = |shares: &[f64]| -> f64 {
            let pairs = shares.iter().zip(&self.gaps);
            pairs
                .filter(|(_, gap)| **gap > 0.0)
                .map(|(share, _)| share)
                .sum()
        };
        let (c, r) = (more(&self.current) * self.m, more(&self.reference) * self.n);
        let (low, high) = interval::newcombe(c, self.m, r, self.n, level);
        (low.max(0.0), high.max(-low).min(1.0))
    }
}

/// Deviations of the shares of `n` cases, from the normal limit of the multinomial distribution.
fn deviations(shares: &[f64], n: f64, draw: &mut Draw) -> Vec<f64> {
    let mut deviations: Vec<f64> = shares.iter().map(|p| p.sqrt() * draw.normal()).collect();
    let all: f64 = deviations.iter().sum();
    for (deviation, p) in deviations.iter_mut().zip(shares) {
        *deviation = (*deviation - p * all) / n.sqrt();
    }
    deviations
}

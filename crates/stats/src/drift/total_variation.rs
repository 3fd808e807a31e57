use super::{DriftAbout, DriftResult, DriftTest, Kind, bins, expected};
use crate::draw::Draw;
use crate::estimate::Undefined;
use crate::sample::Sample;

/// Permutations of the cases.
const PERMUTATIONS: u64 = 1000;
/// What rounding may add to a distance.
const SLACK: f64 = 1e-12;

/// Total variation distance: half the sum of the differences of both samples' shares, with the p-value of a permutation
/// test.
///
/// Takes categories; the statistic is in 0..=1. p is the share of 1000 seeded permutations of all cases that give at least
/// this distance, the observed one counted among them, so it is never 0; Evidently 0.7.23 permutes the rows in their order
/// by a seed of its own and does not count the observed one.
///
/// # Errors
/// [`Undefined::EmptySample`], [`Undefined::WrongKind`].
///
/// # Source
/// Levin, Peres and Wilmer 2009, Markov Chains and Mixing Times, section 4.1; Phipson and Smyth 2010, Stat Appl Genet Mol
/// Biol 9:39 (p of random permutations); Evidently 0.7.23.
pub struct TotalVariation;

impl DriftTest for TotalVariation {
    fn about(&self) -> DriftAbout {
        DriftAbout {
            id: "TVD",
            evidently: None,
            title: "Total variation distance, permutation test",
            source: "Levin, Peres and Wilmer 2009; Phipson and Smyth 2010; Evidently 0.7.23",
            kind: Kind::Category,
            gives_p: true,
            takes_counts: true,
            draws: true,
            default_threshold: 0.1,
            at_threshold: false,
        }
    }

    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let counts = expected::of_categories(reference, current)?;
        self.test_counts(&counts.reference, &counts.current, seed)
    }

    fn test_counts(
        &self,
        reference: &[u64],
        current: &[u64],
        seed: u64,
    ) -> Result<DriftResult, Undefined> {
        let (n, m) = bins::sizes(reference, current)?;
        let pooled: Vec<u64> = reference.iter().zip(current).map(|(r, c)| r + c).collect();
        let distance = |reference: &[u64]| {
            let pairs = reference.iter().zip(&pooled);
            let gaps = pairs.map(|(&r, &all)| (r as f64 / n - (all - r) as f64 / m).abs());
            0.5 * gaps.sum::<f64>()
        };
        let observed = distance(reference);
        let mut draw = Draw::new(seed, 0);
        let as_far = (0..PERMUTATIONS)
            .filter(|_| distance(&draw.from_bins(&pooled, n as u64)) >= observed - SLACK)
            .count();
        let p = (as_far as f64 + 1.0) / (PERMUTATIONS as f64 + 1.0);
        Ok(DriftResult::with_p(Some(observed), p))
    }
}

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use super::game::{Coalition, Game};
use super::{ExplainError, Explainer, Explanation, Settings, players};
use crate::encode::Encoded;
use crate::predict::Predict;

/// The most inputs that a set of 64 bits can hold.
const PLAYERS_MAX: usize = 64;

/// Shapley values from random orders of the inputs, each walked forwards and backwards, for more inputs than `exact` takes.
///
/// An input's share is the mean of what it adds when it joins those before it. The pair of an order and its reverse
/// cancels a good part of the chance. Each case has a random stream of its own.
///
/// # Errors
/// [`ExplainError::NoPermutation`]; [`ExplainError::TooManyInputs`] beyond 64 inputs.
///
/// # Source
/// Castro, Gómez and Tejada 2009, Polynomial calculation of the Shapley value based on sampling, Computers and Operations
/// Research 36:1726-1730; Mitchell, Cooper, Frank and Holmes 2022, Sampling permutations for Shapley value estimation, JMLR
/// 23(43), section 3 (antithetic).
pub struct Permutation;

impl Explainer for Permutation {
    fn name(&self) -> &'static str {
        "permutation"
    }

    fn explain(
        &self,
        model: &dyn Predict,
        cases: &Encoded,
        background: &Encoded,
        settings: &Settings,
    ) -> Result<Explanation, ExplainError> {
        players(self, model, PLAYERS_MAX)?;
        if settings.permutations == 0 {
            return Err(ExplainError::NoPermutation);
        }
        let game = Game::new(model, cases, background, settings)?;
        let mut values = Vec::with_capacity(game.cases());
        for case in 0..game.cases() {
            let orders = orders(game.players(), settings, case);
            let wanted: Vec<_> = orders
                .iter()
                .flat_map(|order| prefixes(order))
                .map(|coalition| (case, coalition))
                .collect();
            let worth = game.worth(&wanted)?;
            values.push(shares(&game, case, &orders, &worth));
        }
        Ok(game.explanation(self.name(), values))
    }
}

/// Random orders of the players, each followed by its reverse.
fn orders(players: usize, settings: &Settings, case: usize) -> Vec<Vec<usize>> {
    let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
    rng.set_stream(case as u64);
    let mut orders = Vec::new();
    for _ in 0..settings.permutations {
        let mut order: Vec<usize> = (0..players).collect();
        for last in (1..players).rev() {
            // Of 2^64 numbers at most 64 too many fall on a place: the bias is below any digit that is shown.
            let place = (rng.next_u64() % (last as u64 + 1)) as usize;
            order.swap(last, place);
        }
        let reverse = order.iter().rev().copied().collect();
        orders.extend([order, reverse]);
    }
    orders
}

/// The coalitions on the way through an order, without the empty and the full one.
fn prefixes(order: &[usize]) -> impl Iterator<Item = Coalition> {
    order[..order.len() - 1]
        .iter()
        .scan(0, |coalition, player| {
            *coalition |= 1 << player;
            Some(*coalition)
        })
}

/// The mean over orders of what each player added.
fn shares(game: &Game, case: usize, orders: &[Vec<usize>], worth: &[f64]) -> Vec<f64> {
    let mut shares = vec![0.0; game.players()];
    for (order, worth) in orders.iter().zip(worth_by_order(worth, orders.len())) {
        let mut before = game.base;
        let after = worth.iter().chain(std::iter::once(&game.full[case]));
        for (&player, &after) in order.iter().zip(after) {
            shares[player] += (after - before) / orders.len() as f64;
            before = after;
        }
    }
    shares
}

/// The worths of each order; with one player there are none on the way.
fn worth_by_order(worth: &[f64], orders: usize) -> impl Iterator<Item = &[f64]> {
    let each = worth.len() / orders;
    (0..orders).map(move |at| &worth[at * each..(at + 1) * each])
}

#[cfg(test)]
mod tests {
    use super::super::exact::Exact;
    use super::super::laws::{paper, rows};
    use super::*;

    #[test]
    fn many_permutations_come_near_the_exact_values() {
        let (cases, background) = (rows(9, 0), rows(7, 5));
        let gap = |permutations| {
            let settings = Settings {
                permutations,
                ..Settings::default()
            };
            let exact = Exact
                .explain(&paper(), &cases, &background, &settings)
                .expect("exact");
            let drawn = Permutation
                .explain(&paper(), &cases, &background, &settings)
                .expect("is explained");
            let pairs = exact
                .values
                .iter()
                .flatten()
                .zip(drawn.values.iter().flatten());
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
        };
        let (few, many) = (gap(1), gap(300));
        assert!(many < 0.002 && many < few, "{few} {many}");
    }

    #[test]
    fn every_order_comes_and_its_reverse_follows() {
        let settings = Settings {
            permutations: 60,
            ..Settings::default()
        };
        let orders = orders(3, &settings, 0);
        let distinct: std::collections::BTreeSet<_> = orders.iter().collect();
        assert_eq!(distinct.len(), 6);
        assert!(
            orders
                .chunks(2)
                .all(|pair| pair[0].iter().eq(pair[1].iter().rev()))
        );
    }

    #[test]
    fn no_permutation_at_all_is_refused() {
        let settings = Settings {
            permutations: 0,
            ..Settings::default()
        };
        let refusal = Permutation.explain(&paper(), &rows(1, 0), &rows(1, 1), &settings);
        assert_eq!(refusal, Err(ExplainError::NoPermutation));
    }
}

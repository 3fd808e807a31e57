use super::game::{Coalition, Game};
use super::{ExplainError, Explainer, Explanation, Settings, players};
use crate::encode::Encoded;
use crate::predict::Predict;

/// The most inputs of which all coalitions are valued: 4,096 coalitions a case.
const PLAYERS_MAX: usize = 12;

/// Coalitions that are valued before their cases are shared out; bounds memory, changes no number.
const COALITIONS_TOGETHER: usize = 1 << 16;

/// Exact Shapley values: every coalition of up to 12 inputs is valued.
///
/// `phi_i = sum over S without i of |S|! (d - |S| - 1)! / d! (v(S + i) - v(S))` for `d` inputs.
///
/// # Errors
/// [`ExplainError::TooManyInputs`] beyond 12 inputs.
///
/// # Source
/// Shapley 1953, A value for n-person games; the game is that of [`Explainer`].
pub struct Exact;

impl Explainer for Exact {
    fn name(&self) -> &'static str {
        "exact"
    }

    fn explain(
        &self,
        model: &dyn Predict,
        cases: &Encoded,
        background: &Encoded,
        settings: &Settings,
    ) -> Result<Explanation, ExplainError> {
        let inputs = players(self, model, PLAYERS_MAX)?;
        let game = Game::new(model, cases, background, settings)?;
        let coalitions = 1_usize << inputs;
        let weights = weights(inputs);
        let all: Vec<usize> = (0..game.cases()).collect();
        let mut values = Vec::with_capacity(all.len());
        for some in all.chunks((COALITIONS_TOGETHER / coalitions).max(1)) {
            // The empty and the full coalition are known.
            let inner = 1..coalitions as Coalition - 1;
            let wanted: Vec<_> = some
                .iter()
                .flat_map(|&case| inner.clone().map(move |coalition| (case, coalition)))
                .collect();
            let worth = game.worth(&wanted)?;
            for (at, &case) in some.iter().enumerate() {
                let mut worths = vec![game.base];
                worths.extend(&worth[at * (coalitions - 2)..(at + 1) * (coalitions - 2)]);
                worths.push(game.full[case]);
                values.push(shares(&worths, &weights));
            }
        }
        Ok(game.explanation(self.name(), values))
    }
}

/// `|S|! (d - |S| - 1)! / d!` by the size of `S`.
fn weights(players: usize) -> Vec<f64> {
    let mut weights = vec![1.0 / players as f64];
    for size in 1..players {
        // From one size to the next: one more factor above, one fewer below.
        weights.push(weights[size - 1] * size as f64 / (players - size) as f64);
    }
    weights
}

/// The Shapley values of a game whose worths are listed by coalition.
fn shares(worths: &[f64], weights: &[f64]) -> Vec<f64> {
    let share = |player: usize| {
        let bit = 1 << player;
        let without = (0..worths.len()).filter(|coalition| coalition & bit == 0);
        without
            .map(|coalition| {
                let size = coalition.count_ones() as usize;
                weights[size] * (worths[coalition | bit] - worths[coalition])
            })
            .sum()
    };
    (0..weights.len()).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::super::laws::{Paper, paper, rows};
    use super::*;
    use crate::contract::Input;
    use crate::contract::tests::contract;
    use crate::explain::Scale;

    /// Shapley's own kind of game: the first player holds the right glove, the others a left one each.
    #[test]
    fn the_glove_game_is_shared_as_in_the_textbook() {
        let worth = |coalition: usize| f64::from(u8::from(coalition & 1 == 1 && coalition > 1));
        let worths: Vec<f64> = (0..8).map(worth).collect();
        let shares = shares(&worths, &weights(3));
        for (share, expected) in shares.iter().zip([2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]) {
            assert!((share - expected).abs() < 1e-15, "{shares:?}");
        }
    }

    /// Linear in the log-odds, the share of an input is its coefficient times its distance from the background's mean.
    #[test]
    fn a_linear_model_is_shared_by_its_coefficients() {
        let inputs = vec![Input::number("a"), Input::number("b")];
        let model = Paper {
            contract: contract(inputs).expect("fits"),
            score: |x| 1.0 / (1.0 + (-(2.0 * f64::from(x[0]) - 3.0 * f64::from(x[1]))).exp()),
        };
        let names = || model.contract.encoded_names();
        let background = Encoded::mixed(names(), vec![0.0, 1.0, 0.5, 0.0]);
        let cases = Encoded::mixed(names(), vec![1.0, 0.25]);
        let settings = Settings {
            scale: Scale::LogOdds,
            ..Settings::default()
        };
        let told = Exact
            .explain(&model, &cases, &background, &settings)
            .expect("is explained");
        let expected = [2.0 * (1.0 - 0.25), -3.0 * (0.25 - 0.5)];
        for (share, expected) in told.values[0].iter().zip(expected) {
            assert!((share - expected).abs() < 1e-9, "{told:?}");
        }
    }

    /// Being measured and the measured value are one statement, so they are one player.
    #[test]
    fn an_input_and_its_indicator_are_one_player() {
        let told = Exact
            .explain(&paper(), &rows(9, 0), &rows(7, 5), &Settings::default())
            .expect("is explained");
        assert_eq!(told.features, ["a", "b", "c", "d"]);
        assert!(told.values.iter().all(|shares| shares.len() == 4));
    }

    #[test]
    fn too_many_inputs_are_sent_to_another_method() {
        let inputs: Vec<_> = (0..13).map(|at| Input::number(&format!("x{at}"))).collect();
        let model = Paper {
            contract: contract(inputs).expect("fits"),
            score: |_| 0.5,
        };
        let rows = Encoded::mixed(model.contract.encoded_names(), vec![0.0; 13]);
        let refusal = Exact.explain(&model, &rows, &rows, &Settings::default());
        let message = refusal.expect_err("13 inputs").to_string();
        assert!(
            message.contains("13 inputs") && message.contains("permutation"),
            "{message}"
        );
    }

    #[test]
    fn one_input_alone_gets_all() {
        let inputs = vec![Input::number("a")];
        let model = Paper {
            contract: contract(inputs).expect("fits"),
            score: |x| f64::from(x[0]),
        };
        let rows = |values| Encoded::mixed(vec!["a".into()], values);
        let told = Exact
            .explain(
                &model,
                &rows(vec![0.75]),
                &rows(vec![0.0, 0.5]),
                &Settings::default(),
            )
            .expect("is explained");
        assert_eq!((told.base, told.values), (0.25, vec![vec![0.5]]));
    }
}

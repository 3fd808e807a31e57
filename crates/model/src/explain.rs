//! Which input contributed how much to a score.

mod exact;
mod game;
mod global;
mod permutation;

use galen_stats::Level;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::encode::Encoded;
use crate::predict::{Predict, PredictError};

/// Every explainer, in the order of the manual.
pub const EXPLAINERS: &[&dyn Explainer] = &[&exact::Exact, &permutation::Permutation];

/// A way to share a score out among the inputs.
///
/// All give Shapley values of the interventional game: the value of a set of inputs is the mean score over background
/// rows in which these inputs have the values of the case. An input that may be missing is one player together with its
/// indicator: whether it was measured is part of what it says. The shares and the base add up to the score.
///
/// # Source
/// Lundberg and Lee 2017, A unified approach to interpreting model predictions, NeurIPS 30; Janzing, Minorics and Blöbaum
/// 2020, Feature relevance quantification in explainable AI: a causal problem, AISTATS (why interventional).
pub trait Explainer: Sync {
    /// The word that names it.
    fn name(&self) -> &'static str;

    /// Shares out the score of each case.
    ///
    /// # Errors
    /// [`ExplainError`].
    fn explain(
        &self,
        model: &dyn Predict,
        cases: &Encoded,
        background: &Encoded,
        settings: &Settings,
    ) -> Result<Explanation, ExplainError>;
}

/// How scores are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub scale: Scale,
    /// Of the permutations and of the resamples.
    pub seed: u64,
    /// Pairs of a random order of the inputs and its reverse, a case; [`EXPLAINERS`]' `permutation` alone uses it.
    pub permutations: u32,
    /// Draws of cases with replacement, for the intervals of the global shares.
    pub resamples: u32,
    pub level: Level,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scale: Scale::Probability,
            seed: 1,
            permutations: 10,
            resamples: 1000,
            level: Level::DEFAULT,
        }
    }
}

/// What is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// The score itself.
    Probability,
    /// `ln(p / (1 - p))` of the score, with `p` kept within 2^-24 of 0 and 1: a model computes with 24 binary digits.
    LogOdds,
}

/// Shares of scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The name of the explainer.
    pub method: String,
    /// The inputs, in the order of the model.
    pub features: Vec<String>,
    pub scale: Scale,
    /// The mean over the background, on the scale.
    pub base: f64,
    /// The number of background rows.
    pub background: u64,
    /// Cases by features, on the scale; the base and a case's values add up to its score.
    pub values: Vec<Vec<f64>>,
    pub global: Vec<GlobalShare>,
    pub level: f64,
    pub seed: u64,
    pub resamples: u32,
}

/// How much a feature contributes over all cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalShare {
    pub feature: String,
    /// The mean of the absolute values, on the scale.
    pub mean_abs: f64,
    /// Percentile bootstrap over cases; absent for fewer than two cases or without resamples.
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// Why scores were not shared out.
#[derive(Debug, PartialEq, Error)]
pub enum ExplainError {
    #[error("there is no {0}; give at least one row")]
    Empty(&'static str),
    #[error(
        "the model has {inputs} inputs and `{method}` takes at most {limit}; use the method `permutation`"
    )]
    TooManyInputs {
        method: &'static str,
        inputs: usize,
        limit: usize,
    },
    #[error("no permutation was asked for; ask for at least one")]
    NoPermutation,
    #[error(transparent)]
    Predict(#[from] PredictError),
}

/// The explainer of that name.
pub fn explainer(name: &str) -> Option<&'static dyn Explainer> {
    EXPLAINERS
        .iter()
        .copied()
        .find(|explainer| explainer.name() == name)
}

/// The inputs of a model, if they are no more than the explainer takes.
fn players(
    explainer: &dyn Explainer,
    model: &dyn Predict,
    limit: usize,
) -> Result<usize, ExplainError> {
    let inputs = model.contract().inputs().len();
    if inputs > limit {
        return Err(ExplainError::TooManyInputs {
            method: explainer.name(),
            inputs,
            limit,
        });
    }
    Ok(inputs)
}

#[cfg(test)]
mod laws {
    use super::*;
    use crate::contract::tests::contract;
    use crate::contract::{Input, InputContract};

    /// A model that can be computed on paper.
    pub(super) struct Paper {
        pub contract: InputContract,
        pub score: fn(&[f32]) -> f64,
    }

    impl Predict for Paper {
        fn contract(&self) -> &InputContract {
            &self.contract
        }

        fn scores(&self, rows: &Encoded) -> Result<Vec<f64>, PredictError> {
            Ok((0..rows.rows())
                .map(|row| (self.score)(rows.row(row)))
                .collect())
        }
    }

    pub(super) fn sigmoid(z: f64) -> f64 {
        1.0 / (1.0 + (-z).exp())
    }

    /// Four inputs, of which the last may be missing; `c` does nothing, `a` and `b` interact.
    pub(super) fn paper() -> Paper {
        let d = Input {
            may_be_missing: true,
            ..Input::number("d")
        };
        let inputs = vec![
            Input::number("a"),
            Input::number("b"),
            Input::number("c"),
            d,
        ];
        Paper {
            contract: contract(inputs).expect("fits"),
            score: |x| {
                let x: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
                sigmoid(0.8 * x[0] - 0.5 * x[1] + 0.6 * x[0] * x[1] + 0.3 * x[3] + 0.9 * x[4])
            },
        }
    }

    /// Rows that look random and are not.
    pub(super) fn rows(n: usize, shift: usize) -> Encoded {
        let names = paper().contract.encoded_names();
        let mut values = Vec::new();
        for row in 0..n {
            let number = |at: usize| ((row * 37 + at * 11 + shift * 17) % 23) as f32 / 11.0 - 1.0;
            let missing = row % 3 == 0;
            let d = if missing { 0.0 } else { number(3) };
            values.extend([number(0), number(1), number(2), d, f32::from(missing)]);
        }
        Encoded::mixed(names, values)
    }

    fn on_scale(scale: Scale, p: f64) -> f64 {
        match scale {
            Scale::Probability => p,
            Scale::LogOdds => (p / (1.0 - p)).ln(),
        }
    }

    #[test]
    fn an_explainer_has_a_name_of_its_own() {
        let names: Vec<_> = EXPLAINERS.iter().map(|e| e.name()).collect();
        assert_eq!(names, ["exact", "permutation"]);
        assert!(explainer("exact").is_some() && explainer("guess").is_none());
    }

    #[test]
    fn base_and_shares_add_up_to_the_score() {
        let (cases, background) = (rows(9, 0), rows(7, 5));
        for explainer in EXPLAINERS {
            for scale in [Scale::Probability, Scale::LogOdds] {
                let settings = Settings {
                    scale,
                    ..Settings::default()
                };
                let told = explainer
                    .explain(&paper(), &cases, &background, &settings)
                    .expect("is explained");
                let scores = paper().scores(&cases).expect("scores");
                for (shares, score) in told.values.iter().zip(scores) {
                    let sum = told.base + shares.iter().sum::<f64>();
                    let gap = (sum - on_scale(scale, score)).abs();
                    assert!(gap < 1e-12, "{} {gap}", explainer.name());
                }
            }
        }
    }

    #[test]
    fn an_input_that_does_nothing_gets_nothing() {
        for explainer in EXPLAINERS {
            let told = explainer
                .explain(&paper(), &rows(9, 0), &rows(7, 5), &Settings::default())
                .expect("is explained");
            assert!(told.values.iter().all(|shares| shares[2].abs() < 1e-12));
            assert!(told.global[2].mean_abs < 1e-12 && told.global[0].mean_abs > 0.01);
        }
    }

    #[test]
    fn the_shares_of_a_case_do_not_depend_on_the_cases_around_it() {
        let (cases, background) = (rows(9, 0), rows(7, 5));
        for explainer in EXPLAINERS {
            let explain = |cases: &Encoded| {
                explainer
                    .explain(&paper(), cases, &background, &Settings::default())
                    .expect("is explained")
            };
            let all = explain(&cases);
            assert_eq!(explain(&cases.take(&[0, 1])).values, all.values[..2]);
            assert_eq!(all, explain(&cases), "{} again", explainer.name());
        }
    }

    #[test]
    fn nothing_to_explain_and_nothing_to_compare_with_are_refused() {
        let (some, none) = (rows(2, 0), rows(0, 0));
        for explainer in EXPLAINERS {
            for (cases, background) in [(&some, &none), (&none, &some)] {
                let told = explainer.explain(&paper(), cases, background, &Settings::default());
                assert!(matches!(told, Err(ExplainError::Empty(_))), "{told:?}");
            }
        }
    }
}

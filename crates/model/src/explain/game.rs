use std::ops::Range;

use super::{ExplainError, GlobalShare, Scale, Settings};
use crate::encode::Encoded;
use crate::explain::Explanation;
use crate::explain::global::global;
use crate::predict::{Predict, PredictError};

/// Rows that are scored together: enough to be fast, few enough for memory.
const BATCH_ROWS: usize = 1 << 16;

/// The interventional game over the inputs of a model.
pub(super) struct Game<'a> {
    model: &'a dyn Predict,
    cases: &'a Encoded,
    background: &'a Encoded,
    settings: &'a Settings,
    /// For each player the places of its numbers in a row.
    players: Vec<Range<usize>>,
    /// The value of the empty coalition: the mean over the background.
    pub base: f64,
    /// The value of the full coalition for each case: its score, on the scale.
    pub full: Vec<f64>,
}

/// A set of players: bit `i` is player `i`.
pub(super) type Coalition = u64;

impl<'a> Game<'a> {
    pub fn new(
        model: &'a dyn Predict,
        cases: &'a Encoded,
        background: &'a Encoded,
        settings: &'a Settings,
    ) -> Result<Self, ExplainError> {
        if cases.rows() == 0 {
            return Err(ExplainError::Empty("case"));
        }
        if background.rows() == 0 {
            return Err(ExplainError::Empty("background"));
        }
        PredictError::check_inputs(model.contract(), cases)?;
        PredictError::check_inputs(model.contract(), background)?;
        let scale = settings.scale;
        Ok(Self {
            base: mean(&values(model, scale, background)?),
            full: values(model, scale, cases)?,
            players: model.contract().encoded_places(),
            model,
            cases,
            background,
            settings,
        })
    }

    pub fn players(&self) -> usize {
        self.players.len()
    }

    pub fn cases(&self) -> usize {
        self.cases.rows()
    }

    /// The values of coalitions, each of one case, in their order; scored in batches.
    pub fn worth(&self, wanted: &[(usize, Coalition)]) -> Result<Vec<f64>, ExplainError> {
        let together = (BATCH_ROWS / self.background.rows()).max(1);
        let mut worth = Vec::with_capacity(wanted.len());
        for some in wanted.chunks(together) {
            let mut numbers = Vec::with_capacity(some.len() * self.background.values().len());
            for &(case, coalition) in some {
                self.mix(case, coalition, &mut numbers);
            }
            let rows = Encoded::mixed(self.background.names().to_vec(), numbers);
            let values = values(self.model, self.settings.scale, &rows)?;
            worth.extend(values.chunks(self.background.rows()).map(mean));
        }
        Ok(worth)
    }

    /// The background, with the coalition's inputs as the case has them.
    fn mix(&self, case: usize, coalition: Coalition, numbers: &mut Vec<f32>) {
        let begin = numbers.len();
        numbers.extend_from_slice(self.background.values());
        let (row, width) = (self.cases.row(case), self.background.names().len());
        for (player, places) in self.players.iter().enumerate() {
            if coalition >> player & 1 == 1 {
                for mixed in numbers[begin..].chunks_exact_mut(width) {
                    mixed[places.clone()].copy_from_slice(&row[places.clone()]);
                }
            }
        }
    }

    /// Wraps the shares of all cases.
    pub fn explanation(&self, method: &'static str, values: Vec<Vec<f64>>) -> Explanation {
        let inputs = self.model.contract().inputs();
        let features: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
        let shares = global(&values, self.players(), self.settings);
        let named = features.iter().cloned().zip(shares);
        Explanation {
            method: method.to_owned(),
            global: named
                .map(|(feature, (mean_abs, interval))| GlobalShare {
                    feature,
                    mean_abs,
                    low: interval.map(|(low, _)| low),
                    high: interval.map(|(_, high)| high),
                })
                .collect(),
            features,
            scale: self.settings.scale,
            base: self.base,
            background: self.background.rows() as u64,
            values,
            level: self.settings.level.value(),
            seed: self.settings.seed,
            resamples: self.settings.resamples,
        }
    }
}

/// Scores on the scale.
fn values(model: &dyn Predict, scale: Scale, rows: &Encoded) -> Result<Vec<f64>, PredictError> {
    let mut scores = model.scores(rows)?;
    PredictError::check_scores(rows, &scores)?;
    if scale == Scale::LogOdds {
        let least = 0.5_f64.powi(24);
        for score in &mut scores {
            let p = score.clamp(least, 1.0 - least);
            *score = (p / (1.0 - p)).ln();
        }
    }
    Ok(scores)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

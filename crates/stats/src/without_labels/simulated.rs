//! Cases for tests, in a world that is known.

use super::{Chunk, Features, Observed, Predicted, Scored};
use crate::boosting::Feature;
use crate::draw::Draw;

/// How cases come to be.
#[derive(Clone, Copy)]
pub(super) struct World {
    /// How the model sees the log odds of a case.
    pub(super) seen: fn(f64) -> f64,
    /// By how much the log odds are higher than in the reference.
    pub(super) shift: f64,
    /// By how much a case is diseased more often than its log odds say.
    pub(super) drift: f64,
}

/// A model whose scores are too sure.
pub(super) const OVERCONFIDENT: World = World {
    seen: |log_odds| 1.7 * log_odds + 0.2,
    shift: 0.0,
    drift: 0.0,
};

fn inverse_logit(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// Labelled cases, flagged at 0.4.
pub(super) fn scored(world: World, seed: u64, n: usize) -> Scored {
    let mut draw = Draw::new(seed, 0);
    let (score, truth) = (0..n)
        .map(|_| {
            let log_odds = world.shift - 0.7 + 1.2 * draw.normal();
            let p = inverse_logit(log_odds + world.drift);
            (
                inverse_logit((world.seen)(log_odds)),
                Some(draw.uniform() < p),
            )
        })
        .unzip();
    let cases = Scored::new(score, truth).expect("probabilities");
    cases.with_threshold(0.4).expect("finite")
}

/// Predictions whose error grows with the one feature, `drift` times as large as in the reference.
pub(super) fn predicted(seed: u64, n: usize, shift: f64, drift: f64) -> (Predicted, Features) {
    let mut draw = Draw::new(seed, 0);
    let (mut prediction, mut truth, mut hard) = (vec![], vec![], vec![]);
    for _ in 0..n {
        let hardness = shift + draw.normal();
        let predicted = 50.0 + 5.0 * draw.normal();
        let error = 2.0 * drift * (0.6 * hardness).exp() * draw.normal();
        prediction.push(predicted);
        truth.push(Some(predicted + error));
        hard.push(hardness);
    }
    let features = Features {
        names: vec!["hardness".to_owned()],
        columns: vec![Feature::Number(hard)],
    };
    (
        Predicted::new(prediction, truth).expect("numbers"),
        features,
    )
}

pub(super) fn observed<'a, Cases>(
    cases: &'a Cases,
    chunks: &'a [Chunk],
    features: &'a Features,
) -> Observed<'a, Cases> {
    Observed {
        cases,
        chunks,
        features,
    }
}

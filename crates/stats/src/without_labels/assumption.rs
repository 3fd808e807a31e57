//! What an estimate without labels rests on: what the data can say about each assumption, and what they cannot.

mod calibrated;
mod correlation;
mod domain;
mod enough;
mod learned;

use super::calibration::Calibration;
use super::dle::{Dle, Learned};
use super::observed::{Features, Observed};
use super::{Cbpe, Chunk, Predicted, Scored};
use crate::estimate::{Estimate, Level};
use crate::interval;
use serde::Serialize;

/// Something that must be so for an estimate to be right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assumption {
    /// Its name in files.
    pub id: &'static str,
    /// Whether the data show that it holds, or that it does not; absent where they do not decide.
    pub holds: Option<bool>,
    /// What is assumed, and what was found, in sentences.
    pub why: String,
    /// What was measured.
    pub measures: Vec<Measure>,
}

/// A number behind an assumption.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// Its name in files.
    pub id: &'static str,
    /// The number.
    pub estimate: Estimate,
}

impl Measure {
    fn new(id: &'static str, estimate: Estimate) -> Measure {
        Measure { id, estimate }
    }
}

/// The assumptions of confidence-based estimation, the one that cannot be checked first.
pub(super) fn of_classification(
    plan: &Cbpe,
    calibration: &Calibration,
    reference: Observed<Scored>,
    current: Observed<Scored>,
) -> Vec<Assumption> {
    let labelled: Vec<usize> = (0..reference.cases.n())
        .filter(|&row| reference.cases.truth[row].is_some())
        .collect();
    let cases = reference.cases.pick(&labelled);
    let fitted = calibrated::CrossFitted::of(&cases, calibration, plan.seed);
    let labelled_features = reference.features.pick(&labelled);
    let scored =
        |features: &Features, score: &[f64]| features.clone().with("score", score.to_vec());
    vec![
        no_concept_drift(
            "A case of a given score is diseased as often now as in the reference. Nothing but labels can show that it \
             is: a new therapy, another definition of the disease or another mix of causes changes it unseen.",
        ),
        calibrated::calibrated(&cases, &fitted, plan.level, plan.seed),
        domain::score_suffices(&labelled_features, &cases, &fitted, plan.level, plan.seed),
        domain::same_domain(
            "score_in_range",
            &scored(&Features::default(), &cases.score),
            &scored(&Features::default(), &current.cases.score),
            plan.level,
        ),
        domain::same_domain(
            "features_in_domain",
            &labelled_features,
            current.features,
            plan.level,
        ),
        enough::truth_is_known(
            &reference.cases.score,
            &(reference.cases.truth.iter().map(Option::is_some)).collect::<Vec<bool>>(),
            plan.level,
        ),
        enough::cases_of_both_classes(current, calibration, plan.level),
        enough::reference_chunks(reference.chunks, plan.level),
    ]
}

/// The assumptions of direct loss estimation, the one that cannot be checked first.
pub(super) fn of_regression(
    plan: &Dle,
    learned: &[Learned],
    reference: Observed<Predicted>,
    current: Observed<Predicted>,
) -> Vec<Assumption> {
    let labelled = reference.cases.labelled();
    let all = |features: &Features, cases: &Predicted| {
        let features = features.clone();
        features.with("prediction", cases.predicted.clone())
    };
    let known: Vec<bool> = reference.cases.truth.iter().map(Option::is_some).collect();
    let mut found = vec![no_concept_drift(
        "A case of given features and prediction has as large an error now as in the reference. Nothing but labels can \
         show that it has: where the relation of features to truth changes, errors grow unseen.",
    )];
    found.push(learned::error_is_learned(learned, plan.level));
    found.extend([
        domain::same_domain(
            "features_in_domain",
            &all(reference.features, reference.cases).pick(&labelled),
            &all(current.features, current.cases),
            plan.level,
        ),
        enough::truth_is_known(&reference.cases.predicted, &known, plan.level),
        enough::cases(current.chunks, plan.level),
        enough::reference_chunks(reference.chunks, plan.level),
    ]);
    found
}

fn no_concept_drift(why: &str) -> Assumption {
    Assumption {
        id: "no_concept_drift",
        holds: None,
        why: why.to_owned(),
        measures: Vec::new(),
    }
}

/// A share with Wilson's interval; of nothing it is undefined.
fn share(events: usize, n: usize, level: Level) -> Estimate {
    let (k, size) = (events as f64, n as f64);
    let interval = interval::wilson(k, size, level);
    Estimate::new(k / size, interval, n as u64, level, "wilson").events(events as u64)
}

/// A count of something, without doubt.
fn count(value: f64, n: usize, level: Level) -> Estimate {
    Estimate::new(value, (value, value), n as u64, level, "count")
}

/// The keys of the first of these chunks.
fn named<'a>(chunks: impl Iterator<Item = &'a Chunk>) -> String {
    let keys: Vec<&str> = chunks.map(|chunk| chunk.key.as_str()).collect();
    match keys.as_slice() {
        [first, second, third, .., _] => {
            format!("{first}, {second}, {third} and {} more", keys.len() - 3)
        }
        few => few.join(", "),
    }
}

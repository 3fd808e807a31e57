use super::{Assumption, Measure, count, named, share};
use crate::drift;
use crate::drift::Sample;
use crate::estimate::Level;
use crate::without_labels::calibration::Calibration;
use crate::without_labels::observed::Observed;
use crate::without_labels::{Chunk, Scored};

/// The diseased and the healthy cases that a chunk is expected to have at least, and the cases where there are no classes.
const OF_CLASS_MIN: f64 = 10.0;
const CASES_MIN: usize = 30;
/// The chunks of the reference below which NannyML warns.
const CHUNKS_MIN: usize = 6;
/// The p-value below which labelled and other cases are taken to differ.
const ALPHA: f64 = 0.01;

/// Whether the truth of the reference is known, and if not of all, whether those whose truth is known are like the others.
pub(super) fn truth_is_known(score: &[f64], known: &[bool], level: Level) -> Assumption {
    let unknown = known.iter().filter(|&&known| !known).count();
    let part = |wanted: bool| -> Vec<f64> {
        let rows = (0..score.len()).filter(|&row| known[row] == wanted);
        rows.map(|row| score[row]).collect()
    };
    let differs = drift::by_id("ks").and_then(|ks| {
        let result = ks.test(
            &Sample::Numbers(&part(true)),
            &Sample::Numbers(&part(false)),
        );
        Some(result.ok()?.p_value? < ALPHA)
    });
    let (holds, found) = match differs {
        _ if unknown == 0 => (Some(true), "It is of all of them."),
        Some(true) => (
            Some(false),
            "It is not of some, and the model says other things of those: they were left out.",
        ),
        _ => (
            None,
            "It is not of some, which were left out; what the model says of them is alike, but that does not make them alike.",
        ),
    };
    Assumption {
        id: "truth_is_known",
        holds,
        why: format!(
            "The truth of the cases of the reference is known, or is unknown by chance. {found}"
        ),
        measures: vec![Measure::new(
            "truth_missing",
            share(unknown, known.len(), level),
        )],
    }
}

/// Whether each chunk has cases of both classes, as its probabilities say.
pub(super) fn cases_of_both_classes(
    current: Observed<Scored>,
    calibration: &Calibration,
    level: Level,
) -> Assumption {
    let of_rarer = |chunk: &Chunk| {
        let p = chunk
            .rows
            .iter()
            .map(|&row| calibration.probability(current.cases.score[row]));
        let diseased: f64 = p.sum();
        diseased.min(chunk.rows.len() as f64 - diseased)
    };
    let fewest = current
        .chunks
        .iter()
        .map(of_rarer)
        .fold(f64::INFINITY, f64::min);
    let small = || {
        current
            .chunks
            .iter()
            .filter(|chunk| of_rarer(chunk) < OF_CLASS_MIN)
    };
    let found = if fewest >= OF_CLASS_MIN {
        "Each has.".to_owned()
    } else {
        format!("{} has not.", named(small()))
    };
    Assumption {
        id: "enough_cases",
        holds: Some(fewest >= OF_CLASS_MIN),
        why: format!(
            "Each chunk has {OF_CLASS_MIN} diseased and as many healthy cases to expect, or little can be said of it. {found}"
        ),
        measures: vec![Measure::new(
            "fewest_of_a_class",
            count(fewest, current.cases.n(), level),
        )],
    }
}

/// Whether each chunk has cases enough for a mean.
pub(super) fn cases(chunks: &[Chunk], level: Level) -> Assumption {
    let fewest = chunks
        .iter()
        .map(|chunk| chunk.rows.len())
        .min()
        .unwrap_or_default();
    let found = if fewest >= CASES_MIN {
        "Each has.".to_owned()
    } else {
        format!(
            "{} has not.",
            named(chunks.iter().filter(|chunk| chunk.rows.len() < CASES_MIN))
        )
    };
    Assumption {
        id: "enough_cases",
        holds: Some(fewest >= CASES_MIN),
        why: format!(
            "Each chunk has {CASES_MIN} cases, or little can be said of its mean. {found}"
        ),
        measures: vec![Measure::new(
            "fewest_cases",
            count(fewest as f64, chunks.len(), level),
        )],
    }
}

/// Whether limits come from chunks enough.
pub(super) fn reference_chunks(chunks: &[Chunk], level: Level) -> Assumption {
    let n = chunks.len();
    Assumption {
        id: "enough_reference_chunks",
        holds: Some(n >= CHUNKS_MIN),
        why: format!(
            "The limits come from {CHUNKS_MIN} chunks of the reference or more. They come from {n}."
        ),
        measures: vec![Measure::new("reference_chunks", count(n as f64, n, level))],
    }
}

use super::{Assumption, Measure, count, named, share};
use crate::cases::Cases;
use crate::estimate::Level;
use crate::metric;
use crate::without_labels::Chunk;

/// The diseased and the healthy cases that a chunk is expected to have at least, and the cases where there are no classes.
const OF_CLASS_MIN: f64 = 10.0;
const CASES_MIN: usize = 30;
/// The chunks of the reference below which NannyML warns.
const CHUNKS_MIN: usize = 6;
/// By which factor the sizes of chunks may differ.
const SIZES_APART_MAX: f64 = 2.0;
/// How far from one half the area under the curve of being unlabelled may lie.
const AREA_APART: f64 = 0.05;

/// Whether the truth of the reference is known, and if not of all, whether those whose truth is known are like the others.
pub(super) fn truth_is_known(score: &[f64], known: &[bool], level: Level) -> Assumption {
    let unknown: Vec<bool> = known.iter().map(|known| !known).collect();
    let missing = unknown.iter().filter(|&&unknown| unknown).count();
    let by_score = Cases::new(unknown, score.to_vec(), None, None)
        .ok()
        .zip(metric::by_id("auroc"))
        .map(|(cases, area)| metric::measure(area, &cases, level));
    let differs = by_score.as_ref().and_then(|area| area.interval());
    let (holds, found) = match differs {
        _ if missing == 0 => (Some(true), "It is of all of them."),
        Some((low, high)) if high < 0.5 - AREA_APART || low > 0.5 + AREA_APART => (
            Some(false),
            "It is not of some, and the model says other things of those: they were left out.",
        ),
        _ => (
            None,
            "It is not of some, which were left out. What the model says of them is alike, but that does not make them \
             alike.",
        ),
    };
    let mut measures = vec![Measure::new(
        "truth_missing",
        share(missing, known.len(), level),
    )];
    if missing > 0 {
        measures.extend(by_score.map(|area| Measure::new("missing_by_score", area)));
    }
    Assumption {
        id: "truth_is_known",
        holds,
        why: format!(
            "The truth of the cases of the reference is known, or is unknown by chance. {found}"
        ),
        measures,
    }
}

/// Whether each chunk has cases of each class; `of_rarest` gives the cases that are expected of its rarest one.
pub(super) fn cases_of_each_class(
    chunks: &[Chunk],
    level: Level,
    of_rarest: impl Fn(&[usize]) -> f64,
) -> Assumption {
    let rarest: Vec<f64> = chunks.iter().map(|chunk| of_rarest(&chunk.rows)).collect();
    let fewest = rarest.iter().copied().fold(f64::INFINITY, f64::min);
    let small = chunks
        .iter()
        .zip(&rarest)
        .filter(|(_, rarest)| **rarest < OF_CLASS_MIN);
    let found = if fewest >= OF_CLASS_MIN {
        "Each has.".to_owned()
    } else {
        format!("{} has not.", named(small.map(|(chunk, _)| chunk)))
    };
    Assumption {
        id: "enough_cases",
        holds: Some(fewest >= OF_CLASS_MIN),
        why: format!(
            "Each chunk has {OF_CLASS_MIN} cases or more to expect of each class, diseased or healthy, or little can be \
             said of it. {found}"
        ),
        measures: vec![Measure::new(
            "fewest_of_a_class",
            count(fewest, chunks.len(), level),
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

/// Whether the limits come from chunks enough, and from chunks as large as those that they judge: smaller ones vary more.
pub(super) fn reference_chunks(reference: &[Chunk], current: &[Chunk], level: Level) -> Assumption {
    let size = |chunks: &[Chunk]| {
        let rows: usize = chunks.iter().map(|chunk| chunk.rows.len()).sum();
        rows as f64 / chunks.len().max(1) as f64
    };
    let n = reference.len();
    let ratio = if n == 0 {
        0.0
    } else {
        size(current) / size(reference)
    };
    let is_alike = (1.0 / SIZES_APART_MAX..=SIZES_APART_MAX).contains(&ratio);
    Assumption {
        id: "reference_chunks",
        holds: Some(n >= CHUNKS_MIN && is_alike),
        why: format!(
            "The limits come from {CHUNKS_MIN} chunks of the reference or more, of about the size of those that they \
             judge. They come from {n} of {:.0} cases on average, for {} of {:.0}.",
            size(reference),
            current.len(),
            size(current)
        ),
        measures: vec![
            Measure::new("reference_chunks", count(n as f64, n, level)),
            Measure::new("size_ratio", count(ratio, current.len(), level)),
        ],
    }
}

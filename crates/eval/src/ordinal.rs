//! Grades: truth and answer on one scale whose levels have an order.

use std::collections::BTreeMap;

use galen_stats::metric::Metric;
use galen_stats::ordinal::{Apart, Crossed, Pairs};
use galen_stats::{Cases, Estimate};
use galen_table::Table;
use serde::Serialize;

use crate::binary::{Chosen, chosen_beside, estimates};
use crate::columns::{numbers, same_value};
use crate::drawn::Patients;
use crate::group::{GroupOf, by_group};
use crate::{Columns, EvalError, LeftOut, Settings};

/// Metrics of grades, in the order of the manual, with what they are. Besides, each cut has those of yes-or-no cases.
pub const ORDINAL: &[(&str, &str)] = &[
    (
        "kappa_linear",
        "Kappa whose weights are the levels apart (Cohen 1968, Psychol Bull 70:213-220).",
    ),
    (
        "kappa_quadratic",
        "Kappa whose weights are the squares of the levels apart (Cohen 1968).",
    ),
    ("accuracy", "Share of cases whose level is right."),
    (
        "within_one",
        "Share of cases whose level is right or next to it.",
    ),
    ("mae_levels", "By how many levels the answer is off."),
    (
        "over_graded",
        "Share of cases whose answer is above the truth.",
    ),
    (
        "under_graded",
        "Share of cases whose answer is below the truth.",
    ),
    (
        "somers_d",
        "Of pairs of different truth those in the right order less those in the wrong order (Somers 1962, Am Sociol Rev 27:799-811).",
    ),
    (
        "kendall_tau_b",
        "Rank correlation that knows of ties (Kendall 1945, Biometrika 33:239-251).",
    ),
    (
        "auroc_ordinal",
        "Probability that of two cases of different truth the higher one has the higher answer (Harrell, Lee and Mark 1996, Stat Med 15:361-387).",
    ),
];

/// What a model of grades is worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ordinal {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// From the lowest to the highest.
    pub levels: Vec<String>,
    pub left_out: LeftOut,
    pub overall: Part,
    pub groups: Vec<GroupOf<Part>>,
}

/// Metrics of cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub metrics: BTreeMap<String, Estimate>,
    /// Each level and above against what is below, from the second level on.
    pub cuts: Vec<Cut>,
    /// Rows are true levels, columns answers; empty without answers on the scale.
    pub confusion: Vec<Vec<u64>>,
}

/// A level and above as diseased.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cut {
    pub level: String,
    pub positives: usize,
    pub metrics: BTreeMap<String, Estimate>,
}

/// Cases on a scale.
struct Graded<'a> {
    levels: &'a [String],
    truth: Vec<usize>,
    answer: Option<Vec<usize>>,
    score: Option<Vec<f64>>,
    metrics: Vec<&'a dyn Metric>,
}

/// Measures a table: `columns.truth` and `columns.predicted` hold levels, `columns.score` a number that is higher for higher levels. `levels`
/// go from the lowest to the highest; without them the values are numbers, in their order. What looks at the order of answers takes the
/// score if there is one.
///
/// # Errors
/// [`EvalError`].
pub fn evaluate(
    table: &Table,
    columns: &Columns,
    levels: &[String],
    settings: &Settings,
) -> Result<Ordinal, EvalError> {
    let truth = table.texts(&columns.truth)?;
    let predicted = columns
        .predicted
        .as_deref()
        .map(|column| table.texts(column));
    let predicted = predicted.transpose()?;
    let score = columns
        .score
        .as_deref()
        .map(|column| numbers(table, column));
    let score = score.transpose()?;
    if predicted.is_none() && score.is_none() {
        return Err(EvalError::NothingToJudge);
    }
    let levels = match levels.is_empty() {
        true => in_order(&[Some(&truth), predicted.as_ref()])?,
        false => levels.to_vec(),
    };
    let has_answer = |row: usize| {
        predicted.as_ref().is_none_or(|texts| texts[row].is_some())
            && score.as_ref().is_none_or(|score| score[row].is_some())
    };
    let (rows, left_out) = columns.judged(table, &[], |row| truth[row].is_some(), has_answer)?;
    let (ids, metrics) = chosen_beside(settings, ORDINAL)?;
    let places = |column: &str, texts: &[Option<String>]| -> Result<Vec<usize>, EvalError> {
        let own = rows.iter().filter_map(|&row| texts[row].as_deref());
        own.map(|text| place(&levels, column, text)).collect()
    };
    let answer = match (&columns.predicted, &predicted) {
        (Some(column), Some(texts)) => Some(places(column, texts)?),
        _ => None,
    };
    let of_rows = |score: Vec<Option<f64>>| rows.iter().filter_map(|&row| score[row]).collect();
    let graded = Graded {
        levels: &levels,
        truth: places(&columns.truth, &truth)?,
        answer,
        score: score.map(of_rows),
        metrics: metrics.iter().map(Chosen::metric).collect(),
    };
    let cluster = columns.patients(table, &rows)?;
    let of =
        |places: &[usize], cluster: Option<&[u32]>| graded.part(places, cluster, &ids, settings);
    let (overall, groups) = by_group(table, columns, (&rows, cluster.as_deref()), of)?;
    Ok(Ordinal {
        n: rows.len(),
        clusters: overall.clusters,
        left_out,
        overall,
        groups,
        levels: levels.clone(),
    })
}

/// The values of columns as numbers in their order.
fn in_order(columns: &[Option<&Vec<Option<String>>>]) -> Result<Vec<String>, EvalError> {
    let mut levels: Vec<(f64, String)> = Vec::new();
    for text in columns.iter().flatten().copied().flatten().flatten() {
        let text = text.trim();
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        let number = number.ok_or_else(|| {
            EvalError::Other(format!(
                "`{text}` is no number, so nothing says which level is higher: name the levels from the lowest to the highest."
            ))
        })?;
        // Few levels, so a look through them is cheap.
        if !levels.iter().any(|(known, _)| *known == number) {
            levels.push((number, text.to_owned()));
        }
    }
    levels.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(levels.into_iter().map(|(_, text)| text).collect())
}

fn place(levels: &[String], column: &str, text: &str) -> Result<usize, EvalError> {
    let found = levels.iter().position(|level| same_value(level, text));
    found.ok_or_else(|| {
        EvalError::Other(format!(
            "`{}` of `{column}` is not among the levels: {}.",
            text.trim(),
            levels.join(", ")
        ))
    })
}

impl Graded<'_> {
    fn part(
        &self,
        places: &[usize],
        cluster: Option<&[u32]>,
        ids: &[&str],
        settings: &Settings,
    ) -> Part {
        let patients = Patients::among(places, cluster);
        let mut metrics = BTreeMap::new();
        for id in ids
            .iter()
            .filter(|id| self.answer.is_some() || is_of_order(id))
        {
            let value = |drawn: &[usize]| self.value(id, drawn);
            metrics.insert((*id).to_owned(), patients.estimate(value, settings));
        }
        let cuts =
            (1..self.levels.len()).filter_map(|level| self.cut(level, places, cluster, settings));
        Part {
            n: places.len(),
            clusters: patients.clusters(),
            metrics,
            cuts: cuts.collect(),
            confusion: self
                .crossed(places)
                .map_or_else(Vec::new, |crossed| crossed.counts().to_vec()),
        }
    }

    fn crossed(&self, places: &[usize]) -> Option<Crossed> {
        let answer = self.answer.as_ref()?;
        let both = places
            .iter()
            .map(|&place| (self.truth[place], answer[place]));
        Some(Crossed::of(self.levels.len(), both))
    }

    /// Pairs by the score, or else by the answer.
    fn pairs(&self, places: &[usize]) -> Option<Pairs> {
        let truth: Vec<usize> = places.iter().map(|&place| self.truth[place]).collect();
        let answer: Vec<f64> = match (&self.score, &self.answer) {
            (Some(score), _) => places.iter().map(|&place| score[place]).collect(),
            (None, Some(answer)) => places.iter().map(|&place| answer[place] as f64).collect(),
            (None, None) => return None,
        };
        Some(Pairs::of(self.levels.len(), &truth, &answer))
    }

    fn value(&self, id: &str, places: &[usize]) -> Option<f64> {
        if is_of_order(id) {
            let pairs = self.pairs(places)?;
            return match id {
                "somers_d" => pairs.somers_d(),
                "kendall_tau_b" => pairs.kendall_tau_b(),
                _ => pairs.auroc(),
            };
        }
        let crossed = self.crossed(places)?;
        match id {
            "kappa_linear" => crossed.kappa(Apart::Linear),
            "kappa_quadratic" => crossed.kappa(Apart::Quadratic),
            "accuracy" => crossed.accuracy(),
            "within_one" => crossed.within_one(),
            "mae_levels" => crossed.mae_levels(),
            "over_graded" => crossed.over_graded(),
            "under_graded" => crossed.under_graded(),
            _ => None,
        }
    }

    /// A level and above as diseased; answers of it and above as flags.
    fn cut(
        &self,
        level: usize,
        places: &[usize],
        cluster: Option<&[u32]>,
        settings: &Settings,
    ) -> Option<Cut> {
        let truth: Vec<bool> = places
            .iter()
            .map(|&place| self.truth[place] >= level)
            .collect();
        let cases = |score: Vec<f64>, threshold: Option<f64>| {
            let cluster = cluster.map(<[u32]>::to_vec);
            Cases::new(truth.clone(), score, threshold, cluster).ok()
        };
        let flagged = self.answer.as_ref().and_then(|answer| {
            let own = places.iter().map(|&place| answer[place] as f64);
            cases(own.collect(), Some(level as f64))
        });
        let scored = self
            .score
            .as_ref()
            .and_then(|score| cases(places.iter().map(|&place| score[place]).collect(), None));
        Some(Cut {
            level: self.levels[level].clone(),
            positives: truth.iter().filter(|truth| **truth).count(),
            metrics: estimates(&self.metrics, scored.as_ref(), flagged.as_ref(), settings),
        })
    }
}

/// Whether a metric looks at the order of answers only, so that a score will do.
fn is_of_order(id: &str) -> bool {
    ["somers_d", "kendall_tau_b", "auroc_ordinal"].contains(&id)
}

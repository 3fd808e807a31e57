//! Several yes-or-no questions of each case: each label by itself, and all together.

use std::collections::{BTreeMap, BTreeSet};

use galen_stats::Estimate;
use galen_stats::metric::Metric;
use galen_stats::multilabel::{
    Cell, Labels, auprc_macro, auroc_macro, auroc_micro, complete, coverage_error, f1_macro,
    f1_micro, hamming_loss, label_ranking_average_precision, subset_accuracy,
};
use galen_table::Table;
use serde::Serialize;

use crate::binary::{Chosen, chosen_beside, estimates};
use crate::columns::{Read, in_order};
use crate::drawn::Patients;
use crate::group::{GroupOf, by_group};
use crate::{Columns, EvalError, LeftOut, Settings};

/// Metrics of all labels together, in the order of the manual, with what they are. Besides, each label has those of yes-or-no cases.
pub const MULTILABEL: &[(&str, &str)] = &[
    (
        "auroc_macro",
        "Mean area under the ROC curve of the labels.",
    ),
    (
        "auroc_micro",
        "Area under the ROC curve of all cases and labels together.",
    ),
    ("auprc_macro", "Mean average precision of the labels."),
    (
        "f1_macro",
        "Mean F1 of the labels that have a diseased or a flagged case.",
    ),
    ("f1_micro", "F1 of all cases and labels together."),
    (
        "subset_accuracy",
        "Share of cases of which every label is right; of cases with every truth.",
    ),
    (
        "hamming_loss",
        "Share of wrong flags of all cases and labels.",
    ),
    (
        "label_ranking_average_precision",
        "For each true label of a case the share of true ones among those of its score and more; of cases with every truth (Tsoumakas, Katakis and Vlahavas 2010).",
    ),
    (
        "coverage_error",
        "How many labels, from the highest score on, hold all true ones of a case; of cases with every truth (Tsoumakas, Katakis and Vlahavas 2010).",
    ),
];

/// A question, and the columns of its truth and answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Label {
    pub name: String,
    pub truth: String,
    pub score: Option<String>,
    /// The model's own answer, where it is not that of a threshold.
    pub predicted: Option<String>,
    /// Another one than that of all labels.
    pub threshold: Option<f64>,
}

/// What a model of several labels is worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Multilabel {
    /// Cases with the truth of a label at least.
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub labels: Vec<String>,
    pub left_out_by_label: BTreeMap<String, LeftOut>,
    pub overall: Part,
    pub groups: Vec<GroupOf<Part>>,
    pub warnings: Vec<String>,
}

/// Metrics of cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// Cases with the truth of every label.
    pub complete: usize,
    pub metrics: BTreeMap<String, Estimate>,
    pub by_label: BTreeMap<String, OfLabel>,
}

/// Metrics of the cases of which a label is reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfLabel {
    pub n: usize,
    pub positives: usize,
    pub metrics: BTreeMap<String, Estimate>,
}

/// Measures a table; of `columns` those of patients and groups, the threshold and what is positive are read. A case without the truth of a
/// label is left out of that label.
///
/// # Errors
/// [`EvalError`].
pub fn evaluate(
    table: &Table,
    columns: &Columns,
    labels: &[Label],
    settings: &Settings,
) -> Result<Multilabel, EvalError> {
    if labels.is_empty() {
        return Err(EvalError::NothingToJudge);
    }
    let names: Vec<String> = labels.iter().map(|label| label.name.clone()).collect();
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        return Err(EvalError::Other(
            "Two labels have the same name.".to_owned(),
        ));
    }
    let (ids, metrics) = chosen_beside(settings, MULTILABEL)?;
    let mut read = Vec::new();
    for label in labels {
        let own = Columns {
            truth: label.truth.clone(),
            score: label.score.clone(),
            predicted: label.predicted.clone(),
            threshold: label.threshold.or(columns.threshold),
            ..columns.clone()
        };
        read.push(own.read(table)?);
    }
    let rows: BTreeSet<usize> = read.iter().flat_map(|read| &read.rows).copied().collect();
    let mut rows: Vec<usize> = rows.into_iter().collect();
    let of_labels = labels.iter().flat_map(|label| {
        [
            Some(&label.truth),
            label.score.as_ref(),
            label.predicted.as_ref(),
        ]
    });
    let by: Vec<&str> = columns
        .cluster
        .iter()
        .chain(of_labels.flatten())
        .map(String::as_str)
        .collect();
    in_order(table, &by, &mut rows)?;
    let place_of: BTreeMap<usize, usize> = rows
        .iter()
        .enumerate()
        .map(|(place, &row)| (row, place))
        .collect();
    let cluster = columns.patients(table, &rows)?;
    let mut bench = Bench {
        cases: vec![vec![None; labels.len()]; rows.len()],
        names: &names,
        read: &read,
        places: Vec::new(),
        metrics: metrics.iter().map(Chosen::metric).collect(),
    };
    for (label, read) in read.iter().enumerate() {
        let places: Vec<usize> = read.rows.iter().map(|row| place_of[row]).collect();
        for (at, &place) in places.iter().enumerate() {
            bench.cases[place][label] = Some(cell(read, at));
        }
        bench.places.push(places);
    }
    let of =
        |places: &[usize], cluster: Option<&[u32]>| bench.part(places, cluster, &ids, settings);
    let (overall, groups) = by_group(table, columns, (&rows, cluster.as_deref()), of)?;
    let warnings: BTreeSet<&String> = read.iter().flat_map(|read| &read.warnings).collect();
    Ok(Multilabel {
        n: rows.len(),
        clusters: overall.clusters,
        left_out_by_label: names
            .iter()
            .cloned()
            .zip(read.iter().map(|read| read.left_out))
            .collect(),
        labels: names.clone(),
        overall,
        groups,
        warnings: warnings.into_iter().cloned().collect(),
    })
}

/// A case of a label.
fn cell(read: &Read, at: usize) -> Cell {
    let flagged = read.flagged.as_ref();
    let flag = flagged.and_then(|cases| Some(cases.score()[at] >= cases.threshold()?));
    Cell {
        truth: read.any().truth()[at],
        score: read.scored.as_ref().map(|cases| cases.score()[at]),
        flag,
    }
}

/// What is measured, so that a draw only chooses.
struct Bench<'a> {
    cases: Vec<Labels>,
    names: &'a [String],
    read: &'a [Read],
    /// The place of each case of each label among all cases.
    places: Vec<Vec<usize>>,
    metrics: Vec<&'a dyn Metric>,
}

impl Bench<'_> {
    fn part(
        &self,
        places: &[usize],
        cluster: Option<&[u32]>,
        ids: &[&str],
        settings: &Settings,
    ) -> Part {
        let patients = Patients::among(places, cluster);
        let chosen = |drawn: &[usize]| -> Vec<&Labels> {
            drawn.iter().map(|&place| &self.cases[place]).collect()
        };
        let complete = complete(&chosen(places)).len();
        let mut metrics = BTreeMap::new();
        for id in ids {
            let Some((of, is_whole)) = value(id) else {
                continue;
            };
            let mut estimate = patients.estimate(|drawn| of(&chosen(drawn)), settings);
            if is_whole {
                estimate.n = complete as u64;
            }
            metrics.insert((*id).to_owned(), estimate);
        }
        let mut is_here = vec![false; self.cases.len()];
        places.iter().for_each(|&place| is_here[place] = true);
        let labels = 0..self.names.len();
        Part {
            n: places.len(),
            clusters: patients.clusters(),
            complete,
            metrics,
            by_label: labels
                .map(|label| {
                    (
                        self.names[label].clone(),
                        self.of_label(label, &is_here, settings),
                    )
                })
                .collect(),
        }
    }

    /// The metrics of yes-or-no cases of a label.
    fn of_label(&self, label: usize, is_here: &[bool], settings: &Settings) -> OfLabel {
        let read = &self.read[label];
        let places = &self.places[label];
        let [any, scored, flagged] = [
            Some(read.any()),
            read.scored.as_ref(),
            read.flagged.as_ref(),
        ]
        .map(|cases| cases.map(|cases| cases.filter(|at| is_here[places[at]])));
        OfLabel {
            n: any.as_ref().map_or(0, |cases| cases.n()),
            positives: any.as_ref().map_or(0, |cases| cases.diseased()),
            metrics: estimates(&self.metrics, scored.as_ref(), flagged.as_ref(), settings),
        }
    }
}

type Value = fn(&[&Labels]) -> Option<f64>;

/// A metric of the list, and whether it looks at cases with every truth only.
fn value(id: &str) -> Option<(Value, bool)> {
    Some(match id {
        "auroc_macro" => (auroc_macro, false),
        "auroc_micro" => (auroc_micro, false),
        "auprc_macro" => (auprc_macro, false),
        "f1_macro" => (f1_macro, false),
        "f1_micro" => (f1_micro, false),
        "hamming_loss" => (hamming_loss, false),
        "subset_accuracy" => (subset_accuracy, true),
        "label_ranking_average_precision" => (label_ranking_average_precision, true),
        "coverage_error" => (coverage_error, true),
        _ => return None,
    })
}

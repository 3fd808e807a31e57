//! One of several classes: metrics of all, and of each class against the others.

use std::collections::{BTreeMap, BTreeSet};

use galen_stats::metric::{Metric, by_id};
use galen_stats::ordinal::{Apart, Crossed};
use galen_stats::tally::Tally;
use galen_stats::{Cases, Estimate};
use galen_table::Table;
use serde::Serialize;

use crate::columns::{numbers, same_value};
use crate::drawn::Patients;
use crate::group::{GroupOf, by_group};
use crate::{Columns, EvalError, LeftOut, Settings};

/// Metrics of all classes, in the order of the manual, with what they are.
pub const MULTICLASS: &[(&str, &str)] = &[
    ("accuracy", "Share of cases whose class is right."),
    (
        "balanced_accuracy",
        "Mean over the classes of the share of their cases that are right.",
    ),
    (
        "auroc_macro",
        "Mean area under the ROC curve of each class against the others (Provost and Domingos 2000).",
    ),
    (
        "auroc_weighted",
        "The same, weighted by how many cases a class has.",
    ),
    ("f1_macro", "Mean of the F1 of each class."),
    (
        "kappa",
        "Cohen's kappa (Cohen 1960, Educ Psychol Meas 20:37-46).",
    ),
    (
        "kappa_quadratic",
        "Kappa with quadratic weights, of classes in their order (Cohen 1968, Psychol Bull 70:213-220).",
    ),
];

/// What a model of classes is worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Multiclass {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// Numbers as numbers, else by letters.
    pub classes: Vec<String>,
    pub left_out: LeftOut,
    pub overall: Part,
    /// Each class against the others.
    pub by_class: BTreeMap<String, BTreeMap<String, Estimate>>,
    /// Rows are true classes, columns answers.
    pub confusion: Vec<Vec<u64>>,
    pub groups: Vec<GroupOf<Part>>,
}

/// Metrics of cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub metrics: BTreeMap<String, Estimate>,
}

/// Cases of several classes.
struct Answers {
    classes: usize,
    truth: Vec<usize>,
    predicted: Vec<usize>,
    /// The score of each class, if there are scores of all.
    scores: Option<Vec<Vec<f64>>>,
}

/// Measures a table. `scores` are classes with their columns. Without a column of answers the class of the highest score is the answer.
///
/// # Errors
/// [`EvalError`].
pub fn evaluate(
    table: &Table,
    columns: &Columns,
    scores: &[(String, String)],
    settings: &Settings,
) -> Result<Multiclass, EvalError> {
    let truth = table.texts(&columns.truth)?;
    let predicted = columns
        .predicted
        .as_deref()
        .map(|column| table.texts(column))
        .transpose()?;
    if predicted.is_none() && scores.is_empty() {
        return Err(EvalError::NothingToJudge);
    }
    let mut of_class = Vec::new();
    for (_, column) in scores {
        of_class.push(numbers(table, column)?);
    }
    let classes = classes(&truth, predicted.as_deref(), scores);
    let place = |text: &str| classes.iter().position(|class| same_value(class, text));
    let has_answer = |row: usize| {
        predicted.as_ref().is_none_or(|texts| texts[row].is_some())
            && of_class.iter().all(|score| score[row].is_some())
    };
    let (rows, left_out) = {
        let besides: Vec<&str> = scores.iter().map(|(_, column)| column.as_str()).collect();
        columns.judged(table, &besides, |row| truth[row].is_some(), has_answer)?
    };
    // The scores of the classes, in their order; a class of the truth without a column has none.
    let order: Option<Vec<usize>> = classes
        .iter()
        .map(|class| scores.iter().position(|(name, _)| same_value(name, class)))
        .collect();
    let scored = order.filter(|_| !scores.is_empty()).map(|order| {
        let of = order
            .iter()
            .map(|&at| rows.iter().filter_map(|&row| of_class[at][row]).collect());
        of.collect::<Vec<Vec<f64>>>()
    });
    let truth: Vec<usize> = rows
        .iter()
        .map(|&row| {
            truth[row]
                .as_deref()
                .and_then(place)
                .expect("classes hold every truth")
        })
        .collect();
    let answers: Vec<usize> = match (&predicted, &scored) {
        (Some(texts), _) => rows
            .iter()
            .map(|&row| {
                texts[row]
                    .as_deref()
                    .and_then(place)
                    .expect("classes hold every answer")
            })
            .collect(),
        (None, Some(scored)) => (0..rows.len()).map(|case| highest(scored, case)).collect(),
        (None, None) => {
            let without: Vec<&String> = classes
                .iter()
                .filter(|class| !scores.iter().any(|(name, _)| same_value(name, class)))
                .collect();
            return Err(EvalError::Other(format!(
                "The class `{}` has no column of scores.",
                without[0]
            )));
        }
    };
    let cluster = columns.patients(table, &rows)?;
    let answers = Answers {
        classes: classes.len(),
        truth,
        predicted: answers,
        scores: scored,
    };
    let ids = settings.among(MULTICLASS.iter().map(|(id, _)| *id))?;
    let of =
        |places: &[usize], cluster: Option<&[u32]>| answers.part(places, cluster, &ids, settings);
    let (overall, groups) = by_group(table, columns, (&rows, cluster.as_deref()), of)?;
    let mut by_class = BTreeMap::new();
    for (class, name) in classes.iter().enumerate() {
        by_class.insert(
            name.clone(),
            answers.one_against_rest(class, cluster.as_deref(), settings)?,
        );
    }
    let every: Vec<usize> = (0..rows.len()).collect();
    let confusion = answers.crossed(&every).counts().to_vec();
    Ok(Multiclass {
        n: rows.len(),
        clusters: overall.clusters,
        classes,
        left_out,
        overall,
        by_class,
        confusion,
        groups,
    })
}

/// Every class of the truth, of the answers and of the scores: as numbers if all are, else by letters.
fn classes(
    truth: &[Option<String>],
    predicted: Option<&[Option<String>]>,
    scores: &[(String, String)],
) -> Vec<String> {
    let all = truth
        .iter()
        .chain(predicted.into_iter().flatten())
        .flatten();
    let named = scores.iter().map(|(class, _)| class);
    let all: BTreeSet<String> = all
        .chain(named)
        .map(|text| text.trim().to_owned())
        .collect();
    let mut classes: Vec<String> = Vec::new();
    for class in all {
        if !classes.iter().any(|known| same_value(known, &class)) {
            classes.push(class);
        }
    }
    let number = |text: &String| text.parse::<f64>().ok();
    if classes.iter().all(|class| number(class).is_some()) {
        classes.sort_by(|a, b| {
            number(a)
                .unwrap_or_default()
                .total_cmp(&number(b).unwrap_or_default())
        });
    }
    classes
}

fn highest(scores: &[Vec<f64>], case: usize) -> usize {
    // The first of equals, as numpy's argmax.
    let better = |best: usize, class: usize| {
        if scores[class][case] > scores[best][case] {
            class
        } else {
            best
        }
    };
    (1..scores.len()).fold(0, better)
}

impl Answers {
    fn part(
        &self,
        places: &[usize],
        cluster: Option<&[u32]>,
        ids: &[&str],
        settings: &Settings,
    ) -> Part {
        let patients = Patients::among(places, cluster);
        let mut metrics = BTreeMap::new();
        for id in ids {
            let value = |drawn: &[usize]| self.value(id, drawn);
            metrics.insert((*id).to_owned(), patients.estimate(value, settings));
        }
        Part {
            n: places.len(),
            clusters: patients.clusters(),
            metrics,
        }
    }

    fn crossed(&self, places: &[usize]) -> Crossed {
        let both = |&place: &usize| (self.truth[place], self.predicted[place]);
        Crossed::of(self.classes, places.iter().map(both))
    }

    fn value(&self, id: &str, places: &[usize]) -> Option<f64> {
        let k = self.classes;
        let crossed = self.crossed(places);
        let table = crossed.counts();
        let row = |class: usize| table[class].iter().sum::<u64>() as f64;
        let column = |class: usize| table.iter().map(|row| row[class]).sum::<u64>() as f64;
        let right = |class: usize| table[class][class] as f64;
        match id {
            "accuracy" => crossed.accuracy(),
            "balanced_accuracy" => {
                let there: Vec<usize> = (0..k).filter(|&class| row(class) > 0.0).collect();
                let sum: f64 = there.iter().map(|&class| right(class) / row(class)).sum();
                (!there.is_empty()).then(|| sum / there.len() as f64)
            }
            "f1_macro" => {
                let there: Vec<usize> = (0..k)
                    .filter(|&class| row(class) + column(class) > 0.0)
                    .collect();
                let f1 = |&class: &usize| 2.0 * right(class) / (row(class) + column(class));
                (!there.is_empty()).then(|| there.iter().map(f1).sum::<f64>() / there.len() as f64)
            }
            "kappa" => crossed.kappa(Apart::Alike),
            "kappa_quadratic" => crossed.kappa(Apart::Quadratic),
            "auroc_macro" | "auroc_weighted" => {
                let (mut sum, mut weights) = (0.0, 0.0);
                for class in 0..k {
                    let area = self.area(class, places)?;
                    let weight = if id == "auroc_macro" { 1.0 } else { row(class) };
                    sum += weight * area;
                    weights += weight;
                }
                Some(sum / weights)
            }
            _ => None,
        }
    }

    /// The area of a class against the others.
    fn area(&self, class: usize, places: &[usize]) -> Option<f64> {
        let scores = &self.scores.as_ref()?[class];
        let truth = places
            .iter()
            .map(|&place| self.truth[place] == class)
            .collect();
        let score = places.iter().map(|&place| scores[place]).collect();
        let cases = Cases::new(truth, score, None, None).ok()?;
        by_id("auroc")?.value(&Tally::of(&cases), None)
    }

    /// A class as yes, the others as no: shares of its answers, and the area of its scores.
    fn one_against_rest(
        &self,
        class: usize,
        cluster: Option<&[u32]>,
        settings: &Settings,
    ) -> Result<BTreeMap<String, Estimate>, EvalError> {
        let truth: Vec<bool> = self.truth.iter().map(|own| *own == class).collect();
        let flags = self
            .predicted
            .iter()
            .map(|own| f64::from(u8::from(*own == class)))
            .collect();
        let cluster = || cluster.map(<[u32]>::to_vec);
        let flagged = Cases::new(truth.clone(), flags, Some(0.5), cluster())?;
        let mut found = BTreeMap::new();
        let mut add = |id: &'static str, cases: &Cases| {
            let metric: &dyn Metric = by_id(id).expect("it is a metric of the list");
            found.insert(
                id.to_owned(),
                galen_stats::metric::measure(metric, cases, settings.level),
            );
        };
        for id in [
            "sensitivity",
            "specificity",
            "ppv",
            "npv",
            "f1",
            "prevalence",
        ] {
            add(id, &flagged);
        }
        if let Some(scores) = &self.scores {
            add(
                "auroc",
                &Cases::new(truth, scores[class].clone(), None, cluster())?,
            );
        }
        Ok(found)
    }
}

//! Numbers against numbers: errors, agreement, explained variation.

use std::collections::BTreeMap;

use galen_stats::Estimate;
use galen_table::Table;
use serde::Serialize;

use crate::columns::numbers;
use crate::drawn::Patients;
use crate::group::{GroupOf, by_group};
use crate::{Columns, EvalError, LeftOut, Settings};

/// A metric of predicted against true numbers.
pub struct Of {
    pub id: &'static str,
    /// What it is, and its source.
    pub what: &'static str,
    value: fn(&[(f64, f64)]) -> Option<f64>,
}

/// Every metric of numbers; pairs are (truth, predicted).
pub const REGRESSION: &[Of] = &[
    Of {
        id: "mae",
        what: "Mean absolute error.",
        value: |pairs| mean(pairs, |(truth, own)| (own - truth).abs()),
    },
    Of {
        id: "rmse",
        what: "Root of the mean squared error.",
        value: |pairs| mean(pairs, |(truth, own)| (own - truth).powi(2)).map(f64::sqrt),
    },
    Of {
        id: "r2",
        what: "Share of the variation of the truth that is explained; not defined where the truth does not vary.",
        value: r2,
    },
    Of {
        id: "bias",
        what: "Mean of predicted less true (Bland and Altman 1986, Lancet 327:307-310).",
        value: |pairs| mean(pairs, |(truth, own)| own - truth),
    },
    Of {
        id: "limits_of_agreement",
        what: "Half of the width of the limits of agreement: 1.96 standard deviations of the differences (Bland and Altman 1986).",
        value: |pairs| deviation(pairs).map(|deviation| 1.96 * deviation),
    },
    Of {
        id: "icc",
        what: "Intraclass correlation of truth and prediction, two-way random, absolute agreement, single measurement (Shrout and Fleiss 1979, Psychol Bull 86:420-428).",
        value: icc,
    },
    Of {
        id: "ccc",
        what: "Concordance correlation (Lin 1989, Biometrics 45:255-268).",
        value: ccc,
    },
];

/// What a model of numbers is worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Regression {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
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
    /// Lower and upper limit of agreement: between them lie 95 of 100 differences of predicted and true.
    pub agreement: Option<[f64; 2]>,
}

/// Measures a table. Intervals are percentile intervals of draws of patients.
///
/// # Errors
/// [`EvalError`].
pub fn evaluate(
    table: &Table,
    columns: &Columns,
    settings: &Settings,
) -> Result<Regression, EvalError> {
    let own = columns
        .score
        .as_ref()
        .or(columns.predicted.as_ref())
        .ok_or(EvalError::NothingToJudge)?;
    let (truth, own) = (numbers(table, &columns.truth)?, numbers(table, own)?);
    let has_truth = |row: usize| truth[row].is_some();
    let (rows, left_out) = columns.judged(table, &[], has_truth, |row| own[row].is_some())?;
    let pairs = rows.iter().filter_map(|&row| truth[row].zip(own[row]));
    let pairs: Vec<(f64, f64)> = pairs.collect();
    let asked = settings.among(REGRESSION.iter().map(|one| one.id))?;
    let metrics: Vec<&Of> = REGRESSION
        .iter()
        .filter(|one| asked.contains(&one.id))
        .collect();
    let cluster = columns.patients(table, &rows)?;
    let of = |places: &[usize], cluster: Option<&[u32]>| {
        let pairs: Vec<(f64, f64)> = places.iter().map(|&place| pairs[place]).collect();
        part(&pairs, cluster, &metrics, settings)
    };
    let (overall, groups) = by_group(table, columns, (&rows, cluster.as_deref()), of)?;
    Ok(Regression {
        n: pairs.len(),
        clusters: overall.clusters,
        left_out,
        overall,
        groups,
    })
}

fn part(
    pairs: &[(f64, f64)],
    cluster: Option<&[u32]>,
    metrics: &[&Of],
    settings: &Settings,
) -> Part {
    let patients = Patients::of(pairs.len(), cluster);
    let mut found = BTreeMap::new();
    for metric in metrics {
        let value = |places: &[usize]| {
            let pairs: Vec<(f64, f64)> = places.iter().map(|&place| pairs[place]).collect();
            (metric.value)(&pairs)
        };
        found.insert(metric.id.to_owned(), patients.estimate(value, settings));
    }
    let bias = mean(pairs, |(truth, own)| own - truth);
    let half = deviation(pairs).map(|deviation| 1.96 * deviation);
    Part {
        n: pairs.len(),
        clusters: patients.clusters(),
        metrics: found,
        agreement: bias
            .zip(half)
            .map(|(bias, half)| [bias - half, bias + half]),
    }
}

fn mean(pairs: &[(f64, f64)], of: impl Fn((f64, f64)) -> f64) -> Option<f64> {
    (!pairs.is_empty())
        .then(|| pairs.iter().map(|pair| of(*pair)).sum::<f64>() / pairs.len() as f64)
}

/// The standard deviation of predicted less true.
fn deviation(pairs: &[(f64, f64)]) -> Option<f64> {
    let centre = mean(pairs, |(truth, own)| own - truth)?;
    let squares: f64 = pairs
        .iter()
        .map(|(truth, own)| (own - truth - centre).powi(2))
        .sum();
    (pairs.len() > 1).then(|| (squares / (pairs.len() as f64 - 1.0)).sqrt())
}

fn r2(pairs: &[(f64, f64)]) -> Option<f64> {
    let centre = mean(pairs, |(truth, _)| truth)?;
    let all: f64 = pairs
        .iter()
        .map(|(truth, _)| (truth - centre).powi(2))
        .sum();
    let left: f64 = pairs.iter().map(|(truth, own)| (truth - own).powi(2)).sum();
    (all > 0.0).then(|| 1.0 - left / all)
}

fn ccc(pairs: &[(f64, f64)]) -> Option<f64> {
    let (x, y) = (mean(pairs, |pair| pair.0)?, mean(pairs, |pair| pair.1)?);
    let of_x = mean(pairs, |pair| (pair.0 - x).powi(2))?;
    let of_y = mean(pairs, |pair| (pair.1 - y).powi(2))?;
    let both = mean(pairs, |pair| (pair.0 - x) * (pair.1 - y))?;
    let of = of_x + of_y + (x - y).powi(2);
    (of > 0.0).then(|| 2.0 * both / of)
}

/// ICC(2,1) of two columns.
fn icc(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    if pairs.len() < 2 {
        return None;
    }
    let (x, y) = (mean(pairs, |pair| pair.0)?, mean(pairs, |pair| pair.1)?);
    let centre = (x + y) / 2.0;
    let of_rows: f64 = pairs
        .iter()
        .map(|pair| 2.0 * ((pair.0 + pair.1) / 2.0 - centre).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    let of_columns = n * ((x - centre).powi(2) + (y - centre).powi(2));
    let all: f64 = pairs
        .iter()
        .map(|pair| (pair.0 - centre).powi(2) + (pair.1 - centre).powi(2))
        .sum();
    let of_errors = (all - of_rows * (n - 1.0) - of_columns) / (n - 1.0);
    let of = of_rows + of_errors + 2.0 * (of_columns - of_errors) / n;
    (of > 0.0).then(|| (of_rows - of_errors) / of)
}

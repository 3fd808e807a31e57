//! `galen eval gap`: why a metric is worse in a group.

use std::path::{Path, PathBuf};

use galen_eval::Settings;
use galen_eval::gap::{Cause, Explained, Gap, Side, explain};
use galen_lifecycle::evaluate::score;
use galen_model::{InputContract, Predict};
use galen_table::{ColumnError, Table};
use serde_json::json;

use super::{columns_of, failure, settings, warn};
use crate::args::EvalGap;
use crate::outside::read_file;
use crate::place::Place;
use crate::reading::{named_otherwise, table_in};
use crate::report::{Failure, Report};
use crate::words::{estimate, number, table as in_table};

/// The column of the model's scores, where the table has none.
const OWN_SCORE: &str = "galen score";

pub fn gap(args: &EvalGap, place: &Place) -> Result<Report, Failure> {
    let settings = settings(&args.how)?;
    let metric = match settings.metrics.as_slice() {
        [] => "sensitivity".to_owned(),
        [one] => one.clone(),
        [_, second, ..] => {
            return Err(Failure::usage(
                "metric",
                format!(
                    "`--metric {second}` is a second metric, and one gap is explained at a time"
                ),
                "name one metric",
            ));
        }
    };
    let rerun = |text: &String| {
        let (name, column) = text.split_once('=').ok_or_else(|| {
            Failure::usage(
                "rerun",
                format!("`--rerun {text}` names no column"),
                "write what was changed and the column of scores: --rerun window=score_window",
            )
        })?;
        Ok((name.to_owned(), column.to_owned()))
    };
    let read = |path: &PathBuf| table_in(&place.path(path), &args.reading);
    let mut cases = read(&args.what)?;
    let mut columns = columns_of(&args.answers);
    let mut reruns = args
        .rerun
        .iter()
        .map(rerun)
        .collect::<Result<Vec<_>, Failure>>()?;
    if let Some(folder) = &args.model {
        let model = model_in(&place.path(folder))?;
        if columns.score.is_none() && columns.predicted.is_none() {
            let scores = score(model.as_ref(), &cases)?.into_iter().map(Some);
            cases = cases
                .with_column(OWN_SCORE, &scores.collect::<Vec<_>>())
                .map_err(|error| named_otherwise("model", &error))?;
            columns.score = Some(OWN_SCORE.to_owned());
        }
        for text in &args.again {
            let again = Again::of(text)?;
            let column = format!("galen again {}", again.name);
            let scores = again.scores(model.as_ref(), &cases)?;
            cases = cases
                .with_column(&column, &scores)
                .map_err(|error| named_otherwise("again", &error))?;
            reruns.push((again.name, column));
        }
    }
    let asked = Gap {
        metric,
        by: args.by.clone(),
        group: args.group.clone(),
        against: args.against.clone(),
        case_mix: args.case_mix.clone(),
        quality: args.quality.clone(),
        missing: args.missing.clone(),
        reruns,
        second_truth: args.second_truth.clone(),
    };
    let training = args.training.as_ref().map(read).transpose()?;
    let settings = Settings {
        metrics: Vec::new(),
        ..settings
    };
    let found = explain(&cases, training.as_ref(), &columns, &asked, &settings)
        .map_err(|error| failure(&error))?;
    warn(&found.warnings);
    let text = in_words(&found);
    Ok(Report::new("eval gap", json!(found), text))
}

/// What a model is given in a second run.
struct Again {
    name: String,
    /// Inputs, and what stands in for each.
    inputs: Vec<(String, Other)>,
}

enum Other {
    Column(String),
    Times(f64),
}

impl Again {
    fn of(text: &str) -> Result<Again, Failure> {
        let wrong = || {
            Failure::usage(
                "again",
                format!("`--again {text}` does not say what the model is given"),
                "write a name and its inputs: --again units:creatinine=88.4, or --again window:mean=mean_b,sd=sd_b",
            )
        };
        let (name, inputs) = text.split_once(':').ok_or_else(wrong)?;
        let input = |one: &str| {
            let (input, other) = one.split_once('=').ok_or_else(wrong)?;
            let other = match other.parse::<f64>() {
                Ok(times) => Other::Times(times),
                Err(_) => Other::Column(other.to_owned()),
            };
            Ok((input.to_owned(), other))
        };
        Ok(Again {
            name: name.to_owned(),
            inputs: inputs
                .split(',')
                .map(input)
                .collect::<Result<_, Failure>>()?,
        })
    }

    /// The model's scores of the cases with other inputs, in their order.
    fn scores(&self, model: &dyn Predict, cases: &Table) -> Result<Vec<Option<f64>>, Failure> {
        let mut given = cases.clone();
        for (input, other) in &self.inputs {
            let wrong = |error: ColumnError| named_otherwise("again", &error);
            // That the input is one of the model is told when it is encoded; that it is a column, here.
            given.kind(input).map_err(wrong)?;
            let (column, times) = match other {
                Other::Column(column) => (column, 1.0),
                Other::Times(times) => (input, *times),
            };
            let values = given.numbers(column).map_err(wrong)?;
            let values: Vec<Option<f64>> = values
                .iter()
                .map(|value| value.map(|value| value * times))
                .collect();
            given = given
                .without(&[input])
                .with_column(input, &values)
                .map_err(wrong)?;
        }
        let scores = score(model, &given)?;
        Ok(scores.into_iter().map(Some).collect())
    }
}

/// The model of a folder.
fn model_in(folder: &Path) -> Result<Box<dyn Predict>, Failure> {
    let wrong = |why: String| {
        Failure::usage(
            "model",
            format!("{} is no model: {why}", folder.display()),
            "name a folder with model.onnx and contract.json, as galen run writes",
        )
    };
    let contract = InputContract::read(&read_file(&folder.join("contract.json"))?);
    let contract = contract.map_err(|error| wrong(error.to_string()))?;
    let model = galen_onnx::OnnxModel::read(&read_file(&folder.join("model.onnx"))?, contract);
    Ok(Box::new(model.map_err(|error| wrong(error.to_string()))?))
}

fn in_words(found: &Explained) -> String {
    let side = |side: &Side| {
        let value = side.value.as_deref().unwrap_or("all others");
        format!(
            "{value}: {} (n {}, {} diseased)",
            estimate(&side.estimate),
            side.n,
            side.diseased
        )
    };
    let row = |cause: &Cause| {
        let name = match cause.cause {
            "preprocessing" => cause
                .columns
                .first()
                .map_or("preprocessing".to_owned(), |name| {
                    format!("preprocessing: {name}")
                }),
            cause => cause.replace('_', " "),
        };
        let part = cause.part.as_ref().map_or("–".to_owned(), estimate);
        vec![
            name,
            part,
            cause.verdict.replace('_', " "),
            cause.why.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = found.causes.iter().map(row).collect();
    let may_be_none = found
        .gap
        .interval()
        .is_none_or(|(low, high)| low <= 0.0 && high >= 0.0);
    let mut lines = vec![
        format!("{} by {}", found.metric, found.by),
        format!("  {}", side(&found.group)),
        format!("  {}", side(&found.against)),
        format!(
            "  gap {}{}",
            estimate(&found.gap),
            if may_be_none {
                ": there may be none"
            } else {
                ""
            }
        ),
        in_table(&["cause", "part of the gap", "", ""], &rows),
        format!(
            "Left among cases alike in prevalence, case mix, quality and missing values: {}",
            estimate(&found.rest)
        ),
    ];
    let mut differs: Vec<_> = found
        .causes
        .iter()
        .flat_map(|cause| &cause.differs)
        .filter(|one| one.standardised.is_some_and(|by| by.abs() >= 0.1))
        .collect();
    differs.sort_by(|a, b| {
        b.standardised
            .unwrap_or_default()
            .abs()
            .total_cmp(&a.standardised.unwrap_or_default().abs())
    });
    for one in differs.iter().take(5) {
        lines.push(format!(
            "  {} is {} against {} ({} standard deviations)",
            one.column,
            number(one.group),
            number(one.others),
            number(one.standardised.unwrap_or_default())
        ));
    }
    lines.join("\n")
}

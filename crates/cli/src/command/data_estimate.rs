//! `galen data estimate`.

use galen_stats::Level;
use galen_stats::without_labels::{Assumption, ChunkEstimates, MetricEstimate, Recalibration};
use galen_table::estimation::{
    Chunks, Counted, EstimationOptions, EstimationReport, TableEstimationError, Task,
    estimate as of_tables,
};
use serde_json::json;

use crate::args::{DataEstimate, EstimationTask, Recalibrate};
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::{self, number, table};

pub fn estimate(args: &DataEstimate, place: &Place) -> Result<Report, Failure> {
    let options = options(args)?;
    let reference = table_in(&place.path(&args.reference), &args.reading)?;
    let current = table_in(&place.path(&args.current), &args.reading)?;
    let report = of_tables(&reference, &current, &options).map_err(|error| failure(&error))?;
    let broken = report
        .assumptions
        .iter()
        .any(|one| one.holds == Some(false));
    let ok = report.crossed == 0 && !broken;
    let mut document = json!(report);
    document["ok"] = json!(ok);
    Ok(Report::new("data estimate", document, text(&report)).judged(ok))
}

fn options(args: &DataEstimate) -> Result<EstimationOptions, Failure> {
    if args.resamples < 20 {
        return Err(Failure::usage(
            "resamples",
            format!("--resamples {} is too few for an interval", args.resamples),
            "ask for 20 or more; 500 are usual",
        ));
    }
    let task = match args.task {
        EstimationTask::Binary => Task::Binary,
        EstimationTask::Multiclass => Task::Multiclass,
        EstimationTask::Regression => Task::Regression,
    };
    Ok(EstimationOptions {
        classes: match task {
            Task::Multiclass => classes(&args.scores)?,
            Task::Binary | Task::Regression => Vec::new(),
        },
        score: match (task, args.scores.as_slice()) {
            (Task::Binary, [_, second, ..]) => {
                return Err(Failure::usage(
                    "scores",
                    format!("`--score {second}` is a second probability, and yes or no has one"),
                    "name one column",
                ));
            }
            (Task::Multiclass, _) => None,
            (_, scores) => scores.first().cloned(),
        },
        task,
        truth: args.truth.clone(),
        positive: args.positive.clone(),
        predicted: args.predicted.clone(),
        threshold: args.threshold,
        features: args.features.clone(),
        patient: args.patient.clone(),
        chunks: match (args.chunk_size, args.chunk_number, &args.chunk_by) {
            (Some(size), _, _) => Chunks::Size(size),
            (_, _, Some(column)) => Chunks::By(column.clone()),
            (_, parts, _) => Chunks::Number(parts.unwrap_or(10)),
        },
        metrics: args.metrics.clone(),
        recalibration: match args.recalibrate {
            Recalibrate::IfBetter => Recalibration::IfBetter,
            Recalibrate::Always => Recalibration::Always,
            Recalibrate::Never => Recalibration::Never,
        },
        level: Level::DEFAULT,
        resamples: args.resamples,
        seed: args.seed,
    })
}

/// The classes with the column of the probability of each.
fn classes(scores: &[String]) -> Result<Vec<(String, String)>, Failure> {
    if scores.len() < 2 {
        return Err(Failure::usage(
            "scores",
            format!(
                "{} of the classes has a column of probabilities",
                scores.len()
            ),
            "name every class with its column: --score benign=p_benign --score malignant=p_malignant",
        ));
    }
    let both = |score: &String| match score.split_once('=') {
        Some((class, column)) if !class.is_empty() && !column.is_empty() => {
            Ok((class.to_owned(), column.to_owned()))
        }
        _ => Err(Failure::usage(
            "scores",
            format!("`--score {score}` does not say of which class"),
            "write it as CLASS=COL, with the class as the file writes it",
        )),
    };
    scores.iter().map(both).collect()
}

fn failure(error: &TableEstimationError) -> Failure {
    let help = match error {
        TableEstimationError::NoColumn { .. } => "see galen data estimate --help",
        TableEstimationError::UnknownMetric { .. } => "name one of those",
        TableEstimationError::NoFlags { .. } => "add --threshold X or --predicted COL",
        TableEstimationError::NotBinary { .. } => {
            "name the value that means diseased: --positive VALUE"
        }
        TableEstimationError::NotClass { .. } => "name every class: --score CLASS=COL",
        TableEstimationError::NoPositive { .. } => "write --positive as the file does",
        TableEstimationError::Score { .. } => "name the column of probabilities with --score",
        TableEstimationError::NoChunk => "write --chunk-size 500 or --chunk-number 10",
        TableEstimationError::Column { .. } => "name the columns as the files do",
        _ => "give a reference with the truth of cases of both kinds, and cases to estimate for",
    };
    Failure::usage("estimate", error.to_string(), help)
}

fn text(report: &EstimationReport) -> String {
    let estimates = report
        .chunks
        .iter()
        .map(|chunk| chunk.metrics.len())
        .sum::<usize>();
    let mut lines = vec![format!(
        "{} of {estimates} estimates in {} chunks crossed their limits.",
        report.crossed,
        report.chunks.len()
    )];
    lines.extend(left_out("reference", &report.rows.reference));
    lines.extend(left_out("current", &report.rows.current));
    for one in &report.calibration {
        let how = if one.recalibrated.isotonic {
            "recalibrated on the reference"
        } else {
            "taken as probabilities"
        };
        lines.push(format!(
            "The scores of `{}` are {how}. {}",
            one.column, one.recalibrated.why
        ));
    }
    lines.push(String::new());
    let rows: Vec<Vec<String>> = (report.chunks.iter())
        .flat_map(|chunk| chunk.metrics.iter().map(move |metric| row(chunk, metric)))
        .collect();
    let headings = ["chunk", "metric", "estimate", "limits", "realized", ""];
    lines.push(table(&headings, &rows));
    lines.push(String::new());
    lines.push("Assumptions".to_owned());
    lines.extend(report.assumptions.iter().flat_map(assumption));
    lines.push(format!(
        "Seed {}, {} resamples.",
        report.seed, report.resamples
    ));
    lines.join("\n")
}

fn row(chunk: &ChunkEstimates, metric: &MetricEstimate) -> Vec<String> {
    let limits = metric
        .limits
        .map(|limits| format!("{}–{}", number(limits.low), number(limits.high)));
    // What the labels of some of the cases say is not what is estimated, unless they are all.
    let realized = match metric.realized {
        Some(value) if chunk.labelled == chunk.n => number(value),
        Some(value) => format!("{} (of {})", number(value), chunk.labelled),
        None => String::new(),
    };
    vec![
        chunk.key.clone(),
        metric.metric.to_owned(),
        words::estimate(&metric.estimate),
        limits.unwrap_or_default(),
        realized,
        if metric.crossed == Some(true) {
            "crossed"
        } else {
            ""
        }
        .to_owned(),
    ]
}

fn left_out(which: &str, counted: &Counted) -> Vec<String> {
    let mut lines: Vec<String> = (counted.left_out.iter())
        .map(|one| {
            format!(
                "{} of {} {which} rows have no `{}` and were left out.",
                one.rows, counted.all, one.column
            )
        })
        .collect();
    if which == "reference" && counted.labelled < counted.used {
        let unknown = counted.used - counted.labelled;
        lines.push(format!(
            "{unknown} of {} reference rows have no truth and teach nothing.",
            counted.used
        ));
    }
    if !counted.empty_chunks.is_empty() {
        let keys = counted.empty_chunks.join(", ");
        lines.push(format!("Nothing is left of these {which} chunks: {keys}."));
    }
    lines
}

fn assumption(one: &Assumption) -> Vec<String> {
    let holds = match one.holds {
        Some(true) => "holds",
        Some(false) => "BROKEN",
        None => "unknown",
    };
    let mut lines = vec![format!("  {holds:<8} {}: {}", one.id, one.why)];
    for measure in &one.measures {
        // What was only counted has no doubt to show.
        let value = match measure.estimate.value {
            Some(value) if measure.estimate.method == "counted" => {
                format!("{}", (10.0 * value).round() / 10.0)
            }
            _ => words::estimate(&measure.estimate),
        };
        lines.push(format!("           {} {value}", measure.id));
    }
    lines
}

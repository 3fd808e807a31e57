//! Performance without labels, of the rows of two tables: a reference with truth, and what came since.

mod columns;

use galen_stats::Level;
use galen_stats::boosting::Boosting;
use galen_stats::without_labels::{
    self, Assumption, Cbpe, Chunk, ChunkEstimates, Dle, ESTIMABLE, Estimable, EstimationError,
    LOSSES, Loss, Observed, PredictedError, Recalibrated, Recalibration, ScoredError,
};
use serde::Serialize;
use thiserror::Error;

use crate::{ColumnError, Table};
use columns::{Features, Part, Side};

/// What is estimated, and which columns say what.
#[derive(Clone, Debug, PartialEq)]
pub struct EstimationOptions {
    pub task: Task,
    /// The column with the truth. The reference has it; what came since may have it, for some.
    pub truth: String,
    /// The value of the truth, and of flags, that means diseased; without it they are 0 and 1.
    pub positive: Option<String>,
    /// The column with the model's probability.
    pub score: Option<String>,
    /// Of several classes, each class and the column with the model's probability of it.
    pub classes: Vec<(String, String)>,
    /// The column with what the model says: its flag, or the number that it predicts.
    pub predicted: Option<String>,
    /// The score at which a case is flagged, where no column says it.
    pub threshold: Option<f64>,
    /// The columns that the model sees.
    pub features: Vec<String>,
    /// The column with the patient.
    pub patient: Option<String>,
    pub chunks: Chunks,
    /// The metrics by id; all that can be estimated if empty.
    pub metrics: Vec<String>,
    pub recalibration: Recalibration,
    pub level: Level,
    /// How often chance is drawn anew for an interval.
    pub resamples: u32,
    pub seed: u64,
}

/// What the model answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Yes or no, by a probability.
    Binary,
    /// One of several classes, by a probability of each.
    Multiclass,
    /// A number.
    Regression,
}

/// Which rows are judged together, in both tables alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunks {
    /// So many rows that follow each other.
    Size(usize),
    /// So many equally large parts.
    Number(usize),
    /// Rows of one value of a column: a month, a ward.
    By(String),
}

/// What was estimated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EstimationReport {
    pub task: Task,
    /// How many estimates of what came since lie outside of their limits.
    pub crossed: usize,
    /// The rows of both tables, and which were left out.
    pub rows: Rows,
    /// Whether scores were recalibrated, where there are scores; one a class.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<ColumnCalibration>,
    pub assumptions: Vec<Assumption>,
    pub chunks: Vec<ChunkEstimates>,
    /// The same for the chunks of the reference, whose truth is known.
    pub reference_chunks: Vec<ChunkEstimates>,
    pub level: f64,
    pub resamples: u32,
    pub seed: u64,
}

/// Whether a column of scores was recalibrated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnCalibration {
    pub column: String,
    #[serde(flatten)]
    pub recalibrated: Recalibrated,
}

/// The rows of both tables.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rows {
    pub reference: Counted,
    pub current: Counted,
}

/// The rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    pub all: usize,
    /// Those that an estimate could be made with.
    pub used: usize,
    /// Those of them whose truth is known.
    pub labelled: usize,
    /// Why rows were left out: a column without a value, and how many rows of it.
    pub left_out: Vec<LeftOut>,
    /// Chunks of which no row was left.
    pub empty_chunks: Vec<String>,
}

/// Rows without a value in a column that must have one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub column: String,
    pub rows: usize,
}

/// Why nothing was estimated.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TableEstimationError {
    #[error("No column is named that says {what}: name it with {option}.")]
    NoColumn {
        what: &'static str,
        option: &'static str,
    },
    #[error("There is no metric `{id}` to estimate; there are {}.", known.join(", "))]
    UnknownMetric {
        id: String,
        known: Vec<&'static str>,
    },
    #[error(
        "`{metric}` asks what the model flagged, and nothing says it: give a threshold, or the column of flags."
    )]
    NoFlags { metric: String },
    #[error(
        "Row {row} (counted from 0) of the {table} table says {value:?} in `{column}`, which is neither 0 nor 1: correct it, or name the value that means diseased."
    )]
    NotBinary {
        table: &'static str,
        column: String,
        row: usize,
        value: String,
    },
    #[error(
        "No row of the {table} table says `{value}` in `{column}`, so nothing there is diseased: correct the value that means it."
    )]
    NoPositive {
        table: &'static str,
        column: String,
        value: String,
    },
    #[error(
        "Row {row} (counted from 0) of the {table} table has a score of {value} in `{column}`; a score is a probability in 0 to 1."
    )]
    Score {
        table: &'static str,
        column: String,
        row: usize,
        value: f64,
    },
    #[error("A chunk of 0 rows, or 0 chunks, cannot be estimated: ask for 1 or more.")]
    NoChunk,
    #[error("The {table} table: {error}")]
    Column {
        table: &'static str,
        error: ColumnError,
    },
    #[error("Nothing can be estimated: {0}.")]
    Estimation(#[from] EstimationError),
    #[error("Nothing can be estimated: {0}.")]
    Scored(#[from] ScoredError),
    #[error("Nothing can be estimated: {0}.")]
    Predicted(#[from] PredictedError),
}

/// Estimates how well the model does on the rows of `current`, whose truth need not be known.
///
/// # Errors
/// [`TableEstimationError`].
pub fn estimate(
    reference: &Table,
    current: &Table,
    options: &EstimationOptions,
) -> Result<EstimationReport, TableEstimationError> {
    let features = Features::of(reference, current, &options.features)?;
    let sides = [
        Side {
            table: reference,
            name: "reference",
            must_have_truth: true,
        },
        Side {
            table: current,
            name: "current",
            must_have_truth: false,
        },
    ];
    match options.task {
        Task::Binary => binary(sides, &features, options),
        Task::Multiclass => multiclass(sides, &features, options),
        Task::Regression => regression(sides, &features, options),
    }
}

fn binary(
    [reference, current]: [Side; 2],
    features: &Features,
    options: &EstimationOptions,
) -> Result<EstimationReport, TableEstimationError> {
    let plan = cbpe(
        options,
        options.predicted.is_some() || options.threshold.is_some(),
    )?;
    let before = reference.scored(options)?;
    let now = current.scored(options)?;
    let known = features.pick(0, &before.part.rows);
    let new = features.pick(1, &now.part.rows);
    let report = plan.estimate(before.observed(&known), now.observed(&new))?;
    Ok(EstimationReport {
        calibration: vec![ColumnCalibration {
            column: options.score.clone().unwrap_or_default(),
            recalibrated: report.calibration,
        }],
        ..assembled(
            options,
            [&before.part, &now.part],
            report.assumptions,
            report.current,
            report.reference,
        )
    })
}

fn multiclass(
    [reference, current]: [Side; 2],
    features: &Features,
    options: &EstimationOptions,
) -> Result<EstimationReport, TableEstimationError> {
    let plan = cbpe(options, true)?;
    let before = reference.classified(options)?;
    let now = current.classified(options)?;
    let known = features.pick(0, &before.part.rows);
    let new = features.pick(1, &now.part.rows);
    let (classes, columns): (Vec<String>, Vec<String>) = options.classes.iter().cloned().unzip();
    let report = plan.estimate_classes(&classes, before.observed(&known), now.observed(&new))?;
    let calibrations = columns.into_iter().zip(report.calibration);
    Ok(EstimationReport {
        calibration: calibrations
            .map(|(column, recalibrated)| ColumnCalibration {
                column,
                recalibrated,
            })
            .collect(),
        ..assembled(
            options,
            [&before.part, &now.part],
            report.assumptions,
            report.current,
            report.reference,
        )
    })
}

fn regression(
    [reference, current]: [Side; 2],
    features: &Features,
    options: &EstimationOptions,
) -> Result<EstimationReport, TableEstimationError> {
    let losses = losses(options)?;
    let before = reference.predicted(options)?;
    let now = current.predicted(options)?;
    let known = features.pick(0, &before.part.rows);
    let new = features.pick(1, &now.part.rows);
    let plan = Dle {
        losses,
        learner: &Boosting::default(),
        level: options.level,
        resamples: options.resamples,
        seed: options.seed,
    };
    let report = plan.estimate(before.observed(&known), now.observed(&new))?;
    Ok(assembled(
        options,
        [&before.part, &now.part],
        report.assumptions,
        report.current,
        report.reference,
    ))
}

fn assembled(
    options: &EstimationOptions,
    [reference, current]: [&Part; 2],
    assumptions: Vec<Assumption>,
    chunks: Vec<ChunkEstimates>,
    reference_chunks: Vec<ChunkEstimates>,
) -> EstimationReport {
    let estimates = chunks.iter().flat_map(|chunk| &chunk.metrics);
    EstimationReport {
        task: options.task,
        crossed: estimates.filter(|one| one.crossed == Some(true)).count(),
        rows: Rows {
            reference: reference.counted.clone(),
            current: current.counted.clone(),
        },
        calibration: Vec::new(),
        assumptions,
        chunks,
        reference_chunks,
        level: options.level.value(),
        resamples: options.resamples,
        seed: options.seed,
    }
}

/// Confidence-based estimation of the metrics that were asked for, or of those that can be with what there is.
fn cbpe(options: &EstimationOptions, has_flags: bool) -> Result<Cbpe, TableEstimationError> {
    let metric = |id: &String| {
        let metric = without_labels::by_id(id).ok_or_else(|| {
            let known = ESTIMABLE.iter().map(|one| one.about().id).collect();
            let id = id.clone();
            TableEstimationError::UnknownMetric { id, known }
        })?;
        if metric.about().needs_flags && !has_flags {
            let metric = id.clone();
            return Err(TableEstimationError::NoFlags { metric });
        }
        Ok(metric)
    };
    let asked: Result<Vec<&'static dyn Estimable>, TableEstimationError> =
        options.metrics.iter().map(metric).collect();
    // Counts of cases follow from the other metrics, and fill a page.
    let shares = ESTIMABLE.iter().filter(|one| one.about().max.is_some());
    let possible = shares.filter(|one| has_flags || !one.about().needs_flags);
    Ok(Cbpe {
        metrics: match asked? {
            none if none.is_empty() => possible.copied().collect(),
            asked => asked,
        },
        recalibration: options.recalibration,
        level: options.level,
        resamples: options.resamples,
        seed: options.seed,
    })
}

fn losses(options: &EstimationOptions) -> Result<Vec<&'static Loss>, TableEstimationError> {
    if options.metrics.is_empty() {
        return Ok(LOSSES.iter().collect());
    }
    let loss = |id: &String| {
        Loss::by_id(id).ok_or_else(|| {
            let known = LOSSES.iter().map(|loss| loss.id).collect();
            let id = id.clone();
            TableEstimationError::UnknownMetric { id, known }
        })
    };
    options.metrics.iter().map(loss).collect()
}

#[cfg(test)]
mod tests;

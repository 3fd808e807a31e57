//! The curves that an evaluation holds, as plots.

use galen_control::Evidence;
use serde::Deserialize;

use super::{detail, written};
use crate::plot::{Bin, Curve, Operating, Roc};

#[derive(Deserialize)]
struct RocPoint {
    fpr: f64,
    tpr: f64,
}

#[derive(Deserialize)]
struct OperatingPoint {
    fpr: Option<f64>,
    tpr: Option<f64>,
    threshold: f64,
}

#[derive(Deserialize)]
struct CalibrationBin {
    mean_score: f64,
    observed: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    n: u64,
}

/// The ROC curve of an evaluation with its declared threshold, if it has one.
pub fn roc(evidence: &Evidence, whose: &str) -> Option<Roc> {
    let points: Vec<RocPoint> = detail(evidence, "roc")?;
    if points.is_empty() {
        return None;
    }
    let operating = detail::<OperatingPoint>(evidence, "operating_point").and_then(|point| {
        Some(Operating {
            label: format!("threshold {}", written(point.threshold, 2)),
            false_positive_rate: point.fpr?,
            sensitivity: point.tpr?,
        })
    });
    let curve = Curve {
        label: whose.to_owned(),
        points: points.iter().map(|point| [point.fpr, point.tpr]).collect(),
        band: Vec::new(),
        operating,
    };
    Some(Roc {
        curves: vec![curve],
    })
}

/// Observed against predicted, bin by bin; empty if the evaluation has no bins.
pub fn calibration_bins(evidence: &Evidence) -> Vec<Bin> {
    let bins = detail::<Vec<CalibrationBin>>(evidence, "calibration").unwrap_or_default();
    let bins = bins.into_iter().map(|bin| Bin {
        predicted: bin.mean_score,
        observed: bin.observed,
        low: bin.low,
        high: bin.high,
        n: bin.n,
    });
    bins.collect()
}

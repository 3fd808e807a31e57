use super::limits::Limits;
use crate::estimate::Estimate;
use serde::Serialize;

/// The estimates of one chunk.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChunkEstimates {
    /// The chunk's key.
    pub key: String,
    /// Its cases.
    pub n: u64,
    /// Those whose truth is known.
    pub labelled: u64,
    /// One a metric, in the order in which they were asked for.
    pub metrics: Vec<MetricEstimate>,
}

/// A metric in a chunk, estimated without its labels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricEstimate {
    /// The metric's id.
    pub metric: &'static str,
    /// The estimate; its interval is of what the labels of these very cases would give.
    pub estimate: Estimate,
    /// NannyML's sampling error, of which it draws three to each side of the estimate.
    pub sampling_error: Option<f64>,
    /// What the labels that are known give.
    pub realized: Option<f64>,
    /// The limits from the reference.
    pub limits: Option<Limits>,
    /// Whether the estimate lies outside of them.
    pub crossed: Option<bool>,
}

impl MetricEstimate {
    pub(super) fn new(
        metric: &'static str,
        estimate: Estimate,
        sampling_error: Option<f64>,
        realized: Option<f64>,
        limits: Option<Limits>,
    ) -> MetricEstimate {
        let crossed = limits.zip(estimate.value);
        MetricEstimate {
            metric,
            crossed: crossed.map(|(limits, value)| limits.crossed(value)),
            estimate,
            sampling_error,
            realized,
            limits,
        }
    }
}

use std::collections::BTreeMap;

use galen_stats::Estimate;
use serde::Serialize;

/// Cases of one value of a column, or of one crossing, with every metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The column and its value; several of a crossing.
    pub by: BTreeMap<String, String>,
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub positives: usize,
    /// Whether there are enough cases of both kinds to say anything of a share.
    pub decidable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    pub metrics: BTreeMap<String, Estimate>,
    /// The values of metrics drawn towards those of all groups, the more the fewer cases there are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shrunk: BTreeMap<String, f64>,
}

/// Cases of the rarer kind that are needed to know a share of 0.8 to within 0.2 (Wilson's interval no wider than 0.4).
pub const CASES_NEEDED: usize = 14;

/// Why a group cannot be judged, with the number of patients that are missing.
pub fn undecidable(positives: usize, negatives: usize) -> Option<String> {
    let missing = |has: usize| CASES_NEEDED.saturating_sub(has);
    let (diseased, healthy) = (missing(positives), missing(negatives));
    let text = match (diseased, healthy) {
        (0, 0) => return None,
        (d, 0) => format!("{d} more diseased cases are needed"),
        (0, h) => format!("{h} more healthy cases are needed"),
        (d, h) => format!("{d} more diseased and {h} more healthy cases are needed"),
    };
    Some(format!(
        "{text} to know a share of 0.8 to within 0.2 (here are {positives} diseased and {negatives} healthy)."
    ))
}

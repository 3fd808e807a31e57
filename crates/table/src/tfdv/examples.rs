//! The number of examples, alone and against other data.

use galen_spec::tfdv::{NumericValueComparator, Schema};

use super::anomaly::{AnomalyType, Reason};
use super::{Setting, Statistics};

/// What is wrong with the number of rows.
pub(super) fn look(schema: &Schema, table: &Statistics, setting: &Setting) -> Vec<Reason> {
    let Some(constraints) = &schema.dataset_constraints else {
        return Vec::new();
    };
    let rows = table.rows;
    let mut reasons = Vec::new();
    let compared = [
        (
            &constraints.num_examples_drift_comparator,
            setting.previous,
            "previous span",
        ),
        (
            &constraints.num_examples_version_comparator,
            setting.previous_version,
            "previous version",
        ),
    ];
    for (comparator, control, name) in compared {
        if let (Some(comparator), Some(control)) = (comparator, control) {
            reasons.extend(compare(rows, control.rows, comparator, name));
        }
    }
    // As in TFDV, the highest number is asked only where a lowest stands beside it.
    if let Some(min) = constraints.min_examples_count {
        if (rows as f64) < min as f64 {
            let what = format!("There are {rows} rows, and at least {min} are expected.");
            let kind = AnomalyType::DatasetLowNumExamples;
            reasons.push(Reason::new(kind, "Low num examples in dataset.", what));
        }
        let max = constraints.max_examples_count;
        if let Some(max) = max.filter(|max| rows as f64 > *max as f64) {
            let what = format!("There are {rows} rows, and at most {max} are expected.");
            let kind = AnomalyType::DatasetHighNumExamples;
            reasons.push(Reason::new(kind, "High num examples in dataset.", what));
        }
    }
    reasons
}

fn compare(rows: u64, before: u64, bounds: &NumericValueComparator, name: &str) -> Vec<Reason> {
    let versus = format!("num examples in current dataset versus the {name}");
    let mut reasons = Vec::new();
    let ratio = rows as f64 / before as f64;
    if let Some(max) = bounds.max_fraction_threshold {
        let kind = AnomalyType::ComparatorHighNumExamples;
        if before == 0 {
            let what = format!("There are {rows} rows, and none in the {name}.");
            reasons.push(Reason::new(
                kind,
                &format!("High {versus}, which has 0."),
                what,
            ));
        } else if ratio > max {
            let what = format!(
                "There are {ratio:.6} times as many rows as in the {name}, and at most {max} are expected."
            );
            reasons.push(Reason::new(kind, &format!("High {versus}."), what));
        }
    }
    if let Some(min) = bounds
        .min_fraction_threshold
        .filter(|min| before != 0 && ratio < *min)
    {
        let what = format!(
            "There are {ratio:.6} times as many rows as in the {name}, and at least {min} are expected."
        );
        let kind = AnomalyType::ComparatorLowNumExamples;
        reasons.push(Reason::new(kind, &format!("Low {versus}."), what));
    }
    reasons
}

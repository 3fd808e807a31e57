use std::sync::LazyLock;

use regex::Regex;

use super::reading::{Measure, Metric, Reading, Row, Table, whole_number};
use super::{Check, Remark, Severity};
use crate::pattern::pattern;

/// Metrics of a row that has the four counts of its 2x2 table are what these give: TP / (TP + FN), and so on.
///
/// Takes for granted that the columns TP, FP, TN and FN are of the row's metrics. Digits that were cut are let pass.
///
/// # Source
/// Altman and Bland 1994, BMJ 308:1552 and 309:102.
pub struct Confusion;

impl Check for Confusion {
    fn name(&self) -> &'static str {
        "metrics_of_their_counts"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for table in &reading.tables {
            for row in &table.rows {
                let Some(counts) = Counts::of(table, row) else {
                    continue;
                };
                let metrics = reading
                    .metrics
                    .iter()
                    .filter(|metric| metric.passage == row.passage);
                remarks.extend(metrics.filter_map(|metric| self.of(metric, &counts)));
            }
        }
        remarks
    }
}

/// Cases by truth and flag.
struct Counts {
    hits: f64,
    false_flags: f64,
    passed: f64,
    misses: f64,
}

static COLUMNS: LazyLock<[Regex; 4]> = LazyLock::new(|| {
    let of = |short: &str, long: &str| {
        pattern(&format!(
            r"^(?:{short}s?|{long}s?|{long}s? \({short}s?\))[,:]?(?: ?\(?n\)?)?$"
        ))
    };
    [
        of("TP", "true[- ]positive"),
        of("FP", "false[- ]positive"),
        of("TN", "true[- ]negative"),
        of("FN", "false[- ]negative"),
    ]
});

impl Counts {
    fn of(table: &Table, row: &Row) -> Option<Counts> {
        if row.cells.len() != table.header.len() {
            return None;
        }
        let number = |regex: &Regex| {
            let column = table
                .header
                .iter()
                .position(|label| regex.is_match(label.trim()))?;
            whole_number(&row.cells[column])
        };
        let [hits, false_flags, passed, misses] = COLUMNS.each_ref().map(number);
        Some(Counts {
            hits: hits? as f64,
            false_flags: false_flags? as f64,
            passed: passed? as f64,
            misses: misses? as f64,
        })
    }

    fn give(&self, measure: Measure) -> Option<f64> {
        let Counts {
            hits,
            false_flags,
            passed,
            misses,
        } = self;
        let (up, down) = match measure {
            Measure::Sensitivity => (*hits, hits + misses),
            Measure::Specificity => (*passed, passed + false_flags),
            Measure::Ppv => (*hits, hits + false_flags),
            Measure::Npv => (*passed, passed + misses),
            Measure::Accuracy => (hits + passed, hits + passed + false_flags + misses),
            Measure::F1 | Measure::Dice => (2.0 * hits, 2.0 * hits + false_flags + misses),
            Measure::Jaccard => (*hits, hits + false_flags + misses),
            Measure::Prevalence => (hits + misses, hits + passed + false_flags + misses),
            _ => return None,
        };
        (down > 0.0).then(|| up / down)
    }
}

impl Confusion {
    fn of(&self, metric: &Metric, counts: &Counts) -> Option<Remark> {
        let given = counts
            .give(metric.measure)
            .filter(|&given| !metric.value.is_near(given))?;
        Some(Remark {
            check: self.name(),
            severity: Severity::Inconsistent,
            message: format!(
                "{} true and {} false positives, {} true and {} false negatives give {} {}, but {} is printed.",
                counts.hits,
                counts.false_flags,
                counts.passed,
                counts.misses,
                metric.measure.name(),
                metric.value.like(given),
                metric.value
            ),
            passages: vec![metric.passage],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::table_remarks;

    #[test]
    fn metrics_are_what_their_counts_give() {
        let table = [
            "Reads\tTP\tFN\tTN\tFP\tSpecificity %\tSensitivity %",
            "Alone\t35\t15\t121\t17\t87.7\t70.0",
            "With the model\t33\t17\t119\t19\t86.2\t68.0",
        ];
        let found = table_remarks(&Confusion, &table);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .message
                .ends_with("give sensitivity 66.0%, but 68.0% is printed.")
        );
    }
}

//! What numbers a paper tells: counts, fractions, values of metrics, tables.

mod count;
mod fraction;
mod line;
mod measure;
mod metric;
mod table;
mod value;

use std::sync::LazyLock;

use regex::Regex;

pub use count::{Count, Partition, Unit};
pub use fraction::Fraction;
pub use line::{Line, LineKind};
pub use measure::Measure;
pub use metric::{Group, Metric};
pub use table::{Row, Table, whole_number};
pub use value::{Interval, NUMBER, WHOLE};

use crate::judging::Passage;
use crate::judging::context::context;
use crate::pattern::pattern;

/// The numbers of a paper and where they stand.
pub struct Reading {
    pub lines: Vec<Line>,
    pub tables: Vec<Table>,
    pub counts: Vec<Count>,
    pub fractions: Vec<Fraction>,
    pub metrics: Vec<Metric>,
    /// Metrics that are of one model on the same cases, as far as can be told.
    pub groups: Vec<Group>,
    /// The paper averages over more than two classes, so that laws of one 2x2 table do not hold.
    pub is_multiclass: bool,
}

static MULTICLASS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bmulti-?class\b|\b(?:macro|micro)[- ]?(?:averag|F1|AUC)|\bweighted[- ]averag|\b(?:three|four|five|six|seven|eight|nine|ten|\d+)[- ](?:class|way)\b",
    )
});

impl Reading {
    pub fn of(passages: &[Passage]) -> Reading {
        let lines = line::lines(passages);
        let tables = table::tables(&lines);
        let mut reading = Reading {
            counts: count::counts(&lines),
            fractions: fraction::fractions(&lines, &tables),
            is_multiclass: lines.iter().any(|line| MULTICLASS.is_match(&line.text)),
            metrics: Vec::new(),
            groups: Vec::new(),
            tables,
            lines,
        };
        metric::read(&mut reading);
        reading
    }
}

/// Whether a sentence tells of this paper's own, present results where `at` stands: neither of others, nor of plans.
fn is_own(line: &Line, at: &std::ops::Range<usize>) -> bool {
    let context = context(&line.text, at, line.section);
    !context.cited && !context.planned
}

/// A whole number with or without commas between thousands; none that no paper counts, so that sums stay small.
pub fn natural(digits: &str) -> Option<u64> {
    let digits: String = digits.chars().filter(|&letter| letter != ',').collect();
    digits
        .parse()
        .ok()
        .filter(|&number| number < 1_000_000_000_000)
}

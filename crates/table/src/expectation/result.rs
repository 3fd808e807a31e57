use galen_spec::data::{Expectation as Declared, Severity};
use galen_stats::{Estimate, Level, Undefined, interval};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Observed;
use crate::accumulator::{EXAMPLES, Example, Keep, shown};
use crate::scan::{Scan, ScanError, look_up};

/// Whether an expectation holds, and what speaks against it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExpectationResult {
    /// The id that the plan gives it.
    pub id: String,
    pub expectation: String,
    pub column: Option<String>,
    pub params: Map<String, Value>,
    pub ok: bool,
    /// Cells, rows or different values that are not as expected; absent for a question about the table as a whole.
    pub unexpected: Option<u64>,
    /// Their share of the cells that were judged: those with a value, or all when the question is whether there is one.
    pub unexpected_share: Option<f64>,
    /// The same share with Wilson's interval, as if these cells were a sample of those to come.
    pub share: Option<Estimate>,
    pub observed: Value,
    pub examples: Vec<Example>,
    /// The first rows that a query found and that are not as expected: they need not be rows of the table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Value>,
    pub severity: Severity,
    /// Why it could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The number of each unexpected row, if they were asked for.
    #[serde(skip)]
    pub rows: Vec<u64>,
}

impl ExpectationResult {
    /// The result of what could not be asked.
    pub(super) fn unasked(declared: &Declared, why: String) -> Self {
        Self {
            id: declared.id.clone(),
            expectation: declared.expectation.clone(),
            column: declared.column.clone(),
            params: declared.params.clone().into_iter().collect(),
            ok: false,
            unexpected: None,
            unexpected_share: None,
            share: None,
            observed: Value::Null,
            examples: Vec::new(),
            found: Vec::new(),
            severity: declared.severity,
            why: Some(why),
            rows: Vec::new(),
        }
    }

    fn count(&mut self, unexpected: u64, judged: u64, mostly: f64) {
        let expected = judged - unexpected;
        // Great Expectations: without a cell to judge the expectation holds.
        self.ok = judged == 0 || expected as f64 / judged as f64 >= mostly;
        self.unexpected = Some(unexpected);
        self.unexpected_share = Some(if judged == 0 {
            0.0
        } else {
            unexpected as f64 / judged as f64
        });
        self.share = Some(share(unexpected as usize, judged as usize, Level::DEFAULT));
        self.observed = json!({"judged": judged, "expected": expected});
    }
}

/// The result, and the columns that are still to be shown of its unexpected rows.
pub(super) fn judge(
    declared: &Declared,
    observed: Observed,
    mostly: f64,
) -> (ExpectationResult, Vec<String>) {
    let mut result = ExpectationResult::unasked(declared, String::new());
    result.why = None;
    let mut to_show = Vec::new();
    match observed {
        Observed::Impossible(why) => result.why = Some(why),
        Observed::Whole { holds, value } => {
            result.ok = holds;
            result.observed = value;
        }
        Observed::Different {
            holds,
            value,
            unexpected,
        } => {
            result.ok = holds;
            result.observed = value;
            result.unexpected = unexpected;
        }
        Observed::Found {
            holds,
            value,
            unexpected,
            share,
            rows,
        } => {
            result.ok = holds;
            result.observed = value;
            result.unexpected = Some(unexpected);
            result.unexpected_share = share;
            result.found = rows;
        }
        Observed::Cells(seen) => {
            result.count(seen.unexpected, seen.judged, mostly);
            result.examples = seen.examples;
            result.rows = seen.rows;
        }
        Observed::Rows {
            columns,
            judged,
            left_out: _,
            unexpected,
        } => {
            result.count(unexpected.len() as u64, judged, mostly);
            result.rows = unexpected;
            to_show = columns;
        }
    }
    (result, to_show)
}

/// Looks up the values of unexpected rows that were found only when all rows were known.
pub(super) fn show(
    result: &mut ExpectationResult,
    columns: &[String],
    scan: &dyn Scan,
    keep: Keep,
) -> Result<(), ScanError> {
    if columns.is_empty() {
        return Ok(());
    }
    let places: Result<Vec<usize>, _> = columns
        .iter()
        .map(|name| scan.heads().place(name))
        .collect();
    let first = &result.rows[..result.rows.len().min(EXAMPLES)];
    let table = look_up(scan, &places?, first)?;
    let examples = first.iter().enumerate().map(|(at, &row)| Example {
        row,
        value: shown(&table, columns, at),
    });
    result.examples = examples.collect();
    if keep == Keep::Examples {
        result.rows.clear();
    }
    Ok(())
}

/// A share with Wilson's interval; undefined of none.
pub(crate) fn share(k: usize, n: usize, level: Level) -> Estimate {
    if n == 0 {
        return Estimate::undefined(Undefined::NoCase, 0, level, "wilson");
    }
    let interval = interval::wilson(k as f64, n as f64, level);
    Estimate::new(k as f64 / n as f64, interval, n as u64, level, "wilson").events(k as u64)
}

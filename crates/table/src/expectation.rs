//! Expectations: declared properties of data, with the words and the meaning of Great Expectations.
//!
//! An expectation is asked of the columns of a table, before any row is seen: [`Expectation::ask`] reads its parameters and
//! chooses what is gathered while the rows go by (see [`crate::accumulator`]), and how that is judged. So all expectations
//! of a plan are answered in one pass over a table that need not fit into memory. To add one: a file in `expectation/` and a
//! line in [`EXPECTATIONS`].

mod asked;
mod column_to_exist;
mod params;
mod table_row_count_to_be_between;
mod values_to_be_between;
mod values_to_be_in_set;
mod values_to_be_of_type;
mod values_to_be_unique;
mod values_to_not_be_null;

use galen_spec::data::Expectation as Declared;
use galen_spec::data::{ColumnKind, Data, Severity};
use galen_stats::{Estimate, Level, Undefined, interval};
use serde::Serialize;
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::accumulator::{AnyAccumulator, EXAMPLES, Example, Keep, shown};
use crate::scan::{Pace, Scan, ScanError, gather, look_up};
use crate::{ColumnError, Heads, Table};
pub use asked::{Asked, Observed};
pub use params::Params;

/// Every expectation that a data plan may name, in the order of the manual.
pub const EXPECTATIONS: &[&dyn Expectation] = &[
    &values_to_be_between::ValuesToBeBetween,
    &values_to_be_in_set::ValuesToBeInSet,
    &values_to_not_be_null::ValuesToNotBeNull,
    &values_to_be_unique::ValuesToBeUnique,
    &values_to_be_of_type::ValuesToBeOfType,
    &column_to_exist::ColumnToExist,
    &table_row_count_to_be_between::TableRowCountToBeBetween,
];

/// A property that data may have.
pub trait Expectation: Sync {
    /// What the expectation is.
    fn about(&self) -> About;

    /// Makes ready to look whether the table has the property; `mostly` is applied by the caller.
    ///
    /// # Errors
    /// [`AskError`] if the question cannot be asked of a table with these columns.
    fn ask(&self, question: &Question) -> Result<Asked, AskError>;
}

/// What is asked, and of which table.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The declared column.
    pub column: Option<&'a str>,
    pub params: Params<'a>,
    /// The columns of the table.
    pub heads: &'a Heads,
    /// Which unexpected rows are remembered.
    pub keep: Keep,
}

impl<'a> Question<'a> {
    /// The declared column, which the table has.
    ///
    /// # Errors
    /// [`AskError::NoColumn`], [`AskError::Column`].
    pub fn column(&self) -> Result<&'a str, AskError> {
        let column = self.column.ok_or(AskError::NoColumn)?;
        self.heads.place(column)?;
        Ok(column)
    }
}

/// What an expectation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The name in files: Great Expectations' own.
    pub id: &'static str,
    /// The parameters that it takes besides the column.
    pub params: &'static [&'static str],
    /// What it asks, in one sentence.
    pub what: &'static str,
}

/// Why an expectation cannot be asked of a table.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AskError {
    #[error("There is no expectation `{name}`; the nearest is `{nearest}`.")]
    Unknown { name: String, nearest: &'static str },
    #[error("It needs a column.")]
    NoColumn,
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error("It takes no parameter `{name}`; it takes {}.", known.join(", "))]
    UnknownParam {
        name: String,
        known: &'static [&'static str],
    },
    #[error("It needs {0}.")]
    Needs(&'static str),
    #[error("The parameter `{name}` is {found} and must be {expected}.")]
    Param {
        name: &'static str,
        found: Value,
        expected: &'static str,
    },
}

/// Whether an expectation holds, and what speaks against it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExpectationResult {
    /// The id that the plan gives it.
    pub id: String,
    pub expectation: String,
    pub column: Option<String>,
    pub params: Map<String, Value>,
    pub ok: bool,
    /// Cells that are not as expected; absent for a question about the table as a whole.
    pub unexpected: Option<u64>,
    /// Their share of the cells that were judged: those with a value, or all when the question is whether there is one.
    pub unexpected_share: Option<f64>,
    /// The same share with Wilson's interval, as if these cells were a sample of those to come.
    pub share: Option<Estimate>,
    pub observed: Value,
    pub examples: Vec<Example>,
    pub severity: Severity,
    /// Why it could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The number of each unexpected row, if they were asked for.
    #[serde(skip)]
    pub rows: Vec<u64>,
}

/// The expectation of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Expectation> {
    EXPECTATIONS.iter().copied().find(|e| e.about().id == id)
}

/// Holds a table in memory against declared expectations, in their order. What cannot be asked does not hold, and says why.
pub fn validate(table: &Table, expectations: &[Declared]) -> Vec<ExpectationResult> {
    match validate_scan(table, expectations, Keep::Examples, Pace::ALONE) {
        Ok(results) => results,
        // A table in memory is read; what an expectation finds wrong with a column's type is the only error left.
        Err(error) => expectations
            .iter()
            .map(|declared| ExpectationResult::unasked(declared, error.to_string()))
            .collect(),
    }
}

/// Holds a table in parts against declared expectations in one pass, in their order; see [`validate`].
///
/// # Errors
/// [`ScanError`] of the reading.
pub fn validate_scan(
    scan: &dyn Scan,
    expectations: &[Declared],
    keep: Keep,
    pace: Pace,
) -> Result<Vec<ExpectationResult>, ScanError> {
    let heads = scan.heads();
    let asked: Vec<_> = expectations
        .iter()
        .map(|declared| ask(declared, heads, keep))
        .collect();
    let accumulators: Vec<&dyn AnyAccumulator> = asked
        .iter()
        .flatten()
        .flat_map(|(asked, _)| asked.accumulators())
        .collect();
    let mut states = gather(scan, &accumulators, pace)?.into_iter();
    let judged = expectations
        .iter()
        .zip(asked)
        .map(|(declared, asked)| match asked {
            Err(error) => {
                let unasked = ExpectationResult::unasked(declared, error.to_string());
                (unasked, Vec::new())
            }
            Ok((asked, mostly)) => {
                let states = states.by_ref().take(asked.accumulators().count()).collect();
                judge(declared, asked.finish(states), mostly)
            }
        });
    let mut judged: Vec<_> = judged.collect();
    for (result, columns) in &mut judged {
        show(result, columns, scan, keep)?;
    }
    Ok(judged.into_iter().map(|(result, _)| result).collect())
}

/// Looks up the values of unexpected rows that were found only when all rows were known.
fn show(
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

/// The expectations that the declared columns themselves state: each is there, of its type, has a value unless it may be
/// missing, one of its values, and (a warning, since a rare value may be true) lies in its plausible range.
pub fn declared(plan: &Data) -> Vec<Declared> {
    let mut all = Vec::new();
    for column in &plan.columns {
        let mut expect = |id: &str, expectation: &str, params: &[(&str, Value)], severity| {
            all.push(Declared {
                id: format!("{}_{id}", column.name),
                expectation: expectation.to_owned(),
                column: Some(column.name.clone()),
                params: params
                    .iter()
                    .map(|(k, v)| ((*k).to_owned(), v.clone()))
                    .collect(),
                severity,
            });
        };
        expect("exists", "expect_column_to_exist", &[], Severity::Stop);
        if column.kind != ColumnKind::Category {
            let kind = serde_json::to_value(column.kind).unwrap_or(Value::Null);
            let of_type = "expect_column_values_to_be_of_type";
            expect("typed", of_type, &[("type_", kind)], Severity::Stop);
        }
        if !column.may_be_missing {
            expect(
                "present",
                "expect_column_values_to_not_be_null",
                &[],
                Severity::Stop,
            );
        }
        if let Some(values) = &column.values {
            let set = [("value_set", json!(values))];
            expect(
                "known",
                "expect_column_values_to_be_in_set",
                &set,
                Severity::Stop,
            );
        }
        if let Some([low, high]) = column.range {
            let range = [("min_value", json!(low)), ("max_value", json!(high))];
            expect(
                "plausible",
                "expect_column_values_to_be_between",
                &range,
                Severity::Warn,
            );
        }
    }
    all
}

impl ExpectationResult {
    /// The result of what could not be asked.
    fn unasked(declared: &Declared, why: String) -> Self {
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
fn judge(declared: &Declared, observed: Observed, mostly: f64) -> (ExpectationResult, Vec<String>) {
    let mut result = ExpectationResult::unasked(declared, String::new());
    result.why = None;
    let mut to_show = Vec::new();
    match observed {
        Observed::Impossible(why) => result.why = Some(why),
        Observed::Whole { holds, value } => {
            result.ok = holds;
            result.observed = value;
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

fn ask(declared: &Declared, heads: &Heads, keep: Keep) -> Result<(Asked, f64), AskError> {
    let name = &declared.expectation;
    let expectation = by_id(name).ok_or_else(|| AskError::Unknown {
        name: name.clone(),
        nearest: nearest(name),
    })?;
    let params = Params::new(&declared.params, expectation.about().params)?;
    let question = Question {
        column: declared.column.as_deref(),
        params,
        heads,
        keep,
    };
    Ok((expectation.ask(&question)?, params.mostly()?))
}

/// The listed id that shares the longest beginning and end with this one.
fn nearest(name: &str) -> &'static str {
    let likeness = |id: &str| {
        let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
            a.zip(b).take_while(|(a, b)| a == b).count()
        };
        same(&mut name.chars(), &mut id.chars())
            + same(&mut name.chars().rev(), &mut id.chars().rev())
    };
    let ids = EXPECTATIONS.iter().map(|e| e.about().id);
    ids.max_by_key(|id| likeness(id)).unwrap_or_default()
}

/// A share with Wilson's interval; undefined of none.
pub(crate) fn share(k: usize, n: usize, level: Level) -> Estimate {
    if n == 0 {
        return Estimate::undefined(Undefined::NoCase, 0, level, "wilson");
    }
    let interval = interval::wilson(k as f64, n as f64, level);
    Estimate::new(k as f64 / n as f64, interval, n as u64, level, "wilson").events(k as u64)
}

#[cfg(test)]
mod laws;

//! Expectations: declared properties of data, with the words and the meaning of Great Expectations.
//!
//! To add one: a file in `expectation/` and a line in [`EXPECTATIONS`].

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

use crate::{ColumnError, Table};
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

/// Unexpected cells that are shown.
const EXAMPLES: usize = 20;

/// A property that data may have.
pub trait Expectation: Sync {
    /// What the expectation is.
    fn about(&self) -> About;

    /// Looks whether the table has the property; `mostly` is applied by the caller.
    ///
    /// # Errors
    /// [`AskError`] if the question itself cannot be asked of this table.
    fn observe(
        &self,
        table: &Table,
        column: Option<&str>,
        params: &Params,
    ) -> Result<Observed, AskError>;
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

/// What was seen of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// Each of `judged` cells was looked at; the rows whose cell is not as expected.
    Cells {
        judged: usize,
        unexpected: Vec<usize>,
    },
    /// The table was looked at as a whole.
    Whole { holds: bool, value: Value },
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
    pub unexpected: Option<usize>,
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
}

/// A cell that is not as expected; its row counts from 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    pub row: usize,
    pub value: Option<String>,
}

/// The expectation of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Expectation> {
    EXPECTATIONS.iter().copied().find(|e| e.about().id == id)
}

/// Holds a table against declared expectations, in their order. What cannot be asked does not hold, and says why.
pub fn validate(table: &Table, expectations: &[Declared]) -> Vec<ExpectationResult> {
    expectations
        .iter()
        .map(|declared| judge(table, declared))
        .collect()
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

fn judge(table: &Table, declared: &Declared) -> ExpectationResult {
    let mut result = ExpectationResult {
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
        why: None,
    };
    match ask(table, declared) {
        Err(error) => result.why = Some(error.to_string()),
        Ok((Observed::Whole { holds, value }, _)) => {
            result.ok = holds;
            result.observed = value;
        }
        Ok((Observed::Cells { judged, unexpected }, mostly)) => {
            let k = unexpected.len();
            let expected = judged - k;
            // Great Expectations: without a cell to judge the expectation holds.
            result.ok = judged == 0 || expected as f64 / judged as f64 >= mostly;
            result.unexpected = Some(k);
            result.unexpected_share = Some(if judged == 0 {
                0.0
            } else {
                k as f64 / judged as f64
            });
            result.share = Some(share(k, judged, Level::DEFAULT));
            result.observed = json!({"judged": judged, "expected": expected});
            result.examples = examples(table, declared.column.as_deref(), &unexpected);
        }
    }
    result
}

fn ask(table: &Table, declared: &Declared) -> Result<(Observed, f64), AskError> {
    let name = &declared.expectation;
    let expectation = by_id(name).ok_or_else(|| AskError::Unknown {
        name: name.clone(),
        nearest: nearest(name),
    })?;
    let params = Params::new(&declared.params, expectation.about().params)?;
    let column = declared.column.as_deref();
    Ok((
        expectation.observe(table, column, &params)?,
        params.mostly()?,
    ))
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

fn examples(table: &Table, column: Option<&str>, rows: &[usize]) -> Vec<Example> {
    let texts = column.and_then(|name| table.texts(name).ok());
    let value = |row: usize| texts.as_ref().and_then(|texts| texts[row].clone());
    let shown = rows.iter().take(EXAMPLES);
    shown
        .map(|&row| Example {
            row,
            value: value(row),
        })
        .collect()
}

/// Judges each cell that has a value by its text.
fn each_value(
    table: &Table,
    column: Option<&str>,
    is_expected: impl Fn(&str) -> bool,
) -> Result<Observed, AskError> {
    let texts = table.texts(column.ok_or(AskError::NoColumn)?)?;
    let judged = texts.iter().flatten().count();
    let is_unexpected = |text: &Option<String>| text.as_deref().is_some_and(|t| !is_expected(t));
    let unexpected = (0..texts.len()).filter(|&row| is_unexpected(&texts[row]));
    let unexpected = unexpected.collect();
    Ok(Observed::Cells { judged, unexpected })
}

#[cfg(test)]
mod laws;

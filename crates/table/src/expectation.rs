//! Expectations: declared properties of data, with the words and the meaning of Great Expectations.
//!
//! An expectation is asked of the columns of a table, before any row is seen: [`Expectation::ask`] reads its parameters and
//! chooses what is gathered while the rows go by (see [`crate::accumulator`]), and how that is judged. So all expectations
//! of a plan are answered in one pass over a table that need not fit into memory. To add one: a file in `expectation/` and a
//! line in [`EXPECTATIONS`].

mod asked;
mod bounds;
mod column_to_exist;
mod compound_columns_to_be_unique;
mod condition;
mod dateutil;
mod distinct;
mod distinct_values_to_be_in_set;
mod distinct_values_to_contain_set;
mod distinct_values_to_equal_set;
mod divergence;
mod extremes;
pub(crate) mod json;
mod kl_divergence_to_be_less_than;
mod literal;
mod max_to_be_between;
mod mean_to_be_between;
mod median_to_be_between;
mod min_to_be_between;
mod most_common_value_to_be_in_set;
mod multicolumn_sum_to_equal;
mod multicolumn_values_to_be_equal;
mod numbers;
mod order;
mod pair_values_a_to_be_greater_than_b;
mod pair_values_to_be_equal;
mod pair_values_to_be_in_set;
mod pairs;
mod params;
mod partition;
mod pattern;
mod proportion_of_non_null_values_to_be_between;
mod proportion_of_unique_values_to_be_between;
mod quantile_values_to_be_between;
mod quantiles;
mod query_results_to_match_comparison;
mod select_column_values_to_be_unique_within_record;
mod shown;
mod stdev_to_be_between;
mod strptime;
mod sum_to_be_between;
mod table_column_count_to_be_between;
mod table_column_count_to_equal;
mod table_columns_to_match_ordered_list;
mod table_columns_to_match_set;
mod table_row_count_to_be_between;
mod table_row_count_to_equal;
mod table_row_count_to_equal_other_table;
mod text;
mod type_to_be;
mod types;
mod unexpected_rows;
mod unique_value_count_to_be_between;
mod value_lengths_to_be_between;
mod value_lengths_to_equal;
mod value_z_scores_to_be_less_than;
mod values_to_be_between;
mod values_to_be_dateutil_parseable;
mod values_to_be_decreasing;
mod values_to_be_in_set;
mod values_to_be_in_type_list;
mod values_to_be_increasing;
mod values_to_be_json_parseable;
mod values_to_be_null;
mod values_to_be_of_type;
mod values_to_be_unique;
mod values_to_match_json_schema;
mod values_to_match_like_pattern;
mod values_to_match_like_pattern_list;
mod values_to_match_regex;
mod values_to_match_regex_list;
mod values_to_match_strftime_format;
mod values_to_not_be_in_set;
mod values_to_not_be_null;
mod values_to_not_be_outliers;
mod values_to_not_match_like_pattern;
mod values_to_not_match_like_pattern_list;
mod values_to_not_match_regex;
mod values_to_not_match_regex_list;

use std::collections::BTreeMap;
use std::sync::Arc;

use galen_spec::data::Expectation as Declared;
use galen_spec::data::{ColumnKind, Data, Severity};
use galen_stats::{Estimate, Level, Undefined, interval};
use serde::Serialize;
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::accumulator::{AnyAccumulator, Chunk, EXAMPLES, Example, Filtered, Keep, shown};
use crate::scan::{Pace, Scan, ScanError, gather, look_up};
use crate::{ColumnError, Head, Heads, Kind, Table};
pub use asked::{Asked, Observed};
use bounds::Bounds;
pub use condition::{Condition, ConditionError};
pub use params::Params;

/// Every expectation that a data plan may name, in the order of the manual.
pub const EXPECTATIONS: &[&dyn Expectation] = &[
    &values_to_be_between::ValuesToBeBetween,
    &values_to_be_in_set::ValuesToBeInSet,
    &values_to_not_be_in_set::ValuesToNotBeInSet,
    &values_to_not_be_null::ValuesToNotBeNull,
    &values_to_be_null::ValuesToBeNull,
    &values_to_be_unique::ValuesToBeUnique,
    &values_to_be_of_type::ValuesToBeOfType,
    &values_to_be_in_type_list::ValuesToBeInTypeList,
    &type_to_be::TypeToBe,
    &value_lengths_to_be_between::ValueLengthsToBeBetween,
    &value_lengths_to_equal::ValueLengthsToEqual,
    &value_z_scores_to_be_less_than::ValueZScoresToBeLessThan,
    &values_to_not_be_outliers::ValuesToNotBeOutliers,
    &values_to_be_increasing::ValuesToBeIncreasing,
    &values_to_be_decreasing::ValuesToBeDecreasing,
    &values_to_be_dateutil_parseable::ValuesToBeDateutilParseable,
    &values_to_match_strftime_format::ValuesToMatchStrftimeFormat,
    &values_to_be_json_parseable::ValuesToBeJsonParseable,
    &values_to_match_json_schema::ValuesToMatchJsonSchema,
    &values_to_match_regex::ValuesToMatchRegex,
    &values_to_match_regex_list::ValuesToMatchRegexList,
    &values_to_match_like_pattern::ValuesToMatchLikePattern,
    &values_to_match_like_pattern_list::ValuesToMatchLikePatternList,
    &values_to_not_match_regex::ValuesToNotMatchRegex,
    &values_to_not_match_regex_list::ValuesToNotMatchRegexList,
    &values_to_not_match_like_pattern::ValuesToNotMatchLikePattern,
    &values_to_not_match_like_pattern_list::ValuesToNotMatchLikePatternList,
    &distinct_values_to_be_in_set::DistinctValuesToBeInSet,
    &distinct_values_to_contain_set::DistinctValuesToContainSet,
    &distinct_values_to_equal_set::DistinctValuesToEqualSet,
    &most_common_value_to_be_in_set::MostCommonValueToBeInSet,
    &kl_divergence_to_be_less_than::KlDivergenceToBeLessThan,
    &mean_to_be_between::MeanToBeBetween,
    &stdev_to_be_between::StdevToBeBetween,
    &sum_to_be_between::SumToBeBetween,
    &max_to_be_between::MaxToBeBetween,
    &min_to_be_between::MinToBeBetween,
    &median_to_be_between::MedianToBeBetween,
    &quantile_values_to_be_between::QuantileValuesToBeBetween,
    &unique_value_count_to_be_between::UniqueValueCountToBeBetween,
    &proportion_of_unique_values_to_be_between::ProportionOfUniqueValuesToBeBetween,
    &proportion_of_non_null_values_to_be_between::ProportionOfNonNullValuesToBeBetween,
    &pair_values_to_be_equal::PairValuesToBeEqual,
    &pair_values_a_to_be_greater_than_b::PairValuesAToBeGreaterThanB,
    &pair_values_to_be_in_set::PairValuesToBeInSet,
    &compound_columns_to_be_unique::CompoundColumnsToBeUnique,
    &multicolumn_sum_to_equal::MulticolumnSumToEqual,
    &multicolumn_values_to_be_equal::MulticolumnValuesToBeEqual,
    &select_column_values_to_be_unique_within_record::SelectColumnValuesToBeUniqueWithinRecord,
    &column_to_exist::ColumnToExist,
    &table_column_count_to_be_between::TableColumnCountToBeBetween,
    &table_column_count_to_equal::TableColumnCountToEqual,
    &table_columns_to_match_ordered_list::TableColumnsToMatchOrderedList,
    &table_columns_to_match_set::TableColumnsToMatchSet,
    &table_row_count_to_be_between::TableRowCountToBeBetween,
    &table_row_count_to_equal::TableRowCountToEqual,
    &table_row_count_to_equal_other_table::TableRowCountToEqualOtherTable,
    &unexpected_rows::UnexpectedRows,
    &query_results_to_match_comparison::QueryResultsToMatchComparison,
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
    /// Whether the column of a place has a value in any row.
    pub has_values: &'a dyn Fn(usize) -> bool,
    pub others: &'a dyn Others,
    /// Which unexpected rows are remembered.
    pub keep: Keep,
}

/// Other tables, by the names that expectations know them by.
pub trait Others: Sync {
    /// The number of rows of a table.
    fn rows(&self, name: &str) -> Option<u64>;
}

/// There is no other table.
pub struct NoOthers;

impl Others for NoOthers {
    fn rows(&self, _name: &str) -> Option<u64> {
        None
    }
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

    /// The kind of a column; none of one without any value.
    ///
    /// # Errors
    /// [`AskError::Column`].
    pub fn kind(&self, column: &str) -> Result<Option<Kind>, AskError> {
        let place = self.heads.place(column)?;
        let kind = self.heads.list()[place].kind;
        Ok((self.has_values)(place).then_some(kind))
    }

    /// The names of the columns, in the order of the file.
    pub fn names(&self) -> Vec<&'a str> {
        let heads = self.heads.list().iter();
        heads.map(|head| head.name.as_str()).collect()
    }

    /// Refuses a column of numbers or truth values, which are no texts.
    ///
    /// # Errors
    /// [`AskError::NotTexts`].
    fn texts_only(&self) -> Result<(), AskError> {
        let column = self.column()?;
        match self.kind(column)? {
            Some(kind) if kind.is_numeric() || kind == Kind::Boolean => Err(AskError::NotTexts {
                column: column.to_owned(),
                kind,
            }),
            _ => Ok(()),
        }
    }

    /// Refuses columns of texts, days and moments in a list, which are no numbers.
    ///
    /// # Errors
    /// [`AskError::NotNumbers`].
    fn numbers_only(&self, name: &'static str) -> Result<(), AskError> {
        for column in self.params.needed_columns(name)? {
            match self.kind(&column)? {
                None | Some(Kind::Integer | Kind::Number | Kind::Boolean) => {}
                Some(kind) => return Err(AskError::NotNumbers { column, kind }),
            }
        }
        Ok(())
    }
}

/// What an expectation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The name in files: Great Expectations' own.
    pub id: &'static str,
    /// The parameters that it takes besides the column.
    pub params: &'static [&'static str],
    /// Whether it can be asked of some of the rows, with `row_condition` and `condition_parser`.
    pub of_rows: bool,
    /// Whether it is about the texts of values, for which [`crate::ReadOptions::keep_texts`] keeps those of days and moments.
    pub of_texts: bool,
    /// What it asks, in one sentence.
    pub what: &'static str,
}

/// Why an expectation cannot be asked of a table.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AskError {
    #[error("There is no expectation `{name}`; near it {}.", quoted(near))]
    Unknown {
        name: String,
        near: Vec<&'static str>,
    },
    #[error("It needs a column.")]
    NoColumn,
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error(transparent)]
    Condition(#[from] ConditionError),
    #[error("It takes no parameter `{name}`; it takes {}.", known.join(", "))]
    UnknownParam {
        name: String,
        known: Vec<&'static str>,
    },
    #[error("It needs {0}.")]
    Needs(&'static str),
    #[error("It needs the parameter `{0}`.")]
    NeedsParam(&'static str),
    #[error("The parameter `{name}` is {found} and must be {expected}.")]
    Param {
        name: &'static str,
        found: Value,
        expected: String,
    },
    #[error("Column `{column}` is of kind {kind} and must be of numbers.")]
    NotNumbers { column: String, kind: Kind },
    #[error("Column `{column}` is of kind {kind} and must be of texts.")]
    NotTexts { column: String, kind: Kind },
    #[error("Column `{0}` is of texts, which do not rise or fall.")]
    NotOrdered(String),
    #[error("Values of kind {a} and {b} cannot be compared.")]
    NotComparable { a: Kind, b: Kind },
    #[error("There is no other table `{0}`: name its file with `--table {0}=FILE`.")]
    NoTable(String),
    #[error("It needs a query engine, which this galen was built without.")]
    NeedsQueries,
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
    /// Cells, rows or different values that are not as expected; absent for a question about the table as a whole.
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

/// Whether any of the expectations is about the texts of values as they stand in the file.
pub fn any_of_texts(expectations: &[Declared]) -> bool {
    let of_texts =
        |declared: &Declared| by_id(&declared.expectation).is_some_and(|e| e.about().of_texts);
    expectations.iter().any(of_texts)
}

/// The listed ids that look most like a name that is none of them.
pub fn near(name: &str) -> Vec<&'static str> {
    let mut ids: Vec<_> = EXPECTATIONS.iter().map(|e| e.about().id).collect();
    ids.sort_by(|a, b| likeness(name, b).total_cmp(&likeness(name, a)));
    ids.truncate(3);
    let best = ids.first().map_or(0.0, |id| likeness(name, id));
    ids.retain(|id| likeness(name, id) > 0.95 * best);
    ids
}

/// The share of neighbouring letters that two names have in common.
///
/// # Source
/// Dice 1945, Ecology 26:297-302.
fn likeness(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| {
        let mut counts: BTreeMap<(u8, u8), usize> = BTreeMap::new();
        text.as_bytes()
            .windows(2)
            .take(200)
            .for_each(|w| *counts.entry((w[0], w[1])).or_insert(0) += 1);
        counts
    };
    let (a, b) = (pairs(a), pairs(b));
    let common: usize = a
        .iter()
        .map(|(pair, n)| (*n).min(b.get(pair).copied().unwrap_or(0)))
        .sum();
    let all: usize = a.values().chain(b.values()).sum();
    2.0 * common as f64 / all.max(1) as f64
}

fn quoted(ids: &[&str]) -> String {
    let is = if ids.len() == 1 { "is" } else { "are" };
    let ids: Vec<_> = ids.iter().map(|id| format!("`{id}`")).collect();
    format!("{is} {}", ids.join(", "))
}

/// Looks whether a declared expectation, and each of its parameters, is known by its name.
///
/// # Errors
/// [`AskError::Unknown`], [`AskError::UnknownParam`].
pub fn check_names(declared: &Declared) -> Result<(), AskError> {
    Params::new(&declared.params, &known(declared)?.about())?;
    Ok(())
}

/// Looks whether a declared expectation can be asked at all, of any table.
///
/// # Errors
/// [`AskError`] about the expectation itself, never about a table.
pub fn check(declared: &Declared) -> Result<(), AskError> {
    let about = known(declared)?.about();
    let params = Params::new(&declared.params, &about)?;
    let mut columns: Vec<String> = declared.column.iter().cloned().collect();
    for name in ["column_A", "column_B"] {
        if about.params.contains(&name) {
            columns.push(params.needed_text(name)?.to_owned());
        }
    }
    if about.params.contains(&"column_list") && about.of_rows {
        columns.extend(params.needed_columns("column_list")?);
    }
    if let Some(condition) = condition(&params)? {
        columns.extend(condition.columns().map(str::to_owned));
    }
    // Of a table that has all these columns, and no value.
    let heads = columns.into_iter().map(|name| Head {
        name,
        kind: Kind::Text,
    });
    let heads = Heads::new(heads.collect());
    match ask(declared, &heads, &|_| false, &NoOthers, Keep::Examples) {
        Err(AskError::NoTable(_) | AskError::NeedsQueries) | Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Holds a table in memory against declared expectations, in their order. What cannot be asked does not hold, and says why.
pub fn validate(table: &Table, expectations: &[Declared]) -> Vec<ExpectationResult> {
    match validate_scan(table, expectations, &NoOthers, Keep::Examples, Pace::ALONE) {
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
    others: &dyn Others,
    keep: Keep,
    pace: Pace,
) -> Result<Vec<ExpectationResult>, ScanError> {
    let has_values = |place| scan.has_values(place);
    let ask = |declared| ask(declared, scan.heads(), &has_values, others, keep);
    let asked: Vec<_> = expectations.iter().map(ask).collect();
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
        Observed::Different {
            holds,
            value,
            unexpected,
        } => {
            result.ok = holds;
            result.observed = value;
            result.unexpected = unexpected;
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

fn known(declared: &Declared) -> Result<&'static dyn Expectation, AskError> {
    let name = &declared.expectation;
    by_id(name).ok_or_else(|| AskError::Unknown {
        name: name.clone(),
        near: near(name),
    })
}

fn condition(params: &Params) -> Result<Option<Condition>, AskError> {
    let Some(condition) = params.value("row_condition") else {
        return Ok(None);
    };
    let parser = params.text("condition_parser")?;
    Ok(Some(Condition::read(condition, parser)?))
}

/// What a declared expectation asks of a table with these columns, and `mostly`.
fn ask(
    declared: &Declared,
    heads: &Heads,
    has_values: &dyn Fn(usize) -> bool,
    others: &dyn Others,
    keep: Keep,
) -> Result<(Asked, f64), AskError> {
    let expectation = known(declared)?;
    let params = Params::new(&declared.params, &expectation.about())?;
    let question = Question {
        column: declared.column.as_deref(),
        params,
        heads,
        has_values,
        others,
        keep,
    };
    let mostly = params.mostly()?;
    let condition = condition(&params)?;
    let asked = expectation.ask(&question)?;
    let Some(condition) = condition else {
        return Ok((asked, mostly));
    };
    condition.check(&question)?;
    let condition = Arc::new(condition);
    let asked = asked.map(|accumulator| {
        let columns = condition.columns().map(str::to_owned).collect();
        let condition = Arc::clone(&condition);
        let keep = move |chunk: &Chunk| condition.keep(chunk);
        Box::new(Filtered::new(accumulator, columns, Arc::new(keep)))
    });
    Ok((asked, mostly))
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

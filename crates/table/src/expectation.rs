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
mod manual;
mod max_to_be_between;
mod mean_to_be_between;
mod median_to_be_between;
mod min_to_be_between;
mod most_common_value_to_be_in_set;
mod multicolumn_sum_to_equal;
mod multicolumn_values_to_be_equal;
mod near;
mod numbers;
mod order;
mod pair_values_a_to_be_greater_than_b;
mod pair_values_to_be_equal;
mod pair_values_to_be_in_set;
mod pairs;
mod params;
mod partition;
mod pattern;
mod plan;
mod proportion_of_non_null_values_to_be_between;
mod proportion_of_unique_values_to_be_between;
mod quantile_values_to_be_between;
mod quantiles;
mod query;
mod query_results_to_match_comparison;
mod question;
mod result;
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
mod type_names;
mod type_to_be;
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

use std::sync::Arc;

use galen_spec::data::Expectation as Declared;
use serde_json::Value;
use thiserror::Error;

use crate::accumulator::{AnyAccumulator, Chunk, Filtered, Keep};
use crate::scan::{Pace, Scan, ScanError, gather};
use crate::{ColumnError, FindTypes, Head, Heads, KeepTexts, Kind, Table};
pub use asked::{Asked, Observed};
use bounds::Bounds;
pub use condition::{Condition, ConditionError};
pub use manual::manual;
pub use near::near;
pub use near::nearest;
use near::quoted;
pub(crate) use numbers::{Between, quantile};
pub use params::Params;
pub use plan::declared;
pub use query::{Extent, Found, Place, Queries, Query, QueryError};
pub use question::{NoOthers, Others, Question};
pub use result::ExpectationResult;
pub(crate) use result::share;
use result::{judge, show};

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
    #[error(
        "It needs a query engine, which this galen was built without: build one that has it, with `cargo build --release --features cluster`."
    )]
    NeedsQueries,
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// The expectation of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Expectation> {
    EXPECTATIONS.iter().copied().find(|e| e.about().id == id)
}

/// The columns whose texts these expectations ask about.
pub fn texts_of(expectations: &[Declared]) -> KeepTexts {
    let of_texts =
        |declared: &&Declared| by_id(&declared.expectation).is_some_and(|e| e.about().of_texts);
    let mut asked = expectations.iter().filter(of_texts).peekable();
    if asked.peek().is_none() {
        return KeepTexts::None;
    }
    let columns: Option<_> = asked.map(|declared| declared.column.clone()).collect();
    // One that names its columns otherwise may ask of any.
    columns.map_or(KeepTexts::All, KeepTexts::Of)
}

/// The columns whose types these expectations need: those that they name, or all where a query may read any.
pub fn types_of(expectations: &[Declared]) -> FindTypes {
    let mut named = Vec::new();
    for declared in expectations {
        let reads_any = |name: &String| name.ends_with("_query");
        if declared.params.keys().any(reads_any) {
            return FindTypes::All;
        }
        named.extend(declared.column.clone());
        declared
            .params
            .values()
            .for_each(|value| texts_in(value, &mut named));
    }
    FindTypes::NamedIn(named)
}

/// Every text of a value, however deep.
fn texts_in(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts_in(value, into)),
        Value::Object(values) => values.iter().for_each(|(name, value)| {
            into.push(name.clone());
            texts_in(value, into);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
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
    condition.check(question.heads, question.has_values)?;
    let condition = Arc::new(condition);
    let asked = asked.map(|accumulator| {
        let columns = condition.columns().map(str::to_owned).collect();
        let condition = Arc::clone(&condition);
        let keep = move |chunk: &Chunk| condition.keep(chunk);
        Box::new(Filtered::new(accumulator, columns, Arc::new(keep)))
    });
    Ok((asked, mostly))
}

#[cfg(test)]
mod laws;

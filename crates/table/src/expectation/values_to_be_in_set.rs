use std::collections::HashSet;

use serde_json::Value;

use super::{About, AskError, Expectation, Observed, Params, each_value};
use crate::{Table, cell};

/// Every value is one of a set: a text of the set is compared as text, a number as number.
///
/// Cells without a value are not judged.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeInSet`.
pub struct ValuesToBeInSet;

impl Expectation for ValuesToBeInSet {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_in_set",
            params: &["value_set", "mostly"],
            what: "Every value is one of a set.",
        }
    }

    fn observe(
        &self,
        table: &Table,
        column: Option<&str>,
        params: &Params,
    ) -> Result<Observed, AskError> {
        let set = params
            .list("value_set")?
            .ok_or(AskError::Needs("`value_set`"))?;
        if !set.iter().all(|v| v.is_string() || v.is_number()) {
            return Err(params.wrong("value_set", "a list of texts and numbers"));
        }
        let texts: HashSet<&str> = set.iter().filter_map(Value::as_str).collect();
        let numbers: Vec<f64> = set.iter().filter_map(Value::as_f64).collect();
        let is_number = |text: &str| cell::number(text).is_some_and(|v| numbers.contains(&v));
        each_value(table, column, |text| {
            texts.contains(text) || is_number(text)
        })
    }
}

use std::collections::HashSet;

use serde_json::Value;

use super::{About, AskError, Asked, Expectation, Question};
use crate::Cell;

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

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let params = &question.params;
        let set = params
            .list("value_set")?
            .ok_or(AskError::Needs("`value_set`"))?;
        if !set
            .iter()
            .all(|v| v.is_string() || v.is_number() || v.is_boolean())
        {
            return Err(params.wrong("value_set", "a list of texts, numbers and truth values"));
        }
        let texts = set.iter().filter_map(Value::as_str).map(str::to_owned);
        let texts: HashSet<String> = texts.collect();
        let numbers: Vec<f64> = set.iter().filter_map(Value::as_f64).collect();
        let truths: Vec<bool> = set.iter().filter_map(Value::as_bool).collect();
        Asked::each_value(question, move |cell| match cell {
            Cell::Text(text) if texts.contains(text) => true,
            Cell::Boolean(value) if truths.contains(&value) => true,
            Cell::Text(_) | Cell::Integer(_) | Cell::Number(_) => {
                cell.number().is_some_and(|value| numbers.contains(&value))
                    || (!texts.is_empty() && texts.contains(&cell.to_string()))
            }
            other => texts.contains(&other.to_string()),
        })
    }
}

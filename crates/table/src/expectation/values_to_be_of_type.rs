use super::{About, AskError, Expectation, Observed, Params, each_value};
use crate::{Table, cell};

/// Every value reads as the type `type_`: `integer`, `number` or `category`.
///
/// Great Expectations names the types of its engine, of which `int64`, `int`, `float64`, `float`, `str` and `object` are
/// understood. A whole number is also a `number`, and any value is a `category`. Cells without a value are not judged.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeOfType`.
pub struct ValuesToBeOfType;

impl Expectation for ValuesToBeOfType {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_of_type",
            params: &["type_", "mostly"],
            what: "Every value reads as an integer, a number or a category.",
        }
    }

    fn observe(
        &self,
        table: &Table,
        column: Option<&str>,
        params: &Params,
    ) -> Result<Observed, AskError> {
        match params.text("type_")?.ok_or(AskError::Needs("`type_`"))? {
            "integer" | "int" | "int64" => {
                each_value(table, column, |t| cell::integer(t).is_some())
            }
            "number" | "float" | "float64" => {
                each_value(table, column, |t| cell::number(t).is_some())
            }
            "category" | "str" | "object" => each_value(table, column, |_| true),
            _ => Err(params.wrong("type_", "`integer`, `number` or `category`")),
        }
    }
}

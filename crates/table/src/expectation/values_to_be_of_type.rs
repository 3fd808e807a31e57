use super::{About, AskError, Asked, Expectation, Question};
use crate::Cell;

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

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let kind = question.params.text("type_")?;
        match kind.ok_or(AskError::Needs("`type_`"))? {
            "integer" | "int" | "int64" => {
                Asked::each_value(question, |cell| cell.whole_number().is_some())
            }
            "number" | "float" | "float64" => {
                Asked::each_value(question, |cell: Cell| cell.number().is_some())
            }
            "category" | "str" | "object" => Asked::each_value(question, |_| true),
            _ => Err(question
                .params
                .wrong("type_", "`integer`, `number` or `category`")),
        }
    }
}

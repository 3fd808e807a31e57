use super::{About, AskError, Asked, Expectation, Question, json};
use crate::Cell;

/// Every value is a text of JSON. A number or a truth value is no text.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeJsonParseable`.
pub struct ValuesToBeJsonParseable;

impl Expectation for ValuesToBeJsonParseable {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_json_parseable",
            params: &["mostly"],
            of_rows: true,
            of_texts: false,
            what: "Every value is a text of JSON.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        Asked::each_value(question, |cell| match cell {
            Cell::Text(text) => json::read(text).is_some(),
            _ => false,
        })
    }
}

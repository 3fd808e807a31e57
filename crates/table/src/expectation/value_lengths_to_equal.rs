use super::{About, AskError, Asked, Expectation, Question, text};

/// Every value, as a text, has `value` letters (code points); see `expect_column_value_lengths_to_be_between`.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValueLengthsToEqual`.
pub struct ValueLengthsToEqual;

impl Expectation for ValueLengthsToEqual {
    fn about(&self) -> About {
        About {
            id: "expect_column_value_lengths_to_equal",
            params: &["value", "mostly"],
            of_rows: true,
            of_texts: true,
            what: "Every value is so many letters long.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let length = question.params.needed_number("value")?;
        text::each(question, move |text| text.chars().count() as f64 == length)
    }
}

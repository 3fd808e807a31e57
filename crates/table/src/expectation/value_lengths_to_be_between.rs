use super::{About, AskError, Asked, Bounds, Expectation, Question, text};

/// Every value, as a text, has between `min_value` and `max_value` letters (code points).
///
/// Numbers and truth values are counted as pandas shows them: `True`, `5.0` in a column that lacks values.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValueLengthsToBeBetween`.
pub struct ValueLengthsToBeBetween;

impl Expectation for ValueLengthsToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_value_lengths_to_be_between",
            params: &[
                "min_value",
                "max_value",
                "strict_min",
                "strict_max",
                "mostly",
            ],
            of_rows: true,
            of_texts: true,
            what: "Every value is between so many letters long.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let bounds = Bounds::of_numbers(&question.params)?;
        text::each(question, move |text| {
            bounds.contain(text.chars().count() as f64)
        })
    }
}

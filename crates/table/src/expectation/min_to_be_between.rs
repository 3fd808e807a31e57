use super::{About, AskError, Asked, Expectation, Question, extremes};

/// The least number, day or moment lies between `min_value` and `max_value`; if there is no value it does not.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnMinToBeBetween`.
pub struct MinToBeBetween;

impl Expectation for MinToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_min_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            of_rows: true,
            of_texts: false,
            what: "The least value lies between two values.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        extremes::question(question, false)
    }
}

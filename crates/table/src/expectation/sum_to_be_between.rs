use super::{About, AskError, Asked, Expectation, Question, numbers};

/// The sum of the numbers lies between `min_value` and `max_value`; that of no number is 0.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnSumToBeBetween`.
pub struct SumToBeBetween;

impl Expectation for SumToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_sum_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            of_rows: true,
            of_texts: false,
            what: "The sum lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        numbers::of_summary(question, |all| Some(all.sum))
    }
}

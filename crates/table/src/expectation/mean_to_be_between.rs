use super::{About, AskError, Asked, Expectation, Question, numbers};

/// The mean of the numbers lies between `min_value` and `max_value`; one of no number does not.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnMeanToBeBetween`.
pub struct MeanToBeBetween;

impl Expectation for MeanToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_mean_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            of_rows: true,
            of_texts: false,
            what: "The mean lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        numbers::of_summary(question, |all| all.mean)
    }
}

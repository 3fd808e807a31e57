use super::{About, AskError, Asked, Expectation, Question, numbers};

/// The standard deviation of the sample (with n - 1) lies between `min_value` and `max_value`; one of less than two numbers does not.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnStdevToBeBetween`.
pub struct StdevToBeBetween;

impl Expectation for StdevToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_stdev_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            of_rows: true,
            of_texts: false,
            what: "The standard deviation lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        numbers::of_summary(question, |all| all.deviation)
    }
}

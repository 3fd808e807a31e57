use super::numbers::{Between, quantile};
use super::{About, AskError, Asked, Bounds, Expectation, Question, numbers};

/// The median of the numbers, for an even count the mean of the two in the middle, lies between `min_value` and `max_value`.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnMedianToBeBetween`.
pub struct MedianToBeBetween;

impl Expectation for MedianToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_median_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            of_rows: true,
            of_texts: false,
            what: "The median lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let bounds = Bounds::of_statistic(&question.params)?;
        numbers::of_all(question, move |sorted| {
            bounds.judge(quantile(sorted, 0.5, Between::Midpoint))
        })
    }
}

use super::params::Bounds;
use super::{About, AskError, Asked, Expectation, Question};

/// Every value lies between two numbers, both allowed unless `strict_min` or `strict_max` says otherwise.
///
/// Cells without a value are not judged; a text that is no number is not as expected.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeBetween`.
pub struct ValuesToBeBetween;

impl Expectation for ValuesToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_between",
            params: &[
                "min_value",
                "max_value",
                "strict_min",
                "strict_max",
                "mostly",
            ],
            what: "Every value lies between two numbers, both allowed unless declared strict.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let bounds = Bounds::read(&question.params)?;
        Asked::each_value(question, move |cell| {
            cell.number().is_some_and(|value| bounds.contain(value))
        })
    }
}

use super::{About, AskError, Asked, Bounds, Expectation, Question, distinct};

/// The number of different values lies between `min_value` and `max_value`.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnUniqueValueCountToBeBetween`.
pub struct UniqueValueCountToBeBetween;

impl Expectation for UniqueValueCountToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_unique_value_count_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            of_rows: true,
            of_texts: false,
            what: "The number of different values lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let bounds = Bounds::of_statistic(&question.params)?;
        distinct::question(question, move |seen| {
            bounds.judge_count(seen.distinct() as u64)
        })
    }
}

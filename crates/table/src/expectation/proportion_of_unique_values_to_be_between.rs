use super::{About, AskError, Asked, Bounds, Expectation, Question, distinct};

/// The number of different values, over that of the rows with a value, lies between `min_value` and `max_value`; it is 0 where
/// no row has one.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnProportionOfUniqueValuesToBeBetween`.
pub struct ProportionOfUniqueValuesToBeBetween;

impl Expectation for ProportionOfUniqueValuesToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_proportion_of_unique_values_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            of_rows: true,
            of_texts: false,
            what: "The number of different values, over that of all, lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let bounds = Bounds::of_statistic(&question.params)?;
        distinct::question(question, move |seen| {
            bounds.judge(Some(seen.distinct() as f64 / seen.n().max(1) as f64))
        })
    }
}

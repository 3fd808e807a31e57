use super::{About, AskError, Asked, Bounds, Expectation, Question};

/// The number of columns lies between `min_value` and `max_value`, both allowed.
///
/// # Source
/// Great Expectations 1.24, `ExpectTableColumnCountToBeBetween`.
pub struct TableColumnCountToBeBetween;

impl Expectation for TableColumnCountToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_table_column_count_to_be_between",
            params: &["min_value", "max_value"],
            of_rows: false,
            of_texts: false,
            what: "The number of columns lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let bounds = Bounds::of_statistic(&question.params)?;
        let columns = question.heads.list().len() as u64;
        Ok(Asked::at_once(bounds.judge_count(columns)))
    }
}

use super::{About, AskError, Asked, Bounds, Expectation, Question};
use crate::accumulator::Rows;

/// The number of rows lies between `min_value` and `max_value`, both allowed unless declared strict.
///
/// # Source
/// Great Expectations 1.24, `ExpectTableRowCountToBeBetween`.
pub struct TableRowCountToBeBetween;

impl Expectation for TableRowCountToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_table_row_count_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            of_rows: true,
            of_texts: false,
            what: "The number of rows lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let bounds = Bounds::of_count(&question.params)?;
        Ok(Asked::of(Rows, move |rows| bounds.judge_count(rows)))
    }
}

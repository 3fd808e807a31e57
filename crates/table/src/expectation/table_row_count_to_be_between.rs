use serde_json::json;

use super::params::Bounds;
use super::{About, AskError, Asked, Expectation, Observed, Question};
use crate::accumulator::Rows;

/// The number of rows lies between two numbers, both allowed unless declared strict.
///
/// # Source
/// Great Expectations 1.24, `ExpectTableRowCountToBeBetween`.
pub struct TableRowCountToBeBetween;

impl Expectation for TableRowCountToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_table_row_count_to_be_between",
            params: &["min_value", "max_value", "strict_min", "strict_max"],
            what: "The number of rows lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let bounds = Bounds::read(&question.params)?;
        Ok(Asked::of(Rows, move |rows| Observed::Whole {
            holds: bounds.contain(rows as f64),
            value: json!(rows),
        }))
    }
}

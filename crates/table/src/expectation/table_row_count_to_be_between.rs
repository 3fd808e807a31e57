use serde_json::json;

use super::params::Bounds;
use super::{About, AskError, Expectation, Observed, Params};
use crate::Table;

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

    fn observe(
        &self,
        table: &Table,
        _: Option<&str>,
        params: &Params,
    ) -> Result<Observed, AskError> {
        let bounds = Bounds::read(params)?;
        Ok(Observed::Whole {
            holds: bounds.contain(table.rows() as f64),
            value: json!(table.rows()),
        })
    }
}

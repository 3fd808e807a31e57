use serde_json::json;

use super::{About, AskError, Expectation, Observed, Params};
use crate::Table;

/// The table has the column, at the place `column_index` (from 0) if that is given.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnToExist`.
pub struct ColumnToExist;

impl Expectation for ColumnToExist {
    fn about(&self) -> About {
        About {
            id: "expect_column_to_exist",
            params: &["column_index"],
            what: "The table has the column.",
        }
    }

    fn observe(
        &self,
        table: &Table,
        column: Option<&str>,
        params: &Params,
    ) -> Result<Observed, AskError> {
        let column = column.ok_or(AskError::NoColumn)?;
        let place = table.names().iter().position(|name| *name == column);
        let wanted = params.number("column_index")?;
        Ok(Observed::Whole {
            holds: place.is_some_and(|place| wanted.is_none_or(|wanted| wanted == place as f64)),
            value: json!({ "column_index": place }),
        })
    }
}

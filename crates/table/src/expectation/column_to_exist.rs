use serde_json::json;

use super::{About, AskError, Asked, Expectation, Observed, Question};

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

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let column = question.column.ok_or(AskError::NoColumn)?;
        let place = question.heads.place(column).ok();
        let wanted = question.params.number("column_index")?;
        Ok(Asked::at_once(Observed::Whole {
            holds: place.is_some_and(|place| wanted.is_none_or(|wanted| wanted == place as f64)),
            value: json!({ "column_index": place }),
        }))
    }
}

use serde_json::json;

use super::{About, AskError, Asked, Expectation, Observed, Question};
use crate::accumulator::Rows;

/// The table has as many rows as the other table that is known as `other_table_name`.
///
/// # Source
/// Great Expectations 1.24, `ExpectTableRowCountToEqualOtherTable`.
pub struct TableRowCountToEqualOtherTable;

impl Expectation for TableRowCountToEqualOtherTable {
    fn about(&self) -> About {
        About {
            id: "expect_table_row_count_to_equal_other_table",
            params: &["other_table_name"],
            of_rows: true,
            of_texts: false,
            what: "The table has as many rows as another.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let name = question.params.needed_text("other_table_name")?;
        let other = question
            .others
            .rows(name)
            .ok_or_else(|| AskError::NoTable(name.to_owned()))?;
        Ok(Asked::of(Rows, move |rows| Observed::Whole {
            holds: rows == other,
            value: json!({"self": rows, "other": other}),
        }))
    }
}

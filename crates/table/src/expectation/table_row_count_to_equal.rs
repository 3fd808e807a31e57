use super::{About, AskError, Asked, Expectation, Observed, Question};
use crate::accumulator::Rows;

/// The table has `value` rows.
///
/// # Source
/// Great Expectations 1.24, `ExpectTableRowCountToEqual`.
pub struct TableRowCountToEqual;

impl Expectation for TableRowCountToEqual {
    fn about(&self) -> About {
        About {
            id: "expect_table_row_count_to_equal",
            params: &["value"],
            of_rows: true,
            of_texts: false,
            what: "The table has so many rows.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let value = question.params.needed_number("value")?;
        Ok(Asked::of(Rows, move |rows| Observed::Whole {
            holds: rows as f64 == value,
            value: rows.into(),
        }))
    }
}

use super::{About, AskError, Asked, Expectation, Observed, Question};

/// The table has `value` columns.
///
/// # Source
/// Great Expectations 1.24, `ExpectTableColumnCountToEqual`.
pub struct TableColumnCountToEqual;

impl Expectation for TableColumnCountToEqual {
    fn about(&self) -> About {
        About {
            id: "expect_table_column_count_to_equal",
            params: &["value"],
            of_rows: false,
            of_texts: false,
            what: "The table has so many columns.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let value = question.params.needed_number("value")?;
        let columns = question.heads.list().len();
        Ok(Asked::at_once(Observed::Whole {
            holds: columns as f64 == value,
            value: columns.into(),
        }))
    }
}

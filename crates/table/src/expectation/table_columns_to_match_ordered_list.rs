use super::{About, AskError, Asked, Expectation, Observed, Question};

/// The columns are those of `column_list`, in its order.
///
/// # Source
/// Great Expectations 1.24, `ExpectTableColumnsToMatchOrderedList`.
pub struct TableColumnsToMatchOrderedList;

impl Expectation for TableColumnsToMatchOrderedList {
    fn about(&self) -> About {
        About {
            id: "expect_table_columns_to_match_ordered_list",
            params: &["column_list"],
            of_rows: false,
            of_texts: false,
            what: "The columns are those of a list, in its order.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let wanted = question.params.needed_texts("column_list")?;
        let names = question.names();
        Ok(Asked::at_once(Observed::Whole {
            holds: names == wanted,
            value: names.into(),
        }))
    }
}

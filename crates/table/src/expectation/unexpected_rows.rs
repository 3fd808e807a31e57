use super::{About, AskError, Asked, Expectation, Question};

/// The query of SQL `unexpected_rows_query` finds no row; `{batch}` in it stands for the table. It needs a galen with a query
/// engine: see `adapters/cluster`.
///
/// # Source
/// Great Expectations 1.24, `UnexpectedRowsExpectation`.
pub struct UnexpectedRows;

impl Expectation for UnexpectedRows {
    fn about(&self) -> About {
        About {
            id: "unexpected_rows_expectation",
            params: &["unexpected_rows_query"],
            of_rows: true,
            of_texts: false,
            what: "A query of SQL finds no row.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        question.params.needed_text("unexpected_rows_query")?;
        Err(AskError::NeedsQueries)
    }
}

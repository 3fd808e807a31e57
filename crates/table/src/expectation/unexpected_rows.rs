use serde_json::json;

use super::{About, AskError, Asked, Expectation, Extent, Observed, Query, Question};
use crate::accumulator::EXAMPLES;

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
            of_rows: false,
            of_texts: false,
            what: "A query of SQL finds no row.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let query = question.params.needed_text("unexpected_rows_query")?;
        let query = Query::read(query)?;
        let found = question
            .queries()?
            .find(&query, Extent::All { first: EXAMPLES })?;
        Ok(Asked::at_once(Observed::Found {
            holds: found.rows == 0,
            value: json!(found.rows),
            unexpected: found.rows,
            share: None,
            rows: found.named(),
        }))
    }
}

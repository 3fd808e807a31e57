use super::{About, AskError, Asked, Expectation, Question};

/// The queries of SQL `base_query`, of this table, and `comparison_query`, of another source, find the same rows. It needs a
/// galen with a query engine: see `adapters/cluster`.
///
/// # Source
/// Great Expectations 1.24, `ExpectQueryResultsToMatchComparison`.
pub struct QueryResultsToMatchComparison;

impl Expectation for QueryResultsToMatchComparison {
    fn about(&self) -> About {
        About {
            id: "expect_query_results_to_match_comparison",
            params: &[
                "base_query",
                "comparison_data_source_name",
                "comparison_query",
                "mostly",
            ],
            of_rows: true,
            of_texts: false,
            what: "Two queries of SQL find the same rows.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        question.params.needed_text("base_query")?;
        Err(AskError::NeedsQueries)
    }
}

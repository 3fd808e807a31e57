use super::{About, AskError, Asked, Expectation, Observed, Question};
use crate::accumulator::{Keys, Missing};

/// No value occurs twice; each cell of a value that does is not as expected.
///
/// Cells without a value are not judged. Values are compared as they stand in the file.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeUnique`.
pub struct ValuesToBeUnique;

impl Expectation for ValuesToBeUnique {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_unique",
            params: &["mostly"],
            what: "No value occurs twice.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let columns = vec![question.column()?.to_owned()];
        let keys = Keys {
            columns: columns.clone(),
            missing: Missing::Any,
        };
        Ok(Asked::of(keys, move |seen| Observed::Rows {
            columns,
            judged: seen.n(),
            left_out: seen.left_out,
            unexpected: seen.repeated(),
        }))
    }
}

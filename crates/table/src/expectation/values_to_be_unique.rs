use super::{About, AskError, Asked, Expectation, Question};
use crate::accumulator::Missing;

/// No value is in two rows. Each row that shares its value is unexpected, the first one as well; rows without a value are
/// not judged.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeUnique`.
pub struct ValuesToBeUnique;

impl Expectation for ValuesToBeUnique {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_unique",
            params: &["mostly"],
            of_rows: true,
            of_texts: false,
            what: "No value is in two rows.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let columns = vec![question.column()?.to_owned()];
        Ok(Asked::unique(columns, Missing::Any))
    }
}

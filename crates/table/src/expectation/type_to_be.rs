use super::{About, AskError, Asked, Expectation, Question, types};

/// The column as a whole is of the type `type_`; see `expect_column_values_to_be_of_type` for the words.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnTypeToBe`.
pub struct TypeToBe;

impl Expectation for TypeToBe {
    fn about(&self) -> About {
        About {
            id: "expect_column_type_to_be",
            params: &["type_"],
            of_rows: false,
            of_texts: false,
            what: "The column as a whole is of a type.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        types::of_column(question)
    }
}

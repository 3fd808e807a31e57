use super::{About, AskError, Asked, Expectation, Question, types};

/// The values are of one of the types of `type_list`; see `expect_column_values_to_be_of_type` for the words.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeInTypeList`.
pub struct ValuesToBeInTypeList;

impl Expectation for ValuesToBeInTypeList {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_in_type_list",
            params: &["type_list", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "The values are of one of several types.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let wanted = question.params.needed_texts("type_list")?;
        types::of_values(question, "type_list", &wanted, false)
    }
}

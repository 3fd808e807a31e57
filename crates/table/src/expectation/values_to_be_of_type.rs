use super::{About, AskError, Asked, Expectation, Question, types};

/// The values are of the type `type_`: a word of galen (`integer`, `number`, `boolean`, `date`, `datetime`, `category`), of
/// numpy and pandas (`int64`, `float64`, `bool`, `object`, `str`, `datetime64`) or of SQL (`INTEGER`, `VARCHAR`).
///
/// A column is of one type in pandas, where whole numbers with missing ones among them are `float64`; only in one of
/// texts, or of truth values with missing ones among them (`object`), is each cell judged.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeOfType`.
pub struct ValuesToBeOfType;

impl Expectation for ValuesToBeOfType {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_of_type",
            params: &["type_", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "The values are of a type.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let wanted = question.params.needed_text("type_")?;
        types::of_values(question, "type_", &[wanted], true)
    }
}

use super::{About, AskError, Asked, Expectation, Question};
use crate::accumulator::Word;

/// No value is one of `value_set`. Numbers are equal by their value, and a text is never a number.
///
/// Cells without a value are not judged.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToNotBeInSet`.
pub struct ValuesToNotBeInSet;

impl Expectation for ValuesToNotBeInSet {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_not_be_in_set",
            params: &["value_set", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "No value is one of a set.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let set = question
            .params
            .set("value_set", question.kind(question.column()?)?)?;
        Asked::each_value(question, move |cell| !set.contains(&Word::of(cell)))
    }
}

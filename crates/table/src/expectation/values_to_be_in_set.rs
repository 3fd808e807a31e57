use super::{About, AskError, Asked, Expectation, Question};
use crate::accumulator::Word;

/// Every value is one of `value_set`. Numbers are equal by their value, and a text is never a number: `"1"` is not 1.
///
/// Cells without a value are not judged.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeInSet`.
pub struct ValuesToBeInSet;

impl Expectation for ValuesToBeInSet {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_in_set",
            params: &["value_set", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "Every value is one of a set.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let set = question
            .params
            .set("value_set", question.kind(question.column()?)?)?;
        Asked::each_value(question, move |cell| set.contains(&Word::of(cell)))
    }
}

use super::{About, AskError, Asked, Expectation, Question, order};

/// The values fall, or stay, from row to row; `strictly` allows no two that are equal.
///
/// A value that does not is unexpected, and the next one is compared with it. Rows without a value are passed over.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeDecreasing`.
pub struct ValuesToBeDecreasing;

impl Expectation for ValuesToBeDecreasing {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_decreasing",
            params: &["strictly", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "The values fall from row to row.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        order::question(question, false)
    }
}

use super::{About, AskError, Asked, Expectation, Question, pairs};

/// `column_A` is greater than `column_B` in each row, or the same if `or_equal`; where one is absent it is not. Numbers, days
/// and moments, and texts are compared with their like. Rows in which both are absent are not judged, unless `ignore_row_if`
/// says otherwise.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnPairValuesAToBeGreaterThanB`.
pub struct PairValuesAToBeGreaterThanB;

impl Expectation for PairValuesAToBeGreaterThanB {
    fn about(&self) -> About {
        About {
            id: "expect_column_pair_values_a_to_be_greater_than_b",
            params: &[
                "column_A",
                "column_B",
                "or_equal",
                "ignore_row_if",
                "mostly",
            ],
            of_rows: true,
            of_texts: false,
            what: "One column is greater than another in each row.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        pairs::greater(question)
    }
}

use super::{About, AskError, Asked, Expectation, Question, pairs};

/// `column_A` and `column_B` have one of the pairs of `value_pairs_set` in each row; null stands for an absent value. Rows in
/// which both are absent are not judged, unless `ignore_row_if` says otherwise.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnPairValuesToBeInSet`.
pub struct PairValuesToBeInSet;

impl Expectation for PairValuesToBeInSet {
    fn about(&self) -> About {
        About {
            id: "expect_column_pair_values_to_be_in_set",
            params: &[
                "column_A",
                "column_B",
                "value_pairs_set",
                "ignore_row_if",
                "mostly",
            ],
            of_rows: true,
            of_texts: false,
            what: "Two columns have one of several pairs of values in each row.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        pairs::in_set(question)
    }
}

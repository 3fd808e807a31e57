use super::{About, AskError, Asked, Expectation, Question, pairs};

/// `column_A` and `column_B` have the same value in each row; one that is absent is not the same. Rows in which both are
/// absent are not judged, unless `ignore_row_if` says `either_value_is_missing` or `neither`.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnPairValuesToBeEqual`.
pub struct PairValuesToBeEqual;

impl Expectation for PairValuesToBeEqual {
    fn about(&self) -> About {
        About {
            id: "expect_column_pair_values_to_be_equal",
            params: &["column_A", "column_B", "ignore_row_if", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "Two columns have the same value in each row.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        pairs::equal(question)
    }
}

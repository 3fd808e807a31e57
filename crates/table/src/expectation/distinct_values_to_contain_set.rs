use super::{About, AskError, Asked, Expectation, Question, distinct};

/// Each value of `value_set` is there; others may be as well.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnDistinctValuesToContainSet`.
pub struct DistinctValuesToContainSet;

impl Expectation for DistinctValuesToContainSet {
    fn about(&self) -> About {
        About {
            id: "expect_column_distinct_values_to_contain_set",
            params: &["value_set"],
            of_rows: true,
            of_texts: false,
            what: "Each value of a set is there.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        distinct::of_set(question, false, true)
    }
}

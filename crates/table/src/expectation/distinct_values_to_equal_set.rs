use super::{About, AskError, Asked, Expectation, Question, distinct};

/// The different values are those of `value_set`: none is absent, and no other is there. `unexpected` counts different values.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnDistinctValuesToEqualSet`.
pub struct DistinctValuesToEqualSet;

impl Expectation for DistinctValuesToEqualSet {
    fn about(&self) -> About {
        About {
            id: "expect_column_distinct_values_to_equal_set",
            params: &["value_set"],
            of_rows: true,
            of_texts: false,
            what: "The different values are those of a set.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        distinct::of_set(question, true, true)
    }
}

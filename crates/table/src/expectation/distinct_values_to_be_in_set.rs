use super::{About, AskError, Asked, Expectation, Question, distinct};

/// The different values are within `value_set`, of which some may be absent. `unexpected` counts different values.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnDistinctValuesToBeInSet`.
pub struct DistinctValuesToBeInSet;

impl Expectation for DistinctValuesToBeInSet {
    fn about(&self) -> About {
        About {
            id: "expect_column_distinct_values_to_be_in_set",
            params: &["value_set"],
            of_rows: true,
            of_texts: false,
            what: "The different values are within a set.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        distinct::of_set(question, true, false)
    }
}

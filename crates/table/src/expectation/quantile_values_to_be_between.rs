use super::{About, AskError, Asked, Expectation, Question, quantiles};

/// Each of the quantiles of `quantile_ranges` (`quantiles`, and for each a pair in `value_ranges`, of which a side may be
/// null) lies in its range, or at most a ten-thousandth beside one of its ends.
///
/// Between two numbers it is the nearer one, or what `allow_relative_error` says: `linear`, `lower`, `higher`, `midpoint`.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnQuantileValuesToBeBetween`.
pub struct QuantileValuesToBeBetween;

impl Expectation for QuantileValuesToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_quantile_values_to_be_between",
            params: &["quantile_ranges", "allow_relative_error"],
            of_rows: true,
            of_texts: false,
            what: "Each of several quantiles lies between two numbers.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        quantiles::question(question)
    }
}

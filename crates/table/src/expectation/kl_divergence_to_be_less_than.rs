use super::{About, AskError, Asked, Expectation, Question, divergence};

/// The divergence of Kullback and Leibler of the values from a declared distribution, `partition_object`, is at most
/// `threshold`, in nats; see [`super::partition`].
///
/// Without a distribution the column is compared with itself, so that the divergence is 0. An infinite divergence, of values
/// that have no share, is shown as absent.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnKLDivergenceToBeLessThan`.
pub struct KlDivergenceToBeLessThan;

impl Expectation for KlDivergenceToBeLessThan {
    fn about(&self) -> About {
        About {
            id: "expect_column_kl_divergence_to_be_less_than",
            params: &[
                "partition_object",
                "threshold",
                "bucketize_data",
                "tail_weight_holdout",
                "internal_weight_holdout",
                "min_value",
                "max_value",
            ],
            of_rows: true,
            of_texts: false,
            what: "The values are distributed almost as declared.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        divergence::question(question)
    }
}

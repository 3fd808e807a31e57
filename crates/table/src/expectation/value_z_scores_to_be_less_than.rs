use super::numbers::Summary;
use super::{About, AskError, Asked, Expectation, Question, numbers};

/// The distance of every value from the mean, in standard deviations of the sample, is less than `threshold`: on both sides
/// if `double_sided`, else above. Where there is no deviation, every value is as expected.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValueZScoresToBeLessThan`.
pub struct ValueZScoresToBeLessThan;

impl Expectation for ValueZScoresToBeLessThan {
    fn about(&self) -> About {
        About {
            id: "expect_column_value_z_scores_to_be_less_than",
            params: &["threshold", "double_sided", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "No value lies so many standard deviations from the mean.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let threshold = question.params.needed_number("threshold")?;
        let both = question.params.flag("double_sided")?;
        numbers::each_of_all(question, move |all| {
            let all = Summary::of(all);
            let mean = all.mean.unwrap_or_default();
            let deviation = all.deviation.filter(|&deviation| deviation > 0.0);
            move |value: f64| {
                let score = deviation.map(|deviation| (value - mean) / deviation);
                score.is_none_or(|z| {
                    if both {
                        z.abs() < threshold.abs()
                    } else {
                        z < threshold
                    }
                })
            }
        })
    }
}

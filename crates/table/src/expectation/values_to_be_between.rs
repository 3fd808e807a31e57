use super::{About, AskError, Asked, Bounds, Expectation, Question};

/// Every value lies between two numbers, days, moments or texts, both allowed unless `strict_min` or `strict_max` says otherwise.
///
/// Cells without a value are not judged; between numbers, a text that is no number is not as expected. Great Expectations
/// compares days only in columns that were read as such, and refuses texts; here a day is one in any file.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeBetween`.
pub struct ValuesToBeBetween;

impl Expectation for ValuesToBeBetween {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_between",
            params: &[
                "min_value",
                "max_value",
                "strict_min",
                "strict_max",
                "mostly",
            ],
            of_rows: true,
            of_texts: false,
            what: "Every value lies between two values, both allowed unless declared strict.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let kind = question.kind(question.column()?)?;
        let bounds = Bounds::of_values(&question.params, kind)?;
        Asked::each_value(question, move |cell| bounds.contain_cell(cell))
    }
}

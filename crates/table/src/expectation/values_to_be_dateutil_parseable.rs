use super::{About, AskError, Asked, Expectation, Question, dateutil, text};

/// Every text can be read as a date or time, in almost any form; see [`dateutil::is_parseable`].
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeDateutilParseable`.
pub struct ValuesToBeDateutilParseable;

impl Expectation for ValuesToBeDateutilParseable {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_dateutil_parseable",
            params: &["mostly"],
            of_rows: true,
            of_texts: true,
            what: "Every text can be read as a date or time.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        question.texts_only()?;
        text::each(question, dateutil::is_parseable)
    }
}

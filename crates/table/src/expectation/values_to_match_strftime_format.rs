use super::{About, AskError, Asked, Expectation, Question, text};
use crate::expectation::strptime::TimeForm;

/// Every text is a date or time in the form `strftime_format`, such as `%Y-%m-%d`; see [`TimeForm`].
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToMatchStrftimeFormat`.
pub struct ValuesToMatchStrftimeFormat;

impl Expectation for ValuesToMatchStrftimeFormat {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_match_strftime_format",
            params: &["strftime_format", "mostly"],
            of_rows: true,
            of_texts: true,
            what: "Every text is a date or time in one form.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let form = question.params.needed_text("strftime_format")?;
        let form = TimeForm::new(form).map_err(|why| {
            question.params.wrong(
                "strftime_format",
                format!("a form of Python's strptime; {why}"),
            )
        })?;
        question.texts_only()?;
        text::each(question, move |text| form.fits(text))
    }
}

use super::{About, AskError, Asked, Expectation, Question, text};
use crate::expectation::pattern::Pattern;

/// The regular expression `regex`, of Python's kind, is found in no value as a text; see [`Pattern::python`].
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToNotMatchRegex`.
pub struct ValuesToNotMatchRegex;

impl Expectation for ValuesToNotMatchRegex {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_not_match_regex",
            params: &["regex", "mostly"],
            of_rows: true,
            of_texts: true,
            what: "A regular expression is found in no value.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let regex = question.params.needed_text("regex")?;
        let regex = Pattern::python(regex).map_err(|why| {
            question
                .params
                .wrong("regex", format!("a regular expression; {why}"))
        })?;
        text::each(question, move |text| !regex.is_in(text))
    }
}

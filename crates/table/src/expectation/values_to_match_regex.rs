use super::{About, AskError, Asked, Expectation, Question, text};
use crate::expectation::pattern::Pattern;

/// The regular expression `regex`, of Python's kind, is found in every value as a text; see [`Pattern::python`].
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToMatchRegex`.
pub struct ValuesToMatchRegex;

impl Expectation for ValuesToMatchRegex {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_match_regex",
            params: &["regex", "mostly"],
            of_rows: true,
            of_texts: true,
            what: "A regular expression is found in every value.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let regex = question.params.text("regex")?.unwrap_or("(?s).*");
        let regex = Pattern::python(regex).map_err(|why| {
            question
                .params
                .wrong("regex", format!("a regular expression; {why}"))
        })?;
        text::each(question, move |text| regex.is_in(text))
    }
}

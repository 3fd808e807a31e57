use super::{About, AskError, Asked, Expectation, Question, pattern, text};

/// One of the regular expressions `regex_list` is found in every value as a text, or all of them if `match_on` is `all`.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToMatchRegexList`.
pub struct ValuesToMatchRegexList;

impl Expectation for ValuesToMatchRegexList {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_match_regex_list",
            params: &["regex_list", "match_on", "mostly"],
            of_rows: true,
            of_texts: true,
            what: "Any, or all, of several regular expressions are found in every value.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let regexes = pattern::regexes(question)?;
        let any = question.params.match_any()?;
        text::each(question, move |text| match any {
            true => regexes.iter().any(|regex| regex.is_in(text)),
            false => regexes.iter().all(|regex| regex.is_in(text)),
        })
    }
}

use super::{About, AskError, Asked, Expectation, Question, pattern, text};

/// None of the regular expressions `regex_list` is found in any value as a text.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToNotMatchRegexList`.
pub struct ValuesToNotMatchRegexList;

impl Expectation for ValuesToNotMatchRegexList {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_not_match_regex_list",
            params: &["regex_list", "mostly"],
            of_rows: true,
            of_texts: true,
            what: "None of several regular expressions is found in any value.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let regexes = pattern::regexes(question)?;
        text::each(question, move |text| {
            !regexes.iter().any(|regex| regex.is_in(text))
        })
    }
}

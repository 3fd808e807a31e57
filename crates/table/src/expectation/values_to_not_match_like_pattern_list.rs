use super::{About, AskError, Asked, Expectation, Question, pattern, text};

/// No value as a text is like one of the patterns `like_pattern_list`.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToNotMatchLikePatternList`.
pub struct ValuesToNotMatchLikePatternList;

impl Expectation for ValuesToNotMatchLikePatternList {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_not_match_like_pattern_list",
            params: &["like_pattern_list", "escape", "mostly"],
            of_rows: true,
            of_texts: true,
            what: "No value is like any of several patterns of SQL.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let patterns = pattern::likes(
            question,
            &question.params.needed_texts("like_pattern_list")?,
        )?;
        text::each(question, move |text| {
            !patterns.iter().any(|pattern| pattern.is_in(text))
        })
    }
}

use super::{About, AskError, Asked, Expectation, Question, pattern, text};

/// Every value as a text is like one of the patterns `like_pattern_list`, or like all of them if `match_on` is `all`.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToMatchLikePatternList`.
pub struct ValuesToMatchLikePatternList;

impl Expectation for ValuesToMatchLikePatternList {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_match_like_pattern_list",
            params: &["like_pattern_list", "match_on", "escape", "mostly"],
            of_rows: true,
            of_texts: true,
            what: "Every value is like any, or all, of several patterns of SQL.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let patterns = pattern::likes(
            question,
            &question.params.needed_texts("like_pattern_list")?,
        )?;
        let any = question.params.match_any()?;
        text::each(question, move |text| match any {
            true => patterns.iter().any(|pattern| pattern.is_in(text)),
            false => patterns.iter().all(|pattern| pattern.is_in(text)),
        })
    }
}

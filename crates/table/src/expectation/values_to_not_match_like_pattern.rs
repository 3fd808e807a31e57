use super::{About, AskError, Asked, Expectation, Question, pattern, text};

/// No value as a text is like `like_pattern`: `%` is any text, `_` one letter, and what follows the `escape` is itself. Case
/// counts, as in the standard and PostgreSQL.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToNotMatchLikePattern`; ISO/IEC 9075-2, 8.5.
pub struct ValuesToNotMatchLikePattern;

impl Expectation for ValuesToNotMatchLikePattern {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_not_match_like_pattern",
            params: &["like_pattern", "escape", "mostly"],
            of_rows: true,
            of_texts: true,
            what: "No value is like a pattern of SQL.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let patterns = pattern::likes(question, &[question.params.needed_text("like_pattern")?])?;
        text::each(question, move |text| {
            !patterns.iter().all(|pattern| pattern.is_in(text))
        })
    }
}

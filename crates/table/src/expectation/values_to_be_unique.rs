use std::collections::HashMap;

use super::{About, AskError, Expectation, Observed, Params};
use crate::Table;

/// No value occurs twice; each cell of a value that does is not as expected.
///
/// Cells without a value are not judged. Values are compared as they stand in the file.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToBeUnique`.
pub struct ValuesToBeUnique;

impl Expectation for ValuesToBeUnique {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_be_unique",
            params: &["mostly"],
            what: "No value occurs twice.",
        }
    }

    fn observe(
        &self,
        table: &Table,
        column: Option<&str>,
        _: &Params,
    ) -> Result<Observed, AskError> {
        let texts = table.texts(column.ok_or(AskError::NoColumn)?)?;
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for text in texts.iter().flatten() {
            *counts.entry(text).or_default() += 1;
        }
        let repeated = |text: &Option<String>| text.as_deref().is_some_and(|t| counts[t] > 1);
        Ok(Observed::Cells {
            judged: counts.values().sum(),
            unexpected: (0..texts.len())
                .filter(|&row| repeated(&texts[row]))
                .collect(),
        })
    }
}

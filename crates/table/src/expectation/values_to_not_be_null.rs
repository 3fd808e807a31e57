use super::{About, AskError, Expectation, Observed, Params};
use crate::Table;

/// Every cell has a value.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToNotBeNull`.
pub struct ValuesToNotBeNull;

impl Expectation for ValuesToNotBeNull {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_not_be_null",
            params: &["mostly"],
            what: "Every cell has a value.",
        }
    }

    fn observe(
        &self,
        table: &Table,
        column: Option<&str>,
        _: &Params,
    ) -> Result<Observed, AskError> {
        let missing = table.missing(column.ok_or(AskError::NoColumn)?)?;
        let unexpected = (0..missing.len()).filter(|&row| missing[row]).collect();
        Ok(Observed::Cells {
            judged: missing.len(),
            unexpected,
        })
    }
}

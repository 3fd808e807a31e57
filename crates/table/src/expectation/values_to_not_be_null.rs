use super::{About, AskError, Asked, Expectation, Question};

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

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let column = question.column()?.to_owned();
        let of = column.clone();
        Ok(Asked::each_row(question, vec![column], move |table| {
            let values = table.values(&of)?;
            Ok((0..values.len())
                .map(|row| Some(!values.is_missing(row)))
                .collect())
        }))
    }
}

use super::{About, AskError, Asked, Expectation, Question};

/// Every row has a value in the column.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToNotBeNull`.
pub struct ValuesToNotBeNull;

impl Expectation for ValuesToNotBeNull {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_not_be_null",
            params: &["mostly"],
            of_rows: true,
            of_texts: false,
            what: "Every row has a value.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let column = question.column()?.to_owned();
        Ok(Asked::each_cells(question, vec![column], |cells| {
            Some(cells[0].is_some())
        }))
    }
}

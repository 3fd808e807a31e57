use serde_json::json;

use super::{About, AskError, Asked, Expectation, Observed, Question};

/// The table has the column, at the place `column_index` (from 0, or from the end if it is negative) if that is given.
///
/// The place 0 is not checked, as in Great Expectations, which takes it for one that was not declared.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnToExist`.
pub struct ColumnToExist;

impl Expectation for ColumnToExist {
    fn about(&self) -> About {
        About {
            id: "expect_column_to_exist",
            params: &["column_index"],
            of_rows: false,
            of_texts: false,
            what: "The table has the column.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let name = question.column.ok_or(AskError::NoColumn)?;
        let place = question.heads.place(name).ok();
        let holds = match question.params.number("column_index")? {
            None | Some(0.0) => place.is_some(),
            Some(index) => {
                let index = if index < 0.0 {
                    index + question.heads.list().len() as f64
                } else {
                    index
                };
                place.is_some_and(|place| place as f64 == index)
            }
        };
        let value = json!({"column_index": place});
        Ok(Asked::at_once(Observed::Whole { holds, value }))
    }
}

use super::{About, AskError, Asked, Expectation, Question, pairs};
use crate::Cell;

/// The columns of `column_list` have the same value in each row; one absent value equals another. Rows without any of them are
/// not judged, unless `ignore_row_if` says otherwise.
///
/// # Source
/// Great Expectations 1.24, `ExpectMulticolumnValuesToBeEqual`.
pub struct MulticolumnValuesToBeEqual;

impl Expectation for MulticolumnValuesToBeEqual {
    fn about(&self) -> About {
        About {
            id: "expect_multicolumn_values_to_be_equal",
            params: &["column_list", "ignore_row_if", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "Several columns have the same value in each row.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        Asked::each_list(question, |cells| {
            let is_first = |cell: &Option<Cell>| match (cells[0], cell) {
                (None, None) => true,
                (first, cell) => pairs::order(first, *cell).is_some_and(|order| order.is_eq()),
            };
            cells[1..].iter().all(is_first)
        })
    }
}

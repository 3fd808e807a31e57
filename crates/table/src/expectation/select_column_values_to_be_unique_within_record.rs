use std::collections::HashSet;

use super::{About, AskError, Asked, Expectation, Question};
use crate::Cell;
use crate::accumulator::Word;

/// The columns of `column_list` have different values in each row; one absent value equals another. Rows without any of them
/// are not judged, unless `ignore_row_if` says otherwise.
///
/// # Source
/// Great Expectations 1.24, `ExpectSelectColumnValuesToBeUniqueWithinRecord`.
pub struct SelectColumnValuesToBeUniqueWithinRecord;

impl Expectation for SelectColumnValuesToBeUniqueWithinRecord {
    fn about(&self) -> About {
        About {
            id: "expect_select_column_values_to_be_unique_within_record",
            params: &["column_list", "ignore_row_if", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "Several columns have different values in each row.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        Asked::each_list(question, |cells| {
            let mut seen = HashSet::new();
            cells.iter().all(|cell| seen.insert(cell.map(plain)))
        })
    }
}

/// True is 1 and false 0, as in Python.
fn plain(cell: Cell) -> Word {
    match cell {
        Cell::Boolean(value) => Word::Integer(i64::from(value)),
        other => Word::of(other),
    }
}

use super::{About, AskError, Asked, Expectation, Question, literal};

/// The values of the columns of `column_list` add up to `sum_total` in each row; with one that is absent they do not. Rows
/// without any of them are not judged, unless `ignore_row_if` says otherwise.
///
/// # Source
/// Great Expectations 1.24, `ExpectMulticolumnSumToEqual`.
pub struct MulticolumnSumToEqual;

impl Expectation for MulticolumnSumToEqual {
    fn about(&self) -> About {
        About {
            id: "expect_multicolumn_sum_to_equal",
            params: &["column_list", "sum_total", "ignore_row_if", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "The values of several columns add up to a number in each row.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let total = question.params.needed_number("sum_total")?;
        question.numbers_only("column_list")?;
        Asked::each_list(question, move |cells| {
            let numbers = cells.iter().map(|cell| cell.and_then(literal::number));
            numbers.sum::<Option<f64>>() == Some(total)
        })
    }
}

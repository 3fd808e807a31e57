use super::{About, AskError, Asked, Expectation, Question};

/// No combination of values of the columns of `column_list` is in two rows; one absent value equals another. Each row that
/// shares its combination is unexpected. Rows without any of the values are not judged, unless `ignore_row_if` says
/// `any_value_is_missing` or `never`.
///
/// # Source
/// Great Expectations 1.24, `ExpectCompoundColumnsToBeUnique`.
pub struct CompoundColumnsToBeUnique;

impl Expectation for CompoundColumnsToBeUnique {
    fn about(&self) -> About {
        About {
            id: "expect_compound_columns_to_be_unique",
            params: &["column_list", "ignore_row_if", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "No combination of values of several columns is in two rows.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let columns = question.params.needed_columns("column_list")?;
        columns
            .iter()
            .try_for_each(|column| question.heads.place(column).map(|_| ()))?;
        Ok(Asked::unique(columns, question.params.ignore_rows()?.0))
    }
}

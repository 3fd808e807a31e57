use super::{CrossCheck, Problem, Vocabulary};
use crate::file::data::ColumnKind;
use crate::file::{Name, Specs};

/// What is declared of a column fits its type.
pub struct Columns;

impl CrossCheck for Columns {
    fn id(&self) -> &'static str {
        "data.column"
    }

    fn holds(&self) -> &'static str {
        "A range is of a number and begins before it ends; values are of a category, and a category has some; the patient is not what cases are divided by."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        let data = &specs.data;
        if data.patient.as_ref() == Some(&data.parts.by) {
            let message = "cases are divided by this column, so it cannot name the patient";
            problems.push(Problem::error(Name::Data, "patient", message));
        }
        for (c, column) in specs.data.columns.iter().enumerate() {
            let mut push = |key: &str, message: String| {
                let path = format!("columns[{c}].{key}");
                problems.push(Problem::error(Name::Data, path, message));
            };
            let category = column.kind == ColumnKind::Category;
            if let Some([low, high]) = column.range {
                if category {
                    push(
                        "range",
                        format!("`{}` is a category and has no range", column.name),
                    );
                } else if low >= high {
                    push(
                        "range",
                        format!("the range begins at {low} and ends at {high}"),
                    );
                }
            }
            match &column.values {
                Some(_) if !category => {
                    push(
                        "values",
                        format!("`{}` is a number and has no values", column.name),
                    );
                }
                Some(values) if values.is_empty() => {
                    push("values", "a category has at least one value".to_owned());
                }
                None if category => {
                    push(
                        "type",
                        format!("the category `{}` has no values", column.name),
                    );
                }
                _ => {}
            }
        }
        problems
    }
}

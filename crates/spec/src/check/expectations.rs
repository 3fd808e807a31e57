use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};

/// An expectation is one that galen knows, of a column that is declared.
pub struct Expectations;

impl CrossCheck for Expectations {
    fn id(&self) -> &'static str {
        "data.expectation"
    }

    fn holds(&self) -> &'static str {
        "Every expectation is one of the manual, and its column is declared."
    }

    fn problems(&self, specs: &Specs, vocabulary: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (e, expectation) in specs.data.expectations.iter().enumerate() {
            let path = |key: &str| format!("expectations[{e}].{key}");
            let kind = &expectation.expectation;
            let known = vocabulary.expectations.iter().map(String::as_str);
            let unknown =
                Problem::unless_named(Name::Data, path("expectation"), "expectation", kind, known);
            problems.extend(unknown);
            if let Some(column) = &expectation.column {
                let there = specs.data.columns.iter().map(|column| column.name.as_str());
                let path = path("column");
                problems.extend(Problem::unless_named(
                    Name::Data,
                    path,
                    "column",
                    column,
                    there,
                ));
            } else if kind.starts_with("expect_column_") {
                let message = format!("`{kind}` asks about a column, and none is named");
                problems.push(Problem::error(Name::Data, path("expectation"), message));
            }
        }
        problems
    }
}

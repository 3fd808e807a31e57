use std::collections::BTreeSet;

use serde_json::Value;

use super::{About, AskError, Asked, Expectation, Observed, Question};

/// The columns are those of `column_set`, in any order. Others may be there as well if `exact_match` is false.
///
/// # Source
/// Great Expectations 1.24, `ExpectTableColumnsToMatchSet`.
pub struct TableColumnsToMatchSet;

impl Expectation for TableColumnsToMatchSet {
    fn about(&self) -> About {
        About {
            id: "expect_table_columns_to_match_set",
            params: &["column_set", "exact_match"],
            of_rows: false,
            of_texts: false,
            what: "The columns are those of a set.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let wanted = question.params.needed_texts("column_set")?;
        let wanted: BTreeSet<&str> = wanted.into_iter().collect();
        let exact = question
            .params
            .value("exact_match")
            .and_then(Value::as_bool)
            .unwrap_or(true);
        let names: BTreeSet<&str> = question.names().into_iter().collect();
        let holds = if exact {
            names == wanted
        } else {
            names.is_superset(&wanted)
        };
        let value = names.into_iter().map(Value::from).collect();
        Ok(Asked::at_once(Observed::Whole { holds, value }))
    }
}

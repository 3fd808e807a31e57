use std::collections::HashSet;

use galen_spec::data::Severity;
use serde_json::json;

use super::{About, Check, CheckHead, Finding, Study};

/// A column with one value, or none, in every row: it says nothing, and often stands for a fault in the extraction.
///
/// # Source
/// Kahn et al. 2016, eGEMs 4:1244 (plausibility of values in a harmonised framework of data quality).
pub struct ConstantColumn;

impl Check for ConstantColumn {
    fn about(&self) -> About {
        About {
            id: "constant_column",
            head: CheckHead::Integrity,
            what: "Does a column have the same value in every row, or none?",
            source: "Kahn et al. 2016",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let columns = study.candidates().into_iter();
        columns.filter_map(|column| look(study, column)).collect()
    }
}

fn look(study: &Study, column: &str) -> Option<Finding> {
    let texts = study.table.texts(column).ok()?;
    let values: HashSet<&str> = texts.iter().flatten().map(String::as_str).collect();
    let missing = texts.iter().filter(|text| text.is_none()).count();
    // One value beside absent ones does tell cases apart.
    if values.len() > 1 || (values.len() == 1 && missing > 0) || texts.len() < 2 {
        return None;
    }
    let message = match values.into_iter().next() {
        Some(value) => format!("`{column}` is {value:?} in all {} rows.", texts.len()),
        None => format!(
            "`{column}` has no value in any of the {} rows.",
            texts.len()
        ),
    };
    Some(Finding {
        check: "constant_column",
        severity: Severity::Warn,
        columns: vec![column.to_owned()],
        message,
        measure: None,
        evidence: json!({ "rows": texts.len(), "missing": missing }),
        help: "Remove the column, or look for what went wrong when the data were extracted."
            .to_owned(),
    })
}

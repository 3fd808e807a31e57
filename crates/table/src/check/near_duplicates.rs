use std::collections::HashMap;

use galen_spec::data::Severity;
use serde_json::json;

use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::Table;
use crate::expectation::share;

/// Rows that are equal in every column but the id. Only exact copies are found; rows that merely resemble each other are
/// not.
///
/// Where an id is named, equal rows of different ids, or of one, warn. Without one they may be different people, so that
/// up to 1 % of such rows is noted, and more warns. The limit is a convention of galen.
///
/// # Source
/// Kapoor and Narayanan 2023, Patterns 4:100804, L1.4 (duplicates on both sides of a split).
pub struct NearDuplicates;

impl Check for NearDuplicates {
    fn about(&self) -> About {
        About {
            id: "near_duplicates",
            head: CheckHead::Integrity,
            what: "Are rows exact copies of other rows?",
            source: "Kapoor and Narayanan 2023",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        // A copy in another part is the worst kind, so the part is not compared.
        let roles = [study.roles.id.as_deref(), study.roles.split.as_deref()];
        let names = study.table.names().into_iter();
        let names: Vec<&str> = names.filter(|name| !roles.contains(&Some(*name))).collect();
        let repeated = repeated_rows(study.table, &names);
        if repeated.is_empty() {
            return Vec::new();
        }
        let copies = share(repeated.len(), study.table.rows(), study.roles.level);
        let part = copies.value.unwrap_or_default();
        let few = study.roles.id.is_none() && part <= 0.01;
        let examples: Vec<_> = repeated
            .iter()
            .take(20)
            .map(|(row, first)| json!([first, row]))
            .collect();
        vec![Finding {
            check: "near_duplicates",
            severity: if few { Severity::Note } else { Severity::Warn },
            columns: Vec::new(),
            message: format!("{} rows ({}) are exact copies of an earlier row.", repeated.len(), percent(part)),
            measure: Some(Measure {
                name: "share_of_copies",
                estimate: copies,
            }),
            evidence: json!({ "pairs": examples }),
            help: "Remove copies before dividing the data, unless they are different people. Only exact copies were looked for."
                .to_owned(),
        }]
    }
}
/// Rows that equal an earlier one in all named columns that the table has, with that earlier row.
fn repeated_rows(table: &Table, names: &[&str]) -> Vec<(usize, usize)> {
    let columns: Vec<_> = names.iter().filter_map(|n| table.texts(n).ok()).collect();
    let mut first = HashMap::new();
    let mut repeated = Vec::new();
    for row in 0..table.rows() {
        let cells: Vec<Option<&str>> = columns.iter().map(|c| c[row].as_deref()).collect();
        match first.entry(cells) {
            std::collections::hash_map::Entry::Occupied(seen) => repeated.push((row, *seen.get())),
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(row);
            }
        }
    }
    repeated
}

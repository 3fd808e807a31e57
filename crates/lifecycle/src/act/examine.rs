//! Examining a dataset: its expectations validated, its clinical checks run.

use galen_control::act::examine::{Examination, Examine};
use galen_control::{Actor, Ask, Deed, Evidence, Held, Subject};
use galen_spec::data::{Data, Severity};
use galen_table::Table;

use crate::error::ActError;
use crate::models::read_table;
use crate::project::{Entry, Project};

/// A dataset that was examined.
#[derive(Clone, Debug)]
pub struct Examined {
    pub entry: Entry,
    pub examine: Examine,
    /// The full report, as in the evidence.
    pub report: serde_json::Value,
}

impl Project {
    /// Validates a dataset against the frozen data plan, or runs the clinical checks on it, and records what was found.
    ///
    /// # Errors
    /// [`ActError`]; what was found is no error.
    pub fn examine(
        &self,
        by: &Actor,
        dataset: &str,
        how: Examination,
    ) -> Result<Examined, ActError> {
        let state = self.state()?;
        let plan = self.data_plan(&state)?;
        let data = state.dataset(dataset)?.digest;
        let table = read_table(&self.artifacts.get(&data)?)?;
        let evidence = examination(&table, data, &plan, how)?;
        let severities: Vec<Severity> = failed(&evidence);
        let count = |severity| {
            severities
                .iter()
                .filter(|found| **found == severity)
                .count() as u32
        };
        let ask = Ask::Examine(Examine {
            dataset: dataset.to_owned(),
            data,
            examination: how,
            stops: count(Severity::Stop),
            warns: count(Severity::Warn),
            notes: count(Severity::Note),
            evidence: self.keep(&evidence.bytes())?,
        });
        let entry = self.one(by, None, ask)?;
        let Deed::Examine(examine) = entry.record.deed.clone() else {
            unreachable!("an examination records itself")
        };
        Ok(Examined {
            entry,
            examine,
            report: evidence.details.unwrap_or_default(),
        })
    }
}

/// The evidence of an examination: the same table and plan give the same bytes.
pub(crate) fn examination(
    table: &Table,
    data: galen_store::Digest,
    plan: &Held<Data>,
    how: Examination,
) -> Result<Evidence, ActError> {
    let subjects = vec![
        Subject::new("dataset", data),
        Subject::new("plan", plan.digest),
    ];
    match how {
        Examination::Validate => Ok(crate::report::validation(table, &plan.value, subjects)),
        Examination::Check => crate::report::checks(table, &plan.value, subjects),
    }
}

/// The severities of what was found, from the report in the evidence.
pub(crate) fn failed(evidence: &Evidence) -> Vec<Severity> {
    let found = evidence
        .details
        .as_ref()
        .and_then(|details| details.get("found"))
        .and_then(|found| found.as_array());
    let severity =
        |one: &serde_json::Value| serde_json::from_value(one.get("severity")?.clone()).ok();
    found.into_iter().flatten().filter_map(severity).collect()
}

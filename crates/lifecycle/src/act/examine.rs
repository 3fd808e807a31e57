//! Examining a dataset: its expectations validated, its clinical checks run.

use galen_control::act::examine::{Examination, Examine};
use galen_control::{Accepted, Actor, Ask, Deed, Evidence, Held, State, Subject};
use galen_spec::Name;
use galen_spec::data::{Data, Severity};
use galen_spec::protocol::Protocol;
use galen_store::Digest;
use serde_json::json;

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
    /// The accepted anomalies that were let pass.
    pub accepted: Vec<Accepted>,
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
        let bytes = self.artifacts.get(&data)?;
        let protocol = self.in_force(&state, &[Name::Protocol])?.protocol;
        let evidence = examination(&bytes, data, &plan, protocol.as_ref(), &state, how)?;
        let severities: Vec<Severity> = failed(&evidence);
        let count = |severity| {
            severities
                .iter()
                .filter(|found| **found == severity)
                .count() as u32
        };
        let accepted = match how {
            Examination::Validate => state.accepted.clone(),
            Examination::Check => Vec::new(),
        };
        let ask = Ask::Examine(Examine {
            dataset: dataset.to_owned(),
            data,
            examination: how,
            stops: count(Severity::Stop),
            warns: count(Severity::Warn),
            notes: count(Severity::Note),
            accepted: accepted.iter().map(|one| one.entry).collect(),
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
            accepted,
        })
    }
}

/// The evidence of an examination: the same bytes, plans and accepted anomalies give the same evidence.
pub(crate) fn examination(
    bytes: &[u8],
    data: Digest,
    plan: &Held<Data>,
    protocol: Option<&Held<Protocol>>,
    state: &State,
    how: Examination,
) -> Result<Evidence, ActError> {
    let mut subjects = vec![
        Subject::new("dataset", data),
        Subject::new("plan", plan.digest),
    ];
    let table = read_table(bytes)?;
    match how {
        Examination::Validate => {
            let of_schema = crate::report::of_schema(bytes, &plan.value, state)?;
            let mut evidence = crate::report::validation(&table, &plan.value, of_schema, subjects);
            let accepted = state.accepted_entries();
            if !accepted.is_empty() {
                evidence
                    .settings
                    .insert("accepted".to_owned(), json!(accepted));
            }
            Ok(evidence)
        }
        Examination::Check => {
            subjects.extend(protocol.map(|held| Subject::new("protocol", held.digest)));
            let protocol = protocol.map(|held| &held.value);
            crate::report::checks(&table, &plan.value, protocol, subjects)
        }
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

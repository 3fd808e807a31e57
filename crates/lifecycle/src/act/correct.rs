//! Correcting labels in every dataset that has them.

use std::collections::{BTreeMap, BTreeSet};

use galen_control::act::correct::{Ask as CorrectAsk, Correct};
use galen_control::{Actor, Ask, Deed};
use galen_store::Digest;
use galen_table::with_cells;

use crate::error::ActError;
use crate::models::read_table;
use crate::project::{Entry, Project};
use crate::rewrite::{self, Content};

/// Which cells are corrected.
#[derive(Clone, Debug)]
pub struct Labels {
    /// The column of identifiers.
    pub id: String,
    /// The column whose cells are corrected.
    pub label: String,
}

/// Labels that were corrected, or that would be.
#[derive(Clone, Debug)]
pub struct Correction {
    /// None if it was only asked what would be done.
    pub entry: Option<Entry>,
    pub deed: Correct,
    /// Identifiers of the corrections that no dataset has which was looked into.
    pub unknown: u64,
    /// Sealed sets that were not looked into, since it was only asked.
    pub not_looked_into: Vec<String>,
}

impl Project {
    /// Gives every dataset that has both columns a version with the right labels, sealed ones as well, for which the custodian
    /// gives the passphrase; nobody sees them, and it is no look. What was judged by the old labels is stale from then on.
    ///
    /// With `only_ask` nothing is done, and no sealed set is looked into: how many of its labels differ from guessed ones would
    /// tell them, without a record.
    ///
    /// # Errors
    /// [`ActError::Input`] if the corrections are no table of these columns, or say two things of one identifier;
    /// [`ActError::Refused`] if nothing changes, or the column is not the truth.
    pub fn correct(
        &self,
        by: &Actor,
        labels: &Labels,
        corrections: &[u8],
        reason: &str,
        only_ask: bool,
    ) -> Result<Correction, ActError> {
        let values = values_of(corrections, labels)?;
        let state = self.state()?;
        let (mut rewritten, mut new) = (Vec::new(), Vec::new());
        let mut known = BTreeSet::new();
        let mut not_looked_into = Vec::new();
        for name in state.datasets.keys() {
            if only_ask && state.sealed.contains_key(name) {
                not_looked_into.push(name.clone());
                continue;
            }
            let bytes = rewrite::latest(self, &state, name)?;
            let Some(found) = corrected(&bytes, labels, &values)? else {
                continue;
            };
            let table = read_table(&bytes)?;
            let ids = table.texts(&labels.id).unwrap_or_default();
            let ids = ids.into_iter().flatten().map(|id| id.trim().to_owned());
            known.extend(ids.filter(|id| values.contains_key(id)));
            if found.rows == 0 {
                continue;
            }
            let content = Content {
                files: 1,
                size: found.bytes.len() as u64,
                rows: found.rows,
                bytes: found.bytes,
            };
            let (one, kept) = rewrite::rewritten(self, &state, name, content)?;
            rewritten.push(one);
            new.push(kept);
        }
        if rewritten.is_empty() && !not_looked_into.is_empty() {
            return Err(ActError::input(
                "sealed",
                format!(
                    "what is not sealed has these labels already; {} is not looked into to try",
                    not_looked_into.join(", ")
                ),
                "correct them without --dry-run, on the record",
            ));
        }
        let ask = Ask::Correct(CorrectAsk {
            id: labels.id.clone(),
            label: labels.label.clone(),
            reason: reason.to_owned(),
            corrections: Digest::of(corrections),
            rewritten,
        });
        // Asked first, so that a refused correction writes nothing.
        let asked = self.ask(by, None, ask.clone())?;
        let entry = match only_ask {
            true => None,
            false => {
                self.keep(corrections)?;
                for bytes in &new {
                    self.keep(bytes)?;
                }
                Some(self.one(by, None, ask)?)
            }
        };
        let record = entry.as_ref().map(|entry| &entry.record).or(asked.first());
        let Some(Deed::Correct(deed)) = record.map(|record| record.deed.clone()) else {
            unreachable!("a correction records itself")
        };
        let unknown = values.keys().filter(|id| !known.contains(*id)).count() as u64;
        Ok(Correction {
            entry,
            deed,
            unknown,
            not_looked_into,
        })
    }
}

/// The bytes of a dataset with the right labels; `None` if it has not both columns.
pub(crate) fn corrected(
    bytes: &[u8],
    labels: &Labels,
    values: &BTreeMap<String, String>,
) -> Result<Option<galen_table::Rewritten>, ActError> {
    with_cells(bytes, &labels.id, &labels.label, values).map_err(|error| wrong(&error.to_string()))
}

/// The right label of each identifier.
pub(crate) fn values_of(
    corrections: &[u8],
    labels: &Labels,
) -> Result<BTreeMap<String, String>, ActError> {
    let table = read_table(corrections)?;
    let texts = |column: &str| {
        table.texts(column).map_err(|error| {
            ActError::input(
                "corrections",
                error.to_string(),
                "give a table with the identifiers and the right labels: --id COLUMN --label COLUMN",
            )
        })
    };
    let mut values = BTreeMap::new();
    for (row, (id, value)) in texts(&labels.id)?
        .into_iter()
        .zip(texts(&labels.label)?)
        .enumerate()
    {
        let (Some(id), Some(value)) = (id, value) else {
            return Err(wrong(&format!(
                "row {} has no identifier or no label",
                row + 1
            )));
        };
        let value = value.trim().to_owned();
        let before = values.insert(id.trim().to_owned(), value.clone());
        if before.is_some_and(|before| before != value) {
            return Err(wrong(&format!(
                "row {} says something else of an identifier than a row before",
                row + 1
            )));
        }
    }
    Ok(values)
}

fn wrong(why: &str) -> ActError {
    ActError::input("corrections", why, "correct the file; nothing was recorded")
}

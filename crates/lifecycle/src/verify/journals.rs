//! Journals of windows that were closed: what was sealed of them still stands there.

use std::collections::BTreeMap;

use galen_table::Table;

use super::Proof;
use crate::error::ActError;
use crate::predictions::predictions_path;

/// The cells of a case by column, without its truth.
type Case = BTreeMap<String, Option<String>>;

impl Proof<'_> {
    /// Compares each closed window with its journal, which may have grown since: more cases, more labels. A copy without
    /// journals closes no window again, so nothing is missing.
    pub(super) fn journals(&mut self) -> Result<(), ActError> {
        let facts: Vec<_> = self.state.windows.values().cloned().collect();
        for facts in facts {
            let window = facts.window;
            let path = predictions_path(&window.window, &window.release);
            if self.project.store.len(&path)?.is_none() {
                continue;
            }
            let truth = self.project.truth_name(&self.state)?;
            let now = self
                .project
                .window_of(&self.state, &window.window, &window.release)?;
            let Ok(sealed) = self.project.table(&window.predictions) else {
                // Missing or damaged, which is named where artifacts are compared.
                continue;
            };
            let (sealed, now) = (cases(&sealed, &truth), cases(&now, &truth));
            let kept = |(id, case): (&String, &(Case, Option<String>))| {
                now.get(id).is_some_and(|(inputs, label)| {
                    let known = case.1.is_none() || *label == case.1;
                    known
                        && case
                            .0
                            .iter()
                            .all(|(name, cell)| inputs.get(name) == Some(cell))
                })
            };
            if !sealed.iter().all(kept) {
                self.problem(
                    Some(facts.entry),
                    "journal_changed",
                    format!(
                        "the journal {path} or its labels no longer hold what was sealed when window {} was closed; put them back from a backup",
                        window.window
                    ),
                );
            }
        }
        Ok(())
    }
}

/// Cases by pseudonym.
fn cases(table: &Table, truth: &str) -> BTreeMap<String, (Case, Option<String>)> {
    let column = |name: &str| table.texts(name).unwrap_or_default();
    let columns: Vec<(&str, Vec<Option<String>>)> = table
        .names()
        .into_iter()
        .filter(|name| *name != truth && *name != "pseudonym")
        .map(|name| (name, column(name)))
        .collect();
    let (ids, labels) = (column("pseudonym"), column(truth));
    let case = |(row, id): (usize, Option<String>)| {
        let cell = |(name, cells): &(&str, Vec<Option<String>>)| {
            ((*name).to_owned(), cells.get(row).cloned().flatten())
        };
        let inputs = columns.iter().map(cell).collect();
        Some((id?, (inputs, labels.get(row).cloned().flatten())))
    };
    ids.into_iter().enumerate().filter_map(case).collect()
}

//! Withdrawing a person: looking for their rows in all that the project holds, recording what is done, destroying the bytes.

use std::collections::{BTreeMap, BTreeSet};

use galen_control::act::rewrite::Rewritten;
use galen_control::act::withdraw::{Ask as WithdrawAsk, RewrittenWindow, Withdraw};
use galen_control::{Actor, Ask, Deed, State};
use galen_store::{Artifacts, Digest, Manifest, ManifestEntry};
use galen_table::{Format, ReadOptions, Table, without_rows};

use crate::error::ActError;
use crate::project::{Entry, Project};
use crate::rewrite::{Content, latest, rewritten};

/// Whom to look for.
#[derive(Clone, Debug)]
pub struct Who {
    /// The identifier, as it stands in the tables.
    pub person: String,
    /// The column of identifiers.
    pub column: String,
}

/// A withdrawal that was recorded, or that would be.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// None if it was only asked what would be done.
    pub entry: Option<Entry>,
    pub deed: Withdraw,
    /// Datasets that have no column of that name and no file of the person: nobody looked there by another name.
    pub without_column: Vec<String>,
    /// Files of the project's folder, outside of its store, that still hold the person.
    pub copies: Vec<String>,
}

/// What was found, before it is decided on.
#[derive(Default)]
struct Found {
    rewritten: Vec<Rewritten>,
    windows: Vec<RewrittenWindow>,
    destroyed: BTreeSet<Digest>,
    without_column: Vec<String>,
    has_column: bool,
    /// The artifacts that take the place of destroyed ones.
    new: Vec<Vec<u8>>,
    /// Without the person, if there is the column or a file of theirs; no row taken out if they are not in it.
    looked_at: BTreeMap<Digest, Option<Content>>,
}

impl Project {
    /// What a withdrawal would do. Sealed sets are decrypted in memory to look for the person, for which their custodian
    /// gives the passphrase; nobody sees them, and it is no look.
    ///
    /// # Errors
    /// [`ActError`] as of [`Project::withdraw`].
    pub fn would_withdraw(
        &self,
        by: &Actor,
        who: &Who,
        reason: &str,
    ) -> Result<Withdrawal, ActError> {
        let (found, ask) = self.found_of(who, reason)?;
        let decided = self.ask(by, None, Ask::Withdraw(ask))?;
        let Some(Deed::Withdraw(deed)) = decided.into_iter().next().map(|record| record.deed)
        else {
            unreachable!("a withdrawal records itself")
        };
        Ok(Withdrawal {
            entry: None,
            deed,
            without_column: found.without_column,
            copies: self.copies(who)?,
        })
    }

    /// Gives every dataset a version without the person, records that under their pseudonym, then destroys every artifact and
    /// journal line that held them. What was done before goes on to verify, except for what needs the destroyed bytes.
    ///
    /// Copies outside of the project's store are not reached; those in its folder are named. When it was broken off, the same
    /// command goes on.
    ///
    /// # Errors
    /// [`ActError::Input`] if nobody of that name is held, or a table with the column cannot be read;
    /// [`ActError::Refused`] without the duty.
    pub fn withdraw(&self, by: &Actor, who: &Who, reason: &str) -> Result<Withdrawal, ActError> {
        self.destroy_withdrawn(&self.state()?)?;
        let (found, ask) = self.found_of(who, reason)?;
        // Asked first, so that a refused withdrawal writes nothing.
        self.ask(by, None, Ask::Withdraw(ask.clone()))?;
        for bytes in &found.new {
            self.keep(bytes)?;
        }
        let person = ask.person.clone();
        let entry = self.one(by, None, Ask::Withdraw(ask))?;
        let Deed::Withdraw(deed) = entry.record.deed.clone() else {
            unreachable!("a withdrawal records itself")
        };
        self.destroy_withdrawn(&self.state()?)?;
        self.without_lines_of(&person, true)?;
        Ok(Withdrawal {
            entry: Some(entry),
            deed,
            without_column: found.without_column,
            copies: self.copies(who)?,
        })
    }

    /// Removes what withdrawals destroyed, also those that were broken off between their record and this.
    fn destroy_withdrawn(&self, state: &State) -> Result<(), ActError> {
        for digest in state
            .withdrawn
            .iter()
            .flat_map(|one| &one.withdraw.destroyed)
        {
            self.store.remove(&Artifacts::path(digest))?;
        }
        Ok(())
    }

    fn found_of(&self, who: &Who, reason: &str) -> Result<(Found, WithdrawAsk), ActError> {
        is_somebody(who, reason)?;
        let state = self.state()?;
        let pseudonym = self
            .pseudonyms(std::slice::from_ref(&who.person))?
            .remove(0);
        let mut found = Found::default();
        for (name, versions) in &state.datasets {
            let earlier = versions.iter().rev().skip(1);
            for version in earlier.filter(|version| !state.is_destroyed(&version.digest)) {
                if self.artifacts.has(&version.digest)? {
                    let bytes = self.artifacts.get(&version.digest)?;
                    self.look_at(who, version.digest, &bytes, &mut found)?;
                }
            }
            self.look_at_latest(&state, who, name, &mut found)?;
        }
        if !found.has_column && found.rewritten.is_empty() {
            return Err(ActError::input(
                "id",
                format!(
                    "no dataset has a column `{}`, or a file named after {}",
                    who.column, who.person
                ),
                "name the column of identifiers: --id COLUMN; galen data profile NAME shows the columns",
            ));
        }
        self.look_at_windows(&state, &pseudonym, &mut found)?;
        self.look_at_the_rest(&state, who, &pseudonym, &mut found)?;
        let journal_lines = self.without_lines_of(&pseudonym, false)?;
        if found.destroyed.is_empty() && journal_lines == 0 {
            let before = state.withdrawn(&pseudonym);
            let since = before.map(|one| format!("; who that is withdrew at entry {}", one.entry));
            return Err(ActError::input(
                "nobody",
                format!(
                    "no row has {} in `{}`{}",
                    who.person,
                    who.column,
                    since.unwrap_or_default()
                ),
                "give the identifier as it stands in the tables, and their column: --id COLUMN",
            ));
        }
        let ask = WithdrawAsk {
            person: pseudonym,
            column: who.column.clone(),
            reason: reason.to_owned(),
            rewritten: std::mem::take(&mut found.rewritten),
            windows: std::mem::take(&mut found.windows),
            destroyed: found.destroyed.clone(),
            journal_lines,
        };
        Ok((found, ask))
    }

    /// The latest version of a dataset, sealed or not: it gets another one without the person.
    fn look_at_latest(
        &self,
        state: &State,
        who: &Who,
        name: &str,
        found: &mut Found,
    ) -> Result<(), ActError> {
        let digest = state.dataset(name)?.digest;
        let bytes = latest(self, state, name)?;
        let Some(without) = self.look_at(who, digest, &bytes, found)? else {
            found.without_column.push(name.to_owned());
            return Ok(());
        };
        if without.rows == 0 {
            return Ok(());
        }
        if let Some(sealed) = state.sealed.get(name) {
            // Who is in the set now was in it before its labels were corrected.
            found.destroyed.insert(sealed.seal.sealed);
            let earlier = sealed.earlier.iter().filter(|one| !state.is_destroyed(one));
            found.destroyed.extend(earlier);
        }
        let (one, kept) = rewritten(self, state, name, without)?;
        found.rewritten.push(one);
        found.new.push(kept);
        Ok(())
    }

    /// A table or a folder. `None` if there is neither the column nor a file of the person.
    fn look_at(
        &self,
        who: &Who,
        digest: Digest,
        bytes: &[u8],
        found: &mut Found,
    ) -> Result<Option<Content>, ActError> {
        if let Some(known) = found.looked_at.get(&digest) {
            return Ok(known.clone());
        }
        let without = match Manifest::from_bytes(bytes) {
            Ok(manifest) => self.folder_without(who, &manifest, found)?,
            Err(_) => table_without(who, bytes, None)?.map(|(bytes, rows)| {
                let size = bytes.len() as u64;
                Content {
                    bytes,
                    rows,
                    files: 1,
                    size,
                }
            }),
        };
        found.has_column |= without.is_some();
        if without.as_ref().is_some_and(|without| without.rows > 0) {
            found.destroyed.insert(digest);
        }
        found.looked_at.insert(digest, without.clone());
        Ok(without)
    }

    /// A folder without the files that are named after the person, and without their rows in the others.
    fn folder_without(
        &self,
        who: &Who,
        manifest: &Manifest,
        found: &mut Found,
    ) -> Result<Option<Content>, ActError> {
        let (mut left, mut rows, mut has_column) = (Vec::new(), 0, false);
        let mut gone = BTreeSet::new();
        for file in manifest.entries() {
            if is_named_after(&file.path, &who.person) {
                (rows, has_column) = (rows + 1, true);
                gone.insert(file.digest);
                continue;
            }
            let bytes = self.artifacts.get(&file.digest)?;
            match table_without(who, &bytes, Format::of_name(&file.path))? {
                Some((bytes, theirs)) if theirs > 0 => {
                    (rows, has_column) = (rows + theirs, true);
                    gone.insert(file.digest);
                    let (path, size) = (file.path.clone(), bytes.len() as u64);
                    left.push(ManifestEntry {
                        path,
                        size,
                        digest: Digest::of(&bytes),
                    });
                    found.new.push(bytes);
                }
                looked => {
                    has_column |= looked.is_some();
                    left.push(file.clone());
                }
            }
        }
        // A file of the same bytes under another name is somebody else's.
        gone.retain(|digest| left.iter().all(|file| file.digest != *digest));
        found.destroyed.extend(gone);
        let (files, size) = (left.len() as u64, left.iter().map(|file| file.size).sum());
        let left = Manifest::new(left).expect("a part of a manifest is one");
        let without = Content {
            bytes: left.to_bytes(),
            rows,
            files,
            size,
        };
        Ok(has_column.then_some(without))
    }

    /// The sealed cases of closed windows, under pseudonyms.
    fn look_at_windows(
        &self,
        state: &State,
        pseudonym: &str,
        found: &mut Found,
    ) -> Result<(), ActError> {
        let theirs = by_pseudonym(pseudonym);
        for (window, facts) in &state.windows {
            let from = facts.window.predictions;
            let bytes = self.artifacts.get(&from)?;
            if let Some((bytes, 1..)) = table_without(&theirs, &bytes, None)? {
                let to = Digest::of(&bytes);
                found.windows.push(RewrittenWindow {
                    window: window.clone(),
                    from,
                    to,
                });
                found.destroyed.insert(from);
                found.new.push(bytes);
            }
        }
        Ok(())
    }

    /// Every other artifact: earlier cases of windows, tables that stages wrote. They are destroyed as they are; what they were
    /// made from is there to make them again.
    fn look_at_the_rest(
        &self,
        state: &State,
        who: &Who,
        pseudonym: &str,
        found: &mut Found,
    ) -> Result<(), ActError> {
        let theirs = by_pseudonym(pseudonym);
        for digest in self.artifacts.list()? {
            if found.destroyed.contains(&digest)
                || found.looked_at.contains_key(&digest)
                || state.is_destroyed(&digest)
            {
                continue;
            }
            let bytes = self.artifacts.get(&digest)?;
            for who in [who, &theirs] {
                // What cannot be read as a table with that column is no dataset; it is a log, or another artifact.
                if let Ok(Some((_, 1..))) = table_without(who, &bytes, None) {
                    found.destroyed.insert(digest);
                }
            }
        }
        Ok(())
    }

    /// Files of the project's folder that hold the person, outside of its store.
    fn copies(&self, who: &Who) -> Result<Vec<String>, ActError> {
        let own = format!("{}/", self.settings.store.trim_end_matches('/'));
        let mut copies = Vec::new();
        for path in self
            .files
            .list("")?
            .into_iter()
            .filter(|path| !path.starts_with(&own))
        {
            let is_theirs = is_named_after(&path, &who.person) || {
                let bytes = self.files.read(&path)?;
                matches!(
                    table_without(who, &bytes, Format::of_name(&path)),
                    Ok(Some((_, 1..)))
                )
            };
            if is_theirs {
                copies.push(path);
            }
        }
        Ok(copies)
    }

    /// Refuses a table that holds somebody who withdrew.
    ///
    /// # Errors
    /// [`ActError::Input`] that says how many, and not who.
    pub(crate) fn nobody_withdrew(
        &self,
        state: &State,
        name: &str,
        bytes: &[u8],
    ) -> Result<(), ActError> {
        let columns: BTreeSet<&str> = state
            .withdrawn
            .iter()
            .map(|one| one.withdraw.column.as_str())
            .collect();
        if columns.is_empty() {
            return Ok(());
        }
        let Ok(table) = Table::read(bytes, None, &ReadOptions::default()) else {
            return Ok(());
        };
        for column in columns {
            let Ok(cells) = table.texts(column) else {
                continue;
            };
            let ids: BTreeSet<String> = cells
                .into_iter()
                .flatten()
                .map(|id| id.trim().to_owned())
                .collect();
            let ids: Vec<String> = ids.into_iter().collect();
            let theirs = self.pseudonyms(&ids)?;
            let withdrew = theirs.iter().filter_map(|one| state.withdrawn(one));
            let entries: BTreeSet<u64> = withdrew.map(|one| one.entry).collect();
            if let Some(entry) = entries.first() {
                return Err(ActError::input(
                    "withdrawn",
                    format!(
                        "{name} holds {} who withdrew (the first at entry {entry})",
                        people(entries.len())
                    ),
                    format!("take their rows out, then add it; they are named by `{column}`"),
                ));
            }
        }
        Ok(())
    }
}

fn people(count: usize) -> String {
    match count {
        1 => "1 person".to_owned(),
        more => format!("{more} people"),
    }
}

fn by_pseudonym(pseudonym: &str) -> Who {
    Who {
        person: pseudonym.to_owned(),
        column: "pseudonym".to_owned(),
    }
}

fn table_without(
    who: &Who,
    bytes: &[u8],
    format: Option<Format>,
) -> Result<Option<(Vec<u8>, u64)>, ActError> {
    let found = without_rows(bytes, format, &who.column, &who.person).map_err(|error| {
        ActError::input(
            "table",
            format!(
                "a table with the column `{}` cannot be read: {error}",
                who.column
            ),
            "nothing was withdrawn; galen verify names damaged artifacts",
        )
    })?;
    Ok(found.map(|found| (found.bytes, found.rows)))
}

/// The person's name must be one, and must not go to the ledger, where it would stand for ever.
fn is_somebody(who: &Who, reason: &str) -> Result<(), ActError> {
    let person = who.person.as_str();
    if person.is_empty() || person.trim() != person {
        return Err(ActError::input(
            "person",
            "the identifier of the person is empty, or has blanks around it",
            "give the identifier as it stands in the tables",
        ));
    }
    let mut words =
        reason.split(|letter: char| letter.is_whitespace() || ",.;:()'\"".contains(letter));
    if words.any(|word| word == person) {
        return Err(ActError::input(
            "names_person",
            "the reason names the person, and what the ledger holds stays there",
            "say why without the identifier",
        ));
    }
    Ok(())
}

/// Whether a part of a path is the person's: `p000017`, `p000017.psv`, `00000017_003.png`.
fn is_named_after(path: &str, person: &str) -> bool {
    path.split('/').any(|part| {
        let rest = part.strip_prefix(person);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_', '-', ' ']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_a_persons_by_a_whole_part_of_their_path() {
        for path in [
            "p17",
            "a/p17.psv",
            "p17/scan.png",
            "x/p17_003.png",
            "p17-2.dcm",
        ] {
            assert!(is_named_after(path, "p17"), "{path}");
        }
        for path in ["p170.psv", "ap17.psv", "a/xp17", "p1/7.psv", "p1"] {
            assert!(!is_named_after(path, "p17"), "{path}");
        }
    }

    #[test]
    fn a_reason_that_names_the_person_is_refused() {
        let who = Who {
            person: "p17".to_owned(),
            column: "id".to_owned(),
        };
        assert!(is_somebody(&who, "asked by p17, in writing").is_err());
        assert!(is_somebody(&who, "asked in writing, p170 letters").is_ok());
        assert!(
            is_somebody(
                &Who {
                    person: " p17".to_owned(),
                    ..who
                },
                "asked"
            )
            .is_err()
        );
    }
}

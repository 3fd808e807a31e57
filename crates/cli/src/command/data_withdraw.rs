//! `galen data withdraw`.

use galen_control::State;
use galen_lifecycle::{Who, Withdrawal};
use serde_json::json;

use super::data_correct::{live_among, rewritten_table, used};
use crate::place::Place;
use crate::report::{Failure, Report};

pub fn withdraw(
    person: &str,
    id: &str,
    reason: &str,
    dry_run: bool,
    place: &Place,
) -> Result<Report, Failure> {
    let project = place.project()?;
    let actor = place.actor()?;
    let who = Who {
        person: person.to_owned(),
        column: id.to_owned(),
    };
    let withdrawal = match dry_run {
        true => project.would_withdraw(&actor, &who, reason)?,
        false => project.withdraw(&actor, &who, reason)?,
    };
    let entry = withdrawal.entry.as_ref().map(|entry| entry.index);
    let document = json!({
        "dry_run": dry_run,
        "entry": entry,
        "withdraw": withdrawal.deed,
        "without_column": withdrawal.without_column,
        "copies": withdrawal.copies,
    });
    let text = in_words(&withdrawal, entry, &project.state()?);
    Ok(Report::new("data withdraw", document, text))
}

fn in_words(withdrawal: &Withdrawal, entry: Option<u64>, state: &State) -> String {
    let deed = &withdrawal.deed;
    let (artifacts, lines) = (
        count(deed.destroyed.len() as u64, "artifact"),
        count(deed.journal_lines, "journal line"),
    );
    let mut text = vec![match entry {
        Some(entry) => format!(
            "Entry {entry}: {} withdrew. {artifacts} and {lines} are destroyed.",
            deed.person
        ),
        None => format!(
            "Nothing is done yet. {artifacts} and {lines} of {} would be destroyed.",
            deed.person
        ),
    }];
    if !deed.rewritten.is_empty() {
        text.push(rewritten_table(&deed.rewritten, "rows out"));
    }
    text.extend(used(&deed.affected, "They had been used by:"));
    if let Some(live) = live_among(&deed.affected, state) {
        text.push(format!(
            "{live} is live, and learned from them or was judged on them. What it learned stays in it: decide whether to train again."
        ));
    }
    if !withdrawal.without_column.is_empty() {
        text.push(format!(
            "Without a column `{}`, so not looked into: {}.",
            deed.column,
            withdrawal.without_column.join(", ")
        ));
    }
    if !withdrawal.copies.is_empty() {
        text.push("Copies outside of the store that still hold the person; delete or rewrite them yourself:".to_owned());
        text.extend(withdrawal.copies.iter().map(|path| format!("  {path}")));
    }
    text.push("Backups and files that were given away are not reached.".to_owned());
    text.join("\n")
}

fn count(count: u64, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

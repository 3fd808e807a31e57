//! `galen freeze`.

use galen_control::Deed;
use galen_spec::{Name, nearest};
use serde_json::json;

use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words::short;

pub fn freeze(names: &[String], place: &Place) -> Result<Report, Failure> {
    let names = names
        .iter()
        .map(|word| name_of(word))
        .collect::<Result<Vec<Name>, Failure>>()?;
    let entry = place.project()?.freeze(&place.actor()?, &names)?;
    let Deed::Freeze(freeze) = &entry.record.deed else {
        unreachable!("a freeze records a freeze")
    };
    let lines: Vec<String> = freeze
        .specs
        .iter()
        .map(|spec| format!("  {:<14} {}", spec.name.file(), short(&spec.digest)))
        .collect();
    let text = format!(
        "Entry {}: {} declared file(s) are frozen.\n{}",
        entry.index,
        names.len(),
        lines.join("\n")
    );
    Ok(Report::new(
        "freeze",
        json!({"entry": entry.index, "specs": freeze.specs}),
        text,
    ))
}

fn name_of(word: &str) -> Result<Name, Failure> {
    Name::from_word(word).ok_or_else(|| {
        let known: Vec<&str> = Name::ALL.iter().map(|name| name.word()).collect();
        let help = match nearest(word, known.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are: {}", known.join(", ")),
        };
        Failure::usage(
            "unknown_name",
            format!("there is no declared file {word}"),
            help,
        )
    })
}

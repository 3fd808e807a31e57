//! `galen key`.

use serde_json::json;

use crate::args::Key;
use crate::place::Place;
use crate::report::{Failure, Report};

pub fn key(args: &Key, place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    match args {
        Key::New { person } => {
            let entry = project.enrol(person)?;
            let galen_control::Deed::Enrol(enrol) = &entry.record.deed else {
                unreachable!("an enrolment records itself")
            };
            let text = format!(
                "Entry {}: the key of {person} is enrolled.\n{} {}",
                entry.index, person, enrol.keyid
            );
            Ok(Report::new(
                "key",
                json!({"person": person, "keyid": enrol.keyid, "entry": entry.index}),
                text,
            ))
        }
        Key::List => {
            let state = project.state()?;
            let lines: Vec<String> = state
                .keys
                .iter()
                .map(|(id, key)| format!("{} {id}", key.person))
                .collect();
            let keys: Vec<_> = state
                .keys
                .iter()
                .map(|(id, key)| json!({"person": key.person, "keyid": id, "public": key.public, "entry": key.entry}))
                .collect();
            Ok(Report::new("key", json!({"keys": keys}), lines.join("\n")))
        }
    }
}

//! Recording what an authority or notified body allowed.

use galen_spec::Name;
use galen_spec::team::Duty;
use galen_store::Digest;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::freeze::Frozen;
use super::{Scene, said};
use crate::evidence::Subject;
use crate::state::Authorisation;
use crate::{Deed, Record, Refusal, State};

/// Who allowed what, when, under which number, by which letter, for which frozen files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorise {
    /// What was granted, such as `clearance`.
    pub kind: String,
    pub authority: String,
    pub number: String,
    pub date: Date,
    pub scope: String,
    /// The letter, an artifact.
    pub letter: Digest,
    /// The frozen intent and PCCP that it covers.
    pub covers: Vec<Frozen>,
}

/// What an authority or notified body can grant; a letter that refuses or asks is none of these.
pub const KINDS: [&str; 6] = [
    "approval",
    "authorisation",
    "certificate",
    "clearance",
    "de_novo",
    "registration",
];

pub(crate) fn decide(scene: &Scene, ask: &Authorise) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Authorise)?;
    if !KINDS.contains(&ask.kind.as_str()) {
        return Err(Refusal::new(
            "kind",
            format!("`{}` is nothing that an authority grants", ask.kind),
            format!(
                "use one of {}; what grants nothing is not recorded here",
                KINDS.join(", ")
            ),
        ));
    }
    for (what, text) in [
        ("authority", &ask.authority),
        ("number", &ask.number),
        ("scope", &ask.scope),
    ] {
        said(what, text)?;
    }
    if ask.date
        > scene
            .at
            .to_zoned(TimeZone::UTC)
            .date()
            .tomorrow()
            .unwrap_or(ask.date)
    {
        return Err(Refusal::new(
            "date",
            format!("an authorisation of {} is of the future", ask.date),
            "record it when it is granted",
        ));
    }
    for name in [Name::Intent, Name::Pccp] {
        let frozen = scene.state.frozen.get(&name).map(|frozen| frozen.digest);
        let covered = ask
            .covers
            .iter()
            .find(|spec| spec.name == name)
            .map(|spec| spec.digest);
        if frozen.is_none() || frozen != covered {
            return Err(Refusal::new(
                "not_frozen",
                format!(
                    "an authorisation covers the frozen {}, and none is frozen as it says",
                    name.file()
                ),
                format!("freeze it first: galen freeze {name}"),
            ));
        }
    }
    Ok(Deed::Authorise(ask.clone()))
}

impl Authorise {
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let mut subjects = vec![Subject::new("letter", self.letter)];
        subjects.extend(
            self.covers
                .iter()
                .map(|spec| Subject::new(spec.name.file(), spec.digest)),
        );
        subjects
    }

    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        state.authorisations.push(Authorisation {
            granted: self.clone(),
            entry: state.entries,
            by: record.by.clone(),
            at: record.at,
        });
    }
}

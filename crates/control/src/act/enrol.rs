//! Enrolling a person's key.

use serde::{Deserialize, Serialize};

use super::Scene;
use crate::state::Key;
use crate::{Deed, Record, Refusal, State};

/// A person's public key. The record is signed by that key itself, which proves that the person holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    pub person: String,
    /// The name of the key in envelopes: `sha256:` of the public key.
    pub keyid: String,
    /// The public key, hexadecimal.
    pub public: String,
}

pub(crate) fn decide(scene: &Scene, ask: &Enrol) -> Result<Deed, Refusal> {
    let person = scene.person()?;
    if person != ask.person {
        return Err(Refusal::new(
            "not_yours",
            format!("{person} cannot enrol a key for {}", ask.person),
            "each person enrols their own key: galen key new ID",
        ));
    }
    if scene
        .state
        .keys
        .values()
        .any(|key| key.person.eq_ignore_ascii_case(&ask.person))
    {
        return Err(Refusal::new(
            "key_exists",
            format!("{person} has an enrolled key already"),
            "sign with it; a person has one key",
        ));
    }
    let mut known = scene.state.keys.values().map(|key| &key.public);
    if scene.state.keys.contains_key(&ask.keyid)
        || known.any(|public| public.eq_ignore_ascii_case(&ask.public))
        || scene.state.system_key.eq_ignore_ascii_case(&ask.public)
    {
        return Err(Refusal::new(
            "key_reused",
            "this key belongs to somebody else; a signature is never reused or reassigned (21 CFR 11.100(a))",
            "make a new key: galen key new ID",
        ));
    }
    if scene.state.frozen.contains_key(&galen_spec::Name::Team)
        && scene.team()?.person(person).is_none()
    {
        return Err(Refusal::new(
            "not_in_team",
            format!("{person} is not a person of the frozen team.yaml"),
            "add the person to team.yaml and freeze it again: galen freeze team",
        ));
    }
    Ok(Deed::Enrol(ask.clone()))
}

impl Enrol {
    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        let key = Key {
            person: self.person.clone(),
            public: self.public.clone(),
            entry: state.entries,
            at: record.at,
        };
        state.keys.insert(self.keyid.clone(), key);
    }
}

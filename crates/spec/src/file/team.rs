//! `team.yaml`: people, roles, and who may do what.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The people of the project, their roles, and the roles that each duty and each release needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Who works on the device.
    pub people: Vec<Person>,
    /// Which roles may do what.
    pub duties: BTreeMap<Duty, Vec<String>>,
    /// Roles that must each sign a change before it can be released, by different people.
    pub release_signatures: Vec<String>,
}

impl Team {
    /// The person of that id.
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// Whether the person has one of the roles that the duty needs.
    pub fn may(&self, person: &str, duty: Duty) -> bool {
        let Some(person) = self.person(person) else {
            return false;
        };
        let roles = self
            .duties
            .get(&duty)
            .map(Vec::as_slice)
            .unwrap_or_default();
        person.roles.iter().any(|role| roles.contains(role))
    }
}

/// Somebody with a name, roles and competence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Names the person in records and keys.
    pub id: String,
    /// The name; records carry only the id.
    pub name: String,
    /// What the person acts as.
    pub roles: Vec<String>,
    /// Why the person may act so.
    pub competence: String,
}

/// Something that only certain roles may do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    Freeze,
    Authorise,
    Data,
    Seal,
    Run,
    Judge,
    Propose,
    Release,
    Monitor,
    Finding,
    Document,
}

impl Duty {
    /// Every duty.
    pub const ALL: [Duty; 11] = [
        Duty::Freeze,
        Duty::Authorise,
        Duty::Data,
        Duty::Seal,
        Duty::Run,
        Duty::Judge,
        Duty::Propose,
        Duty::Release,
        Duty::Monitor,
        Duty::Finding,
        Duty::Document,
    ];

    /// The word in the file: `freeze`, `authorise`, …
    pub fn word(self) -> &'static str {
        match self {
            Duty::Freeze => "freeze",
            Duty::Authorise => "authorise",
            Duty::Data => "data",
            Duty::Seal => "seal",
            Duty::Run => "run",
            Duty::Judge => "judge",
            Duty::Propose => "propose",
            Duty::Release => "release",
            Duty::Monitor => "monitor",
            Duty::Finding => "finding",
            Duty::Document => "document",
        }
    }
}

//! Records: the signed statements of what was done.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::act;
use crate::evidence::Subject;

/// Who did something: a person of the team, or the project's own key, which is nobody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Actor {
    Person(String),
    /// Automatic acts; never an electronic signature.
    System,
}

impl Actor {
    /// The person's id, if it is a person.
    pub fn person(&self) -> Option<&str> {
        match self {
            Actor::Person(id) => Some(id),
            Actor::System => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.person().unwrap_or("system"))
    }
}

impl From<String> for Actor {
    fn from(text: String) -> Actor {
        if text == "system" {
            Actor::System
        } else {
            Actor::Person(text)
        }
    }
}

impl From<Actor> for String {
    fn from(actor: Actor) -> String {
        actor.to_string()
    }
}

/// One act, as it stands on the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub by: Actor,
    /// The real clock.
    pub at: Timestamp,
    /// The date that a replay of old data stands at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    pub deed: Deed,
}

impl Record {
    /// What the record is about, by role and digest.
    pub fn subjects(&self) -> Vec<Subject> {
        self.deed.subjects()
    }
}

/// What was done. One variant an act, each in its own file under `act/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Deed {
    Found(act::found::Found),
    Enrol(act::enrol::Enrol),
    Freeze(act::freeze::Freeze),
    Authorise(act::authorise::Authorise),
    AddData(act::add_data::AddData),
    Examine(act::examine::Examine),
    Accept(act::accept::Accept),
    Split(act::split::Split),
    Seal(act::seal::Seal),
    Withdraw(act::withdraw::Withdraw),
    Correct(act::correct::Correct),
    Run(act::run::Run),
    Propose(act::propose::Propose),
    Look(act::look::Look),
    Open(act::open::Open),
    Judge(act::judge::Judge),
    Assess(act::assess::Assess),
    Sign(act::sign::Sign),
    Release(act::release::Release),
    RollBack(act::roll_back::RollBack),
    Explain(act::explain::Explain),
    Window(act::window::Window),
    OpenFinding(act::finding::OpenFinding),
    AnalyseFinding(act::finding::AnalyseFinding),
    CloseFinding(act::finding::CloseFinding),
    Document(act::document::Document),
}

impl Deed {
    /// The act's word, as in the predicate type of its statement.
    pub fn word(&self) -> &'static str {
        match self {
            Deed::Found(_) => "found",
            Deed::Enrol(_) => "enrol",
            Deed::Freeze(_) => "freeze",
            Deed::Authorise(_) => "authorise",
            Deed::AddData(_) => "add_data",
            Deed::Examine(_) => "examine",
            Deed::Accept(_) => "accept",
            Deed::Split(_) => "split",
            Deed::Seal(_) => "seal",
            Deed::Withdraw(_) => "withdraw",
            Deed::Correct(_) => "correct",
            Deed::Run(_) => "run",
            Deed::Propose(_) => "propose",
            Deed::Look(_) => "look",
            Deed::Open(_) => "open",
            Deed::Judge(_) => "judge",
            Deed::Assess(_) => "assess",
            Deed::Sign(_) => "sign",
            Deed::Release(_) => "release",
            Deed::RollBack(_) => "roll_back",
            Deed::Explain(_) => "explain",
            Deed::Window(_) => "window",
            Deed::OpenFinding(_) => "open_finding",
            Deed::AnalyseFinding(_) => "analyse_finding",
            Deed::CloseFinding(_) => "close_finding",
            Deed::Document(_) => "document",
        }
    }

    /// What the deed is about.
    pub fn subjects(&self) -> Vec<Subject> {
        match self {
            Deed::Found(_) | Deed::Enrol(_) => Vec::new(),
            Deed::Freeze(deed) => deed.subjects(),
            Deed::Authorise(deed) => deed.subjects(),
            Deed::AddData(deed) => vec![Subject::new(&deed.name, deed.digest)],
            Deed::Examine(deed) => {
                vec![
                    Subject::new("dataset", deed.data),
                    Subject::new("evidence", deed.evidence),
                ]
            }
            Deed::Accept(deed) => vec![
                Subject::new("dataset", deed.data),
                Subject::new("plan", deed.plan),
                Subject::new("evidence", deed.evidence),
            ],
            Deed::Split(deed) => deed.subjects(),
            Deed::Seal(deed) => vec![
                Subject::new("plain", deed.plain),
                Subject::new("sealed", deed.sealed),
            ],
            Deed::Withdraw(deed) => deed.subjects(),
            Deed::Correct(deed) => deed.subjects(),
            Deed::Run(deed) => deed.subjects(),
            Deed::Propose(deed) => vec![Subject::new("model", deed.model)],
            Deed::Look(deed) => vec![Subject::new("plain", deed.plain)],
            Deed::Open(deed) => vec![
                Subject::new("plain", deed.dataset),
                Subject::new("protocol", deed.protocol),
            ],
            Deed::Judge(deed) => {
                vec![
                    Subject::new("model", deed.model),
                    Subject::new("evidence", deed.evidence),
                ]
            }
            Deed::Assess(deed) => vec![Subject::new("model", deed.model)],
            Deed::Sign(deed) => vec![
                Subject::new("model", deed.model),
                Subject::new("evidence", deed.evidence),
            ],
            Deed::Release(deed) => vec![Subject::new("model", deed.model)],
            Deed::RollBack(deed) => deed.subjects(),
            Deed::Explain(deed) => {
                vec![
                    Subject::new("model", deed.model),
                    Subject::new("evidence", deed.evidence),
                ]
            }
            Deed::Window(deed) => deed.subjects(),
            Deed::OpenFinding(_) | Deed::CloseFinding(_) => Vec::new(),
            Deed::AnalyseFinding(deed) => vec![Subject::new("evidence", deed.evidence)],
            Deed::Document(deed) => deed.subjects(),
        }
    }
}

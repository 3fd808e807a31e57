//! Acts: what somebody asks to do. One file an act: the deed that is recorded, its decision, and its fold.

pub mod accept;
pub mod add_data;
pub mod assess;
pub mod authorise;
pub mod correct;
pub mod document;
pub mod enrol;
pub mod examine;
pub mod explain;
pub mod finding;
pub mod found;
pub mod freeze;
pub mod judge;
pub mod look;
pub mod open;
pub mod propose;
pub mod release;
pub mod rewrite;
pub mod roll_back;
pub mod run;
pub mod seal;
pub mod sign;
pub mod split;
pub mod window;
pub mod withdraw;

use galen_spec::team::Duty;
use galen_spec::{Name, data, intent, monitor, pccp, pipeline, protocol, risk, team};
use galen_store::Digest;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::{Actor, Refusal, State};

/// Something parsed, with the digest of the bytes that it was parsed from.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<T> {
    pub digest: Digest,
    pub value: T,
}

/// The frozen files that are in force, parsed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InForce {
    pub intent: Option<Held<intent::Intent>>,
    pub risk: Option<Held<risk::Risk>>,
    pub data: Option<Held<data::Data>>,
    pub protocol: Option<Held<protocol::Protocol>>,
    pub pipeline: Option<Held<pipeline::Pipeline>>,
    pub pccp: Option<Held<pccp::Pccp>>,
    pub monitor: Option<Held<monitor::Monitor>>,
    pub team: Option<Held<team::Team>>,
}

impl InForce {
    /// The digest held for a declared file.
    pub fn digest(&self, name: Name) -> Option<Digest> {
        match name {
            Name::Intent => self.intent.as_ref().map(|held| held.digest),
            Name::Risk => self.risk.as_ref().map(|held| held.digest),
            Name::Data => self.data.as_ref().map(|held| held.digest),
            Name::Protocol => self.protocol.as_ref().map(|held| held.digest),
            Name::Pipeline => self.pipeline.as_ref().map(|held| held.digest),
            Name::Pccp => self.pccp.as_ref().map(|held| held.digest),
            Name::Monitor => self.monitor.as_ref().map(|held| held.digest),
            Name::Team => self.team.as_ref().map(|held| held.digest),
        }
    }
}

/// An act with its actor, its evidence and the frozen files that it is decided by.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    pub by: Actor,
    /// The date that a replay of old data stands at.
    pub as_of: Option<Date>,
    pub specs: InForce,
    pub ask: Ask,
}

/// What is asked for; evidence comes parsed with its digest.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    Found(found::Found),
    Enrol(enrol::Enrol),
    Freeze(freeze::Ask),
    Authorise(authorise::Authorise),
    AddData(add_data::Ask),
    Examine(examine::Examine),
    Accept(accept::Ask),
    Split(split::Split),
    Seal(seal::Seal),
    Withdraw(withdraw::Ask),
    Correct(correct::Ask),
    Run(run::Ask),
    Propose(propose::Ask),
    Look(look::Ask),
    Open(open::Ask),
    Judge(judge::Ask),
    Assess(assess::Ask),
    Sign(sign::Ask),
    Release(release::Ask),
    RollBack(roll_back::Ask),
    Explain(explain::Explain),
    Window(window::Ask),
    OpenFinding(finding::OpenAsk),
    AnalyseFinding(finding::AnalyseFinding),
    CloseFinding(finding::CloseFinding),
    Document(document::Document),
}

/// Whether an id can be a person's.
pub(crate) fn is_a_name(id: &str) -> bool {
    !id.trim().is_empty() && !id.eq_ignore_ascii_case("system")
}

/// Refuses a text that says nothing.
pub(crate) fn said(what: &'static str, text: &str) -> Result<(), Refusal> {
    if !text.trim().is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        "nothing_said",
        format!("the {what} is empty"),
        "say it in words that somebody else can follow",
    ))
}

/// What every decision looks at.
pub(crate) struct Scene<'a> {
    pub state: &'a State,
    pub specs: &'a InForce,
    pub by: &'a Actor,
    pub at: Timestamp,
    pub as_of: Option<Date>,
}

impl<'a> Scene<'a> {
    /// The person who acts, if the frozen team allows the duty.
    pub fn person_with(&self, duty: Duty) -> Result<&'a str, Refusal> {
        self.person_with_one_of(&[duty])
    }

    /// The person who acts, if the frozen team allows one of the duties.
    pub fn person_with_one_of(&self, duties: &[Duty]) -> Result<&'a str, Refusal> {
        let person = self.person()?;
        let team = self.team()?;
        if duties.iter().any(|duty| team.may(person, *duty)) {
            return Ok(person);
        }
        let roles = duties.iter().filter_map(|duty| team.duties.get(duty));
        let roles: Vec<&str> = roles.flatten().map(String::as_str).collect();
        let words: Vec<String> = duties
            .iter()
            .map(|duty| format!("`{}`", duty.word()))
            .collect();
        Err(Refusal::new(
            "role",
            format!(
                "{person} has no role with the duty {} in the frozen team.yaml",
                words.join(" or ")
            ),
            format!(
                "let somebody with one of these roles do it: {}",
                roles.join(", ")
            ),
        ))
    }

    /// The person who acts.
    ///
    /// Nobody can be called `system`: on the ledger such a person would read as the project's own key.
    pub fn person(&self) -> Result<&'a str, Refusal> {
        let person = self.by.person().filter(|id| is_a_name(id));
        person.ok_or_else(|| {
            Refusal::new(
                "needs_person",
                "the system key may not do what needs a person",
                "sign with a person's key: --as ID",
            )
        })
    }

    /// The frozen team.
    pub fn team(&self) -> Result<&'a team::Team, Refusal> {
        self.frozen(Name::Team, self.specs.team.as_ref())
    }

    /// A frozen file in force, which must be the one that the state names.
    pub fn frozen<T>(&self, name: Name, held: Option<&'a Held<T>>) -> Result<&'a T, Refusal> {
        let frozen = self.state.frozen.get(&name);
        match (frozen, held) {
            (Some(frozen), Some(held)) if frozen.digest == held.digest => Ok(&held.value),
            (None, _) => Err(Refusal::new(
                "not_frozen",
                format!("{} is not frozen", name.file()),
                format!("freeze it first: galen freeze {name}"),
            )),
            _ => Err(Refusal::new(
                "stale",
                format!(
                    "{} was frozen again while this act was prepared",
                    name.file()
                ),
                "run the command again",
            )),
        }
    }
}

//! The decision: an act becomes records, or a refusal.

use galen_spec::Name;
use jiff::Timestamp;

use crate::act::{
    Act, Ask, Scene, accept, add_data, assess, authorise, correct, document, enrol, examine,
    explain, finding, found, freeze, judge, look, open, propose, release, roll_back, run, seal,
    sign, split, window, withdraw,
};
use crate::{Actor, Deed, Record, Refusal, State};

/// Decides on an act: the records that it leads to, in order, or why it may not be done.
///
/// # Errors
/// A [`Refusal`] with a code, a sentence and what to do. Nothing was recorded then.
pub fn decide(state: &State, act: &Act, at: Timestamp) -> Result<Vec<Record>, Refusal> {
    let scene = Scene {
        state,
        specs: &act.specs,
        by: &act.by,
        at,
        as_of: act.as_of,
    };
    if !matches!(act.ask, Ask::Found(_)) && state.entries == 0 {
        return Err(Refusal::new(
            "wrong_order",
            "the project was not founded",
            "begin with galen init or galen demo",
        ));
    }
    let deed = match &act.ask {
        Ask::Found(ask) => found::decide(&scene, ask)?,
        Ask::Enrol(ask) => enrol::decide(&scene, ask)?,
        Ask::Freeze(ask) => freeze::decide(&scene, ask)?,
        Ask::Authorise(ask) => authorise::decide(&scene, ask)?,
        Ask::AddData(ask) => add_data::decide(&scene, ask)?,
        Ask::Examine(ask) => examine::decide(&scene, ask)?,
        Ask::Accept(ask) => accept::decide(&scene, ask)?,
        Ask::Split(ask) => split::decide(&scene, ask)?,
        Ask::Seal(ask) => seal::decide(&scene, ask)?,
        Ask::Withdraw(ask) => withdraw::decide(&scene, ask)?,
        Ask::Correct(ask) => correct::decide(&scene, ask)?,
        Ask::Run(ask) => run::decide(&scene, ask)?,
        Ask::Propose(ask) => propose::decide(&scene, ask)?,
        Ask::Look(ask) => look::decide(&scene, ask)?,
        Ask::Open(ask) => open::decide(&scene, ask)?,
        Ask::Judge(ask) => judge::decide(&scene, ask)?,
        Ask::Assess(ask) => assess::decide(&scene, ask)?,
        Ask::Sign(ask) => sign::decide(&scene, ask)?,
        Ask::Release(ask) => release::decide(&scene, ask)?,
        Ask::RollBack(ask) => roll_back::decide(&scene, ask)?,
        Ask::Explain(ask) => explain::decide(&scene, ask)?,
        Ask::Window(ask) => return Ok(records(&scene, window::decide(&scene, ask)?)),
        Ask::OpenFinding(ask) => finding::open(&scene, ask)?,
        Ask::AnalyseFinding(ask) => finding::analyse(&scene, ask)?,
        Ask::CloseFinding(ask) => finding::close(&scene, ask)?,
        Ask::Document(ask) => document::decide(&scene, ask)?,
    };
    Ok(records(&scene, vec![(act.by.clone(), deed)]))
}

fn records(scene: &Scene, deeds: Vec<(Actor, Deed)>) -> Vec<Record> {
    deeds
        .into_iter()
        .map(|(by, deed)| Record {
            by,
            at: scene.at,
            as_of: scene.as_of,
            deed,
        })
        .collect()
}

/// The frozen files that are read before an act of this kind is decided.
impl Ask {
    /// Which frozen files a decision on this act reads, when they are in force.
    pub fn reads(&self) -> &'static [Name] {
        match self {
            Ask::Found(_) => &[],
            Ask::Run(_) => &[Name::Team, Name::Pipeline, Name::Protocol],
            Ask::Accept(_) | Ask::Split(_) | Ask::Correct(_) => &[Name::Team, Name::Data],
            Ask::Propose(_) => &[Name::Team, Name::Data, Name::Pccp],
            Ask::Look(_) | Ask::Open(_) | Ask::Judge(_) => &[Name::Team, Name::Protocol],
            Ask::Assess(_) => &[Name::Team, Name::Pccp, Name::Protocol],
            Ask::RollBack(_) | Ask::Window(_) => &[Name::Team, Name::Monitor],
            _ => &[Name::Team],
        }
    }
}

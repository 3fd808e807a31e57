//! Assessing what a change means for the authorisation: within the PCCP, a new submission, or neither.

use galen_spec::Name;
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::change::{self, Answers, Classification, UsClass};
use crate::judge::Verdict;
use crate::state::{Change, ChangeState};
use crate::{Deed, Record, Refusal, State};

/// The class of a change with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assess {
    pub change: String,
    pub model: Digest,
    /// What the assessor answered; everything else is computed.
    pub answers: Answers,
    pub classification: Classification,
}

/// The questions that only a person can answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub change: String,
    pub answers: Answers,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Authorise)?;
    let change = scene.state.change(&ask.change)?;
    if !matches!(change.state, ChangeState::Judged | ChangeState::Assessed) {
        return Err(Refusal::new(
            "wrong_order",
            format!(
                "{} is {}; an assessment needs the verdict and comes before signatures",
                ask.change, change.state
            ),
            format!("judge it first: galen gate {}", ask.change),
        ));
    }
    if !change.signatures.is_empty() {
        return Err(Refusal::new(
            "signed",
            format!(
                "{} was signed on the assessment that it has, which cannot be replaced",
                ask.change
            ),
            "propose the change again to assess it otherwise",
        ));
    }
    if ask.answers.rationale.trim().is_empty() {
        return Err(Refusal::new(
            "no_reason",
            "an assessment needs its rationale on file",
            "say why the answers are so: --rationale \"…\"",
        ));
    }
    verdict_stands(scene.state, &ask.change, change)?;
    let pccp = scene.frozen(Name::Pccp, scene.specs.pccp.as_ref())?;
    let protocol = scene.frozen(Name::Protocol, scene.specs.protocol.as_ref())?;
    let classification = change::classify(scene.state, change, pccp, protocol, &ask.answers);
    Ok(Deed::Assess(Assess {
        change: ask.change.clone(),
        model: change.model.digest,
        answers: ask.answers.clone(),
        classification,
    }))
}

/// Whether the verdict is of the protocol that is in force, against the release that is live.
pub(crate) fn verdict_stands(state: &State, id: &str, change: &Change) -> Result<(), Refusal> {
    let protocol = state.frozen.get(&Name::Protocol).map(|spec| spec.digest);
    let judged_by = change.judged.as_ref().map(|judged| judged.judge.protocol);
    let why = if judged_by != protocol {
        "was judged by a protocol that is no longer in force"
    } else if change.follows != state.live {
        "was judged against another release than the one that is live now"
    } else {
        return Ok(());
    };
    Err(Refusal::new(
        "stale",
        format!("{id} {why}"),
        "propose and judge it again",
    ))
}

/// Whether nothing that the assessment was made of has changed since: the verdict, the frozen files that the answers are
/// about, and that a first release is the first.
pub(crate) fn assessment_stands(state: &State, id: &str, change: &Change) -> Result<(), Refusal> {
    verdict_stands(state, id, change)?;
    let Some(assessed) = &change.assessed else {
        return Ok(());
    };
    let files = [Name::Intent, Name::Risk, Name::Data, Name::Pccp];
    let later = files.iter().find(|name| {
        let frozen = state.frozen.get(name);
        frozen.is_some_and(|frozen| frozen.entry > assessed.entry)
    });
    let why = if let Some(name) = later {
        format!("{} was frozen again after {id} was assessed", name.file())
    } else if assessed.assess.classification.initial && !state.releases.is_empty() {
        format!("{id} was assessed as the first release, and there was one since")
    } else {
        return Ok(());
    };
    Err(Refusal::new(
        "stale",
        why,
        "assess it again; if it is signed, propose it again",
    ))
}

impl Assess {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        let entry = state.entries;
        if let Some(change) = state.changes.get_mut(&self.change) {
            let passed = change
                .judged
                .as_ref()
                .is_some_and(|judged| judged.judge.verdict == Verdict::Pass);
            change.state = if passed && self.classification.may_be_released() {
                ChangeState::Assessed
            } else if passed && self.classification.us.class == UsClass::Undecided {
                // It waits for a person who knows the answer.
                ChangeState::Judged
            } else {
                ChangeState::Rejected
            };
            change.assessed = Some(crate::state::Assessed {
                assess: self.clone(),
                entry,
            });
        }
    }
}

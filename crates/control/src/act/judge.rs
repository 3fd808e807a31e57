//! Judging a proposed change on the sealed reference set: one counted look.

use std::collections::BTreeSet;

use galen_spec::Name;
use galen_spec::protocol::Protocol;
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::freeze::fingerprint;
use super::{Held, Scene};
use crate::evidence::Evidence;
use crate::judge::{self, Verdict};
use crate::state::{Change, ChangeState, Looked};
use crate::{Deed, Record, Refusal, State};

/// The verdict on the reference set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    pub change: String,
    pub model: Digest,
    pub dataset: Digest,
    pub protocol: Digest,
    pub evidence: Digest,
    pub verdict: Verdict,
    /// Looks used after this one, of those that the protocol allows.
    pub look: u32,
    pub looks_allowed: u32,
    /// Ids of criteria that block, because they fail or are inconclusive.
    pub blocking: Vec<String>,
    /// Ids of descriptive criteria that did not pass: limitations for the labelling.
    pub limitations: Vec<String>,
}

/// The evaluation of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub change: String,
    pub evidence: Held<Evidence>,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Judge)?;
    let protocol = scene.frozen(Name::Protocol, scene.specs.protocol.as_ref())?;
    let change = may_look(scene.state, protocol, &ask.change)?;
    let sealed = &scene.state.sealed[&protocol.reference_set.dataset];
    judge::belongs(&ask.evidence.value, change.model.digest, sealed.seal.plain)?;
    let released = scene
        .state
        .live_release()
        .map(|release| release.model.digest);
    let asked = scene.state.frozen[&Name::Protocol].digest;
    if ask.evidence.value.subject("released") != released
        || ask.evidence.value.subject("protocol") != Some(asked)
    {
        return Err(Refusal::new(
            "stale",
            "the evidence was measured against another release or by another protocol than is in force",
            "judge again: galen gate",
        ));
    }
    let looked = scene.state.looked.get(&sealed.seal.plain);
    let results = judge::criteria(scene.state, protocol, &ask.evidence.value);
    Ok(Deed::Judge(Judge {
        change: ask.change.clone(),
        model: change.model.digest,
        dataset: sealed.seal.plain,
        protocol: scene.state.frozen[&Name::Protocol].digest,
        evidence: ask.evidence.digest,
        verdict: judge::verdict(&results),
        look: looked.map_or(0, |looked| looked.looks) + 1,
        looks_allowed: allowed(looked, protocol),
        blocking: judge::ids(&results, judge::blocks),
        limitations: judge::ids(&results, judge::limits),
    }))
}

/// How often a set may be looked at. A protocol that is frozen after the first look can take looks away and add none.
fn allowed(looked: Option<&Looked>, protocol: &Protocol) -> u32 {
    let declared = protocol.reference_set.looks;
    looked.map_or(declared, |looked| looked.allowed.min(declared))
}

/// Whether a look at the reference set may be had for this change; asked before the set is opened, and again when the
/// look is recorded.
///
/// # Errors
/// A refusal, and no look is had.
pub fn may_look<'a>(
    state: &'a State,
    protocol: &Protocol,
    change: &str,
) -> Result<&'a Change, Refusal> {
    let found = state.change(change)?;
    if found.state != ChangeState::Proposed {
        return Err(Refusal::new(
            "wrong_order",
            format!(
                "{change} is {}, not proposed: it was judged already",
                found.state
            ),
            "a change gets one look; propose another change",
        ));
    }
    let set = &protocol.reference_set;
    let Some(sealed) = state.sealed.get(&set.dataset) else {
        return Err(Refusal::new(
            "not_sealed",
            format!("the reference set {} is not sealed", set.dataset),
            format!("seal it first: galen data seal {}", set.dataset),
        ));
    };
    if found.follows != state.live {
        return Err(Refusal::new(
            "stale",
            format!("{change} was proposed while another release was live"),
            "propose it again",
        ));
    }
    let looked = state.looked.get(&sealed.seal.plain);
    let allowed = allowed(looked, protocol);
    if looked.is_some_and(|looked| looked.looks >= allowed) || allowed == 0 {
        return Err(Refusal::new(
            "budget",
            format!("all {allowed} looks at the reference set are used"),
            "collect a fresh reference set, and declare it in a new protocol",
        ));
    }
    nothing_was_dropped(looked, protocol)?;
    is_independent(state, found, sealed.seal.plain)?;
    Ok(found)
}

/// What the protocol of the first look asked is asked of every later change as well.
fn nothing_was_dropped(looked: Option<&Looked>, protocol: &Protocol) -> Result<(), Refusal> {
    let asked: BTreeSet<Digest> = protocol
        .criteria
        .iter()
        .map(|criterion| fingerprint(protocol, criterion))
        .collect();
    if looked.is_none_or(|looked| looked.criteria.is_subset(&asked)) {
        return Ok(());
    }
    Err(Refusal::new(
        "criteria_dropped",
        "the protocol in force leaves out or alters criteria that were declared when the reference set was first looked at",
        "put them back into protocol.yaml and freeze it, or declare a fresh reference set",
    ))
}

/// A model is not judged on what it learned from: the reference set under any name, or the whole that it was drawn from.
fn is_independent(state: &State, change: &Change, reference: Digest) -> Result<(), Refusal> {
    let copies = state.datasets.values().flatten();
    let wholes: Vec<Digest> = copies
        .filter(|dataset| dataset.digest == reference)
        .filter_map(|dataset| dataset.drawn_from)
        .collect();
    for name in &change.model.training {
        let versions = state.datasets.get(name).into_iter().flatten();
        let mut contents = versions.map(|version| version.digest);
        if contents.any(|content| content == reference || wholes.contains(&content)) {
            return Err(Refusal::new(
                "learned_from_reference",
                format!("the model learned from {name}, which holds the reference set"),
                "train on a part for learning",
            ));
        }
    }
    Ok(())
}

impl Judge {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        state.looks = self.look;
        let first = || Looked {
            looks: 0,
            allowed: self.looks_allowed,
            criteria: state.asked.clone(),
        };
        state.looked.entry(self.dataset).or_insert_with(first).looks = self.look;
        let entry = state.entries;
        if let Some(change) = state.changes.get_mut(&self.change) {
            // A change has one look; one that did not pass is over, and a new attempt is a new change.
            change.state = match self.verdict {
                Verdict::Pass => ChangeState::Judged,
                Verdict::Fail | Verdict::Inconclusive => ChangeState::Rejected,
            };
            change.judged = Some(crate::state::Judged {
                judge: self.clone(),
                entry,
            });
        }
    }
}

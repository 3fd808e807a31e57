//! Opening the sealed reference set for a change: the look is counted before anybody sees anything, so that an evaluation
//! that is broken off was a look as well.

use std::collections::BTreeSet;

use galen_spec::Name;
use galen_spec::protocol::Protocol;
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use super::freeze::fingerprint;
use super::judge::judged_already;
use crate::state::{Change, ChangeState, Dataset, Looked, Sealed};
use crate::{Deed, Record, Refusal, State};

/// A reference set that was opened for a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    pub change: String,
    pub dataset: Digest,
    pub protocol: Digest,
    /// Looks used with this one, of those that the protocol allows.
    pub look: u32,
    pub looks_allowed: u32,
}

/// The change to open the set for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub change: String,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    let person = scene.person_with(Duty::Judge)?;
    let protocol = scene.frozen(Name::Protocol, scene.specs.protocol.as_ref())?;
    may_look(scene.state, protocol, &ask.change)?;
    are_enough(scene.state, protocol, &ask.change, person)?;
    let dataset = scene.state.sealed[&protocol.reference_set.dataset]
        .seal
        .plain;
    let looked = scene.state.looked.get(&dataset);
    Ok(Deed::Open(Open {
        change: ask.change.clone(),
        dataset,
        protocol: scene.state.frozen[&Name::Protocol].digest,
        look: looked.map_or(0, |looked| looked.looks) + 1,
        looks_allowed: allowed(looked, protocol),
    }))
}

/// How often a set may be looked at. A protocol that is frozen after the first look can take looks away and add none.
pub(super) fn allowed(looked: Option<&Looked>, protocol: &Protocol) -> u32 {
    let declared = protocol.reference_set.looks;
    looked.map_or(declared, |looked| looked.allowed.min(declared))
}

/// Whether as many have asked to open the set for this change as the protocol says, who judges included.
fn are_enough(
    state: &State,
    protocol: &Protocol,
    change: &str,
    person: &str,
) -> Result<(), Refusal> {
    let set = &protocol.reference_set;
    let others = state.asked_for(&set.dataset, change).iter();
    let asked = 1 + others.filter(|other| *other != person).count();
    if asked as u64 >= u64::from(set.quorum()) {
        return Ok(());
    }
    Err(Refusal::new(
        "quorum",
        format!(
            "{asked} of {} people ask to open {} for {change}",
            set.quorum(),
            set.dataset
        ),
        format!(
            "others ask first: galen data open {} --purpose {change}",
            set.dataset
        ),
    ))
}

/// Whether a look at the reference set may be had for this change.
fn may_look(state: &State, protocol: &Protocol, change: &str) -> Result<(), Refusal> {
    let found = state.change(change)?;
    if found.state != ChangeState::Proposed {
        return Err(judged_already(change, found));
    }
    if found.opened.is_some() {
        return Err(Refusal::new(
            "opened",
            format!("the reference set was opened for {change} already"),
            "a change gets one look; judge it, or propose another change",
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
    is_independent(state, found, sealed.seal.plain)
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

/// A model is not judged on what it learned from: the reference set under any name or as a file, or the whole that it was
/// drawn from, read by any of its stages.
fn is_independent(state: &State, change: &Change, reference: Digest) -> Result<(), Refusal> {
    // Every version of the set and of its whole: without those who withdrew they are what they were.
    let of = |contents: &[Digest]| -> Vec<&Dataset> {
        let holds_one = |one: &Dataset| contents.contains(&one.digest);
        let versions = state.datasets.values();
        versions
            .filter(|all| all.iter().any(holds_one))
            .flatten()
            .collect()
    };
    let copies = of(&[reference]);
    let mut wholes: Vec<Digest> = copies.iter().filter_map(|copy| copy.drawn_from).collect();
    wholes.extend(of(&wholes).iter().map(|whole| whole.digest));
    wholes.extend(copies.iter().map(|copy| copy.digest));
    for name in &change.model.training {
        let versions = state.datasets.get(name).into_iter().flatten();
        let mut contents = versions.map(|version| version.digest);
        if contents.any(|content| wholes.contains(&content)) {
            return Err(Refusal::new(
                "learned_from_reference",
                format!("the model learned from {name}, which holds the reference set"),
                "train on a part for learning",
            ));
        }
    }
    if change
        .model
        .read
        .iter()
        .any(|content| wholes.contains(content))
    {
        return Err(Refusal::new(
            "learned_from_reference",
            "a stage of the model read a file that holds the reference set",
            "train on a part for learning",
        ));
    }
    Ok(())
}

impl Open {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        state.count_look(self.dataset, self.look, self.looks_allowed);
        let of_set = |sealed: &&Sealed| sealed.seal.plain == self.dataset;
        let name = state.sealed.values().find(of_set);
        if let Some(name) = name.map(|sealed| sealed.seal.dataset.clone()) {
            state.was_opened(&name, &self.change);
        }
        if let Some(change) = state.changes.get_mut(&self.change) {
            change.opened = Some(self.clone());
        }
    }
}

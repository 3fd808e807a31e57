//! Looking at a sealed set for a purpose: asked for by as many as the protocol says, counted like any look.

use galen_spec::Name;
use galen_spec::protocol::Protocol;
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::open::allowed;
use super::{Scene, said};
use crate::state::Looked;
use crate::{Deed, Record, Refusal, State};

/// Somebody asked to open a sealed set; with the last who is needed it is opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    pub dataset: String,
    pub plain: Digest,
    pub purpose: String,
    /// Who asked for this purpose so far, this one last.
    pub asked: Vec<String>,
    /// How many must.
    pub quorum: u32,
    /// What it costs, if it is opened.
    pub opened: Option<Opened>,
}

/// A look that was had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// Looks used with this one.
    pub look: u32,
    /// Of those that the protocol allows; none if it says nothing of this set.
    pub looks_allowed: Option<u32>,
}

/// The set to open, and what for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub dataset: String,
    pub purpose: String,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    let person = scene.person_with_one_of(&[Duty::Seal, Duty::Judge])?;
    said("purpose", &ask.purpose)?;
    let state = scene.state;
    state.dataset(&ask.dataset)?;
    let Some(sealed) = state.sealed.get(&ask.dataset) else {
        return Err(Refusal::new(
            "not_sealed",
            format!("{} is not sealed", ask.dataset),
            "read it as it is",
        ));
    };
    let plain = sealed.seal.plain;
    let protocol = match state.frozen.contains_key(&Name::Protocol) {
        true => Some(scene.frozen(Name::Protocol, scene.specs.protocol.as_ref())?),
        false => None,
    };
    let of_set = |protocol: &&Protocol| protocol.reference_set.dataset == ask.dataset;
    let protocol = protocol.filter(of_set);
    let looked = state.looked.get(&plain);
    let look = looked.map_or(0, |looked| looked.looks) + 1;
    let looks_allowed = protocol.map(|protocol| allowed(looked, protocol));
    if looks_allowed.is_some_and(|allowed| look > allowed) {
        return Err(Refusal::new(
            "budget",
            format!("all {} looks at {} are used", look - 1, ask.dataset),
            "collect a fresh reference set, and declare it in a new protocol",
        ));
    }
    let mut asked = state.asked_for(&ask.dataset, &ask.purpose).to_vec();
    if asked.iter().any(|other| other == person) {
        return Err(Refusal::new(
            "asked",
            format!("{person} has asked for this already"),
            "somebody else must ask for the same purpose",
        ));
    }
    asked.push(person.to_owned());
    let quorum = protocol.map_or(1, |protocol| protocol.reference_set.quorum());
    let is_enough = asked.len() as u64 >= u64::from(quorum);
    Ok(Deed::Look(Look {
        dataset: ask.dataset.clone(),
        plain,
        purpose: ask.purpose.clone(),
        asked,
        quorum,
        opened: is_enough.then_some(Opened {
            look,
            looks_allowed,
        }),
    }))
}

impl State {
    /// Who asked to open a sealed set for a purpose, since it was last opened for it.
    pub fn asked_for(&self, dataset: &str, purpose: &str) -> &[String] {
        let of_set = self.asked_looks.get(dataset);
        of_set
            .and_then(|of| of.get(purpose))
            .map_or(&[], Vec::as_slice)
    }

    /// A set was opened for a purpose: whoever wants to open it again asks again.
    pub(crate) fn was_opened(&mut self, dataset: &str, purpose: &str) {
        if let Some(of_set) = self.asked_looks.get_mut(dataset) {
            of_set.remove(purpose);
        }
    }

    /// Counts a look at a set by its plain bytes.
    pub(crate) fn count_look(&mut self, plain: Digest, look: u32, allowed: u32) {
        self.looks = look;
        let first = || Looked {
            looks: 0,
            allowed,
            criteria: self.asked.clone(),
        };
        self.looked.entry(plain).or_insert_with(first).looks = look;
    }
}

impl Look {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        match &self.opened {
            Some(opened) => {
                state.was_opened(&self.dataset, &self.purpose);
                let allowed = opened.looks_allowed.unwrap_or(u32::MAX);
                state.count_look(self.plain, opened.look, allowed);
            }
            None => {
                let of_set = state.asked_looks.entry(self.dataset.clone()).or_default();
                of_set.insert(self.purpose.clone(), self.asked.clone());
            }
        }
    }
}

//! Judging a proposed change on the reference set that was opened for it.

use galen_spec::Name;
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::{Held, Scene};
use crate::evidence::Evidence;
use crate::judge::{self, Verdict};
use crate::state::{Change, ChangeState};
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
    /// The look that was counted when the set was opened, of those that the protocol allows.
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
    let change = scene.state.change(&ask.change)?;
    if change.state != ChangeState::Proposed {
        return Err(judged_already(&ask.change, change));
    }
    let Some(opened) = &change.opened else {
        return Err(Refusal::new(
            "not_opened",
            format!("the reference set was not opened for {}", ask.change),
            "open it: galen gate opens the set, counts the look and judges",
        ));
    };
    judge::belongs(&ask.evidence.value, change.model.digest, opened.dataset)?;
    let released = scene
        .state
        .live_release()
        .map(|release| release.model.digest);
    let asked = scene.state.frozen[&Name::Protocol].digest;
    if change.follows != scene.state.live
        || asked != opened.protocol
        || ask.evidence.value.subject("released") != released
        || ask.evidence.value.subject("protocol") != Some(asked)
    {
        return Err(Refusal::new(
            "stale",
            "another release or another protocol is in force than when the reference set was opened or the evidence measured",
            "propose the change again, and judge that",
        ));
    }
    let results = judge::criteria(scene.state, protocol, &ask.evidence.value);
    Ok(Deed::Judge(Judge {
        change: ask.change.clone(),
        model: change.model.digest,
        dataset: opened.dataset,
        protocol: asked,
        evidence: ask.evidence.digest,
        verdict: judge::verdict(&results),
        look: opened.look,
        looks_allowed: opened.looks_allowed,
        blocking: judge::ids(&results, judge::blocks),
        limitations: judge::ids(&results, judge::limits),
    }))
}

/// A change is judged once.
pub(super) fn judged_already(name: &str, change: &Change) -> Refusal {
    Refusal::new(
        "wrong_order",
        format!(
            "{name} is {}, not proposed: it was judged already",
            change.state
        ),
        "a change gets one look; propose another change",
    )
}

impl Judge {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        let entry = state.entries;
        if let Some(change) = state.changes.get_mut(&self.change) {
            // A change has one look; one that did not pass is over, and a new attempt is a new change.
            change.state = match self.verdict {
                Verdict::Pass => ChangeState::Judged,
                Verdict::Fail | Verdict::Inconclusive => ChangeState::Rejected,
            };
            change.stale_since = None;
            change.judged = Some(crate::state::Judged {
                judge: self.clone(),
                entry,
            });
        }
    }
}

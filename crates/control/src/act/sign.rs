//! Signing a change: an electronic signature with its meaning.

use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use super::assess::assessment_stands;
use crate::state::{ChangeState, SignatureFacts};
use crate::{Deed, Record, Refusal, State};

/// A signature: who (the record's actor), in which role, with which meaning, why, on what.
///
/// # Source
/// 21 CFR 11.50(a): printed name (in the team file named here), date and time, meaning. 11.70: the envelope's signature
/// covers these bytes, so it cannot be moved to another record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    pub change: String,
    pub role: String,
    pub meaning: Meaning,
    pub reason: String,
    pub model: Digest,
    /// The evidence of the verdict that the signer saw.
    pub evidence: Digest,
    /// The team file that holds the signer's printed name.
    pub team: Digest,
}

/// What a signature means (21 CFR 11.50(a)(3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    Review,
    Approval,
    Responsibility,
    Authorship,
}

/// The signature asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub change: String,
    pub role: String,
    pub meaning: Meaning,
    pub reason: String,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    let person = scene.person()?;
    let team = scene.team()?;
    let change = scene.state.change(&ask.change)?;
    if change.proposer.person() == Some(person) {
        return Err(Refusal::new(
            "own_proposal",
            format!("{person} proposed {} and may not approve it", ask.change),
            "let somebody else sign",
        ));
    }
    let roles = team
        .person(person)
        .map(|person| person.roles.as_slice())
        .unwrap_or_default();
    if !roles.contains(&ask.role) {
        return Err(Refusal::new(
            "role",
            format!(
                "{person} does not hold the role `{}` in the frozen team.yaml",
                ask.role
            ),
            format!("sign in a role you hold: {}", roles.join(", ")),
        ));
    }
    if ask.reason.trim().is_empty() {
        return Err(Refusal::new(
            "no_reason",
            "a signature needs a reason",
            "say why: --reason \"…\"",
        ));
    }
    let (ChangeState::Assessed, Some(judged)) = (change.state, &change.judged) else {
        return Err(Refusal::new(
            "wrong_order",
            format!("{} is {} and cannot be signed", ask.change, change.state),
            "a change is signed after a passing verdict and its assessment",
        ));
    };
    assessment_stands(scene.state, &ask.change, change)?;
    if let Some(earlier) = change
        .signatures
        .iter()
        .find(|signature| signature.person == person && signature.meaning == ask.meaning)
    {
        return Err(Refusal::new(
            "signed",
            format!(
                "{person} signed {} already, as {}",
                ask.change, earlier.role
            ),
            "each signature of one meaning comes from a different person",
        ));
    }
    if change
        .signatures
        .iter()
        .any(|signature| signature.role == ask.role && signature.meaning == ask.meaning)
    {
        return Err(Refusal::new(
            "signed",
            format!(
                "{} has a signature of the role `{}` with this meaning",
                ask.change, ask.role
            ),
            "nothing is to do",
        ));
    }
    Ok(Deed::Sign(Sign {
        change: ask.change.clone(),
        role: ask.role.clone(),
        meaning: ask.meaning,
        reason: ask.reason.clone(),
        model: change.model.digest,
        evidence: judged.judge.evidence,
        team: scene.state.frozen[&galen_spec::Name::Team].digest,
    }))
}

impl Sign {
    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        let entry = state.entries;
        if let Some(change) = state.changes.get_mut(&self.change) {
            change.signatures.push(SignatureFacts {
                person: record.by.to_string(),
                role: self.role.clone(),
                meaning: self.meaning,
                reason: self.reason.clone(),
                at: record.at,
                entry,
            });
        }
    }
}

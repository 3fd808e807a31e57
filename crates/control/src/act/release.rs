//! Releasing a change for use.

use std::collections::BTreeSet;

use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use super::assess::assessment_stands;
use super::sign::Meaning;
use crate::judge::Verdict;
use crate::state::{self, ChangeState, ReleaseState, SignatureFacts};
use crate::{Deed, Record, Refusal, State};

/// A change that went live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// `release-N`.
    pub release: String,
    pub change: String,
    pub model: Digest,
    /// The authorisation that covers it; without one the release says `not authorised for clinical use`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorisation: Option<String>,
}

/// The change to release.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub change: String,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Release)?;
    let team = scene.team()?;
    let change = scene.state.change(&ask.change)?;
    may_be_released(scene.state, &ask.change, change)?;
    // A review, a responsibility or an authorship releases nothing.
    let approvals: Vec<&SignatureFacts> = change
        .signatures
        .iter()
        .filter(|signature| signature.meaning == Meaning::Approval)
        .collect();
    let people: BTreeSet<&String> = approvals.iter().map(|it| &it.person).collect();
    if people.len() < 2 {
        return Err(Refusal::new(
            "signature_missing",
            format!("{} is not approved by two people", ask.change),
            format!("see who must sign: galen change show {}", ask.change),
        ));
    }
    for role in &team.release_signatures {
        if !approvals.iter().any(|signature| signature.role == *role) {
            return Err(Refusal::new(
                "signature_missing",
                format!("{} has no approval of the role `{role}`", ask.change),
                format!(
                    "let a {role} sign: galen change sign {} --role {role}",
                    ask.change
                ),
            ));
        }
    }
    // The team may have changed since they signed: a signature counts only while its signer holds the role.
    for signature in approvals {
        let holds = team
            .person(&signature.person)
            .is_some_and(|person| person.roles.contains(&signature.role));
        if !holds {
            return Err(Refusal::new(
                "role",
                format!(
                    "{} signed as {} and does not hold that role now",
                    signature.person, signature.role
                ),
                "freeze the right team.yaml, or propose the change again",
            ));
        }
    }
    Ok(Deed::Release(Release {
        release: format!("release-{}", scene.state.releases.len() + 1),
        change: ask.change.clone(),
        model: change.model.digest,
        authorisation: scene
            .state
            .authorisation()
            .map(|authorisation| authorisation.granted.number.clone()),
    }))
}

fn may_be_released(state: &State, id: &str, change: &state::Change) -> Result<(), Refusal> {
    if let Some(judged) = change
        .judged
        .as_ref()
        .filter(|one| one.judge.verdict != Verdict::Pass)
    {
        return Err(Refusal::new(
            "verdict",
            format!("the verdict on {id} is {}", judged.judge.verdict),
            format!("these criteria block: {}", judged.judge.blocking.join(", ")),
        ));
    }
    let (Some(_), Some(assessed)) = (&change.judged, &change.assessed) else {
        return Err(Refusal::new(
            "wrong_order",
            format!(
                "{id} is {}; it needs a verdict, an assessment and signatures",
                change.state
            ),
            format!("see what is missing: galen change show {id}"),
        ));
    };
    if change.state == ChangeState::Released {
        return Err(Refusal::new(
            "wrong_order",
            format!("{id} is released"),
            "propose another change",
        ));
    }
    assessment_stands(state, id, change)?;
    let classification = &assessed.assess.classification;
    if !classification.may_be_released() {
        return Err(Refusal::new(
            classification.us.class.word(),
            format!(
                "{id} is `{}` by rule {}",
                classification.us.class.word(),
                classification.us.rule
            ),
            "it cannot be released under the authorisation that the project has",
        ));
    }
    match change.state {
        ChangeState::Assessed => Ok(()),
        other => Err(Refusal::new(
            "wrong_order",
            format!("{id} is {other}"),
            "propose another change",
        )),
    }
}

impl Release {
    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        let Some(change) = state.changes.get_mut(&self.change) else {
            return;
        };
        change.state = ChangeState::Released;
        change.release = Some(self.release.clone());
        let model = change.model.clone();
        for release in &mut state.releases {
            if release.state == ReleaseState::Live {
                release.state = ReleaseState::Superseded;
            }
        }
        state.releases.push(state::Release {
            id: self.release.clone(),
            change: self.change.clone(),
            model,
            state: ReleaseState::Live,
            since: record.at,
            as_of: record.as_of,
            by: record.by.clone(),
            authorisation: self.authorisation.clone(),
            entry: state.entries,
        });
        state.live = Some(self.release.clone());
    }
}

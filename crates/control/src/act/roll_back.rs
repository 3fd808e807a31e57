//! Rolling back to an earlier release, by a person or by the frozen policy.

use galen_spec::Name;
use galen_spec::monitor::{Action, Check};
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::evidence::Subject;
use crate::state::{Release, ReleaseState};
use crate::{Deed, Record, Refusal, State};

/// The return to an earlier release, or to none (the safe state).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollBack {
    pub from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    pub trigger: Trigger,
}

/// Why a rollback happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Somebody decided.
    Person { reason: String },
    /// A crossed check, by the policy of the frozen monitoring plan; not an electronic signature.
    Policy {
        check: String,
        window: String,
        /// The frozen `monitor.yaml`.
        policy: Digest,
        /// Who froze it.
        signers: Vec<String>,
        evidence: Digest,
    },
}

/// A rollback that a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub to: Option<String>,
    pub reason: String,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Release)?;
    let Some(from) = scene.state.live.clone() else {
        return Err(Refusal::new(
            "nothing_live",
            "no release is live",
            "nothing is to do",
        ));
    };
    if ask.reason.trim().is_empty() {
        return Err(Refusal::new(
            "no_reason",
            "a rollback needs a reason",
            "say why: --reason \"…\"",
        ));
    }
    let to = match &ask.to {
        Some(id) => {
            let release = scene.state.release(id)?;
            let fit = scene.state.earlier().any(|earlier| earlier.id == *id);
            if !fit || is_in_doubt(scene, release) {
                return Err(Refusal::new(
                    "not_fit",
                    format!("{id} is {} and no release to return to", release.state),
                    "roll back to a release before the live one, that was not rolled back and has no crossed check that rolls back: galen releases",
                ));
            }
            Some(id.clone())
        }
        None => scene
            .state
            .earlier()
            .find(|release| !is_in_doubt(scene, release))
            .map(|release| release.id.clone()),
    };
    Ok(Deed::RollBack(RollBack {
        from,
        to,
        trigger: Trigger::Person {
            reason: ask.reason.clone(),
        },
    }))
}

/// Whether a release has an open alert that the monitoring plan in force would roll it back for.
pub(crate) fn is_in_doubt(scene: &Scene, release: &Release) -> bool {
    let monitor = scene.frozen(Name::Monitor, scene.specs.monitor.as_ref());
    let Ok(monitor) = monitor else {
        return false;
    };
    monitor.checks.iter().any(|check| {
        concerns(check, release)
            && scene
                .state
                .alerts
                .iter()
                .any(|alert| alert.is_of(&check.id, &release.id))
    })
}

/// Whether a check takes a release out of use when it crosses.
pub(crate) fn concerns(check: &Check, release: &Release) -> bool {
    let column = check.column.as_ref();
    check.action == Action::RollBack
        && column.is_none_or(|column| release.model.inputs.contains(column))
}

impl RollBack {
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        match &self.trigger {
            Trigger::Person { .. } => Vec::new(),
            Trigger::Policy {
                policy, evidence, ..
            } => {
                vec![
                    Subject::new("monitor.yaml", *policy),
                    Subject::new("evidence", *evidence),
                ]
            }
        }
    }

    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        for release in &mut state.releases {
            if release.id == self.from {
                release.state = ReleaseState::RolledBack;
            }
            if Some(&release.id) == self.to.as_ref() {
                release.state = ReleaseState::Live;
                release.since = record.at;
                release.as_of = record.as_of;
                release.by = record.by.clone();
            }
        }
        state.live = self.to.clone();
        state.rollbacks.push((state.entries, self.clone()));
    }
}

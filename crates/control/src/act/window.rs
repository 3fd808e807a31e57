//! Closing a window of real-world data; what crossed, and what the frozen policy does about it.

use std::collections::BTreeSet;

use galen_spec::Name;
use galen_spec::monitor::{Action, Check, Monitor, RollbackTarget};
use galen_spec::team::Duty;
use galen_stats::Estimate;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::finding::OpenFinding;
use super::roll_back::{RollBack, Trigger, concerns, is_in_doubt};
use super::{Held, Scene};
use crate::evidence::{Evidence, Subject};
use crate::judge::{Crossing, absent};
use crate::state::{Alert, AlertState, Release, WindowFacts};
use crate::{Actor, Deed, Record, Refusal, State};

/// A window with its checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Its period, such as `2008`.
    pub window: String,
    /// The release whose scores it holds.
    pub release: String,
    pub n: u64,
    pub labelled: u64,
    pub policy: Digest,
    /// The sealed predictions of the window.
    pub predictions: Digest,
    pub evidence: Digest,
    pub checks: Vec<CheckOutcome>,
}

/// What a check said of a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckOutcome {
    pub check: String,
    pub crossing: Crossing,
    pub action: Action,
    pub estimate: Estimate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
}

/// A window to close.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub window: String,
    pub release: String,
    pub n: u64,
    pub labelled: u64,
    pub predictions: Digest,
    pub evidence: Held<Evidence>,
}

/// The window, and the automatic acts that its crossed checks lead to.
pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Vec<(Actor, Deed)>, Refusal> {
    scene.person_with(Duty::Monitor)?;
    let monitor = scene.frozen(Name::Monitor, scene.specs.monitor.as_ref())?;
    let release = scene.state.release(&ask.release)?;
    let policy = scene.state.frozen[&Name::Monitor].digest;
    let evidence = &ask.evidence.value;
    let mut quantities = BTreeSet::new();
    if evidence.what != "window"
        || evidence.subject("predictions") != Some(ask.predictions)
        || evidence.subject("monitor") != Some(policy)
        || evidence.subject("model") != Some(release.model.digest)
        || !evidence
            .rows
            .iter()
            .all(|row| quantities.insert(&row.quantity))
    {
        return Err(Refusal::new(
            "wrong_evidence",
            "the evidence is not of this window under the frozen monitoring plan",
            "close the window again: galen monitor run",
        ));
    }
    let checks: Vec<CheckOutcome> = monitor
        .checks
        .iter()
        .map(|check| outcome(check, evidence))
        .collect();
    let window = Window {
        window: ask.window.clone(),
        release: ask.release.clone(),
        n: ask.n,
        labelled: ask.labelled,
        policy,
        predictions: ask.predictions,
        evidence: ask.evidence.digest,
        checks,
    };
    let automatic = follow_policy(scene, monitor, &window);
    let mut deeds = vec![(scene.by.clone(), Deed::Window(window))];
    deeds.extend(automatic.into_iter().map(|deed| (Actor::System, deed)));
    Ok(deeds)
}

fn outcome(check: &Check, evidence: &Evidence) -> CheckOutcome {
    let row = evidence.row(&check.id);
    let estimate = row.map(|row| row.estimate.clone()).unwrap_or_else(|| {
        absent(
            check.level,
            format!("the evidence has no row for check {}", check.id),
        )
    });
    let p_value = row.and_then(|row| row.p_value);
    CheckOutcome {
        check: check.id.clone(),
        crossing: check.limit.crossing(check.level, &estimate, p_value),
        action: check.action,
        estimate,
        p_value,
    }
}

/// A crossed check whose action is a rollback takes the live release out of use if it uses the check's column.
fn follow_policy(scene: &Scene, monitor: &Monitor, window: &Window) -> Vec<Deed> {
    let state = scene.state;
    if state.live.as_deref() != Some(&window.release) {
        return Vec::new();
    }
    let Ok(live) = state.release(&window.release) else {
        return Vec::new();
    };
    let crossed: Vec<(&Check, &CheckOutcome)> = monitor
        .checks
        .iter()
        .zip(&window.checks)
        .filter(|(_, outcome)| outcome.crossing == Crossing::Crossed)
        .collect();
    let Some((check, outcome)) = crossed.iter().find(|(check, _)| concerns(check, live)) else {
        return Vec::new();
    };
    // A release that any of the crossed checks concerns is no way out, nor one with such an alert of its own.
    let fits = |release: &Release| match monitor.rollback.to {
        RollbackTarget::PreviousWithoutColumn => {
            !crossed.iter().any(|(check, _)| concerns(check, release))
        }
        RollbackTarget::Previous => true,
    };
    let to = state
        .earlier()
        .find(|release| fits(release) && !is_in_doubt(scene, release))
        .map(|release| release.id.clone());
    let target = to.clone().unwrap_or_else(|| "no model".to_owned());
    let signers = vec![state.frozen[&Name::Monitor].by.to_string()];
    let roll_back = RollBack {
        from: live.id.clone(),
        to,
        trigger: Trigger::Policy {
            check: check.id.clone(),
            window: window.window.clone(),
            policy: window.policy,
            signers,
            evidence: window.evidence,
        },
    };
    let measured = outcome
        .estimate
        .low
        .map(|low| format!(" (lower bound {low:.3})"))
        .unwrap_or_default();
    let finding = OpenFinding {
        finding: format!("finding-{}", state.findings.len() + 1),
        alert: Some(alert_id(state, &check.id, &window.release)),
        title: format!(
            "{} crossed its limit in window {}{measured}",
            check.id, window.window
        ),
        containment: format!(
            "{} was rolled back to {target} by the frozen policy",
            live.id
        ),
    };
    vec![Deed::RollBack(roll_back), Deed::OpenFinding(finding)]
}

/// The id of the alert that a crossed check has or gets.
fn alert_id(state: &State, check: &str, release: &str) -> String {
    state
        .alerts
        .iter()
        .find(|alert| alert.is_of(check, release))
        .map(|alert| alert.id.clone())
        .unwrap_or_else(|| {
            let same = |alert: &&Alert| alert.check == check && alert.release == release;
            match state.alerts.iter().filter(same).count() {
                0 => format!("alert-{check}-{release}"),
                closed => format!("alert-{check}-{release}-{}", closed + 1),
            }
        })
}

impl Window {
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        vec![
            Subject::new("predictions", self.predictions),
            Subject::new("evidence", self.evidence),
        ]
    }

    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        for outcome in self
            .checks
            .iter()
            .filter(|outcome| outcome.crossing == Crossing::Crossed)
        {
            let known = state
                .alerts
                .iter_mut()
                .find(|alert| alert.is_of(&outcome.check, &self.release));
            match known {
                Some(alert) if alert.windows.contains(&self.window) => {}
                Some(alert) => alert.windows.push(self.window.clone()),
                None => state.alerts.push(Alert {
                    id: alert_id(state, &outcome.check, &self.release),
                    check: outcome.check.clone(),
                    release: self.release.clone(),
                    action: outcome.action,
                    state: AlertState::Open,
                    windows: vec![self.window.clone()],
                    opened: record.at,
                    as_of: record.as_of,
                    entry: state.entries,
                }),
            }
        }
        let facts = WindowFacts {
            window: self.clone(),
            entry: state.entries,
            as_of: record.as_of,
        };
        state
            .windows
            .insert(format!("{}/{}", self.window, self.release), facts);
    }
}

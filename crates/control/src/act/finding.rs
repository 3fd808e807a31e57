//! Findings (CAPA): opened with a containment, analysed, closed.

use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::{Scene, said};
use crate::state::{AlertState, Finding, FindingState};
use crate::{Deed, Record, Refusal, State};

/// A problem that was opened, and what contains it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenFinding {
    /// `finding-N`.
    pub finding: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    pub title: String,
    /// What keeps patients safe until the cause is known.
    pub containment: String,
}

/// A finding that a person opens.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenAsk {
    pub alert: Option<String>,
    pub title: String,
    pub containment: String,
}

/// The cause of a finding, with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyseFinding {
    pub finding: String,
    pub cause: String,
    pub evidence: Digest,
}

/// The end of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseFinding {
    pub finding: String,
    /// What was changed, and how its effect was verified.
    pub correction: String,
}

pub(crate) fn open(scene: &Scene, ask: &OpenAsk) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Finding)?;
    said("title", &ask.title)?;
    said("containment", &ask.containment)?;
    if let Some(alert) = &ask.alert
        && !scene.state.alerts.iter().any(|known| known.id == *alert)
    {
        return Err(Refusal::new(
            "unknown",
            format!("there is no alert {alert}"),
            "see the alerts: galen monitor status",
        ));
    }
    Ok(Deed::OpenFinding(OpenFinding {
        finding: format!("finding-{}", scene.state.findings.len() + 1),
        alert: ask.alert.clone(),
        title: ask.title.clone(),
        containment: ask.containment.clone(),
    }))
}

pub(crate) fn analyse(scene: &Scene, ask: &AnalyseFinding) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Finding)?;
    said("cause", &ask.cause)?;
    let finding = scene.state.finding(&ask.finding)?;
    if finding.state == FindingState::Closed {
        return Err(Refusal::new(
            "wrong_order",
            format!("{} is closed", ask.finding),
            "open another finding",
        ));
    }
    Ok(Deed::AnalyseFinding(ask.clone()))
}

pub(crate) fn close(scene: &Scene, ask: &CloseFinding) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Finding)?;
    said("correction", &ask.correction)?;
    let finding = scene.state.finding(&ask.finding)?;
    if finding.state != FindingState::Analysed {
        return Err(Refusal::new(
            "wrong_order",
            format!(
                "{} is {}; it closes after its cause is known",
                ask.finding, finding.state
            ),
            format!("analyse it first: galen finding analyse {}", ask.finding),
        ));
    }
    Ok(Deed::CloseFinding(ask.clone()))
}

impl OpenFinding {
    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        state.findings.push(Finding {
            id: self.finding.clone(),
            alert: self.alert.clone(),
            title: self.title.clone(),
            containment: self.containment.clone(),
            state: FindingState::Open,
            cause: None,
            evidence: None,
            correction: None,
            opened: record.at,
            as_of: record.as_of,
            by: record.by.clone(),
            entry: state.entries,
        });
    }
}

impl AnalyseFinding {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        if let Some(finding) = state
            .findings
            .iter_mut()
            .find(|finding| finding.id == self.finding)
        {
            finding.state = FindingState::Analysed;
            finding.cause = Some(self.cause.clone());
            finding.evidence = Some(self.evidence);
        }
    }
}

impl CloseFinding {
    pub(crate) fn apply(&self, state: &mut State, _record: &Record) {
        if let Some(finding) = state
            .findings
            .iter_mut()
            .find(|finding| finding.id == self.finding)
        {
            finding.state = FindingState::Closed;
            finding.correction = Some(self.correction.clone());
            let raised = finding.alert.clone();
            for alert in &mut state.alerts {
                if Some(&alert.id) == raised.as_ref() {
                    alert.state = AlertState::Closed;
                }
            }
        }
    }
}

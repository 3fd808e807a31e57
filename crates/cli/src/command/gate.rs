//! `galen gate`: the verdict on a change, or the development gate of a run.

use std::path::PathBuf;

use galen_control::judge::{self, CriterionResult, Verdict};
use galen_dossier::sentence::sentence;
use galen_lifecycle::Project;
use galen_spec::{Name, Positions};
use galen_store::Digest;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::build_server::{self, Asked, BuildReport, Grave};
use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words;

pub fn gate(
    id: &str,
    reports: &[PathBuf],
    as_of: Option<Date>,
    place: &Place,
) -> Result<Report, Failure> {
    build_server::refuse_unknown(reports)?;
    let project = place.project()?;
    let (report, criteria, protocol) = match id.starts_with("run-") {
        true => development(id, &project)?,
        false => reference(id, as_of, &project, place)?,
    };
    if !reports.is_empty() {
        let built = built(id, &criteria, protocol, &project);
        for path in reports {
            build_server::write(&place.path(path), &built)?;
        }
    }
    Ok(report)
}

/// A report, the criteria that it tells of, and their protocol.
type Judged = (Report, Vec<CriterionResult>, Digest);

fn reference(
    id: &str,
    as_of: Option<Date>,
    project: &Project,
    place: &Place,
) -> Result<Judged, Failure> {
    let judged = project.judge(&place.actor()?, as_of, id)?;
    let look = &judged.judge;
    let mut lines = vec![format!(
        "Verdict on {id}, reference set, look {} of {}: {}.",
        look.look, look.looks_allowed, look.verdict
    )];
    lines.extend(judged.criteria.iter().map(words::criterion));
    lines.extend(blocking_lines(&judged.criteria));
    let left = look.looks_allowed.saturating_sub(look.look);
    lines.push(match left {
        0 => "No look is left at this set.".to_owned(),
        1 => "1 look is left at this set.".to_owned(),
        _ => format!("{left} looks are left at this set."),
    });
    if !look.blocking.is_empty() {
        lines.push(format!("Blocks: {}.", look.blocking.join(", ")));
    }
    if !look.limitations.is_empty() {
        lines.push(format!(
            "Limitations for the labelling: {}.",
            look.limitations.join(", ")
        ));
    }
    let document = json!({
        "verdict": look.verdict,
        "set": "reference",
        "protocol": look.protocol,
        "criteria": rows(&judged.criteria, &json!(look.evidence)),
        "budget": {"used": look.look, "allowed": look.looks_allowed, "left": left},
        "blocking": look.blocking,
        "limitations": look.limitations,
        "entry": judged.entry.index,
    });
    let report = Report::new("gate", document, lines.join("\n"));
    let report = report.judged(look.verdict == Verdict::Pass);
    Ok((report, judged.criteria, look.protocol))
}

fn development(id: &str, project: &Project) -> Result<Judged, Failure> {
    let state = project.state()?;
    let run = state.run(id).map_err(galen_lifecycle::ActError::from)?;
    let Some(gate) = &run.development else {
        return Err(Failure::usage(
            "no_gate",
            format!("{id} has no development gate"),
            "name a run with a model: galen runs",
        ));
    };
    let evidence = project.evidence(&gate.evidence)?;
    let Some(digest) = evidence.subject("protocol") else {
        return Err(Failure::usage(
            "no_protocol",
            format!("the evidence of {id} names no protocol"),
            "run galen verify",
        ));
    };
    let protocol = project.frozen_protocol(digest)?;
    let criteria = judge::criteria_then(&state, run.entry, &protocol, &evidence);
    let mut lines = vec![format!(
        "Verdict on {id}, development set: {} (it binds nothing).",
        gate.verdict
    )];
    lines.extend(criteria.iter().map(words::criterion));
    lines.extend(blocking_lines(&criteria));
    let document = json!({
        "verdict": gate.verdict,
        "set": "development",
        "protocol": digest,
        "criteria": rows(&criteria, &json!(gate.evidence)),
        "budget": Value::Null,
    });
    let report = Report::new("gate", document, lines.join("\n"));
    let report = report.judged(gate.verdict == Verdict::Pass);
    Ok((report, criteria, digest))
}

/// What blocks, in sentences that a clinician understands.
fn blocking_lines(criteria: &[CriterionResult]) -> Vec<String> {
    let blocking = criteria.iter().filter(|one| judge::blocks(one));
    blocking.map(sentence).collect()
}

/// What a build server is told: a criterion that blocks is an error, one that limits a warning, at its line of the protocol if the
/// file is still the one that was judged by.
fn built(
    id: &str,
    criteria: &[CriterionResult],
    protocol: Digest,
    project: &Project,
) -> BuildReport {
    let file = Name::Protocol.file();
    let bytes = project.files.read(&file).unwrap_or_default();
    let is_same = Digest::of(&bytes) == protocol;
    let text = String::from_utf8(bytes).ok().filter(|_| is_same);
    let places = text.map(|text| Positions::of(&text));
    let asked = criteria.iter().enumerate().map(|(at, one)| {
        let grave = match (judge::blocks(one), judge::limits(one)) {
            (true, _) => Some(Grave::Error),
            (_, true) => Some(Grave::Warning),
            _ => None,
        };
        let line = places.as_ref().and_then(|places| {
            let place = places.find(&format!("criteria[{at}].id"))?;
            Some(u64::from(place.line))
        });
        Asked {
            id: one.id.clone(),
            asked_by: file.clone(),
            rule: one.metric.clone(),
            found: grave.map(|grave| (grave, sentence(one))),
            file: PathBuf::from(&file),
            line,
        }
    });
    BuildReport {
        command: "gate",
        suite: id.to_owned(),
        asked: asked.collect(),
    }
}

fn rows(criteria: &[CriterionResult], evidence: &Value) -> Vec<Value> {
    criteria
        .iter()
        .map(|one| {
            json!({
                "id": one.id,
                "required": one.required,
                "metric": one.metric,
                "by": one.by,
                "rule": one.rule,
                "value": one.estimate.value,
                "low": one.estimate.low,
                "high": one.estimate.high,
                "level": one.estimate.level,
                "n": one.estimate.n,
                "why": one.estimate.why,
                "result": one.result,
                "declared": one.declared,
                "family": one.family,
                "not_asked": one.not_asked,
                "sentence": sentence(one),
                "evidence": evidence,
            })
        })
        .collect()
}

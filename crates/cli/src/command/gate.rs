//! `galen gate`: the verdict on a change, or the development gate of a run.

use galen_control::judge::{self, CriterionResult, Verdict};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words;

pub fn gate(id: &str, as_of: Option<Date>, place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    if id.starts_with("run-") {
        return development(id, &project);
    }
    let judged = project.judge(&place.actor()?, as_of, id)?;
    let look = &judged.judge;
    let mut lines = vec![format!(
        "Verdict on {id}, reference set, look {} of {}: {}.",
        look.look, look.looks_allowed, look.verdict
    )];
    lines.extend(judged.criteria.iter().map(words::criterion));
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
    Ok(Report::new("gate", document, lines.join("\n")).judged(look.verdict == Verdict::Pass))
}

fn development(id: &str, project: &galen_lifecycle::Project) -> Result<Report, Failure> {
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
    let document = json!({
        "verdict": gate.verdict,
        "set": "development",
        "protocol": digest,
        "criteria": rows(&criteria, &json!(gate.evidence)),
        "budget": Value::Null,
    });
    Ok(Report::new("gate", document, lines.join("\n")).judged(gate.verdict == Verdict::Pass))
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
                "evidence": evidence,
            })
        })
        .collect()
}

//! `galen run`, `galen runs`, `galen compare`.

use galen_control::act::run::StageStatus;
use jiff::civil::Date;
use serde_json::json;

use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words::{self, short, table};

pub fn run(
    stages: &[String],
    explain: bool,
    as_of: Option<Date>,
    place: &Place,
) -> Result<Report, Failure> {
    let project = place.project()?;
    let targets = if stages.is_empty() {
        project.last_stages()?
    } else {
        stages.to_vec()
    };
    if explain {
        let planned = project.plan(&targets)?;
        let lines: Vec<String> = planned
            .iter()
            .map(|one| match one.cached {
                true => format!("{}: cached", one.stage),
                false => format!("{}: runs, because {}", one.stage, one.why.join("; ")),
            })
            .collect();
        let stages: Vec<_> = planned
            .iter()
            .map(|one| json!({"name": one.stage, "cached": one.cached, "why": one.why}))
            .collect();
        return Ok(Report::new(
            "run",
            json!({"run": null, "stages": stages}),
            lines.join("\n"),
        ));
    }
    let actor = place.actor()?;
    let (mut lines, mut runs, mut goes_on) = (Vec::new(), Vec::new(), true);
    for target in &targets {
        let done = project.run(&actor, as_of, target)?;
        let mut stages = Vec::new();
        for stage in &done.stages {
            let status = match stage.status {
                StageStatus::Done => "done",
                StageStatus::Cached => "cached",
            };
            lines.push(format!(
                "{}: stage {} {status} in {:.3} s",
                done.run.id, stage.name, stage.seconds
            ));
            let outs: Vec<_> = stage
                .provenance
                .outs
                .iter()
                .map(|out| json!({"path": out.path, "digest": out.digest}))
                .collect();
            stages.push(json!({
                "name": stage.name,
                "status": status,
                "seconds": stage.seconds,
                "outs": outs,
                "metrics": stage.provenance.metrics,
                "key": stage.provenance.key,
            }));
        }
        if let Some(model) = &done.run.model {
            lines.push(format!(
                "  model {} of {}",
                short(&model.digest),
                model.inputs.join(", ")
            ));
        }
        if let Some(gate) = &done.run.development {
            lines.push(format!(
                "  development gate: {} (it binds nothing; see galen gate {})",
                gate.verdict, done.run.id
            ));
            let evidence = project.evidence(&gate.evidence)?;
            for row in evidence
                .rows
                .iter()
                .filter(|row| row.subgroup.is_none())
                .take(2)
            {
                lines.push(format!(
                    "  {}: {}",
                    row.title,
                    words::estimate(&row.estimate)
                ));
            }
        }
        if let Some(stopped) = &done.stopped {
            goes_on = false;
            lines.push(format!(
                "  the gate {} is {}: what comes after it does not run ({})",
                stopped.stage,
                stopped.verdict,
                stopped.criteria.join(", ")
            ));
        }
        runs.push(json!({
            "stopped": done.stopped.as_ref().map(|stopped| json!({
                "stage": stopped.stage, "verdict": stopped.verdict, "criteria": stopped.criteria,
            })),
            "run": done.run.id,
            "stages": stages,
            "model": done.run.model,
            "development": done.run.development,
            "entry": done.entry.index,
        }));
    }
    let first = runs.first().cloned().unwrap_or_default();
    let mut document = json!({"run": first["run"], "stages": first["stages"], "runs": runs});
    if runs.is_empty() {
        document = json!({"run": null, "stages": []});
        lines.push("There is no stage to run.".to_owned());
    }
    Ok(Report::new("run", document, lines.join("\n")).judged(goes_on))
}

pub fn runs(place: &Place) -> Result<Report, Failure> {
    let state = place.project()?.state()?;
    let mut listed: Vec<_> = state.runs.iter().collect();
    listed.sort_by_key(|(_, run)| run.entry);
    let rows: Vec<Vec<String>> = listed
        .iter()
        .map(|(id, run)| {
            let verdict = run
                .development
                .as_ref()
                .map(|gate| gate.verdict.to_string())
                .unwrap_or_default();
            let how = if run.cached { "cached" } else { "done" };
            vec![
                (*id).clone(),
                run.stages.join(" "),
                how.to_owned(),
                verdict,
                run.by.to_string(),
                run.at.to_string(),
            ]
        })
        .collect();
    let text = table(
        &["run", "stages", "status", "development gate", "by", "at"],
        &rows,
    );
    let runs: Vec<_> = listed
        .iter()
        .map(|(id, run)| json!({"id": id, "run": run}))
        .collect();
    Ok(Report::new("runs", json!({"runs": runs}), text))
}

pub fn compare(a: &str, b: &str, place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    let compared = project.compare(a, b)?;
    let mut lines = vec![format!("{a} minus {b} on the development set:")];
    for row in &compared.rows {
        let p = row
            .p_value
            .map(|p| format!(", p {}", words::number(p)))
            .unwrap_or_default();
        lines.push(format!(
            "  {}: {}{p}",
            row.title,
            words::estimate(&row.estimate)
        ));
    }
    let comparisons: Vec<_> = compared
        .rows
        .iter()
        .map(|row| {
            json!({
                "metric": row.quantity,
                "difference": {
                    "value": row.estimate.value,
                    "low": row.estimate.low,
                    "high": row.estimate.high,
                    "p_value": row.p_value,
                },
                "method": row.estimate.method,
                "n": row.estimate.n,
            })
        })
        .collect();
    Ok(Report::new(
        "compare",
        json!({"a": a, "b": b, "set": "development", "comparisons": comparisons}),
        lines.join("\n"),
    ))
}

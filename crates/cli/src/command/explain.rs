//! `galen explain`.

use serde_json::json;

use crate::args::Explain;
use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words::{self, number};

pub fn explain(args: &Explain, place: &Place) -> Result<Report, Failure> {
    let Explain::Shap {
        release,
        row,
        method,
        replay,
    } = args;
    let project = place.project()?;
    let release = match release {
        Some(release) => release.clone(),
        None => project.state()?.live.ok_or_else(|| {
            Failure::usage(
                "nothing_live",
                "no release is live",
                "name one: --release ID",
            )
        })?,
    };
    if let Some(row) = row {
        let person = project.explain_person(&release, method, *row)?;
        let mut lines = vec![format!(
            "{release}, person in row {row} of the development set: score {}; contributions to the {} (base {}):",
            number(person.score),
            person.scale,
            number(person.base)
        )];
        for (feature, text, value) in &person.features {
            let text = text.as_deref().unwrap_or("not measured");
            lines.push(format!("  {feature:<12} {text:<14} {value:+.3}"));
        }
        let features: Vec<_> = person
            .features
            .iter()
            .map(|(feature, text, value)| json!({"feature": feature, "value": text, "shap": value}))
            .collect();
        let document = json!({"release": release, "row": row, "score": person.score, "base": person.base, "features": features});
        return Ok(Report::new("explain", document, lines.join("\n")));
    }
    let done = project.explain(&place.actor()?, replay.as_of, &release, method)?;
    let mut lines = vec![format!(
        "Entry {}: mean absolute contributions to the log odds, {release}:",
        done.entry.index
    )];
    let mut global = Vec::new();
    for row in &done.evidence.rows {
        let feature = row.quantity.trim_start_matches("shap/");
        lines.push(format!(
            "  {feature:<12} {}",
            words::estimate(&row.estimate)
        ));
        global.push(json!({
            "feature": feature,
            "mean_abs": row.estimate.value,
            "low": row.estimate.low,
            "high": row.estimate.high,
        }));
    }
    let details = done.evidence.details.clone().unwrap_or_default();
    let document = json!({
        "method": method,
        "features": global.iter().map(|one| one["feature"].clone()).collect::<Vec<_>>(),
        "base": [details["base"]],
        "rows": done.evidence.rows.first().map(|row| row.estimate.n),
        "global": global,
        "evidence": done.explain.evidence,
        "entry": done.entry.index,
    });
    Ok(Report::new("explain", document, lines.join("\n")))
}

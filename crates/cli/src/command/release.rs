//! `galen release`, `galen rollback`, `galen releases`.

use galen_control::Deed;
use jiff::civil::Date;
use serde_json::json;

use crate::place::Place;
use crate::report::{Failure, Report};
use crate::words::{short, table};

pub fn release(change: &str, as_of: Option<Date>, place: &Place) -> Result<Report, Failure> {
    let entry = place.project()?.release(&place.actor()?, as_of, change)?;
    let Deed::Release(release) = &entry.record.deed else {
        unreachable!("a release records a release")
    };
    let allowed = match &release.authorisation {
        Some(number) => format!("under authorisation {number}"),
        None => "not authorised for clinical use".to_owned(),
    };
    let text = format!(
        "Entry {}: {} is live, {allowed}; model {}.",
        entry.index,
        release.release,
        short(&release.model)
    );
    Ok(Report::new(
        "release",
        json!({"release": release, "entry": entry.index}),
        text,
    ))
}

pub fn rollback(
    to: Option<&str>,
    reason: &str,
    as_of: Option<Date>,
    place: &Place,
) -> Result<Report, Failure> {
    let entry = place
        .project()?
        .roll_back(&place.actor()?, as_of, to, reason)?;
    let Deed::RollBack(back) = &entry.record.deed else {
        unreachable!("a rollback records a rollback")
    };
    let target = back.to.as_deref().unwrap_or("no model");
    let text = format!(
        "Entry {}: {} is rolled back; {target} is live.",
        entry.index, back.from
    );
    Ok(Report::new(
        "rollback",
        json!({"rollback": back, "entry": entry.index}),
        text,
    ))
}

pub fn releases(place: &Place) -> Result<Report, Failure> {
    let state = place.project()?.state()?;
    let rows: Vec<Vec<String>> = state
        .releases
        .iter()
        .map(|release| {
            let since = release
                .as_of
                .map(|date| date.to_string())
                .unwrap_or_else(|| release.since.to_string());
            let inputs = release.model.inputs.join(", ");
            vec![
                release.id.clone(),
                release.state.to_string(),
                since,
                release.by.to_string(),
                inputs,
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        "There is no release yet.".to_owned()
    } else {
        table(&["release", "state", "since", "by", "inputs"], &rows)
    };
    let releases: Vec<_> = state
        .releases
        .iter()
        .map(|release| {
            json!({
                "id": release.id,
                "model": release.model.digest,
                "state": release.state,
                "since": release.since,
                "as_of": release.as_of,
                "by": release.by,
                "change": release.change,
                "authorisation": release.authorisation,
            })
        })
        .collect();
    Ok(Report::new(
        "releases",
        json!({"releases": releases, "live": state.live}),
        text,
    ))
}

//! `galen monitor`.

use std::path::Path;

use galen_control::judge::Crossing;
use galen_control::{Actor, Deed};
use galen_lifecycle::Ingested;
use galen_spec::Name;
use galen_spec::monitor::Window;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::args::{Monitor, Reading};
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::table;

pub fn monitor(args: &Monitor, place: &Place) -> Result<Report, Failure> {
    match args {
        Monitor::Ingest { file, id, replay } => {
            let project = place.project()?;
            let rows = table_in(&place.path(file), &Reading::default())?;
            let day = replay.as_of.unwrap_or_else(|| today(&project));
            let ingested = project.ingest(&rows, &stem(file), id.as_deref(), day)?;
            let release = ingested.release.clone().unwrap_or_default();
            let text = format!(
                "Window {}: {} scored by {release} and logged{}.",
                ingested.window,
                ingested.accepted,
                rejected(&ingested)
            );
            Ok(Report::new("monitor ingest", counts(&ingested), text)
                .judged(ingested.rejected == 0))
        }
        Monitor::Label { file, window, id } => {
            let project = place.project()?;
            let state = project.state()?;
            let plan = project.in_force(&state, &[Name::Monitor])?.monitor;
            let declared = plan.map(|plan| plan.value.window);
            if !is_window(window, declared) {
                return Err(no_window(window, declared));
            }
            let rows = table_in(&place.path(file), &Reading::default())?;
            let labelled = project.label(&rows, &stem(file), id.as_deref(), window)?;
            let text = format!(
                "Window {window}: {} labelled{}.",
                labelled.accepted,
                rejected(&labelled)
            );
            Ok(Report::new("monitor label", counts(&labelled), text))
        }
        Monitor::Run { replay } => run(replay.as_of, place),
        Monitor::Status => status(place),
    }
}

/// Whether a word names a window: a year as `2008`, a month as `2008-03`.
fn is_window(word: &str, declared: Option<Window>) -> bool {
    let number = |text: &str, digits: usize| {
        let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u32>().ok()).flatten()
    };
    let is_year = number(word, 4).is_some();
    let is_month = word.split_once('-').is_some_and(|(year, month)| {
        number(year, 4).is_some() && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
    });
    match declared {
        Some(Window::Year) => is_year,
        Some(Window::Month) => is_month,
        None => is_year || is_month,
    }
}

fn no_window(word: &str, declared: Option<Window>) -> Failure {
    let help = match declared {
        Some(Window::Year) => "monitor.yaml declares years: --window 2008",
        Some(Window::Month) => "monitor.yaml declares months: --window 2008-03",
        None => "write --window 2008 or --window 2008-03",
    };
    Failure::usage(
        "window",
        format!("`{word}` is no window; a window is YEAR or YEAR-MONTH as monitor.yaml declares"),
        help,
    )
}

fn today(project: &galen_lifecycle::Project) -> Date {
    project
        .ports
        .clock
        .now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or("file")
        .to_owned()
}

fn rejected(ingested: &Ingested) -> String {
    if ingested.rejected == 0 {
        return String::new();
    }
    let reasons: Vec<String> = ingested
        .reasons
        .iter()
        .map(|(why, count)| format!("{count} × {why}"))
        .collect();
    format!(", {} rejected ({})", ingested.rejected, reasons.join("; "))
}

fn counts(ingested: &Ingested) -> Value {
    json!({
        "window": ingested.window,
        "release": ingested.release,
        "accepted": ingested.accepted,
        "rejected": ingested.rejected,
        "reasons": ingested.reasons,
    })
}

fn run(as_of: Option<Date>, place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    let day = as_of.unwrap_or_else(|| today(&project));
    let closed = project.close_windows(&place.actor()?, day)?;
    let (mut lines, mut windows) = (Vec::new(), Vec::new());
    let mut crossed = false;
    for one in &closed {
        let window = &one.window;
        lines.push(format!(
            "Window {} of {}: n {}, labelled {}.",
            window.window, window.release, window.n, window.labelled
        ));
        for (check, row) in window.checks.iter().zip(&one.evidence.rows) {
            if check.crossing == Crossing::NoData && window.labelled == 0 {
                continue;
            }
            crossed |= check.crossing == Crossing::Crossed;
            let word = json!(check.crossing)
                .as_str()
                .unwrap_or_default()
                .to_owned();
            lines.push(format!("  {word:<12} {}: {}", check.check, row.title));
        }
        for entry in one.entries.iter().skip(1) {
            match &entry.record.deed {
                Deed::RollBack(back) => lines.push(format!(
                    "  => entry {}: {} rolled {} back to {} by the frozen policy",
                    entry.index,
                    entry.record.by,
                    back.from,
                    back.to.as_deref().unwrap_or("no model")
                )),
                Deed::OpenFinding(found) => {
                    lines.push(format!(
                        "  => entry {}: {} opened: {}",
                        entry.index, found.finding, found.title
                    ));
                }
                _ => {}
            }
        }
        let automatic: Vec<Value> = one
            .entries
            .iter()
            .filter(|entry| entry.record.by == Actor::System)
            .map(|entry| json!({"entry": entry.index, "deed": entry.record.deed}))
            .collect();
        windows.push(json!({"window": window, "automatic": automatic}));
    }
    if closed.is_empty() {
        lines.push(format!(
            "No window that has ended by {day} holds anything new."
        ));
    }
    let live = project.state()?.live;
    Ok(Report::new(
        "monitor run",
        json!({"as_of": day, "windows": windows, "live": live}),
        lines.join("\n"),
    )
    .judged(!crossed))
}

fn status(place: &Place) -> Result<Report, Failure> {
    let state = place.project()?.state()?;
    let (mut rows, mut windows) = (Vec::new(), Vec::new());
    for facts in state.windows.values() {
        let window = &facts.window;
        let crossed: Vec<&str> = window
            .checks
            .iter()
            .filter(|check| check.crossing == Crossing::Crossed)
            .map(|check| check.check.as_str())
            .collect();
        rows.push(vec![
            window.window.clone(),
            window.release.clone(),
            window.n.to_string(),
            window.labelled.to_string(),
            crossed.join(", "),
        ]);
        let checks: Vec<Value> = window
            .checks
            .iter()
            .map(|check| {
                json!({
                    "id": check.check,
                    "value": check.estimate.value,
                    "low": check.estimate.low,
                    "high": check.estimate.high,
                    "n": check.estimate.n,
                    "p_value": check.p_value,
                    "state": check.crossing,
                })
            })
            .collect();
        windows.push(json!({
            "from": window.window,
            "to": window.window,
            "release": window.release,
            "n": window.n,
            "labelled": window.labelled,
            "checks": checks,
        }));
    }
    let live = state.live.as_deref().unwrap_or("no release");
    let mut text = format!(
        "{live} is live; {} open alert(s).\n",
        state.open_alerts().count()
    );
    text.push_str(&table(
        &["window", "release", "n", "labelled", "crossed"],
        &rows,
    ));
    for alert in &state.alerts {
        text.push_str(&format!(
            "\n{} ({}): in windows {}",
            alert.id,
            galen_dossier::book::word(&alert.state),
            alert.windows.join(", ")
        ));
    }
    Ok(Report::new(
        "monitor status",
        json!({"release": state.live, "windows": windows, "alerts": state.alerts}),
        text,
    ))
}

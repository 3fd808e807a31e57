//! Watching: every check over the windows, what crossed, and what followed.

use std::collections::BTreeSet;

use galen_control::act::window::CheckOutcome;
use galen_control::state::WindowFacts;
use galen_control::{Alert, State};
use galen_dossier::book::{Book, counted, p_written, word, written};
use galen_dossier::plot::{Event, Limit, Line, Plot, Point, Series};
use galen_dossier::{Badge, Block, Cell, Column, NoteKind, Page, Source, Span, Table, Tone};
use galen_spec::monitor::{Check, Limit as Declared};

use super::desk::Desk;
use super::runs::empty;
use super::words::{crossing_badge, dated};

/// `/monitor`.
pub(super) fn page(desk: &Desk) -> Page {
    let mut page = Page::new("Monitor");
    page.subtitle =
        "What came in since the release, asked by the frozen monitoring plan.".to_owned();
    let windows = windows(desk.state);
    if windows.is_empty() {
        page.push(empty("No window was closed yet", "galen monitor run"));
        return page;
    }
    page.push(Block::heading(1, "Alerts"));
    page.push(alerts(&desk.state.alerts));
    let checks = checks(desk);
    page.push(Block::heading(1, "Windows"));
    page.push(matrix(&windows, &checks));
    for (id, check) in &checks {
        page.push(Block::heading(1, title(id, *check)));
        if let Some(check) = check {
            page.push(Block::text(format!(
                "{} {}: {}",
                said(&check.limit),
                if word(&check.action) == "roll back" {
                    "rolls back"
                } else {
                    "notifies"
                },
                check.rationale
            )));
        }
        page.push(series(desk, id, *check, &windows));
        desk.with_book(|book| page.push(numbers(book, id, &windows)));
    }
    page
}

/// By period, then by release.
fn windows(state: &State) -> Vec<&WindowFacts> {
    let mut windows: Vec<&WindowFacts> = state.windows.values().collect();
    windows.sort_by(|a, b| (&a.window.window, a.entry).cmp(&(&b.window.window, b.entry)));
    windows
}

/// The checks of the plan in force, then those that only earlier windows were asked.
fn checks<'a>(desk: &'a Desk) -> Vec<(String, Option<&'a Check>)> {
    let plan = desk
        .specs
        .monitor
        .as_ref()
        .map(|held| held.value.checks.as_slice())
        .unwrap_or_default();
    let mut checks: Vec<(String, Option<&Check>)> = plan
        .iter()
        .map(|check| (check.id.clone(), Some(check)))
        .collect();
    let asked: BTreeSet<&String> = desk
        .state
        .windows
        .values()
        .flat_map(|facts| &facts.window.checks)
        .map(|outcome| &outcome.check)
        .collect();
    for id in asked {
        if !checks.iter().any(|(known, _)| known == id) {
            checks.push((id.clone(), None));
        }
    }
    checks
}

fn title(id: &str, check: Option<&Check>) -> String {
    match check.and_then(|check| check.column.as_ref()) {
        Some(column) if !id.contains(column.as_str()) => {
            format!("{} ({column})", id.replace('_', " "))
        }
        _ => id.replace('_', " "),
    }
}

fn said(limit: &Declared) -> String {
    match limit {
        Declared::LowerAbove(bound) => format!("A lower bound above {bound}"),
        Declared::UpperBelow(bound) => format!("An upper bound below {bound}"),
        Declared::Outside([low, high]) => format!("An interval outside of {low} to {high}"),
        Declared::PBelow(bound) => format!("A p-value below {bound}"),
    }
}

fn alerts(alerts: &[Alert]) -> Block {
    if alerts.is_empty() {
        return Block::note(NoteKind::Info, "No check has crossed.");
    }
    let rows = alerts.iter().rev().map(|alert| {
        let tone = if word(&alert.action) == "roll back" {
            Tone::Bad
        } else {
            Tone::Doubt
        };
        vec![
            Cell::from(alert.check.replace('_', " ")),
            Span::link(&alert.release, format!("/releases/{}", alert.release)).into(),
            Badge::new(tone, word(&alert.action)).into(),
            alert.windows.join(", ").into(),
            dated(alert.opened, alert.as_of, alert.entry),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("Check"),
            Column::text("Release"),
            Column::text("What follows"),
            Column::text("Windows"),
            Column::text("Opened"),
        ],
        rows: rows.collect(),
    })
}

/// Checks by windows, in a word each; there are more years to come than checks, but a word is wider than a year.
fn matrix(windows: &[&WindowFacts], checks: &[(String, Option<&Check>)]) -> Block {
    let mut columns = vec![Column::name("Window")];
    columns.extend(
        windows
            .iter()
            .map(|facts| Column::text(&facts.window.window)),
    );
    let row = |name: &str, cell: &dyn Fn(&WindowFacts) -> Cell| {
        let mut row = vec![Cell::from(name)];
        row.extend(windows.iter().map(|facts| cell(facts)));
        row
    };
    let count = |n: u64, entry: u64| Cell::from(Span::number(counted(n), Source::Entry(entry)));
    let mut rows = vec![
        row("release", &|facts| Span::code(&facts.window.release).into()),
        row("people", &|facts| count(facts.window.n, facts.entry)),
        row("with outcome", &|facts| {
            count(facts.window.labelled, facts.entry)
        }),
    ];
    rows.extend(checks.iter().map(|(id, _)| {
        row(&id.replace('_', " "), &|facts| match outcome(facts, id) {
            Some(outcome) => crossing_badge(outcome.crossing).into(),
            None => "not asked".into(),
        })
    }));
    let caption = String::new();
    Block::Table(Table {
        caption,
        columns,
        rows,
    })
}

fn outcome<'a>(facts: &'a WindowFacts, id: &str) -> Option<&'a CheckOutcome> {
    facts
        .window
        .checks
        .iter()
        .find(|outcome| outcome.check == id)
}

/// One check over the periods, a line a release, with its limits, and when releases began and ended.
fn series(desk: &Desk, id: &str, check: Option<&Check>, windows: &[&WindowFacts]) -> Block {
    let periods: Vec<String> = windows
        .iter()
        .map(|facts| facts.window.window.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let releases: Vec<&String> = {
        let mut seen = Vec::new();
        for facts in windows {
            if !seen.contains(&&facts.window.release) {
                seen.push(&facts.window.release);
            }
        }
        seen
    };
    let point = |release: &str, period: &String| {
        let facts = windows
            .iter()
            .find(|it| it.window.release == release && it.window.window == *period);
        let estimate = facts
            .and_then(|facts| outcome(facts, id))
            .map(|outcome| &outcome.estimate);
        estimate.map_or(Point::default(), |it| Point {
            value: it.value,
            low: it.low,
            high: it.high,
        })
    };
    let lines = releases
        .into_iter()
        .map(|release| Line {
            label: release.clone(),
            points: periods
                .iter()
                .map(|period| point(release, period))
                .collect(),
        })
        .collect();
    let limits = match check.map(|check| &check.limit) {
        Some(Declared::LowerAbove(bound) | Declared::UpperBelow(bound)) => vec![*bound],
        Some(Declared::Outside([low, high])) => vec![*low, *high],
        Some(Declared::PBelow(_)) | None => Vec::new(),
    };
    let limits = limits.into_iter().map(|value| Limit {
        label: format!("limit {}", written(value, 2)),
        value,
    });
    let quantity = check.map_or_else(|| id.replace('_', " "), quantity);
    Block::Figure {
        caption:
            "Estimates with their intervals, window by window. Marks are releases and rollbacks."
                .to_owned(),
        alt: format!("{quantity} over the windows"),
        plot: Plot::Series(Series {
            quantity,
            windows: periods.clone(),
            lines,
            limits: limits.collect(),
            events: events(desk.state, &periods),
            from_zero: true,
        }),
    }
}

fn quantity(check: &Check) -> String {
    let text = |name: &str| {
        check
            .params
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .replace('_', " ")
    };
    let of = check
        .column
        .as_ref()
        .map(|column| format!(" of {column}"))
        .unwrap_or_default();
    match check.check.as_str() {
        "missing_share" => format!("Share without {}", check.column.clone().unwrap_or_default()),
        "alert_rate" => "Share flagged".to_owned(),
        "drift" => format!("Distance{of} ({})", text("test")).replace(" ()", ""),
        "performance" => text("metric"),
        other => format!("{}{of}", other.replace('_', " ")),
    }
}

/// Releases and rollbacks, at the period that their date lies in.
fn events(state: &State, periods: &[String]) -> Vec<Event> {
    let mut events = Vec::new();
    let place = |date: Option<jiff::civil::Date>| {
        let date = date?.to_string();
        periods
            .iter()
            .position(|period| date.starts_with(period.as_str()))
    };
    // A release that came back has the date of the rollback, which has its own mark.
    let came_back = |id: &String| {
        state
            .rollbacks
            .iter()
            .any(|(_, it)| it.to.as_ref() == Some(id))
    };
    for release in state
        .releases
        .iter()
        .filter(|release| !came_back(&release.id))
    {
        if let Some(window) = place(release.as_of) {
            events.push(Event {
                label: release.id.clone(),
                window,
            });
        }
    }
    for (_, roll_back) in &state.rollbacks {
        let window = match &roll_back.trigger {
            galen_control::act::roll_back::Trigger::Policy { window, .. } => {
                periods.iter().position(|period| period == window)
            }
            galen_control::act::roll_back::Trigger::Person { .. } => None,
        };
        if let Some(window) = window {
            let to = roll_back.to.as_deref().unwrap_or("no model");
            events.push(Event {
                label: format!("rollback to {to}"),
                window,
            });
        }
    }
    events.sort_by_key(|event| event.window);
    events
}

fn numbers(book: &Book, id: &str, windows: &[&WindowFacts]) -> Block {
    let rows = windows.iter().filter_map(|facts| {
        let outcome = outcome(facts, id)?;
        let evidence = &facts.window.evidence;
        let p = match outcome.p_value {
            Some(p) => Cell::from(Span::number(
                p_written(p),
                Source::Artifact(evidence.to_string()),
            )),
            None => "–".into(),
        };
        Some(vec![
            Cell::from(facts.window.window.clone()),
            facts.window.release.clone().into(),
            // Why there is no interval is the same sentence in every row; the evidence has it.
            Cell(
                book.estimate(&outcome.estimate, evidence, &[])
                    .0
                    .into_iter()
                    .take(1)
                    .collect(),
            ),
            p,
            crossing_badge(outcome.crossing).into(),
        ])
    });
    Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("Window"),
            Column::text("Release"),
            Column::number("Estimate"),
            Column::number("Test"),
            Column::text("Result"),
        ],
        rows: rows.collect(),
    })
}

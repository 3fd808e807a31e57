//! Windows of use: what came, and each check over time.

use std::collections::BTreeMap;

use galen_control::act::roll_back::Trigger;
use galen_control::act::window::{CheckOutcome, Window};
use galen_control::judge::Crossing;

use super::super::risk_file::crossing_badge;
use super::{bounds, bounds_of, check_of, limit, quantity};
use crate::book::{Book, artifact, not_reported, p_written, recorded, table, word, written};
use crate::page::{Block, Cell, Column, Span};
use crate::plot::{self, Event, Line, Plot, Point, Series};

/// Every closed window, then each check over the windows.
pub(super) fn windows(book: &Book, level: u8) -> Vec<Block> {
    if book.state.windows.is_empty() {
        return vec![not_reported(
            "no window of use was closed",
            "galen monitor run",
        )];
    }
    let mut all: Vec<_> = book.state.windows.values().collect();
    all.sort_by(|a, b| (&a.window.window, a.entry).cmp(&(&b.window.window, b.entry)));
    let rows = all.iter().map(|facts| {
        let window = &facts.window;
        let crossed: Vec<String> = window
            .checks
            .iter()
            .filter(|outcome| outcome.crossing == Crossing::Crossed)
            .map(|outcome| word(&outcome.check))
            .collect();
        vec![
            window.window.clone().into(),
            window.release.clone().into(),
            recorded(window.n, facts.entry).into(),
            recorded(window.labelled, facts.entry).into(),
            if crossed.is_empty() {
                "none".into()
            } else {
                crossed.join(", ").into()
            },
            facts
                .as_of
                .map_or_else(|| "–".to_owned(), |date| date.to_string())
                .into(),
        ]
    });
    let columns = vec![
        Column::name("Window"),
        Column::text("Release"),
        Column::number("Predictions"),
        Column::number("With truth"),
        Column::text("Crossed"),
        Column::text("Closed as of"),
    ];
    let mut blocks: Vec<Block> = table("", columns, rows.collect()).into_iter().collect();
    let mut checks: Vec<&str> = Vec::new();
    for outcome in all.iter().flat_map(|facts| &facts.window.checks) {
        if !checks.contains(&outcome.check.as_str()) {
            checks.push(&outcome.check);
        }
    }
    let windows: Vec<&Window> = all.iter().map(|facts| &facts.window).collect();
    for check in checks {
        blocks.push(Block::heading(level, format!("Check {}", word(&check))));
        blocks.extend(watched(book, check, &windows));
    }
    blocks
}

/// One check over the windows: what it asks, its picture and its numbers.
fn watched(book: &Book, check: &str, windows: &[&Window]) -> Vec<Block> {
    let mut blocks = Vec::new();
    match check_of(book, check) {
        Some(declared) => blocks.push(Block::text(format!(
            "It crosses when {}. {}",
            limit(&declared.limit),
            declared.rationale
        ))),
        None => blocks.push(Block::text(
            "The monitoring plan in force does not declare this check any more.",
        )),
    }
    let asked: Vec<(&Window, &CheckOutcome)> = windows
        .iter()
        .filter_map(|window| {
            let outcome = window
                .checks
                .iter()
                .find(|outcome| outcome.check == check)?;
            Some((*window, outcome))
        })
        .collect();
    blocks.extend(series(book, check, &asked));
    let rows = asked.iter().map(|(window, outcome)| {
        let p = outcome.p_value.map_or_else(
            || Cell::from("–"),
            |p| Span::number(p_written(p), artifact(&window.evidence)).into(),
        );
        vec![
            window.window.clone().into(),
            window.release.clone().into(),
            book.estimate(&outcome.estimate, &window.evidence, &bounds(book, check)),
            p,
            crossing_badge(outcome.crossing).into(),
        ]
    });
    let columns = vec![
        Column::name("Window"),
        Column::text("Release"),
        Column::text("Measured"),
        Column::number("Test"),
        Column::text("Outcome"),
    ];
    blocks.extend(table("", columns, rows.collect()));
    blocks
}

fn series(book: &Book, check: &str, asked: &[(&Window, &CheckOutcome)]) -> Option<Block> {
    let mut names: Vec<String> = asked
        .iter()
        .map(|(window, _)| window.window.clone())
        .collect();
    names.dedup();
    let measured = asked
        .iter()
        .filter(|(_, outcome)| outcome.estimate.value.is_some())
        .count();
    if names.len() < 2 || measured < 2 {
        return None;
    }
    let mut lines: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for (window, outcome) in asked {
        let line = lines
            .entry(&window.release)
            .or_insert_with(|| vec![Point::default(); names.len()]);
        let estimate = &outcome.estimate;
        if let Some(at) = names.iter().position(|name| *name == window.window) {
            line[at] = Point {
                value: estimate.value,
                low: estimate.low,
                high: estimate.high,
            };
        }
    }
    let declared = check_of(book, check);
    let limits = declared
        .map(|check| bounds_of(&check.limit))
        .unwrap_or_default();
    let events = book
        .state
        .rollbacks
        .iter()
        .filter_map(|(_, back)| match &back.trigger {
            Trigger::Policy {
                check: by, window, ..
            } if by == check => Some(Event {
                label: format!("rollback to {}", back.to.as_deref().unwrap_or("no model")),
                window: names.iter().position(|name| name == window)?,
            }),
            _ => None,
        });
    let quantity = declared.map_or_else(|| word(&check), quantity);
    Some(Block::Figure {
        caption: format!("{quantity} by window of use, with its interval."),
        alt: format!(
            "{quantity} in {} windows; the table below has the same numbers.",
            names.len()
        ),
        plot: Plot::Series(Series {
            quantity,
            lines: lines
                .into_iter()
                .map(|(release, points)| Line {
                    label: release.to_owned(),
                    points,
                })
                .collect(),
            limits: limits
                .into_iter()
                .map(|value| plot::Limit {
                    label: format!("limit {}", written(value, 2)),
                    value,
                })
                .collect(),
            events: events.collect(),
            from_zero: true,
            windows: names,
        }),
    })
}

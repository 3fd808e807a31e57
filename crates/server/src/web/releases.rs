//! Releases: which model is in use, since when, and what is known of it.

use galen_control::act::roll_back::{RollBack, Trigger};
use galen_control::{Release, ReleaseState};
use galen_dossier::book::verdict_badge;
use galen_dossier::{Block, Cell, Column, NoteKind, Page, Span, Table};

use super::desk::Desk;
use super::picture;
use super::runs::{empty, entry, source};
use super::words::{dated, release_badge, when};
use crate::failure::Failure;

/// `/releases`.
pub(super) fn list(desk: &Desk) -> Page {
    let mut page = Page::new("Releases");
    page.subtitle = match &desk.state.live {
        Some(id) => format!("{id} is live."),
        None => "No release is live.".to_owned(),
    };
    if desk.state.releases.is_empty() {
        page.push(empty("There is no release yet", "galen release CHANGE"));
        return page;
    }
    desk.with_book(|book| {
        page.push(book.standing());
        let rows = desk.state.releases.iter().rev().map(|release| {
            vec![
                Cell::from(Span::link(&release.id, format!("/releases/{}", release.id))),
                release_badge(release.state).into(),
                release.model.inputs.join(", ").into(),
                dated(release.since, release.as_of, since(desk, release)),
                release
                    .authorisation
                    .clone()
                    .unwrap_or_else(|| "not authorised".to_owned())
                    .into(),
                Span::link(&release.change, format!("/changes/{}", release.change)).into(),
                book.actor(&release.by).into(),
            ]
        });
        page.push(Block::Table(Table {
            caption: String::new(),
            columns: vec![
                Column::name("Release"),
                Column::text("State"),
                Column::text("Inputs"),
                Column::text("Live since"),
                Column::text("Authorisation"),
                Column::text("Change"),
                Column::text("By"),
            ],
            rows: rows.collect(),
        }));
    });
    if !desk.state.rollbacks.is_empty() {
        page.push(Block::heading(1, "Rollbacks"));
        page.push(Block::List(
            desk.state
                .rollbacks
                .iter()
                .rev()
                .map(|it| rollback(desk, it))
                .collect(),
        ));
    }
    page
}

/// The record that made a release live for the last time: its own, or a rollback to it.
fn since(desk: &Desk, release: &Release) -> u64 {
    let back = desk
        .state
        .rollbacks
        .iter()
        .rev()
        .find(|(_, it)| it.to.as_ref() == Some(&release.id));
    back.map_or(release.entry, |(entry, _)| *entry)
}

fn rollback(desk: &Desk, (at, roll_back): &(u64, RollBack)) -> Vec<Span> {
    let target = roll_back
        .to
        .clone()
        .unwrap_or_else(|| "no model, the safe state".to_owned());
    let why = match &roll_back.trigger {
        Trigger::Person { reason } => format!("decided by a person: {reason}"),
        Trigger::Policy {
            check,
            window,
            signers,
            ..
        } => format!(
            "by the system, following the frozen policy that {} signed: {check} crossed in window {window}",
            signers
                .iter()
                .map(|signer| desk.with_book(|book| book.person(signer)))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    vec![
        Span::Text(format!("{} to {target}, {why} (", roll_back.from)),
        Span::link(format!("entry {at}"), format!("/ledger/{at}")),
        Span::text(")."),
    ]
}

/// `/releases/{id}`.
pub(super) fn one(desk: &Desk, id: &str) -> Result<Page, Failure> {
    let release = desk.state.release(id)?;
    let mut page = Page::new(id);
    page.subtitle = format!("{}, {}", desk.state.device, release.state);
    if release.state == ReleaseState::RolledBack {
        page.push(Block::note(
            NoteKind::Stop,
            format!("{id} was rolled back and is not in use."),
        ));
    }
    desk.with_book(|book| {
        page.push(Block::KeyValues(vec![
            ("State".into(), release_badge(release.state).into()),
            (
                "Live since".into(),
                when(release.since, release.as_of).into(),
            ),
            (
                "Clinical use".into(),
                release
                    .authorisation
                    .as_ref()
                    .map_or("not authorised".to_owned(), |number| {
                        format!("released under {number}")
                    })
                    .into(),
            ),
            (
                "Change".into(),
                Span::link(&release.change, format!("/changes/{}", release.change)).into(),
            ),
            ("Released by".into(), book.actor(&release.by).into()),
            ("Record".into(), entry(release.entry)),
            (
                "Model".into(),
                Span::code(release.model.digest.to_string()).into(),
            ),
            (
                "Algorithm".into(),
                release.model.algorithm.replace('_', " ").into(),
            ),
            ("Inputs".into(), release.model.inputs.join(", ").into()),
            (
                "Learned from".into(),
                release.model.training.join(", ").into(),
            ),
        ]));
    });
    let rolled: Vec<Vec<Span>> = desk
        .state
        .rollbacks
        .iter()
        .filter(|(_, it)| it.from == id || it.to.as_deref() == Some(id))
        .map(|it| rollback(desk, it))
        .collect();
    if !rolled.is_empty() {
        page.push(Block::heading(1, "Rollbacks"));
        page.push(Block::List(rolled));
    }
    judged(desk, release, &mut page);
    page.push(Block::heading(1, "What it leans on"));
    explained(desk, release, &mut page);
    Ok(page)
}

fn judged(desk: &Desk, release: &Release, page: &mut Page) {
    let Some(judged) = desk
        .state
        .changes
        .get(&release.change)
        .and_then(|change| change.judged.as_ref())
    else {
        return;
    };
    page.push(Block::heading(1, "On the reference set"));
    page.push(Block::KeyValues(vec![
        ("Verdict".into(), verdict_badge(judged.judge.verdict).into()),
        ("Evidence".into(), source(&judged.judge.evidence)),
    ]));
    match desk.evidence(&judged.judge.evidence) {
        Some(evidence) => {
            page.blocks.extend(picture::roc(&evidence, &release.id));
            page.blocks
                .extend(picture::calibration(&evidence, &release.model.truth));
        }
        None => page.push(Block::note(
            NoteKind::Stop,
            "The evidence is missing or damaged. Run galen verify.",
        )),
    }
}

fn explained(desk: &Desk, release: &Release, page: &mut Page) {
    let Some((at, explain)) = desk.state.explained.get(&release.id) else {
        page.push(empty(
            "It was not explained yet",
            &format!("galen explain shap --release {}", release.id),
        ));
        return;
    };
    page.push(Block::KeyValues(vec![
        ("Method".into(), explain.method.clone().into()),
        ("Evidence".into(), source(&explain.evidence)),
        ("Record".into(), entry(*at)),
    ]));
    match desk.evidence(&explain.evidence) {
        Some(evidence) => page.blocks.extend(picture::importance(&evidence)),
        None => page.push(Block::note(
            NoteKind::Stop,
            "The evidence is missing or damaged. Run galen verify.",
        )),
    }
}

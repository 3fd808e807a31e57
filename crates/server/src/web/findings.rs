//! Findings (CAPA): what went wrong, what contains it, its cause, its correction.

use galen_control::Finding;
use galen_dossier::book::table;
use galen_dossier::{Block, Cell, Column, NoteKind, Page, Span, VerdictCard};

use super::desk::Desk;
use super::runs::{empty, entry, source};
use super::words::{finding_badge, when};

/// `/findings`.
pub(super) fn page(desk: &Desk) -> Page {
    let mut page = Page::new("Findings");
    page.subtitle =
        "Problems from their opening to their close, each with what contains it.".to_owned();
    if desk.state.findings.is_empty() {
        page.push(empty("No finding was opened", "galen finding open"));
        return page;
    }
    for finding in desk.state.findings.iter().rev() {
        page.push(Block::heading(1, &finding.id));
        page.push(card(desk, finding));
        page.blocks.extend(analysis(desk, finding));
    }
    page
}

fn card(desk: &Desk, finding: &Finding) -> Block {
    let open = |text: &Option<String>| {
        Cell::from(text.clone().unwrap_or_else(|| "not reported".to_owned()))
    };
    let mut rows = vec![
        (
            "Containment".to_owned(),
            Cell::from(finding.containment.clone()),
        ),
        ("Cause".to_owned(), open(&finding.cause)),
        ("Correction".to_owned(), open(&finding.correction)),
        (
            "Opened".to_owned(),
            when(finding.opened, finding.as_of).into(),
        ),
        (
            "Opened by".to_owned(),
            desk.with_book(|book| book.actor(&finding.by)).into(),
        ),
        ("Record".to_owned(), entry(finding.entry)),
    ];
    if let Some(alert) = &finding.alert {
        rows.push(("Alert".to_owned(), Span::link(alert, "/monitor").into()));
    }
    Block::VerdictCard(VerdictCard {
        title: finding.title.clone(),
        badge: finding_badge(finding.state),
        sentence: Vec::new(),
        rows,
    })
}

fn analysis(desk: &Desk, finding: &Finding) -> Vec<Block> {
    let Some(digest) = finding.evidence else {
        return Vec::new();
    };
    let Some(evidence) = desk.evidence(&digest) else {
        return vec![Block::note(
            NoteKind::Stop,
            "The evidence is missing or damaged. Run galen verify.",
        )];
    };
    let rows = desk.with_book(|book| {
        evidence
            .rows
            .iter()
            .map(|row| {
                vec![
                    Cell::from(row.title.clone()),
                    book.estimate(&row.estimate, &digest, &[]),
                    row.estimate.method.replace('_', " ").into(),
                ]
            })
            .collect()
    });
    let columns = vec![
        Column::name("Quantity"),
        Column::number("Estimate"),
        Column::text("Method"),
    ];
    let mut blocks = vec![Block::heading(2, "Analysis")];
    blocks.extend(table("", columns, rows));
    blocks.push(Block::KeyValues(vec![(
        "Evidence".to_owned(),
        source(&digest),
    )]));
    blocks
}

//! The ledger: every record, newest first, and one record as it stands in its envelope.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::Response;
use galen_dossier::{Block, Cell, Column, Page, Span, Table};
use galen_lifecycle::statement::{predicate_type, record_of};
use galen_store::Digest;

use super::desk::Desk;
use super::words::{act, dated, sentence};
use super::{Shared, framed, show};
use crate::failure::Failure;

/// Records on one page.
const PAGE: u64 = 50;

/// `/ledger?before=N`: the records before entry N.
pub(super) async fn list(
    State(site): Shared,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let before = match query.get("before") {
        None => u64::MAX,
        Some(text) => text
            .parse()
            .map_err(|_| Failure::bad("`before` must be the number of an entry"))?,
    };
    show(&site, "/ledger", move |desk| {
        Ok(framed(&page(desk, before)?))
    })
    .await
}

fn page(desk: &Desk, before: u64) -> Result<Page, Failure> {
    let size = desk.state.entries;
    let to = before.min(size);
    let from = to.saturating_sub(PAGE);
    let mut page = Page::new("Ledger");
    page.subtitle =
        format!("{size} records, each signed, in an order that nobody can change unseen.");
    let records = if from < to {
        desk.project.records(from, to)?
    } else {
        Vec::new()
    };
    page.push(table(desk, &records));
    let mut turns = Vec::new();
    if to < size {
        let newer = (to + PAGE).min(size);
        turns.push(Span::link(
            "Newer records",
            format!("/ledger?before={newer}"),
        ));
        turns.push(Span::text("  "));
    }
    if from > 0 {
        turns.push(Span::link(
            "Older records",
            format!("/ledger?before={from}"),
        ));
    }
    if !turns.is_empty() {
        page.push(Block::Paragraph(turns));
    }
    page.push(Block::heading(1, "Checkpoint"));
    page.push(Block::text("Keep a copy elsewhere: with it, galen verify --checkpoint finds dropped records and an old copy."));
    page.push(Block::Code(desk.view.checkpoint.clone()));
    Ok(page)
}

/// Records, newest first.
pub(super) fn table(desk: &Desk, records: &[galen_lifecycle::Entry]) -> Block {
    let rows = records.iter().rev().map(|entry| {
        let record = &entry.record;
        vec![
            Cell::from(Span::link(
                entry.index.to_string(),
                format!("/ledger/{}", entry.index),
            )),
            act(&record.deed).into(),
            sentence(record).into(),
            desk.with_book(|book| book.actor(&record.by)).into(),
            dated(record.at, None, entry.index),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::number("Entry"),
            Column::text("Act"),
            Column::text("What"),
            Column::text("By"),
            Column::text("When"),
        ],
        rows: rows.collect(),
    })
}

/// `/ledger/{entry}`.
pub(super) fn one(desk: &Desk, entry: &str) -> Result<Page, Failure> {
    let there = entry
        .parse::<u64>()
        .ok()
        .filter(|entry| *entry < desk.state.entries);
    let Some(index) = there else {
        return Err(Failure::not_found(format!(
            "the ledger has {} records; there is no entry {entry}",
            desk.state.entries
        )));
    };
    let bytes = desk
        .project
        .ledger()?
        .entry(index)
        .map_err(galen_lifecycle::ActError::from)?;
    let (envelope, record) =
        record_of(&bytes).map_err(|source| galen_lifecycle::ActError::Record {
            entry: index,
            source,
        })?;
    let mut page = Page::new(format!("Entry {index}"));
    page.subtitle = act(&record.deed).to_owned();
    page.push(Block::Paragraph(sentence(&record)));
    let mut facts = vec![
        (
            "By".to_owned(),
            Cell::from(desk.with_book(|book| book.actor(&record.by))),
        ),
        ("At".to_owned(), Span::code(record.at.to_string()).into()),
    ];
    if let Some(date) = record.as_of {
        facts.push(("Date of the replay".to_owned(), date.to_string().into()));
    }
    facts.push((
        "Predicate".to_owned(),
        Span::code(predicate_type(&record.deed)).into(),
    ));
    for signature in envelope.signatures() {
        facts.push((
            "Signed by the key".to_owned(),
            Span::code(signature.keyid.0.to_string()).into(),
        ));
    }
    facts.push((
        "Digest of the entry".to_owned(),
        Span::code(Digest::of(&bytes).to_string()).into(),
    ));
    for subject in record.subjects() {
        let name = format!("Subject: {}", subject.name);
        let shown = match desk.evidence(&subject.digest) {
            Some(_) => Span::link(
                subject.digest.to_string(),
                format!("/evidence/{}", subject.digest),
            ),
            None => Span::code(subject.digest.to_string()),
        };
        facts.push((name, shown.into()));
    }
    page.push(Block::KeyValues(facts));
    page.push(Block::heading(1, "Record"));
    page.push(Block::Code(
        serde_json::to_string_pretty(&record).unwrap_or_default(),
    ));
    let mut turns = Vec::new();
    if index > 0 {
        turns.extend([
            Span::link("Entry before", format!("/ledger/{}", index - 1)),
            Span::text("  "),
        ]);
    }
    if index + 1 < desk.state.entries {
        turns.push(Span::link("Entry after", format!("/ledger/{}", index + 1)));
    }
    page.push(Block::Paragraph(turns));
    Ok(page)
}

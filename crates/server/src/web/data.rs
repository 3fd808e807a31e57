//! Data: datasets and their versions, what the examinations found, how it was divided, what is sealed.

use galen_control::State;
use galen_dossier::book::{counted, detail, recorded, word};
use galen_dossier::{Badge, Block, Cell, Column, NoteKind, Page, Span, Table, Tone};
use serde::Deserialize;

use super::desk::Desk;
use super::runs::{empty, entry, source};
use super::words::{dated, named};

/// One thing that an examination found.
#[derive(Deserialize)]
struct Found {
    severity: String,
    #[serde(alias = "sentence")]
    message: String,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    column: Option<String>,
}

/// `/data`.
pub(super) fn page(desk: &Desk) -> Page {
    let mut page = Page::new("Data");
    page.subtitle = "Every dataset is named by its content; what was examined is examined against the frozen plan.".to_owned();
    if desk.state.datasets.is_empty() {
        page.push(empty("No dataset was added yet", "galen data add PATH"));
        return page;
    }
    page.push(datasets(desk));
    page.push(Block::heading(1, "Examinations"));
    page.blocks.extend(examinations(desk));
    page.push(Block::heading(1, "Division"));
    page.blocks.extend(splits(desk.state));
    page.push(Block::heading(1, "Sealed"));
    page.push(sealed(desk));
    page
}

fn datasets(desk: &Desk) -> Block {
    let mut versions: Vec<_> = desk
        .state
        .datasets
        .iter()
        .flat_map(|(name, all)| all.iter().map(move |one| (name, one)))
        .collect();
    versions.sort_by_key(|(_, one)| one.entry);
    let rows = versions.into_iter().map(|(name, one)| {
        let sealed = desk.state.sealed.contains_key(name);
        let state = if desk.state.is_destroyed(&one.digest) {
            Badge::neutral("destroyed")
        } else if sealed {
            Badge::new(Tone::Good, "sealed")
        } else {
            Badge::neutral("open")
        };
        vec![
            Cell::from(name.clone()),
            one.version.to_string().into(),
            if one.drawn_from.is_some() {
                "a part"
            } else {
                "added"
            }
            .into(),
            state.into(),
            recorded(one.bytes, one.entry).into(),
            named(&one.digest),
            desk.with_book(|book| book.actor(&one.by)).into(),
            dated(one.at, None, one.entry),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("Dataset"),
            Column::number("Version"),
            Column::text("Came as"),
            Column::text("State"),
            Column::number("Bytes"),
            Column::text("Digest"),
            Column::text("By"),
            Column::text("When"),
        ],
        rows: rows.collect(),
    })
}

fn examinations(desk: &Desk) -> Vec<Block> {
    if desk.state.examined.is_empty() {
        return vec![empty("Nothing was examined yet", "galen data check NAME")];
    }
    let mut blocks = Vec::new();
    for examined in desk.state.examined.values() {
        let examine = &examined.examine;
        blocks.push(Block::heading(
            2,
            format!(
                "{}: {}",
                examine.dataset,
                match word(&examine.examination).as_str() {
                    "validate" => "expectations",
                    _ => "clinical checks",
                }
            ),
        ));
        let count = |n: u32, tone: Tone, what: &str| {
            Span::Status(Badge::new(
                if n > 0 { tone } else { Tone::Neutral },
                format!("{n} {what}"),
            ))
        };
        blocks.push(Block::Paragraph(vec![
            count(examine.stops, Tone::Bad, "to stop"),
            Span::text(" "),
            count(examine.warns, Tone::Doubt, "to weigh"),
            Span::text(" "),
            count(examine.notes, Tone::Neutral, "to note"),
            Span::text("  "),
            Span::link(
                format!("entry {}", examined.entry),
                format!("/ledger/{}", examined.entry),
            ),
        ]));
        let Some(evidence) = desk.evidence(&examine.evidence) else {
            blocks.push(Block::note(
                NoteKind::Stop,
                "The evidence is missing or damaged. Run galen verify.",
            ));
            continue;
        };
        let mut found: Vec<Found> = detail(&evidence, "found").unwrap_or_default();
        let rank = |severity: &str| {
            ["stop", "warn", "note"]
                .iter()
                .position(|it| *it == severity)
                .unwrap_or(3)
        };
        found.sort_by_key(|one| rank(&one.severity));
        let rows: Vec<Vec<Cell>> = found
            .into_iter()
            .map(|one| {
                let tone = match one.severity.as_str() {
                    "stop" => Tone::Bad,
                    "warn" => Tone::Doubt,
                    _ => Tone::Neutral,
                };
                let columns = if one.columns.is_empty() {
                    one.column.unwrap_or_default()
                } else {
                    one.columns.join(", ")
                };
                vec![
                    Badge::new(tone, one.severity).into(),
                    columns.into(),
                    one.message.into(),
                ]
            })
            .collect();
        if rows.is_empty() {
            blocks.push(Block::text("Nothing was found."));
        } else {
            blocks.push(Block::Table(Table {
                caption: String::new(),
                columns: vec![
                    Column::text("Severity"),
                    Column::text("Columns"),
                    Column::text("What was found"),
                ],
                rows,
            }));
        }
        blocks.push(Block::KeyValues(vec![(
            "Evidence".into(),
            source(&examine.evidence),
        )]));
    }
    blocks
}

fn splits(state: &State) -> Vec<Block> {
    if state.splits.is_empty() {
        return vec![empty("Nothing was divided yet", "galen data split NAME")];
    }
    let mut blocks = Vec::new();
    for split in state.splits.values() {
        let rows = split.parts.iter().map(|part| {
            vec![
                Cell::from(part.name.clone()),
                counted(part.cases).into(),
                counted(part.diseased).into(),
                named(&part.digest),
            ]
        });
        blocks.push(Block::Table(Table {
            caption: format!(
                "{}, divided once with the declared seed {}",
                split.dataset, split.seed
            ),
            columns: vec![
                Column::name("Part"),
                Column::number("Cases"),
                Column::number("With outcome"),
                Column::text("Digest"),
            ],
            rows: rows.collect(),
        }));
        blocks.push(Block::KeyValues(vec![(
            "Inclusion and exclusion".into(),
            source(&split.flow),
        )]));
    }
    blocks
}

fn sealed(desk: &Desk) -> Block {
    let mut rows = Vec::new();
    for (name, sealed) in &desk.state.sealed {
        let looked = desk.state.looked.get(&sealed.seal.plain);
        let declared = desk
            .specs
            .protocol
            .as_ref()
            .map(|held| &held.value.reference_set)
            .filter(|set| set.dataset == *name);
        let looks = match (looked, declared) {
            (Some(looked), _) => format!("{} of {} looks used", looked.looks, looked.allowed),
            (None, Some(set)) => format!("0 of {} looks used", set.looks),
            (None, None) => "no look declared".to_owned(),
        };
        rows.push((
            name.clone(),
            Cell(vec![
                Span::text(format!(
                    "encrypted to the key of {}; {looks}. Sealing shows tampering and counts looks; it hides nothing from who holds a plain copy. ",
                    desk.with_book(|book| book.person(&sealed.seal.custodian))
                )),
                entry(sealed.entry).0.remove(0),
            ]),
        ));
    }
    if rows.is_empty() {
        empty("Nothing is sealed", "galen data seal NAME")
    } else {
        Block::KeyValues(rows)
    }
}

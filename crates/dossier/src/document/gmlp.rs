//! Good machine learning practice: each principle, the evidence of this project for it, and what is not there.

mod rules;

use serde::Deserialize;

use super::Document;
use crate::book::{Book, table};
use crate::page::{Badge, Block, Cell, Column, NoteKind, Page, Span, Tone};
use rules::{Help, Item};

/// The table of evidence for good machine learning practice.
///
/// # Source
/// FDA, Health Canada, MHRA, Good Machine Learning Practice for Medical Device Development: Guiding Principles (2021-10-27);
/// IMDRF/AIML WG/N88 FINAL:2025. What a principle asks is told in our own words.
pub struct Gmlp;

const PRINCIPLES: &str = include_str!("gmlp/principles.json");

/// A principle of 2021 with its counterpart in N88.
#[derive(Deserialize)]
struct Principle {
    number: usize,
    title: String,
    asks: String,
    n88_title: String,
    n88_asks: String,
    /// What N88 adds to 2021.
    adds: String,
    /// What an auditor would ask.
    questions: Vec<String>,
}

/// How far a principle is shown by evidence of this project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Everything that is looked for is there.
    Present,
    /// Something that bears on the principle itself is there, and something is missing.
    Partial,
    /// Nothing that bears on the principle itself is there.
    NotAddressed,
}

impl Status {
    fn badge(self) -> Badge {
        match self {
            Status::Present => Badge::new(Tone::Good, "evidence present"),
            Status::Partial => Badge::new(Tone::Doubt, "partial"),
            Status::NotAddressed => Badge::new(Tone::Bad, "not addressed"),
        }
    }
}

/// Present if all is there; not addressed if nothing is there that bears on the principle itself.
fn status(items: &[Item]) -> Status {
    if items.iter().all(|item| item.shown.is_some()) {
        Status::Present
    } else if items.iter().any(|item| item.core && item.shown.is_some()) {
        Status::Partial
    } else {
        Status::NotAddressed
    }
}

fn principles() -> Vec<Principle> {
    serde_json::from_str(PRINCIPLES)
        .expect("the list of principles is part of this crate, and a test reads it")
}

impl Document for Gmlp {
    fn id(&self) -> &'static str {
        "gmlp"
    }

    fn title(&self) -> &'static str {
        "Good machine learning practice: principles and evidence"
    }

    fn source(&self) -> &'static str {
        "FDA, Health Canada and MHRA, GMLP guiding principles (2021); IMDRF N88 (2025)"
    }

    fn page(&self, book: &Book) -> Page {
        let judged: Vec<(Principle, Vec<Item>)> = principles()
            .into_iter()
            .map(|principle| {
                let items = rules::items(book, principle.number);
                (principle, items)
            })
            .collect();
        let mut body = vec![Block::heading(1, "Conclusion"), conclusion(&judged)];
        body.push(Block::note(
            NoteKind::Info,
            "Both lists are voluntary guidance. The status says what evidence this project holds, by fixed rules; whether that evidence is enough is for a reviewer to judge.",
        ));
        body.extend(overview(&judged));
        for (principle, items) in &judged {
            body.push(Block::heading(
                1,
                format!("Principle {}: {}", principle.number, principle.title),
            ));
            body.extend(told(principle, items));
        }
        book.page(self.title(), self.source(), body)
    }
}

fn conclusion(judged: &[(Principle, Vec<Item>)]) -> Block {
    let with = |wanted: Status| {
        let numbers: Vec<String> = judged
            .iter()
            .filter(|(_, items)| status(items) == wanted)
            .map(|(principle, _)| principle.number.to_string())
            .collect();
        if numbers.is_empty() {
            "none".to_owned()
        } else {
            numbers.join(", ")
        }
    };
    Block::KeyValues(vec![
        (
            "Evidence present for principles".into(),
            with(Status::Present).into(),
        ),
        (
            "Partial for principles".into(),
            with(Status::Partial).into(),
        ),
        ("Not addressed".into(), with(Status::NotAddressed).into()),
    ])
}

fn overview(judged: &[(Principle, Vec<Item>)]) -> Option<Block> {
    let rows = judged.iter().map(|(principle, items)| {
        let there = items
            .iter()
            .filter(|item| item.shown.is_some())
            .map(|item| item.what);
        let missing = items
            .iter()
            .filter(|item| item.shown.is_none())
            .map(|item| item.what);
        let listed = |all: Vec<&str>| {
            if all.is_empty() {
                "–".to_owned()
            } else {
                all.join("; ")
            }
        };
        vec![
            principle.number.to_string().into(),
            Cell(vec![
                Span::strong(&principle.title),
                Span::text(". N88: "),
                Span::text(&principle.n88_title),
            ]),
            status(items).badge().into(),
            listed(there.collect()).into(),
            listed(missing.collect()).into(),
        ]
    });
    let columns = vec![
        Column::name("No."),
        Column::text("Principle"),
        Column::text("Status"),
        Column::text("Evidence"),
        Column::text("Not found"),
    ];
    table("", columns, rows.collect())
}

fn told(principle: &Principle, items: &[Item]) -> Vec<Block> {
    let mut blocks = vec![Block::KeyValues(vec![
        ("Status".into(), status(items).badge().into()),
        ("Asks (2021)".into(), principle.asks.clone().into()),
        (
            "Counterpart in N88".into(),
            principle.n88_title.clone().into(),
        ),
        ("Asks (N88)".into(), principle.n88_asks.clone().into()),
        ("N88 adds".into(), principle.adds.clone().into()),
    ])];
    let rows = items.iter().map(|item| {
        let (badge, shown) = match &item.shown {
            Some(spans) => (Badge::new(Tone::Good, "found"), Cell(spans.clone())),
            None => (
                Badge::new(Tone::Bad, "not found"),
                match item.help {
                    Help::Command(command) => {
                        Cell(vec![Span::text("not reported; "), Span::code(command)])
                    }
                    Help::First(what) => format!("not reported; {what}").into(),
                    Help::Outside => "not reported; galen has no record for it yet, so it must be shown outside of galen".into(),
                },
            ),
        };
        vec![item.what.into(), badge.into(), shown]
    });
    let columns = vec![
        Column::name("What is looked for"),
        Column::text("Found"),
        Column::text("Evidence"),
    ];
    blocks.extend(table("", columns, rows.collect()));
    blocks.push(Block::text("What a reviewer would ask:"));
    blocks.push(Block::List(
        principle
            .questions
            .iter()
            .map(|question| vec![Span::text(question)])
            .collect(),
    ));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(core: bool, shown: bool) -> Item {
        Item {
            what: "x",
            core,
            shown: shown.then(Vec::new),
            help: Help::Outside,
        }
    }

    #[test]
    fn the_list_has_ten_principles_in_order() {
        let numbers: Vec<usize> = principles()
            .iter()
            .map(|principle| principle.number)
            .collect();
        assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    }

    #[test]
    fn what_only_surrounds_a_principle_does_not_address_it() {
        assert_eq!(
            status(&[item(true, true), item(false, true)]),
            Status::Present
        );
        assert_eq!(
            status(&[item(true, true), item(false, false)]),
            Status::Partial
        );
        assert_eq!(
            status(&[item(true, false), item(false, true)]),
            Status::NotAddressed
        );
    }
}

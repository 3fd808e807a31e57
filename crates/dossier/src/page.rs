//! The page tree: what every document is before it is HTML, JSON or PDF.

mod block;
mod links;
mod span;

pub use block::{Align, Block, Column, NoteKind, Table, VerdictCard};
pub use links::Links;
pub use span::{Badge, Cell, Source, Span, Tone};

use serde::{Deserialize, Serialize};

/// A document. It is a pure value: what it says of time, ledger and device was put in by whoever built it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Page {
    /// The name of the document.
    pub title: String,
    /// One line under the title: which device, which release.
    pub subtitle: String,
    /// What a reader must know before anything else; on top of every page and in the foot of every printed one.
    pub notice: Option<String>,
    /// Facts that tie the document to the ledger, as (name, value): checkpoint, root, entry.
    pub foot: Vec<(String, String)>,
    /// The time of the newest record that the document was made from, RFC 3339 in UTC to the second. Never the time of rendering.
    pub at: Option<String>,
    /// Whether a table of contents comes after the title.
    pub contents: bool,
    /// Whether it is printed small and close, as a report that is to fit one sheet.
    pub dense: bool,
    /// The text.
    pub blocks: Vec<Block>,
    /// What is known of the evidence that the numbers name; becomes the appendix where links stay in the document.
    pub exhibits: Vec<Exhibit>,
}

/// One piece of evidence, told to a reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exhibit {
    /// What numbers name.
    pub source: Source,
    /// What it is, in words.
    pub title: String,
    /// Its rows, or what else there is to show.
    pub blocks: Vec<Block>,
}

impl Page {
    /// An empty page with a title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Appends a block.
    pub fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// The numbered appendix: every source that the text names in the order of first mention, then exhibits that it does not
    /// name. The number of an entry is its place, from 1. A source without an exhibit has `None`.
    pub fn appendix(&self) -> Vec<(&Source, Option<&Exhibit>)> {
        let mut sources: Vec<&Source> = Vec::new();
        self.each_span(&mut |span| {
            if let Span::Number {
                evidence: Some(source),
                ..
            } = span
                && !sources.contains(&source)
            {
                sources.push(source);
            }
        });
        for exhibit in &self.exhibits {
            if !sources.contains(&&exhibit.source) {
                sources.push(&exhibit.source);
            }
        }
        sources
            .into_iter()
            .map(|source| (source, self.exhibits.iter().find(|e| &e.source == source)))
            .collect()
    }

    /// The numbers that name no evidence. A document that is to be signed has none.
    pub fn numbers_without_evidence(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.each_span(&mut |span| {
            if let Span::Number {
                text,
                evidence: None,
            } = span
            {
                found.push(text.as_str());
            }
        });
        found
    }

    fn each_span<'a>(&'a self, visit: &mut dyn FnMut(&'a Span)) {
        for block in &self.blocks {
            block.each_span(visit);
        }
        for exhibit in &self.exhibits {
            for block in &exhibit.blocks {
                block.each_span(visit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str, entry: u64) -> Span {
        Span::number(text, Source::Entry(entry))
    }

    #[test]
    fn the_appendix_numbers_sources_by_first_mention_and_keeps_each_once() {
        let mut page = Page::new("t");
        page.push(Block::Paragraph(vec![number("0.9", 7), number("0.8", 3)]));
        page.push(Block::List(vec![vec![number("0.7", 7)]]));
        page.exhibits.push(Exhibit {
            source: Source::Entry(9),
            title: "not cited".into(),
            blocks: vec![],
        });
        page.exhibits.push(Exhibit {
            source: Source::Entry(3),
            title: "a gate".into(),
            blocks: vec![],
        });
        let appendix: Vec<_> = page
            .appendix()
            .into_iter()
            .map(|(source, exhibit)| (source.clone(), exhibit.map(|e| e.title.as_str())))
            .collect();
        assert_eq!(
            appendix,
            [
                (Source::Entry(7), None),
                (Source::Entry(3), Some("a gate")),
                (Source::Entry(9), Some("not cited")),
            ]
        );
    }

    #[test]
    fn a_number_in_any_block_without_evidence_is_found() {
        let bare = || Span::Number {
            text: "12".into(),
            evidence: None,
        };
        let cell = || Cell(vec![bare()]);
        let blocks = [
            Block::Paragraph(vec![bare()]),
            Block::List(vec![vec![bare()]]),
            Block::KeyValues(vec![("k".into(), cell())]),
            Block::Table(Table {
                caption: String::new(),
                columns: vec![Column::text("c")],
                rows: vec![vec![cell()]],
            }),
            Block::VerdictCard(VerdictCard {
                title: "t".into(),
                badge: Badge::pass(),
                sentence: vec![],
                rows: vec![("k".into(), cell())],
            }),
            Block::Note {
                kind: NoteKind::Warn,
                text: vec![bare()],
            },
        ];
        for block in blocks {
            let mut page = Page::new("t");
            page.push(block.clone());
            page.push(Block::Paragraph(vec![number("1", 1)]));
            assert_eq!(page.numbers_without_evidence(), ["12"], "{block:?}");
        }
    }

    #[test]
    fn a_page_reads_back_from_its_json() {
        let page = crate::specimen::specimen();
        let text = serde_json::to_string(&page).expect("a page has only finite numbers");
        assert_eq!(serde_json::from_str::<Page>(&text).expect("reads"), page);
    }
}

use serde::{Deserialize, Serialize};

use super::{Badge, Cell, Span};
use crate::plot::Plot;

/// One piece of a page, from top to bottom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A heading under the title of the page.
    Heading {
        /// 1 for a section, 2 and 3 for what is in it. A level that skips one is brought back by the renderer.
        level: u8,
        /// What is read.
        text: String,
        /// The anchor: lower-case letters, digits, `-`.
        id: String,
    },
    /// Running text.
    Paragraph(Vec<Span>),
    /// Points without an order.
    List(Vec<Vec<Span>>),
    /// A table.
    Table(Table),
    /// A judgement with what it rests on.
    VerdictCard(VerdictCard),
    /// Names and what they stand for.
    KeyValues(Vec<(String, Cell)>),
    /// A picture drawn from values.
    Figure {
        /// What it shows, under the picture.
        caption: String,
        /// The values.
        plot: Plot,
        /// What a reader who does not see it must know.
        alt: String,
    },
    /// A remark that must not be passed over.
    Note {
        /// How it is to be taken.
        kind: NoteKind,
        /// What it says.
        text: Vec<Span>,
    },
    /// Lines of a file or a terminal, as they are.
    Code(String),
}

impl Block {
    /// A heading whose anchor is made from its words.
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        let text = text.into();
        let id = anchor(&text);
        Self::Heading { level, text, id }
    }

    /// A paragraph of plain words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Paragraph(vec![Span::text(text)])
    }

    /// A remark of plain words.
    pub fn note(kind: NoteKind, text: impl Into<String>) -> Self {
        Self::Note {
            kind,
            text: vec![Span::text(text)],
        }
    }

    pub(crate) fn each_span<'a>(&'a self, visit: &mut dyn FnMut(&'a Span)) {
        match self {
            Self::Heading { .. } | Self::Figure { .. } | Self::Code(_) => {}
            Self::Paragraph(spans) | Self::Note { text: spans, .. } => {
                spans.iter().for_each(visit);
            }
            Self::List(items) => items.iter().flatten().for_each(visit),
            Self::Table(table) => table
                .rows
                .iter()
                .flatten()
                .flat_map(|cell| &cell.0)
                .for_each(visit),
            Self::VerdictCard(card) => card
                .sentence
                .iter()
                .chain(card.rows.iter().flat_map(|(_, cell)| &cell.0))
                .for_each(visit),
            Self::KeyValues(pairs) => pairs.iter().flat_map(|(_, cell)| &cell.0).for_each(visit),
        }
    }
}

/// An anchor from words: lower case, runs of anything else become one `-`.
fn anchor(text: &str) -> String {
    let mut id = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c.to_ascii_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let id = id.trim_end_matches('-');
    if id.is_empty() {
        "section".into()
    } else {
        id.into()
    }
}

/// Rows under named columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows, above it; may be empty if the heading says so.
    pub caption: String,
    /// The columns, from left to right.
    pub columns: Vec<Column>,
    /// The rows. One that is shorter than the columns is filled, one that is longer is cut.
    pub rows: Vec<Vec<Cell>>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// What is read above it.
    pub title: String,
    /// Where its cells stand.
    pub align: Align,
    /// Whether its cells name their rows.
    pub names_row: bool,
}

impl Column {
    /// A column of words.
    pub fn text(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            align: Align::Start,
            names_row: false,
        }
    }

    /// A column of numbers.
    pub fn number(title: impl Into<String>) -> Self {
        Self {
            align: Align::End,
            ..Self::text(title)
        }
    }

    /// A column whose cells name their rows.
    pub fn name(title: impl Into<String>) -> Self {
        Self {
            names_row: true,
            ..Self::text(title)
        }
    }
}

/// Where the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// At the left: words.
    Start,
    /// In the middle: marks.
    Center,
    /// At the right: numbers.
    End,
}

/// A judgement that stands out from the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictCard {
    /// What was judged.
    pub title: String,
    /// How.
    pub badge: Badge,
    /// Why, in a full sentence.
    pub sentence: Vec<Span>,
    /// What it rests on.
    pub rows: Vec<(String, Cell)>,
}

/// How a note is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Good to know.
    Info,
    /// To be weighed before the text is used.
    Warn,
    /// The text must not be used as it is.
    Stop,
}

impl NoteKind {
    /// The word before the note.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "Note",
            Self::Warn => "Caution",
            Self::Stop => "Stop",
        }
    }

    /// Its name, for classes of a style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Stop => "stop",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_has_only_letters_digits_and_hyphens() {
        assert_eq!(anchor("3.1 Judged: O/E & AUROC"), "3-1-judged-o-e-auroc");
        assert_eq!(anchor("<script>"), "script");
        assert_eq!(anchor("——"), "section");
    }
}

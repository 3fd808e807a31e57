//! What each line of a document is: each kind takes its lines in turn, and leaves the rest to the next.

use std::ops::Range;

use super::caption::{self, Caption};
use super::front::{self, Front};
use super::heading::{self, Heading};
use super::line;
use super::table::{self, Table};
use super::{Document, figure, note};

/// What each line is.
pub(super) struct Labels {
    pub(super) of: Vec<Label>,
    pub(super) captions: Vec<Caption>,
    pub(super) tables: Vec<Table>,
    pub(super) headings: Vec<Heading>,
    missing: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Text,
    Title,
    /// Authors and their addresses.
    Matter,
    /// Index of the caption, table or heading, for its first line.
    Caption(usize),
    Table(usize),
    Heading(usize),
    /// A later line of one of these.
    Taken,
    Figure,
    /// In the caption of a part of the figure of a caption.
    Part(usize),
    Note,
}

impl Labels {
    pub(super) fn new(document: &Document, declared: Option<&str>) -> Self {
        let captions = caption::find(document);
        let (mut tables, missing) = table::find(document, &captions);
        let mut of = vec![Label::Text; document.lines.len()];
        for (index, caption) in captions.iter().enumerate() {
            take(&mut of, &caption.lines, Label::Caption(index));
        }
        for (index, table) in tables.iter().enumerate() {
            take(&mut of, &table.rows, Label::Table(index));
            of[table.notes.clone()].fill(Label::Note);
        }
        mark_figures(document, &captions, &mut of);
        let open = free(&of);
        let mut headings = heading::find(document, &open);
        let front = front::find(document, &open, &headings, declared);
        headings.retain(|heading| heading.lines.start >= front.end);
        mark_front(&mut of, &front);
        for (index, heading) in headings.iter().enumerate() {
            take(&mut of, &heading.lines, Label::Heading(index));
        }
        for table in table::without_caption(document, &free(&of)) {
            take(&mut of, &table.rows, Label::Table(tables.len()));
            tables.push(table);
        }
        for (at, is_note) in note::find(document, &free(&of)).into_iter().enumerate() {
            if is_note {
                of[at] = Label::Note;
            }
        }
        Self {
            of,
            captions,
            tables,
            headings,
            missing,
        }
    }

    pub(super) fn is_titled(&self, document: &Document) -> bool {
        let soon = |heading: &Heading| document.lines[heading.lines.start].page <= 2;
        self.of.contains(&Label::Title) && self.headings.first().is_some_and(soon)
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        self.missing
            .iter()
            .map(|table| {
                format!("{table} has a caption, but no rows were found: it may be a picture, or it fell apart.")
            })
            .collect()
    }
}

fn take(of: &mut [Label], lines: &Range<usize>, label: Label) {
    of[lines.clone()].fill(Label::Taken);
    of[lines.start] = label;
}

fn free(of: &[Label]) -> Vec<bool> {
    of.iter().map(|label| *label == Label::Text).collect()
}

fn mark_figures(document: &Document, captions: &[Caption], of: &mut [Label]) {
    let lines = &document.lines;
    let mut start = 0;
    while start < lines.len() {
        let page = lines[start].page;
        let end = start + lines[start..].partition_point(|line| line.page == page);
        let figures = &document.side(&lines[start]).pictures;
        let inside = figure::inside(&lines[start..end], figures);
        for (label, inside) in of[start..end].iter_mut().zip(inside) {
            if inside && *label == Label::Text {
                *label = Label::Figure;
            }
        }
        start = end;
    }
    for (index, caption) in captions.iter().enumerate() {
        let other = |label: &Label| !matches!(label, Label::Text | Label::Figure | Label::Part(_));
        let taken: Vec<bool> = of.iter().map(other).collect();
        let mut around = figure::beside(document, caption, &taken);
        around.sort_unstable();
        let (Some(&start), Some(&end)) = (around.first(), around.last()) else {
            continue;
        };
        let parts = figure::parts(&document.lines[start..=end]);
        for at in around {
            let line = &document.lines[at];
            let of_part = |piece: &line::Piece| {
                let same = |part: &&line::Piece| std::ptr::eq(*part, piece);
                parts.iter().flatten().any(same)
            };
            of[at] = if line.pieces.iter().any(of_part) {
                Label::Part(index)
            } else {
                Label::Figure
            };
        }
    }
}

fn mark_front(of: &mut [Label], front: &Front) {
    for label in &mut of[..front.end] {
        if *label == Label::Text {
            *label = Label::Matter;
        }
    }
    if let Some(title) = &front.title {
        take(of, title, Label::Title);
    }
}

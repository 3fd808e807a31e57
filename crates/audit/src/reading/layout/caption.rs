//! Captions of figures and tables.

use std::ops::Range;

use super::{Body, Document};
use crate::paper::Piece;
use crate::reading::captions::{Label, Mark, label};

/// A caption and its lines.
#[derive(Debug, Clone)]
pub(super) struct Caption {
    pub(super) of: Piece,
    pub(super) label: String,
    pub(super) lines: Range<usize>,
}

/// The captions of a document, in their order.
pub(super) fn find(document: &Document) -> Vec<Caption> {
    let mut captions = Vec::new();
    let mut at = 0;
    while at < document.lines.len() {
        let Some(Label { of, label, .. }) = begins(document, at) else {
            at += 1;
            continue;
        };
        let mut end = at + 1;
        while end < document.lines.len() && continues(document, at, end, of) {
            end += 1;
        }
        captions.push(Caption {
            of,
            label,
            lines: at..end,
        });
        at = end;
    }
    captions
}

fn begins(document: &Document, at: usize) -> Option<Label> {
    let line = &document.lines[at];
    let label = label(&line.text())?;
    if !stands_apart(document, at) {
        return None;
    }
    let smaller = line.size < 0.96 * document.body.size;
    let bold = line
        .words()
        .take(label.label.split(' ').count())
        .all(|word| document.style(word).bold);
    let counts = match label.mark {
        Mark::Alone => line.width() < 0.5 * line.column_width(),
        Mark::Stop => true,
        Mark::Capital => {
            smaller || (bold && !document.body.bold) || wide_behind(document, at, &label)
        }
        Mark::Small => bold && !document.body.bold && line.bold < 0.9,
    };
    counts.then_some(label)
}

/// `Table 1   Baseline characteristics`, with a gap for the stop.
fn wide_behind(document: &Document, at: usize, label: &Label) -> bool {
    let line = &document.lines[at];
    let words: Vec<_> = line.words().collect();
    let behind = label.label.split(' ').count();
    words.len() > behind
        && words[behind].x0 - words[behind - 1].x1 > 0.6 * line.size
        && document.gap(at) > 1.4 * document.body.leading(line.size)
}

/// A sentence that begins `Table 2. …` at a line's start is no caption: it follows its paragraph.
fn stands_apart(document: &Document, at: usize) -> bool {
    let line = &document.lines[at];
    let gap = document.gap(at);
    if gap > 1.2 * document.body.leading(line.size) {
        return true;
    }
    let above = &document.lines[at - 1];
    let ended = above.text().ends_with(['.', '!', '?', ')']) && !above.is_full();
    !Body::same_size(above.size, line.size) || above.pieces.len() > 1 || ended
}

fn continues(document: &Document, first: usize, at: usize, of: Piece) -> bool {
    let (head, above, line) = (
        &document.lines[first],
        &document.lines[at - 1],
        &document.lines[at],
    );
    let leading = document.body.leading(line.size).min(1.6 * line.size);
    let near = document.gap(at) <= 1.25 * leading.max(1.1 * line.size);
    let same = Body::same_size(head.size, line.size)
        || (at == first + 1 && label(&head.text()).is_some_and(|l| l.mark == Mark::Alone));
    let ruled =
        document.side(line).rules.iter().any(|rule| {
            rule.y > above.y && rule.y < line.y && rule.x1 > line.x0 && rule.x0 < line.x1
        });
    let cells = of == Piece::Table
        && line.pieces.len() > 1
        && (line.pieces.len() > 2 || !line.is_full() || !above.is_full());
    let next = label(&line.text()).is_some_and(|l| l.mark == Mark::Stop);
    near && same && !ruled && !cells && !next
}

//! Tables: which lines are their rows, and which are the notes below them.
//!
//! Most tables of papers stand between horizontal rules; the others are known by gaps in their lines. A caption stands
//! above its table or below it, the same way in the whole paper.

mod cells;

use std::ops::Range;

use super::caption::Caption;
use super::line::Line;
use super::{Body, Document};
use crate::paper::Piece;
use crate::reading::pdf::Rule;

pub(super) use self::cells::{lines, rows};

/// Rules that are looked at for one table.
const RULES_MAX: usize = 300;

/// A table: its rows, and the notes behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) rows: Range<usize>,
    pub(super) notes: Range<usize>,
    /// Its cells are running text: captions of figures side by side, not a table.
    pub(super) side_by_side: bool,
}

/// The tables of a document, and the labels of captions without one.
pub(super) fn find(document: &Document, captions: &[Caption]) -> (Vec<Table>, Vec<String>) {
    let search = Search {
        document,
        taken: taken(document, captions),
    };
    let found: Vec<(&Caption, [Option<Table>; 2])> = captions
        .iter()
        .filter(|caption| caption.of == Piece::Table)
        .map(|caption| (caption, search.beside(caption)))
        .collect();
    let only = |side: usize| {
        let one = found
            .iter()
            .filter(|(_, t)| t[side].is_some() && t[1 - side].is_none());
        one.count()
    };
    let below = only(0) >= only(1);
    let mut tables: Vec<Table> = Vec::new();
    let mut missing = Vec::new();
    for (caption, [after, before]) in found {
        let table = if below {
            after.or(before)
        } else {
            before.or(after)
        };
        match table {
            Some(table)
                if tables
                    .iter()
                    .all(|t| t.rows.end <= table.rows.start || table.rows.end <= t.rows.start) =>
            {
                tables.push(table);
            }
            Some(_) => {}
            None => missing.push(format!(
                "{} on page {}",
                caption.label, document.lines[caption.lines.start].page
            )),
        }
    }
    tables.sort_by_key(|table| table.rows.start);
    (tables, missing)
}

fn taken(document: &Document, captions: &[Caption]) -> Vec<bool> {
    let mut taken = vec![false; document.lines.len()];
    for caption in captions {
        taken[caption.lines.clone()].fill(true);
    }
    taken
}

struct Search<'d> {
    document: &'d Document,
    /// Lines of captions.
    taken: Vec<bool>,
}

impl Search<'_> {
    /// The table below a caption, and the one above it.
    fn beside(&self, caption: &Caption) -> [Option<Table>; 2] {
        let lines = &self.document.lines;
        let (first, last) = (&lines[caption.lines.start], &lines[caption.lines.end - 1]);
        let reach = 3.5 * self.document.body.leading(last.size).min(18.0);
        let after = self
            .ruled(caption, last.y, 1.0, reach)
            .or_else(|| self.unruled_below(caption.lines.end));
        let before = self
            .ruled(caption, first.y - first.size, -1.0, reach)
            .or_else(|| self.unruled_above(caption.lines.start));
        [
            after.map(|rows| self.with_notes(rows)),
            before.map(|rows| self.with_notes(rows)),
        ]
    }

    /// Rows between the rule that is nearest to a place and the last that belongs to it; `way` is 1 downwards.
    fn ruled(&self, caption: &Caption, from: f64, way: f64, reach: f64) -> Option<Range<usize>> {
        let head = &self.document.lines[caption.lines.start];
        let mut rules: Vec<&Rule> = self
            .document
            .side(head)
            .rules
            .iter()
            .filter(|rule| (rule.y - from) * way > -2.0)
            .filter(|rule| rule.x1.min(head.right) - rule.x0.max(head.left) > 30.0)
            .collect();
        rules.sort_by(|a, b| (a.y * way).total_cmp(&(b.y * way)));
        // A drawing may have thousands of lines, a table has not.
        rules.truncate(RULES_MAX);
        let first = rules
            .first()
            .filter(|rule| (rule.y - from) * way <= reach)?;
        let mut rows: Option<Range<usize>> = None;
        let mut edge = first.y;
        for rule in &rules[1..] {
            let between = self.between(head, first.y, rule.y);
            let fresh = self.between(head, edge, rule.y);
            if self.is_prose(&fresh) || (rule.y - edge).abs() > 500.0 {
                break;
            }
            edge = rule.y;
            if let Some(between) = between {
                rows = Some(between);
            }
        }
        rows.filter(|rows| rows.len() >= 2 || self.cells(rows) >= 1)
    }

    /// The lines of the columns of a caption between two heights, if they lie together.
    fn between(&self, head: &Line, a: f64, b: f64) -> Option<Range<usize>> {
        let (top, end) = (a.min(b), a.max(b));
        let lines = &self.document.lines;
        let inside = |line: &Line| {
            line.page == head.page
                && line.y > top + 0.5
                && line.y - 0.3 * line.size < end
                && line.x1 > head.left - 5.0
                && line.x0 < head.right + 5.0
        };
        let start = lines.partition_point(|line| line.page < head.page);
        let stop = lines.partition_point(|line| line.page <= head.page);
        let first = (start..stop).find(|&at| inside(&lines[at]))?;
        let count = lines[first..stop]
            .iter()
            .take_while(|line| inside(line))
            .count();
        Some(first..first + count)
    }

    /// Whether lines hold a caption, or running text that fills the column.
    fn is_prose(&self, rows: &Option<Range<usize>>) -> bool {
        let Some(rows) = rows.clone() else {
            return false;
        };
        let lines = &self.document.lines[rows.clone()];
        let prose: Vec<bool> = lines.iter().map(|line| self.is_running(line)).collect();
        rows.into_iter().any(|at| self.taken[at]) || prose.windows(2).any(|pair| pair[0] && pair[1])
    }

    fn is_running(&self, line: &Line) -> bool {
        Body::same_size(line.size, self.document.body.size)
            && line.width() > 0.85 * line.column_width()
            && line.pieces.iter().any(|p| p.words.len() >= 8)
    }

    fn cells(&self, rows: &Range<usize>) -> usize {
        let lines = &self.document.lines[rows.clone()];
        lines.iter().filter(|line| line.pieces.len() > 1).count()
    }

    fn unruled_below(&self, from: usize) -> Option<Range<usize>> {
        let lines = &self.document.lines;
        let head = &lines[from.checked_sub(1)?];
        let mut end = from;
        while end < lines.len() && lines[end].page == head.page && self.is_row(end) {
            let gap = if end == from {
                lines[end].y - head.y
            } else {
                self.document.gap(end)
            };
            if !(0.0..=2.5 * self.document.body.leading(lines[end].size)).contains(&gap) {
                break;
            }
            end += 1;
        }
        while end > from && lines[end - 1].pieces.len() < 2 && self.is_far(end - 1) {
            end -= 1;
        }
        Some(from..end).filter(|rows| self.cells(rows) >= 2)
    }

    fn unruled_above(&self, until: usize) -> Option<Range<usize>> {
        let lines = &self.document.lines;
        let foot = lines.get(until)?;
        let mut start = until;
        while start > 0 && lines[start - 1].column == foot.column && self.is_row(start - 1) {
            let gap = lines[start].y - lines[start - 1].y;
            if gap > 2.5 * self.document.body.leading(lines[start - 1].size) {
                break;
            }
            start -= 1;
        }
        while start + 1 < until && lines[start].pieces.len() < 2 && self.is_far(start + 1) {
            start += 1;
        }
        Some(start..until).filter(|rows| self.cells(rows) >= 2)
    }

    /// Whether a line stands off from the one above it.
    fn is_far(&self, at: usize) -> bool {
        self.document.gap(at) > 1.6 * self.document.body.leading(self.document.lines[at].size)
    }

    fn is_row(&self, at: usize) -> bool {
        let line = &self.document.lines[at];
        let short = line.width() < 0.75 * line.column_width() && line.words().count() <= 10;
        !self.taken[at] && (line.pieces.len() > 1 || (short && !line.text().ends_with('.')))
    }

    fn with_notes(&self, rows: Range<usize>) -> Table {
        let lines = &self.document.lines;
        let last = &lines[rows.end - 1];
        let mut end = rows.end;
        while end < lines.len() && lines[end].column == last.column && !self.taken[end] {
            let line = &lines[end];
            let leading = self.document.body.leading(line.size).min(1.5 * line.size);
            let near = self.document.gap(end) < if end == rows.end { 2.4 } else { 1.3 } * leading;
            let small = line.size < 0.96 * self.document.body.size;
            if !(near && small) {
                break;
            }
            end += 1;
        }
        Table {
            notes: rows.end..end,
            rows,
            side_by_side: false,
        }
    }
}

/// Tables that no caption names: three free lines or more whose cells begin at the same places.
pub(super) fn without_caption(document: &Document, free: &[bool]) -> Vec<Table> {
    let lines = &document.lines;
    let mut tables = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let mut end = at;
        while end < lines.len()
            && free[end]
            && lines[end].cells() > 1
            && lines[end].column == lines[at].column
            && (end == at
                || (aligned(&lines[end - 1], &lines[end])
                    && document.gap(end) < 3.0 * lines[end].size))
        {
            end += 1;
        }
        if end - at >= 3 {
            tables.push(Table {
                rows: at..end,
                notes: end..end,
                side_by_side: is_wordy(&lines[at..end]),
            });
        }
        at = end.max(at + 1);
    }
    tables
}

/// Whether most pieces of lines are parts of sentences.
fn is_wordy(lines: &[Line]) -> bool {
    let pieces = || lines.iter().flat_map(|line| &line.pieces);
    let wordy = pieces().filter(|piece| {
        let words = piece.words.iter().filter(|word| word.letters() > 1);
        words
            .filter(|word| word.text.chars().all(|c| !c.is_ascii_digit()))
            .count()
            >= 4
    });
    wordy.count() * 2 > pieces().count()
}

/// Whether the cells of two lines begin or end under each other.
fn aligned(above: &Line, line: &Line) -> bool {
    let under = |piece: &super::Piece| {
        above
            .pieces
            .iter()
            .any(|p| (p.x0 - piece.x0).abs() < 3.0 || (p.x1 - piece.x1).abs() < 3.0)
    };
    let few = line.pieces.len().min(above.pieces.len());
    line.pieces.iter().filter(|piece| under(piece)).count() >= few.max(2)
}

//! The columns of a page, and the order in which they are read.
//!
//! A column's lines begin at one place, so a gutter is found by many wide lines that begin at the same x with many wide
//! lines ending before it. A table has such gutters too; but its cells are drawn along the row, and the lines of two
//! columns are not.

use crate::reading::pdf::Rule;

use super::line::{Piece, rows};

/// The white between two columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gutter {
    /// Where the left column ends and the right one begins.
    pub(super) left: f64,
    pub(super) right: f64,
    /// The file draws lines across it: order of drawing then tells nothing.
    across: bool,
}

/// Pieces that are read from top to bottom, with the edges of their column.
#[derive(Debug)]
pub(super) struct Strip {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) pieces: Vec<Piece>,
}

/// What is known of the columns of a document before one of its pages is looked at.
#[derive(Debug, Clone)]
pub(super) struct Habit {
    /// Right edges of gutters of other pages; they are believed on one line.
    pub(super) edges: Vec<f64>,
    /// As many lines must begin at another place before it counts as the edge of a column.
    pub(super) least: usize,
}

impl Habit {
    /// Where nothing is known.
    pub(super) const NONE: Self = Self {
        edges: Vec::new(),
        least: 5,
    };
}
/// Columns in columns: three columns, or four.
const DEPTH_MAX: usize = 2;

/// The gutter of a page.
pub(super) fn gutter(pieces: &[Piece], body: f64, habit: &Habit) -> Option<Gutter> {
    let lines: Vec<&Piece> = pieces.iter().filter(|p| is_text(p, body)).collect();
    let (from, to) = extent(&lines)?;
    let width = to - from;
    let mut edges: Vec<f64> = lines
        .iter()
        .map(|line| line.x0)
        .filter(|x| (from + 0.2 * width..to - 0.12 * width).contains(x))
        .collect();
    edges.sort_by(f64::total_cmp);
    let mut best: Option<(usize, Gutter)> = None;
    let mut at = 0;
    while at < edges.len() {
        let edge = edges[at];
        let near = edges[at..].iter().take_while(|&&x| x <= edge + 4.0).count();
        let known = habit.edges.iter().any(|k| (k - edge).abs() < 4.0);
        let least = if known { 1 } else { habit.least };
        if let Some((lines, gutter)) =
            Candidate::new(&lines, edge, from, to).judge(body, known, least)
            && best.as_ref().is_none_or(|(most, _)| lines > *most)
        {
            best = Some((lines, gutter));
        }
        at += near;
    }
    best.map(|(_, gutter)| gutter)
}

/// Wide enough, and of the size of the text: no cell, no label in a figure.
fn is_text(piece: &Piece, body: f64) -> bool {
    piece.words.len() >= 3
        && piece.width() > 7.0 * body
        && (0.6..1.5).contains(&(piece.size / body))
}

fn extent(lines: &[&Piece]) -> Option<(f64, f64)> {
    let mut starts: Vec<f64> = lines.iter().map(|line| line.x0).collect();
    let mut ends: Vec<f64> = lines.iter().map(|line| line.x1).collect();
    if starts.len() < 2 {
        return None;
    }
    starts.sort_by(f64::total_cmp);
    ends.sort_by(f64::total_cmp);
    let few = starts.len() / 50;
    Some((starts[few], ends[ends.len() - 1 - few]))
}

/// Lines left and right of a place where a column may begin.
struct Candidate<'p> {
    edge: f64,
    from: f64,
    to: f64,
    right: Vec<&'p Piece>,
    left: Vec<&'p Piece>,
    crossing: usize,
    followers: usize,
}

impl<'p> Candidate<'p> {
    fn new(lines: &[&'p Piece], edge: f64, from: f64, to: f64) -> Self {
        let begins = |p: &&&Piece| p.x0 >= edge - 0.5 && p.x0 <= edge + 4.0;
        let right: Vec<&Piece> = lines.iter().filter(begins).copied().collect();
        let top = right.iter().map(|p| p.y).fold(f64::INFINITY, f64::min) - 30.0;
        let end = right.iter().map(|p| p.y).fold(f64::NEG_INFINITY, f64::max) + 30.0;
        let beside = |p: &&&Piece| (top..=end).contains(&p.y);
        let left = |p: &&&Piece| p.x1 <= edge - 0.35 * p.size;
        let crosses = |p: &&&Piece| p.x0 < edge - 4.0 && p.x1 > edge + 4.0;
        Self {
            edge,
            from,
            to,
            left: lines.iter().filter(beside).filter(left).copied().collect(),
            crossing: lines.iter().filter(beside).filter(crosses).count(),
            followers: right.iter().filter(|p| p.follows).count(),
            right,
        }
    }

    /// How many lines speak for it, if enough do.
    fn judge(&self, body: f64, known: bool, least: usize) -> Option<(usize, Gutter)> {
        if self.right.len() < least || self.left.len() < least {
            return None;
        }
        let ends = self.left.iter().map(|p| p.x1);
        let end = quantile(ends, 0.95).min(self.edge - 0.3 * body);
        let (few, many) = (
            self.left.len().min(self.right.len()),
            self.left.len() + self.right.len(),
        );
        if self.crossing * 2 > many {
            return None;
        }
        let across = self.followers * 3 > self.right.len();
        let wide = |lines: &[&Piece], column: f64| {
            quantile(lines.iter().map(|p| p.width()), 0.5) > 0.55 * column
        };
        let filled = wide(&self.right, self.to - self.edge) && wide(&self.left, end - self.from);
        let justified = few >= 8
            && ends_together(&self.left, end, end - self.from)
            && ends_together(&self.right, self.to, self.to - self.edge);
        if (!known && !filled) || (across && !justified) {
            return None;
        }
        let gutter = Gutter {
            left: end,
            right: self.edge,
            across,
        };
        Some((many, gutter))
    }
}

fn ends_together(lines: &[&Piece], end: f64, column: f64) -> bool {
    let near = lines
        .iter()
        .filter(|p| (p.x1 - end).abs() < 0.08 * column)
        .count();
    near * 5 >= lines.len() * 3
}

fn quantile(values: impl Iterator<Item = f64>, at: f64) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    if sorted.is_empty() {
        return 0.0;
    }
    sorted.sort_by(f64::total_cmp);
    let index = ((sorted.len() - 1) as f64 * at).round() as usize;
    sorted[index]
}

/// The pieces of a page in reading order: what spans the columns, then the columns below it from left to right.
pub(super) fn strips(
    pieces: Vec<Piece>,
    rules: &[Rule],
    body: f64,
    (from, to): (f64, f64),
    habit: &Habit,
) -> Vec<Strip> {
    let mut out = Vec::new();
    split(pieces, rules, body, (from, to), habit, 0, &mut out);
    out
}

fn split(
    pieces: Vec<Piece>,
    rules: &[Rule],
    body: f64,
    (from, to): (f64, f64),
    habit: &Habit,
    depth: usize,
    out: &mut Vec<Strip>,
) {
    if pieces.is_empty() {
        return;
    }
    let found = (depth < DEPTH_MAX)
        .then(|| gutter(&pieces, body, habit))
        .flatten();
    let Some(gutter) = found else {
        out.push(Strip {
            left: from,
            right: to,
            pieces,
        });
        return;
    };
    for band in bands(pieces, rules, &gutter, (from, to)) {
        match band {
            Band::Whole(pieces) => out.push(Strip {
                left: from,
                right: to,
                pieces,
            }),
            Band::Columns(left, right) => {
                // The gutter of a page of three columns is one of two, so each side may hold another.
                split(
                    left,
                    rules,
                    body,
                    (from, gutter.left),
                    &Habit::NONE,
                    depth + 1,
                    out,
                );
                split(
                    right,
                    rules,
                    body,
                    (gutter.right, to),
                    &Habit::NONE,
                    depth + 1,
                    out,
                );
            }
        }
    }
}

/// A part of a page between things that span its columns.
enum Band {
    Whole(Vec<Piece>),
    Columns(Vec<Piece>, Vec<Piece>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Both,
}

fn bands(pieces: Vec<Piece>, rules: &[Rule], gutter: &Gutter, page: (f64, f64)) -> Vec<Band> {
    let rows = rows(&pieces, |p| p.y, |p| p.size);
    let ys: Vec<f64> = rows.iter().map(|row| pieces[row[0]].y).collect();
    let mut whole: Vec<bool> = rows
        .iter()
        .map(|row| spans(&pieces, row, gutter, page))
        .collect();
    fill_tables(&mut whole, &ys, rules, gutter);
    let mut slots: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    let mut bands: Vec<Band> = Vec::new();
    for (row, whole) in rows.into_iter().zip(whole) {
        let row = row
            .into_iter()
            .map(|at| slots[at].take().expect("a piece is in one row"));
        if whole {
            match bands.last_mut() {
                Some(Band::Whole(pieces)) => pieces.extend(row),
                _ => bands.push(Band::Whole(row.collect())),
            }
            continue;
        }
        if !matches!(bands.last(), Some(Band::Columns(..))) {
            bands.push(Band::Columns(Vec::new(), Vec::new()));
        }
        let Some(Band::Columns(left, right)) = bands.last_mut() else {
            unreachable!("columns were begun");
        };
        for piece in row {
            match side(&piece, gutter, page) {
                Side::Right => right.push(piece),
                Side::Left | Side::Both => left.push(piece),
            }
        }
    }
    bands
}

fn side(piece: &Piece, gutter: &Gutter, (from, to): (f64, f64)) -> Side {
    if piece.x0 >= gutter.right - 3.0 {
        return Side::Right;
    }
    if piece.x1 <= gutter.right - 1.0 {
        // What is centred in a narrow gutter, such as the number of a page, goes to the left.
        return Side::Left;
    }
    let over_right = (piece.x1 - gutter.right) / (to - gutter.right).max(1.0);
    let over_left = (gutter.left - piece.x0) / (gutter.left - from).max(1.0);
    if over_right < 0.12 {
        Side::Left
    } else if over_left < 0.12 {
        Side::Right
    } else {
        Side::Both
    }
}

/// Whether a row of a page lies across the gutter: a piece does, or its cells were drawn across it.
fn spans(pieces: &[Piece], row: &[usize], gutter: &Gutter, page: (f64, f64)) -> bool {
    row.iter().any(|&at| {
        let piece = &pieces[at];
        match side(piece, gutter, page) {
            Side::Both => true,
            Side::Right => {
                let before = at.checked_sub(1).map(|b| &pieces[b]);
                piece.follows
                    && !gutter.across
                    && before.is_some_and(|b| side(b, gutter, page) == Side::Left)
            }
            Side::Left => false,
        }
    })
}

/// A row between two that span the columns, or in a ruled table of which most rows do, spans them too.
fn fill_tables(whole: &mut [bool], ys: &[f64], rules: &[Rule], gutter: &Gutter) {
    for at in 1..whole.len().saturating_sub(1) {
        let close = ys[at + 1] - ys[at - 1] < 36.0;
        if whole[at - 1] && whole[at + 1] && close {
            whole[at] = true;
        }
    }
    let mut across: Vec<&Rule> = rules
        .iter()
        .filter(|rule| rule.x0 < gutter.left - 20.0 && rule.x1 > gutter.right + 20.0)
        .collect();
    across.sort_by(|a, b| a.y.total_cmp(&b.y));
    for pair in across.windows(2) {
        let (upper, lower) = (pair[0], pair[1]);
        if (upper.x0 - lower.x0).abs() > 5.0 || (upper.x1 - lower.x1).abs() > 5.0 {
            continue;
        }
        let inside = |y: f64| y > upper.y && y < lower.y + 1.0;
        let rows: Vec<usize> = (0..ys.len()).filter(|&at| inside(ys[at])).collect();
        let spanning = rows.iter().filter(|&&at| whole[at]).count();
        if spanning * 5 >= rows.len() * 2 {
            for at in rows {
                whole[at] = true;
            }
        }
    }
}

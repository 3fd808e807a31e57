//! Figures: the parts of a page that are drawn, and the words in them.

use hayro_font::kurbo::Rect;

use super::Document;
use super::caption::Caption;
use super::line::{Line, Piece};
use super::word::Word;
use crate::paper;

/// Shapes nearer than this belong to one figure. In points.
const NEAR: f64 = 12.0;
/// Smaller on either side is a symbol or a frame of a line.
const SIDE_MIN: f64 = 36.0;

/// The figures of a page: boxes around shapes that lie together.
///
/// Shapes are laid on a grid, so that a plot of ten thousand dots costs no more than its squares.
pub(super) fn regions(shapes: &[Rect], page: Rect) -> Vec<Rect> {
    let (columns, rows) = (cells(page.width()), cells(page.height()));
    let mut grid = vec![false; columns * rows];
    for shape in shapes {
        let across = cells(shape.x0)..(cells(shape.x1) + 1).min(columns);
        for row in cells(shape.y0)..(cells(shape.y1) + 1).min(rows) {
            grid[row * columns..][across.clone()].fill(true);
        }
    }
    let mut out = Vec::new();
    for start in 0..grid.len() {
        if grid[start] {
            out.push(flood(&mut grid, columns, start));
        }
    }
    out.retain(|area| area.width() >= SIDE_MIN && area.height() >= SIDE_MIN);
    out
}

fn cells(length: f64) -> usize {
    (length.clamp(0.0, 20_000.0) / NEAR) as usize
}

/// Clears the squares that hang together with one, and gives the box around them.
fn flood(grid: &mut [bool], columns: usize, start: usize) -> Rect {
    let mut todo = vec![start];
    grid[start] = false;
    let (mut x0, mut y0, mut x1, mut y1) = (usize::MAX, usize::MAX, 0, 0);
    while let Some(at) = todo.pop() {
        let (x, y) = (at % columns, at / columns);
        (x0, y0, x1, y1) = (x0.min(x), y0.min(y), x1.max(x), y1.max(y));
        for (dx, dy) in (0..9).map(|n| (n % 3, n / 3)) {
            let (Some(nx), Some(ny)) = ((x + dx).checked_sub(1), (y + dy).checked_sub(1)) else {
                continue;
            };
            let next = ny * columns + nx;
            if nx < columns && next < grid.len() && grid[next] {
                grid[next] = false;
                todo.push(next);
            }
        }
    }
    let place = |cell: usize| cell as f64 * NEAR;
    Rect::new(place(x0), place(y0), place(x1 + 1), place(y1 + 1))
}

/// Which lines are words in a figure: most of a line lies in it, and the figure is not a box around running text.
pub(super) fn inside(lines: &[Line], figures: &[Rect]) -> Vec<bool> {
    let mut out = vec![false; lines.len()];
    for figure in figures {
        let within: Vec<usize> = (0..lines.len())
            .filter(|&at| covers(figure, &lines[at]))
            .collect();
        let running =
            |line: &&Line| line.words().count() >= 6 && line.width() > 0.4 * figure.width();
        let text = within.iter().filter(|&&at| running(&&lines[at])).count();
        if text >= 3 && text * 2 >= within.len() {
            continue;
        }
        for at in within {
            out[at] = true;
        }
    }
    out
}

fn covers(figure: &Rect, line: &Line) -> bool {
    let middle = line.y - 0.3 * line.size;
    let shared = line.x1.min(figure.x1 + 6.0) - line.x0.max(figure.x0 - 6.0);
    (figure.y0 - 2.0..figure.y1 + 2.0).contains(&middle) && shared > 0.7 * line.width()
}

/// The lines around a drawing that belong to it, such as names of axes: what stands between the caption of a figure
/// and running text, on the side where the drawing is.
pub(super) fn beside(document: &Document, caption: &Caption, taken: &[bool]) -> Vec<usize> {
    if caption.of != paper::Piece::Figure {
        return Vec::new();
    }
    let lines = &document.lines;
    let (first, last) = (&lines[caption.lines.start], &lines[caption.lines.end - 1]);
    let drawn = |top: f64, end: f64| {
        document.side(first).pictures.iter().any(|area| {
            let across = area.x1.min(first.right) - area.x0.max(first.left);
            area.y0 < end && area.y1 > top && across > 20.0
        })
    };
    let belongs =
        |at: &usize| lines[*at].page == first.page && !taken[*at] && !is_prose(document, *at);
    let above: Vec<usize> = (0..caption.lines.start).rev().take_while(belongs).collect();
    let top = above.last().map_or(first.y, |&at| lines[at].y);
    if drawn(top - 60.0, first.y - first.size) {
        return above;
    }
    let below: Vec<usize> = (caption.lines.end..lines.len())
        .take_while(belongs)
        .collect();
    let end = below.last().map_or(last.y, |&at| lines[at].y);
    if drawn(last.y + 1.0, end + 60.0) {
        return below;
    }
    Vec::new()
}

/// The captions of the parts of a figure, `(a) …` beside `(b) …`, from left to right: each its pieces from top to bottom.
pub(super) fn parts(lines: &[Line]) -> Vec<Vec<&Piece>> {
    let mut columns: Vec<(f64, f64, Vec<&Piece>)> = Vec::new();
    for piece in lines.iter().flat_map(|line| &line.pieces) {
        let over = |(x0, x1, _): &(f64, f64, Vec<&Piece>)| {
            piece.x1.min(*x1) - piece.x0.max(*x0) > 0.5 * piece.width().min(x1 - x0)
        };
        match columns.iter_mut().find(|column| over(column)) {
            Some((x0, x1, pieces)) => {
                (*x0, *x1) = (x0.min(piece.x0), x1.max(piece.x1));
                pieces.push(piece);
            }
            None => columns.push((piece.x0, piece.x1, vec![piece])),
        }
    }
    columns.sort_by(|a, b| a.0.total_cmp(&b.0));
    columns
        .into_iter()
        .map(|(_, _, pieces)| pieces)
        .filter_map(|pieces| {
            // What stands above the mark in its column is of the drawing.
            let from = pieces.iter().position(|piece| is_marked(&piece.text()))?;
            let words: usize = pieces[from..].iter().map(|p| p.words.len()).sum();
            (words >= 4).then(|| pieces[from..].to_vec())
        })
        .collect()
}

/// `(a) The sensitivity`
fn is_marked(text: &str) -> bool {
    let mut letters = text.strip_prefix('(').unwrap_or(text).chars();
    letters.next().is_some_and(char::is_alphabetic)
        && letters.next() == Some(')')
        && letters.next() == Some(' ')
}

/// Whether a line is of a paragraph: long, or the end of one.
fn is_prose(document: &Document, at: usize) -> bool {
    let lines = &document.lines;
    let long = |line: &Line| {
        let letters = |word: &&Word| word.text.chars().filter(|c| c.is_alphabetic()).count() > 1;
        let words = |piece: &Piece| piece.words.iter().filter(letters).count();
        let wide = |piece: &Piece| piece.width() > 0.6 * line.column_width();
        line.pieces
            .iter()
            .any(|piece| wide(piece) && words(piece) >= 5)
    };
    if long(&lines[at]) {
        return true;
    }
    let follows = |above: usize| {
        lines[above].column == lines[at].column
            && long(&lines[above])
            && document.gap(at) <= 1.35 * document.body.leading(lines[at].size)
            && (lines[above].size - lines[at].size).abs() < 0.6
    };
    at.checked_sub(1).is_some_and(follows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_that_lie_together_are_one_figure_and_a_bullet_is_none() {
        let page = Rect::new(0.0, 0.0, 600.0, 800.0);
        let dot = |x: f64, y: f64| Rect::new(x, y, x + 2.0, y + 2.0);
        let mut shapes: Vec<Rect> = (0..20)
            .map(|n| dot(100.0 + 9.0 * f64::from(n), 200.0 + 4.0 * f64::from(n)))
            .collect();
        shapes.push(dot(500.0, 700.0));
        let found = regions(&shapes, page);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains((150.0, 222.0)));
    }
}

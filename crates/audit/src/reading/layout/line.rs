//! Words on one baseline are a line.

use crate::reading::pdf::font::Style;
use crate::reading::words;

use super::word::Word;

/// Words on one baseline without a wide gap between them.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) words: Vec<Word>,
    pub(super) x0: f64,
    pub(super) x1: f64,
    /// The baseline of its largest words.
    pub(super) y: f64,
    pub(super) size: f64,
    /// The file draws it right behind the piece to its left: two cells of a row, not lines of two columns.
    pub(super) follows: bool,
}

/// A wider gap, as a part of the size, parts the cells of a row.
const CELL_GAP: f64 = 0.8;
/// Pieces nearer than this are one, in whatever order they are drawn.
const WORD_GAP: f64 = 0.6;

/// The pieces of a page, from words in the order in which they are drawn.
pub(super) fn pieces(words: Vec<Word>) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for word in words {
        let step = all.last().map_or(Step::Away, |piece| piece.step_to(&word));
        match step {
            Step::Level | Step::Script => {
                let piece = all.last_mut().expect("a step is from a piece");
                piece.add(word);
            }
            Step::Cell => all.push(Piece::new(word, true)),
            Step::Away => all.push(Piece::new(word, false)),
        }
    }
    join_neighbours(all)
}

/// Where a word stands from the piece that was drawn before it.
enum Step {
    /// On its baseline.
    Level,
    /// Raised or lowered beside it.
    Script,
    /// On its baseline behind a wide gap.
    Cell,
    Away,
}

impl Piece {
    fn new(word: Word, follows: bool) -> Self {
        Self {
            x0: word.x0,
            x1: word.x1,
            y: word.y,
            size: word.size,
            follows,
            words: vec![word],
        }
    }

    fn step_to(&self, word: &Word) -> Step {
        let last = self.words.last().expect("a piece has words");
        let size = self.size.max(word.size);
        let (gap, rise) = (word.x0 - self.x1, self.y - word.y);
        let script = word.size.min(self.size) < 0.9 * size && rise.abs() < 0.75 * size;
        if rise.abs() < 0.15 * size || (script && rise.abs() < 0.25 * size) {
            return match gap / size {
                g if g < -0.6 => Step::Away,
                g if g < CELL_GAP => Step::Level,
                _ => Step::Cell,
            };
        }
        // `LaTeX` and its like: letters off the line that touch their neighbours.
        if rise.abs() < 0.35 * size && (-0.4..0.1).contains(&(gap / size)) {
            return Step::Script;
        }
        // A lower script may stand under an upper one.
        let back = if last.y == self.y { -0.4 } else { -2.0 };
        if script && gap < 0.8 * size && gap > back * size {
            Step::Script
        } else {
            Step::Away
        }
    }

    fn add(&mut self, word: Word) {
        if word.size > 1.05 * self.size {
            self.size = word.size;
            self.y = word.y;
        }
        self.x0 = self.x0.min(word.x0);
        self.x1 = self.x1.max(word.x1);
        self.words.push(word);
    }

    pub(super) fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    pub(super) fn text(&self) -> String {
        text(&self.words, self.y, self.size)
    }

    pub(super) fn is_artifact(&self) -> bool {
        self.words.iter().all(|word| word.artifact)
    }
}

/// Joins pieces that touch but were not drawn one after the other, such as words in another font.
fn join_neighbours(mut all: Vec<Piece>) -> Vec<Piece> {
    let order = rows(&all, |piece| piece.y, |piece| piece.size);
    let mut into: Vec<usize> = (0..all.len()).collect();
    for mut row in order {
        row.sort_by(|&a, &b| all[a].x0.total_cmp(&all[b].x0));
        let mut last: Option<usize> = None;
        for at in row {
            if let Some(left) = last {
                let size = all[left].size.max(all[at].size);
                let gap = all[at].x0 - all[left].x1;
                if gap < WORD_GAP * size && gap > -0.3 * size {
                    into[at] = left;
                    let moved = std::mem::take(&mut all[at].words);
                    for word in moved {
                        all[left].add(word);
                    }
                    continue;
                }
            }
            last = Some(at);
        }
    }
    let mut at = 0;
    all.retain(|_| {
        at += 1;
        into[at - 1] == at - 1
    });
    all
}

/// Groups things of a page by their baseline, from top to bottom.
pub(super) fn rows<T>(
    all: &[T],
    y: impl Fn(&T) -> f64,
    size: impl Fn(&T) -> f64,
) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|&a, &b| y(&all[a]).total_cmp(&y(&all[b])).then(a.cmp(&b)));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut base = f64::NEG_INFINITY;
    for at in order {
        let near = (y(&all[at]) - base).abs() < 0.25 * size(&all[at]);
        match rows.last_mut() {
            Some(row) if near => row.push(at),
            _ => {
                base = y(&all[at]);
                rows.push(vec![at]);
            }
        }
    }
    rows
}

/// Words as text: a blank where there is one on paper, raised numbers as raised letters.
pub(super) fn text(words: &[Word], y: f64, size: f64) -> String {
    let mut text = String::new();
    let mut last: Option<&Word> = None;
    for word in words {
        if last.is_some_and(|last| word.is_apart_from(last)) {
            text.push(' ');
        }
        let up = word.size < 0.9 * size && word.y < y - 0.15 * size;
        if up {
            text.push_str(&words::raised(&word.text));
        } else {
            text.push_str(&word.text);
        }
        last = Some(word);
    }
    unspread(text)
}

/// `A B S T R A C T` is a word.
fn unspread(text: String) -> String {
    let parts: Vec<&str> = text.split(' ').collect();
    let spread = parts.len() >= 5
        && parts
            .iter()
            .all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic));
    if spread { parts.concat() } else { text }
}

/// A line of a column.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) page: u32,
    /// Lines of one column of one part of a page share it.
    pub(super) column: usize,
    /// The edges of its column.
    pub(super) left: f64,
    pub(super) right: f64,
    /// From left to right; more than one where gaps are wide.
    pub(super) pieces: Vec<Piece>,
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) y: f64,
    pub(super) size: f64,
    /// Parts of its letters.
    pub(super) bold: f64,
    pub(super) italic: f64,
}

impl Line {
    /// Makes a line of pieces on one baseline.
    pub(super) fn new(
        mut pieces: Vec<Piece>,
        page: u32,
        column: usize,
        (left, right): (f64, f64),
        styles: &[Style],
    ) -> Self {
        pieces.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        let main = pieces
            .iter()
            .max_by(|a, b| a.width().total_cmp(&b.width()))
            .expect("a line has pieces");
        let (y, size) = (main.y, main.size);
        let mut letters = [0_usize; 3];
        for word in pieces.iter().flat_map(|piece| &piece.words) {
            let style = styles
                .get(usize::from(word.font))
                .copied()
                .unwrap_or_default();
            let count = word.letters();
            letters[0] += count;
            letters[1] += if style.bold { count } else { 0 };
            letters[2] += if style.italic { count } else { 0 };
        }
        let part = |of: usize| of as f64 / letters[0].max(1) as f64;
        Self {
            page,
            column,
            left,
            right,
            x0: pieces.iter().map(|p| p.x0).fold(f64::INFINITY, f64::min),
            x1: pieces
                .iter()
                .map(|p| p.x1)
                .fold(f64::NEG_INFINITY, f64::max),
            pieces,
            y,
            size,
            bold: part(letters[1]),
            italic: part(letters[2]),
        }
    }

    pub(super) fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    pub(super) fn column_width(&self) -> f64 {
        self.right - self.left
    }

    /// All its words, a wide gap being a blank.
    pub(super) fn text(&self) -> String {
        let parts: Vec<String> = self.pieces.iter().map(Piece::text).collect();
        parts.join(" ")
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &Word> {
        self.pieces.iter().flat_map(|piece| &piece.words)
    }

    /// How many parts it has; in a line that is stretched to the edge a wide gap parts nothing.
    pub(super) fn cells(&self) -> usize {
        let least = if self.is_full() { 1.8 } else { CELL_GAP };
        let wide = |pair: &&[Piece]| pair[1].x0 - pair[0].x1 > least * self.size;
        1 + self.pieces.windows(2).filter(wide).count()
    }

    /// Whether it reaches the right edge of its column.
    pub(super) fn is_full(&self) -> bool {
        self.x1 > self.right - 0.08 * self.column_width()
    }
}

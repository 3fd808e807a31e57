//! Running heads, numbers of pages and lines, stamps of archives: print that is on the page and not in the paper.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::line::{Piece, rows};

/// Rows at the top, and at the bottom, among which heads and feet are looked for.
const EDGE_ROWS: usize = 6;

/// What preprint servers and libraries print on every page.
static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix) \b(medrxiv|biorxiv)\s+preprint\b | \bpreprint\s+doi: | not\s+certified\s+by\s+peer\s+review
        | is\s+the\s+author/funder | \bmade\s+available\s+under\s+a\b | copyright\s+holder\s+for\s+this\s+preprint
        | ^\s*arxiv:\d{4}\.\d{4,5} | all\s+rights\s+reserved\.\s+no\s+reuse
        | ^note:\s+this\s+preprint\s+reports | ^downloaded\s+from\s | ^electronic\s+copy\s+available\s+at",
    )
    .expect("the pattern is well formed")
});

static PAGE_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:page\s+|p\.\s*|[-–—|]\s*)?(?:(\d{1,5})|[ivxlc]{1,6})(?:\s*(?:of|/)\s*\d+)?\s*[-–—|]?$")
        .expect("the pattern is well formed")
});

/// One page: the pieces of its text, and those that are set aside.
pub(super) struct Cleared {
    pub(super) pieces: Vec<Piece>,
    /// One a row, from the top.
    pub(super) furniture: Vec<String>,
}

/// Sets aside what is furniture on the pages of a document.
pub(super) fn clear(pages: Vec<Vec<Piece>>, body: f64) -> Vec<Cleared> {
    let mut marks: Vec<Vec<bool>> = pages.iter().map(|p| vec![false; p.len()]).collect();
    mark_artifacts(&pages, &mut marks);
    mark_edges(&pages, &mut marks, body);
    let numbered = mark_line_numbers(&pages, &mut marks);
    pages
        .into_iter()
        .zip(marks)
        .zip(numbered)
        .map(|((pieces, marks), numbered)| divide(pieces, &marks, &numbered))
        .collect()
}

fn divide(pieces: Vec<Piece>, marks: &[bool], numbered: &HashSet<usize>) -> Cleared {
    let mut kept = Vec::with_capacity(pieces.len());
    let mut aside = Vec::new();
    let mut numbers = Vec::new();
    let mut behind_mark = false;
    for (at, mut piece) in pieces.into_iter().enumerate() {
        if numbered.contains(&at) {
            numbers.push(piece);
            behind_mark = true;
        } else if marks[at] {
            aside.push(piece);
            behind_mark = true;
        } else {
            piece.follows &= !behind_mark;
            behind_mark = false;
            kept.push(piece);
        }
    }
    let mut furniture: Vec<String> = rows(&aside, |p| p.y, |p| p.size)
        .into_iter()
        .map(|row| row_text(&aside, &row))
        .collect();
    if !numbers.is_empty() {
        numbers.sort_by(|a, b| a.y.total_cmp(&b.y));
        let all: Vec<String> = numbers.iter().map(Piece::text).collect();
        furniture.push(all.join(" "));
    }
    Cleared {
        pieces: kept,
        furniture,
    }
}

fn row_text(pieces: &[Piece], row: &[usize]) -> String {
    let mut row = row.to_vec();
    row.sort_by(|&a, &b| pieces[a].x0.total_cmp(&pieces[b].x0));
    let parts: Vec<String> = row.iter().map(|&at| pieces[at].text()).collect();
    parts.join(" ")
}

/// What the file itself calls an artifact, unless it calls most of its text so.
fn mark_artifacts(pages: &[Vec<Piece>], marks: &mut [Vec<bool>]) {
    let all: usize = pages.iter().map(Vec::len).sum();
    let called = pages.iter().flatten().filter(|p| p.is_artifact()).count();
    if called * 3 > all {
        return;
    }
    for (pieces, marks) in pages.iter().zip(marks) {
        for (piece, mark) in pieces.iter().zip(marks) {
            *mark |= piece.is_artifact();
        }
    }
}

/// The pieces that number the lines of each page; none unless most pages have them.
fn mark_line_numbers(pages: &[Vec<Piece>], marks: &mut [Vec<bool>]) -> Vec<HashSet<usize>> {
    let found: Vec<HashSet<usize>> = pages
        .iter()
        .zip(&*marks)
        .map(|(page, marks)| line_numbers(page, marks))
        .collect();
    let long = pages.iter().filter(|page| page.len() > 20).count();
    let with = found.iter().filter(|page| !page.is_empty()).count();
    if with == 0 || with * 2 < long {
        return vec![HashSet::new(); pages.len()];
    }
    for (found, marks) in found.iter().zip(marks) {
        for &at in found {
            marks[at] = true;
        }
    }
    found
}

/// Numbers that stand under each other outside of the text and count by a fixed step.
fn line_numbers(pieces: &[Piece], marks: &[bool]) -> HashSet<usize> {
    let numbers: Vec<(usize, u32)> = pieces
        .iter()
        .enumerate()
        .filter(|(at, piece)| !marks[*at] && piece.words.len() == 1)
        .filter_map(|(at, piece)| Some((at, piece.words[0].text.parse().ok()?)))
        .collect();
    let text: Vec<&Piece> = pieces
        .iter()
        .zip(marks)
        .filter(|(_, marked)| !**marked)
        .map(|(piece, _)| piece)
        .collect();
    let by_end = aligned_numbers(pieces, &text, &numbers, |piece| piece.x1);
    let by_start = aligned_numbers(pieces, &text, &numbers, |piece| piece.x0);
    if by_end.len() >= by_start.len() {
        by_end
    } else {
        by_start
    }
}

fn aligned_numbers(
    pieces: &[Piece],
    text: &[&Piece],
    numbers: &[(usize, u32)],
    edge: impl Fn(&Piece) -> f64,
) -> HashSet<usize> {
    let mut numbers = numbers.to_vec();
    numbers.sort_by(|a, b| edge(&pieces[a.0]).total_cmp(&edge(&pieces[b.0])));
    let mut out = HashSet::new();
    let mut rest = &numbers[..];
    while let Some(first) = rest.first() {
        let from = edge(&pieces[first.0]);
        let near = rest.iter().take_while(|n| edge(&pieces[n.0]) < from + 3.0);
        let (group, behind) = rest.split_at(near.count());
        if count_lines(pieces, text, group) {
            out.extend(group.iter().map(|n| n.0));
        }
        rest = behind;
    }
    out
}

fn count_lines(pieces: &[Piece], text: &[&Piece], group: &[(usize, u32)]) -> bool {
    if group.len() < 5 {
        return false;
    }
    let mut group = group.to_vec();
    group.sort_by(|a, b| pieces[a.0].y.total_cmp(&pieces[b.0].y));
    let steps: Vec<i64> = group
        .windows(2)
        .map(|pair| i64::from(pair[1].1) - i64::from(pair[0].1))
        .collect();
    let step = steps[steps.len() / 2];
    let regular = steps.iter().filter(|&&s| s == step).count();
    if !(1..=10).contains(&step) || regular * 10 < steps.len() * 8 {
        return false;
    }
    let from = group
        .iter()
        .map(|n| pieces[n.0].x0)
        .fold(f64::INFINITY, f64::min)
        - 1.0;
    let to = group
        .iter()
        .map(|n| pieces[n.0].x1)
        .fold(f64::NEG_INFINITY, f64::max)
        + 1.0;
    let inside = text.iter().filter(|p| p.x1 > from && p.x0 < to).count();
    (inside - group.len()) * 8 <= text.len() - group.len()
}

/// A row near the top or the bottom of a page.
struct Edge {
    page: usize,
    pieces: Vec<usize>,
    text: String,
    /// Its text without numbers, by which it is known on other pages.
    key: String,
    y: f64,
    /// How many rows lie between it and the edge.
    depth: usize,
    /// From the next row towards the middle of the page.
    gap: f64,
}

fn mark_edges(pages: &[Vec<Piece>], marks: &mut [Vec<bool>], body: f64) {
    let edges = edges(pages, marks);
    let mut places: HashMap<&str, Vec<(usize, f64)>> = HashMap::new();
    for edge in &edges {
        places
            .entry(&edge.key)
            .or_default()
            .push((edge.page, edge.y));
    }
    let repeats = |edge: &Edge| {
        let near = |at: &&(usize, f64)| (at.1 - edge.y).abs() < 4.0;
        let places = places[edge.key.as_str()].iter().filter(near);
        let seen: HashSet<usize> = places.map(|(page, _)| *page).collect();
        // The head of a table may stand at one height on two pages; further in, more pages must agree.
        let least = if edge.depth == 0 {
            2
        } else {
            (pages.len() * 2 / 5).max(3).min(pages.len())
        };
        pages.len() > 1 && seen.len() >= least
    };
    let shift = page_shift(&edges);
    for edge in &edges {
        let number = page_number(&edge.text).filter(|_| edge.depth <= 1);
        let counts = match number {
            Some(Some(number)) => {
                Some(number - page_of(edge)) == shift
                    || (shift.is_none() && edge.depth == 0 && edge.gap > 1.5 * body)
            }
            Some(None) => edge.depth == 0 && edge.gap > 1.2 * body,
            None => false,
        };
        let wordy = edge.key.chars().any(char::is_alphabetic);
        if counts || (wordy && repeats(edge)) || STAMP.is_match(&edge.text) {
            for &at in &edge.pieces {
                marks[edge.page][at] = true;
            }
        }
    }
    mark_heads_in_place(pages, marks, &edges, body);
}

fn edges(pages: &[Vec<Piece>], marks: &[Vec<bool>]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (page, pieces) in pages.iter().enumerate() {
        let mut rows = rows(pieces, |p| p.y, |p| p.size);
        rows.retain(|row| row.iter().any(|&at| !marks[page][at]));
        let ys: Vec<f64> = rows.iter().map(|row| pieces[row[0]].y).collect();
        let count = rows.len();
        for (at, row) in rows.into_iter().enumerate() {
            let depth = at.min(count - 1 - at);
            if depth >= EDGE_ROWS {
                continue;
            }
            let text = row_text(pieces, &row);
            let next = if at == depth {
                at + 1
            } else {
                at.wrapping_sub(1)
            };
            edges.push(Edge {
                page,
                key: key(&text),
                text,
                y: ys[at],
                depth,
                gap: ys.get(next).map_or(f64::INFINITY, |y| (y - ys[at]).abs()),
                pieces: row,
            });
        }
    }
    edges
}

fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if page_number(word).is_some() {
            key.push('#');
            continue;
        }
        for c in word.chars() {
            if !c.is_ascii_digit() {
                key.extend(c.to_lowercase());
            } else if !key.ends_with('#') {
                key.push('#');
            }
        }
    }
    key
}

/// `Some(None)` for a number in Roman letters.
fn page_number(text: &str) -> Option<Option<i64>> {
    let found = PAGE_NUMBER.captures(text.trim())?;
    Some(found.get(1).and_then(|number| number.as_str().parse().ok()))
}

fn page_of(edge: &Edge) -> i64 {
    i64::try_from(edge.page).expect("a document has few pages")
}

/// How far printed numbers are from the place of their pages, if at least two pages agree.
fn page_shift(edges: &[Edge]) -> Option<i64> {
    let mut votes: HashMap<i64, HashSet<usize>> = HashMap::new();
    for edge in edges.iter().filter(|edge| edge.depth <= 1) {
        if let Some(Some(number)) = page_number(&edge.text) {
            let shift = number - page_of(edge);
            votes.entry(shift).or_default().insert(edge.page);
        }
    }
    votes
        .into_iter()
        .map(|(shift, pages)| (pages.len(), std::cmp::Reverse(shift.abs()), shift))
        .filter(|(pages, _, _)| *pages >= 2)
        .max()
        .map(|(_, _, shift)| shift)
}

/// A head that names its section is on one page only; it is known by its place, where other pages have their heads.
fn mark_heads_in_place(pages: &[Vec<Piece>], marks: &mut [Vec<bool>], edges: &[Edge], body: f64) {
    let outer: Vec<&Edge> = edges.iter().filter(|edge| edge.depth == 0).collect();
    let is_marked =
        |edge: &Edge, marks: &[Vec<bool>]| edge.pieces.iter().all(|&at| marks[edge.page][at]);
    let mut found = Vec::new();
    for edge in &outer {
        if is_marked(edge, marks) || edge.gap < 1.4 * body {
            continue;
        }
        let here = outer.iter().filter(|o| (o.y - edge.y).abs() < 1.5);
        let marked = here.filter(|o| is_marked(o, marks)).count();
        if marked >= 3 && marked * 10 >= pages.len() * 3 {
            found.push(*edge);
        }
    }
    for edge in found {
        for &at in &edge.pieces {
            marks[edge.page][at] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_pages_are_known_in_their_forms() {
        for text in ["7", "Page 3 of 12", "– 4 –", "iv", "3/12"] {
            assert!(page_number(text).is_some(), "{text}");
        }
        for text in ["7 patients", "Figure 3", "0.95", "in vivo"] {
            assert!(page_number(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_stamp_of_a_preprint_server_is_no_sentence_on_preprints() {
        assert!(
            STAMP
                .is_match("medRxiv preprint doi: https://doi.org/10.1101/2020.03.24; this version")
        );
        assert!(STAMP.is_match("(which was not certified by peer review) is the author/funder"));
        assert!(!STAMP.is_match("We posted the protocol on medRxiv before the study began."));
    }
}

//! What stands before the text: the title, authors and their addresses.

use std::ops::Range;

use super::heading::Heading;
use super::line::Line;
use super::word::Word;
use super::{Body, Document};
use crate::reading::headings::Name;

/// The beginning of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Front {
    pub(super) title: Option<Range<usize>>,
    /// Lines before the text.
    pub(super) end: usize,
}

/// Finds the title among the lines before the first heading of the text, or before its first paragraph.
pub(super) fn find(
    document: &Document,
    free: &[bool],
    headings: &[Heading],
    declared: Option<&str>,
) -> Front {
    let lines = &document.lines;
    let Some(first) = lines.first() else {
        return Front::default();
    };
    let early = lines.partition_point(|line| line.page <= first.page + 1);
    let page = lines.partition_point(|line| line.page <= first.page);
    let begins = |h: &&Heading| {
        h.lines.start < early
            && (h
                .name()
                .is_some_and(|name| name != Name::References && name != Name::Sub)
                || h.number().is_some())
    };
    let heading = headings.iter().find(begins);
    let opened = heading.is_some_and(|h| h.name() == Some(Name::Abstract));
    let prose = first_prose(document, free, early);
    let end = match (heading, prose) {
        (Some(h), _) if opened => h.lines.start,
        (Some(h), Some(prose)) => h.lines.start.min(prose),
        (Some(h), None) => h.lines.start,
        (None, Some(prose)) => prose,
        (None, None) => 0,
    };
    let title = title(document, free, &lines[..end.min(page)], declared);
    // Without a title or an abstract nothing says that these lines are authors.
    Front {
        end: if title.is_some() || opened { end } else { 0 },
        title,
    }
}

/// The first of three lines of running text one below the other.
fn first_prose(document: &Document, free: &[bool], until: usize) -> Option<usize> {
    let lines = &document.lines;
    let running = |at: usize| {
        let line = &lines[at];
        free[at]
            && line.words().count() >= 5
            && line.width() > 0.5 * line.column_width()
            && line.size > 0.85 * document.body.size
            && !names_place(line)
    };
    (0..until.saturating_sub(2)).find(|&at| {
        (at..at + 3).all(running)
            && lines[at].column == lines[at + 2].column
            && Body::same_size(lines[at].size, lines[at + 2].size)
            && is_set(&lines[at], &lines[at + 1], &lines[at + 2])
            && (at + 1..at + 3).all(|at| document.gap(at) < 2.6 * lines[at].size)
    })
}

/// Whether lines have a common left edge, after the first, and a right one that they nearly reach: addresses are centred.
fn is_set(first: &Line, second: &Line, third: &Line) -> bool {
    (second.x0 - third.x0).abs() < 3.0 && (first.x1 - second.x1).abs() < 0.12 * second.width()
}

/// Whether a line is an address, or authors with the marks of theirs.
fn names_people(line: &Line) -> bool {
    let raised = |word: &&Word| word.size < 0.9 * line.size && word.y < line.y - 0.1 * line.size;
    names_place(line) || (line.words().filter(raised).count() >= 2 && line.text().contains(','))
}

/// `RESEARCH ARTICLE`, or the name of a journal.
fn is_banner(bare: &str, line: &Line) -> bool {
    let capitals = line.text().chars().all(|c| !c.is_lowercase());
    capitals
        || ["article", "journal", "research", "paper", "review"]
            .iter()
            .any(|word| bare.ends_with(word))
}

fn names_place(line: &Line) -> bool {
    let text = line.text();
    [
        "Universit",
        "Department",
        "Hospital",
        "Institute",
        "School of",
        "Faculty",
        "@",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// The largest lines of at least three words, or those that the file declares.
fn title(
    document: &Document,
    free: &[bool],
    lines: &[Line],
    declared: Option<&str>,
) -> Option<Range<usize>> {
    let groups = groups(document, free, lines);
    let words = |range: &Range<usize>| -> usize {
        lines[range.clone()]
            .iter()
            .map(|line| line.words().count())
            .sum()
    };
    let text = |range: &Range<usize>| -> String {
        let all: Vec<String> = lines[range.clone()].iter().map(Line::text).collect();
        bare(&all.join(" "))
    };
    if let Some(declared) = declared.map(bare).filter(|d| d.len() > 15)
        && let Some(group) = groups.iter().find(|g| text(g) == declared)
    {
        return Some(group.clone());
    }
    let size = |range: &Range<usize>| lines[range.start].size;
    let largest = |least: usize| {
        let long = groups
            .iter()
            .filter(|group| words(group) >= least && !names_people(&lines[group.start]));
        // Of equally large ones the first.
        long.reduce(|best, group| {
            if size(group) > 1.02 * size(best) {
                group
            } else {
                best
            }
        })
    };
    let short = largest(2).filter(|short| !is_banner(&text(short), &lines[short.start]));
    let group = match (largest(4), short) {
        (Some(long), Some(short)) if size(short) > 1.25 * size(long) => short,
        (Some(long), _) => long,
        (None, short) => short?,
    };
    let stands_out = size(group) > 1.1 * document.body.size || lines[group.start].bold > 0.8;
    stands_out.then(|| group.clone())
}

/// Lines of one size one below the other.
fn groups(document: &Document, free: &[bool], lines: &[Line]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for at in 0..lines.len() {
        if !free[at] {
            continue;
        }
        let joins = groups.last().is_some_and(|group| {
            let above = &lines[group.end - 1];
            group.end == at
                && Body::same_size(above.size, lines[at].size)
                && (above.bold > 0.5) == (lines[at].bold > 0.5)
                && document.gap(at) < 1.9 * lines[at].size
        });
        match groups.last_mut() {
            Some(group) if joins => group.end = at + 1,
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

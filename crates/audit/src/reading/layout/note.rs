//! Footnotes: smaller lines at the end of a column, each behind its mark.

use super::Document;
use super::line::Line;

/// Lines of the footnotes of a column that are as large as its text.
const NOTE_LINES_MAX: usize = 15;

/// Marks which lines are of footnotes, among those that are free.
pub(super) fn find(document: &Document, free: &[bool]) -> Vec<bool> {
    let lines = &document.lines;
    let mut notes = vec![false; lines.len()];
    let mut end = 0;
    while end < lines.len() {
        let start = end;
        while end < lines.len() && lines[end].column == lines[start].column {
            end += 1;
        }
        if ends_page(document, end) {
            mark_column(document, start, end, free, &mut notes);
        }
    }
    notes
}

/// Whether no line of the size of the text lies below the last of a column, on its page and in its width.
fn ends_page(document: &Document, end: usize) -> bool {
    let last = &document.lines[end - 1];
    let behind = document.lines[end..]
        .iter()
        .take_while(|line| line.page == last.page);
    behind
        .filter(|line| line.x0 < last.right && line.x1 > last.left)
        .all(|line| line.y <= last.y || line.size < 0.95 * document.body.size)
}

fn mark_column(document: &Document, start: usize, end: usize, free: &[bool], notes: &mut [bool]) {
    let lines = &document.lines;
    let small = |line: &Line| line.size < 0.95 * document.body.size;
    let mut first = end;
    while first > start && free[first - 1] && small(&lines[first - 1]) {
        first -= 1;
    }
    // Below a rule a mark is enough, whatever the size.
    let ruled = (first..end)
        .find(|&at| rule_above(document, at, at > start))
        .or_else(|| {
            let last = end.saturating_sub(NOTE_LINES_MAX).max(start + 1);
            let marked = |at: &usize| begins(document, *at) && rule_above(document, *at, true);
            (last..end).filter(|at| free[*at]).find(marked)
        });
    let marked =
        || (first..end).find(|&at| begins(document, at) && stands_off(document, at, first));
    // The reference list may be in small letters too: a whole column of them is no note.
    let few = |at: &usize| (end - at) * 5 <= (end - start) * 2;
    let letter = || {
        let page_one = first < end && lines[first].page == 1;
        (first..end)
            .rev()
            .find(|&at| page_one && document.gap(at) > 1.6 * lines[at].size)
    };
    let from = ruled
        .or_else(|| marked().filter(few))
        .or_else(|| letter().filter(few));
    if let Some(from) = from {
        notes[from..end].fill(true);
    }
}

/// Whether a line is the first small one, or stands off from those above it.
fn stands_off(document: &Document, at: usize, first: usize) -> bool {
    at == first || document.gap(at) > 1.25 * document.body.leading(document.lines[at].size)
}

/// A short rule stands over footnotes.
fn rule_above(document: &Document, at: usize, inside: bool) -> bool {
    let line = &document.lines[at];
    let top = if inside {
        document.lines[at - 1].y
    } else {
        line.y - 3.0 * line.size
    };
    document.side(line).rules.iter().any(|rule| {
        let short = rule.x1 - rule.x0 < 0.7 * line.column_width();
        short
            && rule.y > top
            && rule.y < line.y
            && rule.x0 < line.left + 10.0
            && rule.x0 > line.left - 10.0
    })
}

/// Whether a line begins with the mark of a note: a raised number or letter, a star, `1.`.
pub(super) fn begins(document: &Document, at: usize) -> bool {
    let line = &document.lines[at];
    let mut words = line.words();
    let Some(first) = words.next() else {
        return false;
    };
    let more = words.next().is_some();
    let raised = first.size < 0.9 * line.size && first.y < line.y - 0.1 * line.size;
    let text = first.text.as_str();
    let marked = text.starts_with(['*', '†', '‡', '§', '¶', '‖', '∗']);
    let number = text.strip_suffix(['.', ')']).unwrap_or(text);
    let numbered =
        number.len() <= 2 && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    more && (raised || marked || numbered)
}

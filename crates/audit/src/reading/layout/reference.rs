//! The list of references: where its entries begin.

use super::Document;

/// For lines of a reference list, whether each begins an entry.
///
/// Entries are numbered, or hang: their first line begins further left; or stand apart.
pub(super) fn starts(document: &Document, lines: &[usize]) -> Vec<bool> {
    let numbers: Vec<Option<u32>> = lines
        .iter()
        .map(|&at| number(&document.lines[at].text()))
        .collect();
    let counted = counting(&numbers);
    if counted.iter().filter(|start| **start).count() * 12 >= lines.len().max(12) {
        return counted;
    }
    let hangs: Vec<bool> = lines.iter().map(|&at| hangs(document, lines, at)).collect();
    if hangs.iter().filter(|hangs| **hangs).count() * 5 >= lines.len() {
        return lines.iter().zip(hangs).map(|(_, hangs)| !hangs).collect();
    }
    let apart = |at: usize| {
        let line = &document.lines[at];
        let above = at.checked_sub(1).map(|above| &document.lines[above]);
        document.gap(at) > 1.2 * document.body.leading(line.size)
            || above.is_none_or(|above| above.text().ends_with('.') && !above.is_full())
    };
    lines.iter().map(|&at| apart(at)).collect()
}

/// `[12] …`, `12. …`, `12 Smith …`
fn number(text: &str) -> Option<u32> {
    let open = text.strip_prefix(['[', '(']);
    let rest = open.unwrap_or(text);
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, behind) = rest.split_at(digits);
    let closed = match open {
        Some(_) => behind.starts_with([']', ')']),
        None => behind.starts_with(['.', ' ', ')']) || behind.is_empty(),
    };
    (closed && digits <= 3)
        .then(|| number.parse().ok())
        .flatten()
}

/// Numbers that count up; a year or a page at the start of a line does not.
fn counting(numbers: &[Option<u32>]) -> Vec<bool> {
    let mut last: Option<u32> = None;
    numbers
        .iter()
        .map(|number| {
            let next = match (last, number) {
                (None, Some(number)) => *number <= 2,
                (Some(last), Some(number)) => (last + 1..=last + 2).contains(number),
                _ => false,
            };
            if next {
                last = *number;
            }
            next
        })
        .collect()
}

/// Whether a line begins right of the leftmost lines of its column.
fn hangs(document: &Document, lines: &[usize], at: usize) -> bool {
    let line = &document.lines[at];
    let from = lines.partition_point(|&other| document.lines[other].column < line.column);
    let edge = lines[from..]
        .iter()
        .map(|&other| &document.lines[other])
        .take_while(|other| other.column == line.column)
        .map(|other| other.x0)
        .fold(f64::INFINITY, f64::min);
    let edge = if document.lines[lines[from]].x0 > line.left + 30.0 {
        edge
    } else {
        edge.min(line.left)
    };
    line.x0 > edge + 0.4 * line.size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted_and_a_year_is_no_entry() {
        let texts = [
            "[1] Moor M. Sepsis.",
            "2019;3:1.",
            "[2] Horn M.",
            "[14] odd",
            "[3] Rieck B.",
        ];
        let numbers: Vec<Option<u32>> = texts.iter().map(|text| number(text)).collect();
        assert_eq!(counting(&numbers), [true, false, true, false, true]);
    }
}

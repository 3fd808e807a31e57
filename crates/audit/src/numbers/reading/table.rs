use std::sync::LazyLock;

use regex::Regex;

use super::line::{Line, LineKind};
use crate::pattern::pattern;

/// The rows of one table, with what its caption says.
#[derive(Clone, Debug)]
pub struct Table {
    /// Captions, all in one.
    pub caption: String,
    /// What stands above each column; rows of headings are joined.
    pub header: Vec<String>,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug)]
pub struct Row {
    /// The number of its passage.
    pub passage: usize,
    pub cells: Vec<String>,
}

static DIGIT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d"));
static WHOLE_CELL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<digits>\d{1,3}(?:,\d{3})+|\d+)[*†‡§]*$"));

impl Row {
    pub fn label(&self) -> &str {
        self.cells.first().map_or("", String::as_str)
    }
}

impl Table {
    /// What stands above a cell, if the row has a cell for each heading.
    pub fn above(&self, row: &Row, column: usize) -> Option<&str> {
        let is_whole = row.cells.len() == self.header.len();
        is_whole.then(|| self.header[column].as_str())
    }
}

/// The whole number that a cell is, and nothing else.
pub fn whole_number(cell: &str) -> Option<u64> {
    let found = WHOLE_CELL.captures(cell.trim())?;
    super::natural(&found["digits"])
}

/// The tables of a paper: rows that follow each other in one paragraph, with the captions directly before and behind them, as either may
/// be theirs.
pub fn tables(lines: &[Line]) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut from = 0;
    while from < lines.len() {
        let paragraph = lines[from].paragraph;
        let is_of = |line: &&Line, kind| line.kind == kind && line.paragraph == paragraph;
        let rows = lines[from..]
            .iter()
            .take_while(|line| is_of(line, LineKind::Row))
            .count();
        let end = from + rows;
        if rows > 0 {
            let before = lines[..from]
                .iter()
                .rev()
                .take_while(|line| is_of(line, LineKind::Caption));
            let behind = lines[end..]
                .iter()
                .take_while(|line| is_of(line, LineKind::Caption));
            let captions: Vec<&str> = before
                .chain(behind)
                .map(|line| line.text.as_str())
                .collect();
            let mut table = Table {
                caption: captions.join(" "),
                header: Vec::new(),
                rows: lines[from..end].iter().map(row).collect(),
            };
            take_header(&mut table);
            tables.push(table);
        }
        from = end.max(from + 1);
    }
    tables
}

fn row(line: &Line) -> Row {
    let cells = line.text.split('\t').map(|cell| cell.trim().to_owned());
    Row {
        passage: line.passage,
        cells: cells.collect(),
    }
}

/// The first row, and those below it that have no numbers, are the heading.
fn take_header(table: &mut Table) {
    if table.rows.len() < 2 {
        return;
    }
    let first = table.rows.remove(0);
    table.header = first.cells;
    while table.rows.len() > 1 {
        let row = &table.rows[0];
        let has_numbers = row.cells.iter().skip(1).any(|cell| DIGIT.is_match(cell));
        if has_numbers || row.cells.len() != table.header.len() || row.cells.len() < 2 {
            break;
        }
        for (above, below) in table.header.iter_mut().zip(&row.cells) {
            if !below.is_empty() {
                above.push(' ');
                above.push_str(below);
            }
        }
        table.rows.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::section::Section;

    #[test]
    fn a_caption_parts_two_tables_of_one_paragraph() {
        let line = |(passage, text): (usize, &&str)| Line {
            text: (*text).to_owned(),
            passage,
            section: Section::Results,
            paragraph: 7,
            kind: if text.contains('\t') {
                LineKind::Row
            } else {
                LineKind::Caption
            },
        };
        let texts = [
            "Table 1",
            "Model\tAUC",
            "A\t0.91",
            "Table 2",
            "Model\tDice\tIoU",
            "A\t0.9\t0.8",
        ];
        let lines: Vec<Line> = texts.iter().enumerate().map(line).collect();
        let tables = tables(&lines);
        let headers: Vec<usize> = tables.iter().map(|table| table.header.len()).collect();
        assert_eq!(headers, vec![2, 3]);
        assert_eq!(tables[1].rows[0].passage, 5);
    }
}

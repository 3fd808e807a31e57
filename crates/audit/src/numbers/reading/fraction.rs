use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::line::{Line, LineKind};
use super::natural;
use super::table::{Table, whole_number};
use super::value::{NUMBER, WHOLE, values};
use crate::numbers::Printed;
use crate::pattern::pattern;

/// A share of a whole: `123 of 270 (45.6%)`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fraction {
    pub passage: usize,
    /// None where only the percentage and the whole are told: `45.6% of the 270 patients`.
    pub part: Option<u64>,
    pub whole: u64,
    pub percent: Printed,
    /// The whole is that of the column of a table; cases with a missing value may not be counted.
    pub of_column: bool,
    /// The row that gives it.
    pub whole_in: Option<usize>,
}

impl Fraction {
    /// The percentage is larger than the share, as it is of cases without a missing value, but not by half.
    pub fn may_be_of_known(&self) -> bool {
        let share = self.part.unwrap_or(0) as f64 / self.whole.max(1) as f64;
        self.of_column && (share..1.5 * share).contains(&self.percent.value)
    }
}

/// `123 (45.6%) of 270`.
static MIDDLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:^|[ (])(?P<part>{WHOLE}) (?:[a-z-]+ ){{0,3}}\((?P<percent>{NUMBER}) ?%\) (?:of|out of) (?:the |all |these |a total of )?(?P<whole>{WHOLE})(?P<end>[-–.,/\d]?\w?| (?:days?|weeks?|months?|years?|hours?))"
    ))
});
/// `45.6% of the 270 patients`.
static SHARE_OF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<percent>{NUMBER}) ?% of (?:the |all |these |our |all the )?(?P<whole>{WHOLE}) (?P<unit>[a-z]+)"
    ))
});
static TIME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:days?|weeks?|months?|years?|hours?|minutes?|to|and|or|mm|ml)$"));
/// `236 (41.4%)` as a cell.
static CELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<part>{WHOLE}) ?\((?P<percent>{NUMBER}) ?%?\)[*†‡§]*$"
    ))
});
static N_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:n|no\.?|number|total|count|total,? ?(?:n|no\.?)|(?:no\.?|number|total number|total) (?:of )?(?:patients|participants|subjects|cases|images|stays|admissions|encounters|studies|eyes))(?: \(?(?:n|%)?\)?)?$",
    )
});
static N_IN_HEADING: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"\bn ?= ?(?P<whole>{WHOLE})\b")));

pub fn fractions(lines: &[Line], tables: &[Table]) -> Vec<Fraction> {
    let sentences = lines.iter().filter(|line| line.kind != LineKind::Row);
    let in_sentences = sentences.flat_map(of_line);
    let in_rows = lines
        .iter()
        .filter(|line| line.kind == LineKind::Row)
        .flat_map(|line| {
            let cells: Vec<&str> = line.text.split('\t').collect();
            cells
                .into_iter()
                .flat_map(|cell| whole_and_part(cell, line.passage))
                .collect::<Vec<_>>()
        });
    let in_columns = tables.iter().flat_map(of_table);
    in_sentences.chain(in_rows).chain(in_columns).collect()
}

fn whole_and_part(text: &str, passage: usize) -> Vec<Fraction> {
    let of = |value: super::value::Value| {
        let (part, whole) = value.fraction?;
        value.printed.percent.then_some(Fraction {
            passage,
            part: Some(part),
            whole,
            percent: value.printed,
            of_column: false,
            whole_in: None,
        })
    };
    values(text, false).into_iter().filter_map(of).collect()
}

fn of_line(line: &Line) -> Vec<Fraction> {
    let text = &line.text;
    let mut found = whole_and_part(text, line.passage);
    let mut push = |part: Option<u64>, whole: &str, percent: &str| {
        if let (Some(whole), Some(percent)) = (natural(whole), Printed::read(percent, true)) {
            let fraction = Fraction {
                passage: line.passage,
                part,
                whole,
                percent,
                of_column: false,
                whole_in: None,
            };
            if !found.contains(&fraction) {
                found.push(fraction);
            }
        }
    };
    for captures in MIDDLE.captures_iter(text) {
        let end = captures["end"].trim_end_matches(['.', ',']);
        if end.is_empty() {
            push(
                natural(&captures["part"]),
                &captures["whole"],
                &captures["percent"],
            );
        }
    }
    for captures in SHARE_OF.captures_iter(text) {
        let start = captures.get(0).map_or(0, |found| found.start());
        let is_glued = text[..start]
            .ends_with(|letter: char| letter.is_alphanumeric() || ".–-/~∼≈<>".contains(letter));
        if !is_glued && !TIME.is_match(&captures["unit"]) {
            push(None, &captures["whole"], &captures["percent"]);
        }
    }
    found
}

/// Cells `236 (41.4%)` of a column that says its n, where nearly all of them are shares of it: then the column's shares are of that n,
/// and not along rows or of those without missing values.
fn of_table(table: &Table) -> Vec<Fraction> {
    let mut found = Vec::new();
    for column in 1..table.header.len() {
        let in_heading = N_IN_HEADING.captures(&table.header[column]);
        let in_heading = in_heading.and_then(|captures| natural(&captures["whole"]));
        let in_row = table.rows.iter().find_map(|row| {
            let is_n = row.cells.len() == table.header.len() && N_LABEL.is_match(row.label());
            is_n.then(|| whole_number(&row.cells[column]))
                .flatten()
                .map(|whole| (whole, row.passage))
        });
        let (whole, whole_in) = match (in_heading, in_row) {
            (Some(whole), _) => (whole, None),
            (None, Some((whole, passage))) => (whole, Some(passage)),
            (None, None) => continue,
        };
        if whole == 0 {
            continue;
        }
        let mut cells = Vec::new();
        for row in table
            .rows
            .iter()
            .filter(|row| row.cells.len() == table.header.len())
        {
            let Some(captures) = CELL.captures(&row.cells[column]) else {
                continue;
            };
            let part = natural(&captures["part"]);
            if let (Some(part), Some(percent)) = (part, Printed::read(&captures["percent"], true)) {
                cells.push(Fraction {
                    passage: row.passage,
                    part: Some(part),
                    whole,
                    percent,
                    of_column: true,
                    whole_in,
                });
            }
        }
        let fitting = cells.iter().filter(|cell| fits(cell)).count();
        // What may be a share of those without a missing value speaks neither for nor against.
        let known = cells
            .iter()
            .filter(|cell| !fits(cell) && cell.may_be_of_known())
            .count();
        if fitting >= 3 && fitting * 5 >= (cells.len() - known) * 4 {
            found.extend(cells);
        }
    }
    found
}

fn fits(fraction: &Fraction) -> bool {
    let part = fraction.part.unwrap_or(0);
    fraction
        .percent
        .is_near(part as f64 / fraction.whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::section::Section;

    fn read(text: &str) -> Vec<(Option<u64>, u64, String)> {
        let line = Line {
            text: text.to_owned(),
            passage: 0,
            section: Section::Results,
            paragraph: 0,
            kind: LineKind::Sentence,
        };
        let brief =
            |fraction: Fraction| (fraction.part, fraction.whole, fraction.percent.to_string());
        of_line(&line).into_iter().map(brief).collect()
    }

    #[test]
    fn a_share_is_read_in_every_usual_order() {
        for text in [
            "In 123 of 270 (45.6%) it was seen.",
            "In 123 of the 270 patients (45.6%) it was seen.",
            "It was seen in 45.6% (123/270).",
            "It was seen in 123/270 (45.6%).",
            "It was seen in 123 (45.6%) of 270 patients.",
            "It was seen in 45.6% (123 out of 270) of them.",
            "It was seen (123/270, 45.6%).",
        ] {
            assert_eq!(
                read(text),
                vec![(Some(123), 270, "45.6%".to_owned())],
                "{text}"
            );
        }
        assert_eq!(
            read("45.6% of the 270 patients"),
            vec![(None, 270, "45.6%".to_owned())]
        );
    }

    #[test]
    fn pressures_dates_and_levels_are_no_shares() {
        for text in [
            "a pressure of 120/80 mmHg",
            "31/34 (95% CI 80–98)",
            "12 (40%) of 30-day readmissions",
            "30% of 24 hours",
            "20/20 vision (with lenses)",
        ] {
            assert_eq!(read(text), vec![], "{text}");
        }
    }
}

use std::sync::LazyLock;

use regex::Regex;

use super::reading::{LineKind, Reading, natural};
use super::{Check, Remark, Severity};
use crate::pattern::pattern;

/// True and false positives that a sentence, or one and the next, tell together stand together in the table that has the false ones.
///
/// Takes for granted that a table with columns of true and of false positives is of the same alarms if it has a row with the same false ones.
/// Units may differ (alarms, patients), so that it is worth asking, no more.
pub struct Alarms;

static TRUE: LazyLock<Regex> = LazyLock::new(|| positives("true"));
static FALSE: LazyLock<Regex> = LazyLock::new(|| positives("false"));
static TRUE_COLUMN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:TPs?|true (?:positives?|alarms?|alerts?))$"));
static FALSE_COLUMN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:FPs?|false (?:positives?|alarms?|alerts?))$"));

fn positives(truth: &str) -> Regex {
    pattern(&format!(
        r"(?:^|[ (])(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d+) (?:[a-z-]+ ){{0,5}}?{truth}[- ](?:positives?|alarms?|alerts?)\b"
    ))
}

impl Check for Alarms {
    fn name(&self) -> &'static str {
        "true_and_false_positives_of_a_table"
    }

    fn remarks(&self, reading: &Reading) -> Vec<Remark> {
        told(reading)
            .iter()
            .filter_map(|told| self.of(told, reading))
            .collect()
    }
}

/// True and false positives with their passages.
struct Told {
    positives: (u64, u64),
    passages: Vec<usize>,
}

fn told(reading: &Reading) -> Vec<Told> {
    let sentences: Vec<_> = reading
        .lines
        .iter()
        .filter(|line| line.kind == LineKind::Sentence)
        .collect();
    let one = |regex: &Regex, text: &str| {
        let mut all = regex.captures_iter(text);
        let first = all.next().and_then(|found| natural(&found["number"]));
        first.filter(|_| all.next().is_none())
    };
    let mut found = Vec::new();
    for (at, line) in sentences.iter().enumerate() {
        let next = sentences
            .get(at + 1)
            .filter(|next| next.paragraph == line.paragraph);
        let (here, behind) = (
            one(&FALSE, &line.text),
            next.and_then(|next| one(&FALSE, &next.text)),
        );
        let (Some(hits), Some(misses)) = (one(&TRUE, &line.text), here.or(behind)) else {
            continue;
        };
        let mut passages = vec![line.passage];
        passages.extend(next.filter(|_| here.is_none()).map(|next| next.passage));
        found.push(Told {
            positives: (hits, misses),
            passages,
        });
    }
    found
}

impl Alarms {
    fn of(&self, told: &Told, reading: &Reading) -> Option<Remark> {
        let (hits, misses) = told.positives;
        let mut rows = Vec::new();
        for table in &reading.tables {
            let column = |regex: &Regex| {
                table
                    .header
                    .iter()
                    .position(|label| regex.is_match(label.trim()))
            };
            let (Some(of_true), Some(of_false)) = (column(&TRUE_COLUMN), column(&FALSE_COLUMN))
            else {
                continue;
            };
            for row in table
                .rows
                .iter()
                .filter(|row| row.cells.len() == table.header.len())
            {
                let number = |column: usize| natural(row.cells[column].trim());
                if let Some((row_hits, row_misses)) = number(of_true).zip(number(of_false)) {
                    rows.push((row_hits, row_misses, row.passage));
                }
            }
        }
        let same: Vec<&(u64, u64, usize)> = rows.iter().filter(|row| row.1 == misses).collect();
        let other = same.first()?;
        if same.iter().any(|row| row.0 == hits) {
            return None;
        }
        let mut passages = told.passages.clone();
        passages.push(other.2);
        Some(Remark {
            check: self.name(),
            severity: Severity::WorthAsking,
            message: format!(
                "The text tells of {hits} true and {misses} false positives; in the table {misses} false ones stand beside {} true ones.",
                other.0
            ),
            passages,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::Passage;
    use crate::judging::section::Section;

    fn found(text: &str) -> usize {
        let passage = |text, paragraph, is_table| Passage {
            text,
            section: Section::Results,
            paragraph,
            is_table,
            is_parted: false,
        };
        let passages = [
            passage(text, 0, false),
            passage("Rule\tTP\tFP", 1, true),
            passage("A\t29\t12", 1, true),
            passage("B\t27\t11", 1, true),
        ];
        Alarms.remarks(&Reading::of(&passages)).len()
    }

    #[test]
    fn positives_stand_together_in_text_and_table() {
        assert_eq!(found("There were 29 true alarms and 12 false alarms."), 0);
        assert_eq!(found("There were 30 true alarms and 40 false alarms."), 0);
        assert_eq!(
            found("There were 26 patients with true alarms and 12 patients with false alarms."),
            1
        );
    }
}

use std::cmp::Ordering;
use std::fmt;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{Accumulator, Chunk, Precision};
use crate::values::Values;
use crate::{Cell, ColumnError};

/// How often each value of a column occurs.
pub struct WordsOf {
    pub column: String,
}

/// Values and how often each occurs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Listed", into = "Listed")]
pub struct Words {
    counts: FxHashMap<Word, u64>,
    /// Rows without a value.
    pub missing: u64,
}

/// A value that can be counted. `1` and `1.0` are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Integer(i64),
    /// The bits of a number that is no whole one, in an order that is that of the numbers.
    Number(i64),
    Boolean(bool),
    Date(i32),
    #[serde(rename = "datetime")]
    DateTime(i64),
    Text(String),
}

#[derive(Serialize, Deserialize)]
struct Listed {
    counts: Vec<(Word, u64)>,
    missing: u64,
}

impl From<Listed> for Words {
    fn from(listed: Listed) -> Self {
        Self {
            counts: listed.counts.into_iter().collect(),
            missing: listed.missing,
        }
    }
}

impl From<Words> for Listed {
    fn from(words: Words) -> Self {
        let missing = words.missing;
        let mut counts: Vec<_> = words.counts.into_iter().collect();
        counts.sort();
        Self { counts, missing }
    }
}

impl PartialOrd for Word {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Numbers by their size, whole or not; then truth values, days, moments and texts.
impl Ord for Word {
    fn cmp(&self, other: &Self) -> Ordering {
        use Word::*;
        let rank = |word: &Self| match word {
            Integer(_) | Number(_) => 0,
            Boolean(_) => 1,
            Date(_) => 2,
            DateTime(_) => 3,
            Text(_) => 4,
        };
        let size = |word: &Self| word.cell().number().unwrap_or_default();
        match (self, other) {
            (Integer(a), Integer(b)) | (Number(a), Number(b)) | (DateTime(a), DateTime(b)) => {
                a.cmp(b)
            }
            (Integer(_), Number(_)) | (Number(_), Integer(_)) => size(self).total_cmp(&size(other)),
            (Boolean(a), Boolean(b)) => a.cmp(b),
            (Date(a), Date(b)) => a.cmp(b),
            (Text(a), Text(b)) => a.cmp(b),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

impl Word {
    pub fn of(cell: Cell) -> Self {
        match cell {
            Cell::Integer(value) => Word::Integer(value),
            Cell::Number(value) if value.fract() == 0.0 && value.abs() < 9e15 => {
                Word::Integer(value as i64)
            }
            Cell::Number(value) => Word::Number(ordered(value.to_bits() as i64)),
            Cell::Boolean(value) => Word::Boolean(value),
            Cell::Date(value) => Word::Date(value),
            Cell::DateTime(value) => Word::DateTime(value),
            Cell::Text(text) => Word::Text(text.to_owned()),
        }
    }

    pub fn cell(&self) -> Cell<'_> {
        match self {
            Word::Integer(value) => Cell::Integer(*value),
            Word::Number(bits) => Cell::Number(f64::from_bits(ordered(*bits) as u64)),
            Word::Boolean(value) => Cell::Boolean(*value),
            Word::Date(value) => Cell::Date(*value),
            Word::DateTime(value) => Cell::DateTime(*value),
            Word::Text(text) => Cell::Text(text),
        }
    }
}

/// Its own inverse: bits of floating numbers, and whole numbers in the same order.
fn ordered(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cell().fmt(f)
    }
}

impl Accumulator for WordsOf {
    type State = Words;

    fn columns(&self) -> Vec<String> {
        vec![self.column.clone()]
    }

    fn precision(&self) -> Precision {
        Precision::ExactGrows
    }

    fn update(&self, state: &mut Words, chunk: &Chunk) -> Result<(), ColumnError> {
        match chunk.table.values(&self.column)? {
            Values::Coded(coded) => {
                let words = coded.values().as_string::<i32>();
                let mut counts = vec![0; words.len()];
                for code in coded.keys() {
                    match code {
                        Some(code) if words.is_valid(code as usize) => counts[code as usize] += 1,
                        _ => state.missing += 1,
                    }
                }
                for (code, count) in counts.into_iter().enumerate().filter(|(_, n)| *n > 0) {
                    state.count(Cell::Text(words.value(code)), count);
                }
            }
            values => {
                for cell in values.cells() {
                    match cell {
                        Some(cell) => state.count(cell, 1),
                        None => state.missing += 1,
                    }
                }
            }
        }
        Ok(())
    }

    fn merge(&self, state: &mut Words, later: Words) {
        for (word, count) in later.counts {
            *state.counts.entry(word).or_default() += count;
        }
        state.missing += later.missing;
    }
}

impl Words {
    fn count(&mut self, cell: Cell, by: u64) {
        *self.counts.entry(Word::of(cell)).or_default() += by;
    }

    /// Cells with a value.
    pub fn n(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The number of different values.
    pub fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// How often a value occurs.
    pub fn count_of(&self, word: &Word) -> u64 {
        self.counts.get(word).copied().unwrap_or(0)
    }

    /// The values in their order, with their counts.
    pub fn sorted(&self) -> Vec<(&Word, u64)> {
        let mut all: Vec<_> = self.counts.iter().map(|(word, n)| (word, *n)).collect();
        all.sort_unstable();
        all
    }

    /// The most frequent values first, ties in the order of the values.
    pub fn most_frequent(&self) -> Vec<(&Word, u64)> {
        let mut all = self.sorted();
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all
    }
}

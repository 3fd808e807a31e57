use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Accumulator, Chunk, Precision};
use crate::{ColumnError, Table};

/// Examples that are shown.
pub const EXAMPLES: usize = 20;

/// Judges each row of a table alone, by the values of some columns.
pub struct Cells {
    columns: Vec<String>,
    rule: Rule,
    keep: Keep,
}

/// For each row of a chunk whether it is as expected; `None` for one that is not judged.
type Rule = Box<dyn Fn(&Table) -> Result<Vec<Option<bool>>, ColumnError> + Send + Sync>;

/// Which unexpected rows are remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// The first twenty.
    #[default]
    Examples,
    /// The number of each: the state grows with them.
    EveryRow,
}

/// What was seen of the rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CellsSeen {
    pub judged: u64,
    /// Rows that were not judged.
    pub left_out: u64,
    pub unexpected: u64,
    /// The first unexpected rows.
    pub examples: Vec<Example>,
    /// The number of each unexpected row, if they are kept.
    pub rows: Vec<u64>,
}

/// A row that is not as expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Counts from 0.
    pub row: u64,
    /// The text of the cell, or of each column by its name where several were looked at.
    pub value: Value,
}

impl Cells {
    pub fn new(
        columns: Vec<String>,
        rule: impl Fn(&Table) -> Result<Vec<Option<bool>>, ColumnError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            columns,
            rule: Box::new(rule),
            keep: Keep::default(),
        }
    }

    pub fn keeping(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }
}

impl Accumulator for Cells {
    type State = CellsSeen;

    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn precision(&self) -> Precision {
        match self.keep {
            Keep::Examples => Precision::Exact,
            Keep::EveryRow => Precision::ExactGrows,
        }
    }

    fn update(&self, state: &mut CellsSeen, chunk: &Chunk) -> Result<(), ColumnError> {
        let verdicts = (self.rule)(chunk.table)?;
        for (row, verdict) in verdicts.into_iter().enumerate() {
            match verdict {
                None => state.left_out += 1,
                Some(true) => state.judged += 1,
                Some(false) => {
                    state.judged += 1;
                    state.unexpect(chunk, row, &self.columns, self.keep);
                }
            }
        }
        Ok(())
    }

    fn merge(&self, state: &mut CellsSeen, later: CellsSeen) {
        state.judged += later.judged;
        state.left_out += later.left_out;
        state.unexpected += later.unexpected;
        let room = EXAMPLES - state.examples.len();
        state.examples.extend(later.examples.into_iter().take(room));
        state.rows.extend(later.rows);
    }
}

impl CellsSeen {
    /// Remembers a row of a chunk as unexpected; it was counted as judged before.
    pub(super) fn unexpect(&mut self, chunk: &Chunk, row: usize, columns: &[String], keep: Keep) {
        self.unexpected += 1;
        if keep == Keep::EveryRow {
            self.rows.push(chunk.row_number(row));
        }
        if self.examples.len() < EXAMPLES {
            self.examples.push(Example {
                row: chunk.row_number(row),
                value: shown(chunk.table, columns, row),
            });
        }
    }
}

/// The cells of a row as an example shows them.
pub fn shown(table: &Table, columns: &[String], row: usize) -> Value {
    let text = |column: &String| Value::from(table.text(column, row));
    match columns {
        [one] => text(one),
        several => several.iter().map(|c| (c.clone(), text(c))).collect(),
    }
}

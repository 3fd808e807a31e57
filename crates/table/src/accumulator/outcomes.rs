use serde::{Deserialize, Serialize};

use super::{Accumulator, Chunk, Precision, Word};
use crate::profile::is_word;
use crate::values::Values;
use crate::{Cell, ColumnError};

/// How often each of some values comes with an outcome; a row without a label is not counted.
pub(crate) struct OutcomesOf {
    pub label: String,
    /// The label that is the outcome, as it is written.
    pub positive: String,
    pub columns: Vec<Classes>,
}

/// Into what the cells of a column fall.
pub(crate) struct Classes {
    pub column: String,
    pub by: By,
}

/// What tells the classes of a column apart.
pub(crate) enum By {
    Words(Vec<Word>),
    /// Between edges that rise: a class below the first, one from each to the next, and one from the last on.
    Edges(Vec<f64>),
}

/// Rows of a class, and those of them with the outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcomes {
    pub n: u64,
    pub k: u64,
}

/// Of all labelled rows, and for each column of each class, the last being that of missing values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct OutcomesSeen {
    pub all: Outcomes,
    pub columns: Vec<Vec<Outcomes>>,
}

impl By {
    /// The classes of values that are not missing.
    fn classes(&self) -> usize {
        match self {
            By::Words(words) => words.len(),
            By::Edges(edges) => edges.len() + 1,
        }
    }

    /// The class of each cell; beyond the last one is no class.
    fn of(&self, values: Values) -> Vec<usize> {
        let missing = self.classes();
        match self {
            By::Edges(edges) => {
                let mut classes = vec![missing; values.len()];
                values.each_number(|row, value| {
                    classes[row] = edges.partition_point(|edge| *edge <= value);
                });
                classes
            }
            By::Words(words) => {
                let class = |cell: Cell| {
                    let found = words.iter().position(|word| is_word(cell, word));
                    found.unwrap_or(missing + 1)
                };
                values.each_class(missing, class)
            }
        }
    }
}

impl Accumulator for OutcomesOf {
    type State = OutcomesSeen;

    fn columns(&self) -> Vec<String> {
        let columns = self.columns.iter().map(|classes| classes.column.clone());
        columns.chain([self.label.clone()]).collect()
    }

    fn precision(&self) -> Precision {
        Precision::Exact
    }

    fn update(&self, state: &mut OutcomesSeen, chunk: &Chunk) -> Result<(), ColumnError> {
        let labels = chunk.table.values(&self.label)?;
        let outcomes = labels.judge(|cell| cell.to_string() == self.positive);
        for outcome in outcomes.iter().flatten() {
            state.all.see(*outcome);
        }
        if state.columns.is_empty() {
            let empty = |c: &Classes| vec![Outcomes::default(); c.by.classes() + 1];
            state.columns = self.columns.iter().map(empty).collect();
        }
        for (classes, seen) in self.columns.iter().zip(&mut state.columns) {
            let found = classes.by.of(chunk.table.values(&classes.column)?);
            for (class, outcome) in found.into_iter().zip(&outcomes) {
                if let (Some(seen), Some(outcome)) = (seen.get_mut(class), outcome) {
                    seen.see(*outcome);
                }
            }
        }
        Ok(())
    }

    fn merge(&self, state: &mut OutcomesSeen, later: OutcomesSeen) {
        state.all.merge(later.all);
        if state.columns.is_empty() {
            state.columns = later.columns;
            return;
        }
        for (column, later) in state.columns.iter_mut().zip(later.columns) {
            for (class, later) in column.iter_mut().zip(later) {
                class.merge(later);
            }
        }
    }
}

impl Outcomes {
    fn see(&mut self, outcome: bool) {
        self.n += 1;
        self.k += u64::from(outcome);
    }

    pub fn merge(&mut self, later: Self) {
        self.n += later.n;
        self.k += later.k;
    }
}

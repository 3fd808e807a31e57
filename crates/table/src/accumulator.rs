//! What is gathered of a table while its rows go by.
//!
//! An [`Accumulator`] is a description and its state a value: states of two parts merge into that of both, so the same
//! file runs over a table in memory, over the parts of a file on several cores, as a window, and as an aggregate on a
//! cluster. To add one: a file in `accumulator/`.

mod cells;
pub(crate) mod column;
mod comoments;
pub mod conformance;
pub(crate) mod counts;
mod filtered;
mod grouped;
mod keys;
mod moments;
mod numbers;
pub(crate) mod outcomes;
pub(crate) mod profile;
pub(crate) mod row_hashes;
mod rows;
mod sampled;
mod words;

use std::any::Any;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::{ColumnError, Table};

pub use cells::{Cells, CellsSeen, EXAMPLES, Example, Keep, shown};
pub use comoments::{CoMomentsOf, Pairs};
pub use filtered::Filtered;
pub use grouped::{Grouped, GroupedStates};
pub use keys::{Keys, KeysSeen, Missing};
pub use moments::{Moments, MomentsOf};
pub use numbers::{Numbers, NumbersOf};
pub use rows::Rows;
pub use sampled::{Categories, SampleOf, Sampled, SampledColumn};
pub use words::{Word, Words, WordsOf};

/// Something that is gathered of the rows of a table.
pub trait Accumulator: Send + Sync + 'static {
    /// What is known of the rows so far; the default one knows of none.
    type State: Default + Send + Serialize + DeserializeOwned + 'static;

    /// The columns that it reads.
    fn columns(&self) -> Vec<String>;

    /// How the result relates to all rows.
    fn precision(&self) -> Precision;

    /// Takes the rows of a chunk in.
    ///
    /// # Errors
    /// [`ColumnError`] if the chunk does not have the columns, or not of their type.
    fn update(&self, state: &mut Self::State, chunk: &Chunk) -> Result<(), ColumnError>;

    /// Takes in what is known of rows that come later.
    fn merge(&self, state: &mut Self::State, later: Self::State);
}

/// How a result relates to all rows, and what its state costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Exact, in a state that does not grow.
    Exact,
    /// Exact, in a state that grows with the rows.
    ExactGrows,
    /// Near, in a state that does not grow, with the relative error of one standard deviation.
    Sketch { error: f64 },
}

/// Some rows of a table, in their order.
pub struct Chunk<'a> {
    pub table: &'a Table,
    rows: RowNumbers<'a>,
}

enum RowNumbers<'a> {
    From(u64),
    Each(&'a [u64]),
}

impl<'a> Chunk<'a> {
    /// Rows that follow each other, the first of this number; rows count from 0.
    pub fn from(table: &'a Table, first: u64) -> Self {
        let rows = RowNumbers::From(first);
        Self { table, rows }
    }

    /// Chosen rows, one number each.
    pub fn chosen(table: &'a Table, rows: &'a [u64]) -> Self {
        assert_eq!(table.rows(), rows.len(), "each row has a number");
        let rows = RowNumbers::Each(rows);
        Self { table, rows }
    }

    /// The number, in the whole table, of a row of this chunk.
    pub fn row_number(&self, row: usize) -> u64 {
        match self.rows {
            RowNumbers::From(first) => first + row as u64,
            RowNumbers::Each(rows) => rows[row],
        }
    }
}

/// An accumulator of any state, so that different ones can be run together.
pub trait AnyAccumulator: Send + Sync {
    fn columns(&self) -> Vec<String>;
    fn precision(&self) -> Precision;
    fn begin(&self) -> AnyState;
    /// # Errors
    /// As [`Accumulator::update`].
    fn update(&self, state: &mut AnyState, chunk: &Chunk) -> Result<(), ColumnError>;
    fn merge(&self, state: &mut AnyState, later: AnyState);
    /// The state as a value that can be kept or sent.
    ///
    /// # Errors
    /// [`StateError`] for a state that JSON cannot write.
    fn state(&self, state: &AnyState) -> Result<Value, StateError>;
    /// A state that was kept or sent.
    ///
    /// # Errors
    /// [`StateError`] if it is none of this accumulator.
    fn restore(&self, state: &Value) -> Result<AnyState, StateError>;
}

/// The state of some accumulator.
pub type AnyState = Box<dyn Any + Send>;

/// A value that is not the state of the accumulator.
#[derive(Debug, Error)]
#[error("This is not the state of the accumulator: {0}")]
pub struct StateError(#[from] serde_json::Error);

impl<A: Accumulator> AnyAccumulator for A {
    fn columns(&self) -> Vec<String> {
        Accumulator::columns(self)
    }

    fn precision(&self) -> Precision {
        Accumulator::precision(self)
    }

    fn begin(&self) -> AnyState {
        Box::new(A::State::default())
    }

    fn update(&self, state: &mut AnyState, chunk: &Chunk) -> Result<(), ColumnError> {
        Accumulator::update(self, own::<A>(state), chunk)
    }

    fn merge(&self, state: &mut AnyState, later: AnyState) {
        Accumulator::merge(self, own::<A>(state), finished::<A>(later));
    }

    fn state(&self, state: &AnyState) -> Result<Value, StateError> {
        let state = state.downcast_ref::<A::State>().expect(OWN);
        Ok(serde_json::to_value(state)?)
    }

    fn restore(&self, state: &Value) -> Result<AnyState, StateError> {
        let state: A::State = serde_json::from_value(state.clone())?;
        Ok(Box::new(state))
    }
}

const OWN: &str = "an accumulator gets the states that it began";

fn own<A: Accumulator>(state: &mut AnyState) -> &mut A::State {
    state.downcast_mut().expect(OWN)
}

/// The state of an accumulator whose type is known again.
pub fn finished<A: Accumulator>(state: AnyState) -> A::State {
    *state.downcast().expect(OWN)
}

use std::sync::Arc;

use super::{AnyAccumulator, AnyState, Chunk, Precision, StateError};
use crate::ColumnError;
use serde_json::Value;

/// An accumulator that sees only the rows that meet a condition.
pub struct Filtered {
    inner: Box<dyn AnyAccumulator>,
    columns: Vec<String>,
    condition: Condition,
}

/// For each row of a chunk whether it is seen.
pub type Condition = Arc<dyn Fn(&Chunk) -> Result<Vec<bool>, ColumnError> + Send + Sync>;

impl Filtered {
    /// `columns` are those that the condition reads.
    pub fn new(inner: Box<dyn AnyAccumulator>, columns: Vec<String>, condition: Condition) -> Self {
        Self {
            inner,
            columns,
            condition,
        }
    }
}

impl AnyAccumulator for Filtered {
    fn columns(&self) -> Vec<String> {
        let mut columns = self.inner.columns();
        columns.extend(self.columns.iter().cloned());
        columns
    }

    fn precision(&self) -> Precision {
        self.inner.precision()
    }

    fn begin(&self) -> AnyState {
        self.inner.begin()
    }

    fn update(&self, state: &mut AnyState, chunk: &Chunk) -> Result<(), ColumnError> {
        let seen = (self.condition)(chunk)?;
        let kept = seen.iter().enumerate().filter(|(_, seen)| **seen);
        let kept: Vec<usize> = kept.map(|(row, _)| row).collect();
        if kept.len() == chunk.table.rows() {
            return self.inner.update(state, chunk);
        }
        let rows: Vec<u64> = kept.iter().map(|&row| chunk.row_number(row)).collect();
        let table = chunk.table.take(&kept)?;
        self.inner.update(state, &Chunk::chosen(&table, &rows))
    }

    fn merge(&self, state: &mut AnyState, later: AnyState) {
        self.inner.merge(state, later);
    }

    fn state(&self, state: &AnyState) -> Result<Value, StateError> {
        self.inner.state(state)
    }

    fn restore(&self, state: &Value) -> Result<AnyState, StateError> {
        self.inner.restore(state)
    }
}

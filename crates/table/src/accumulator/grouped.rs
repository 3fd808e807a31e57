use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{AnyAccumulator, AnyState, Chunk, Precision, StateError};
use crate::{Cell, ColumnError};

/// An accumulator for each group of rows.
pub struct Grouped {
    inner: Box<dyn AnyAccumulator>,
    column: String,
    key: Key,
}

type Key = Box<dyn Fn(Cell) -> Option<String> + Send + Sync>;

/// The states by the names of the groups.
#[derive(Default)]
pub struct GroupedStates(BTreeMap<String, AnyState>);

impl GroupedStates {
    /// The states of a [`Grouped`].
    pub fn of(state: AnyState) -> BTreeMap<String, AnyState> {
        let states: Box<GroupedStates> = state.downcast().expect(OWN);
        states.0
    }
}

const OWN: &str = "an accumulator gets the states that it began";

impl Grouped {
    /// Groups rows by what `key` makes of the column's value; rows without a value, and those of which it makes nothing, are in
    /// no group.
    pub fn new(
        inner: Box<dyn AnyAccumulator>,
        column: &str,
        key: impl Fn(Cell) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner,
            column: column.to_owned(),
            key: Box::new(key),
        }
    }
}

impl AnyAccumulator for Grouped {
    fn columns(&self) -> Vec<String> {
        let mut columns = self.inner.columns();
        columns.push(self.column.clone());
        columns
    }

    fn precision(&self) -> Precision {
        self.inner.precision()
    }

    fn begin(&self) -> AnyState {
        Box::new(GroupedStates::default())
    }

    fn update(&self, state: &mut AnyState, chunk: &Chunk) -> Result<(), ColumnError> {
        let states: &mut GroupedStates = state.downcast_mut().expect(OWN);
        let values = chunk.table.values(&self.column)?;
        let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut last: Option<(Cell, Option<String>)> = None;
        for (row, cell) in values.cells().enumerate() {
            let Some(cell) = cell else {
                continue;
            };
            // Rows of one group often follow each other.
            let group = match &last {
                Some((known, group)) if *known == cell => group.clone(),
                _ => (self.key)(cell),
            };
            if let Some(group) = &group {
                match rows.get_mut(group) {
                    Some(rows) => rows.push(row),
                    None => drop(rows.insert(group.clone(), vec![row])),
                }
            }
            last = Some((cell, group));
        }
        for (group, rows) in rows {
            let numbers: Vec<u64> = rows.iter().map(|&row| chunk.row_number(row)).collect();
            let table = chunk.table.take(&rows)?;
            let state = states.0.entry(group).or_insert_with(|| self.inner.begin());
            self.inner.update(state, &Chunk::chosen(&table, &numbers))?;
        }
        Ok(())
    }

    fn merge(&self, state: &mut AnyState, later: AnyState) {
        let states: &mut GroupedStates = state.downcast_mut().expect(OWN);
        for (group, later) in GroupedStates::of(later) {
            match states.0.get_mut(&group) {
                Some(state) => self.inner.merge(state, later),
                None => drop(states.0.insert(group, later)),
            }
        }
    }

    fn state(&self, state: &AnyState) -> Result<Value, StateError> {
        let states: &GroupedStates = state.downcast_ref().expect(OWN);
        let mut all = Map::new();
        for (group, state) in &states.0 {
            all.insert(group.clone(), self.inner.state(state)?);
        }
        Ok(Value::Object(all))
    }

    fn restore(&self, state: &Value) -> Result<AnyState, StateError> {
        let all: Map<String, Value> = serde_json::from_value(state.clone())?;
        let mut states = GroupedStates::default();
        for (group, state) in all {
            states.0.insert(group, self.inner.restore(&state)?);
        }
        Ok(Box::new(states))
    }
}

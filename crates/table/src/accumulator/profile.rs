use serde::{Deserialize, Serialize};

use super::column::{Buffers, ColumnSeen};
use super::row_hashes::RowHashes;
use super::{Accumulator, Chunk, Precision};
use crate::ColumnError;

/// Everything that a profile says of single columns, and how many rows are repeated.
pub(crate) struct ProfileOf {
    pub columns: Vec<String>,
    /// A column of at most so many different values is described exactly.
    pub most: usize,
}

/// What was seen of a table.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ProfileSeen {
    pub rows: u64,
    /// In the order of the columns; none before the first row.
    pub columns: Vec<ColumnSeen>,
    pub row_hashes: RowHashes,
    #[serde(skip)]
    buffers: Buffers,
}

impl Accumulator for ProfileOf {
    type State = ProfileSeen;

    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn precision(&self) -> Precision {
        // Which of the columns are sketched, their own state says.
        Precision::ExactGrows
    }

    fn update(&self, state: &mut ProfileSeen, chunk: &Chunk) -> Result<(), ColumnError> {
        if state.columns.is_empty() {
            let columns = self.columns.iter().map(|name| chunk.table.kind(name));
            let columns: Result<Vec<_>, _> = columns.map(|k| k.map(ColumnSeen::new)).collect();
            state.columns = columns?;
        }
        state.rows += chunk.table.rows() as u64;
        state.buffers.begin(chunk.table.rows());
        for (name, column) in self.columns.iter().zip(&mut state.columns) {
            column.take(chunk.table.values(name)?, &mut state.buffers, self.most);
        }
        state.row_hashes.see(&state.buffers.rows);
        Ok(())
    }

    fn merge(&self, state: &mut ProfileSeen, later: ProfileSeen) {
        state.rows += later.rows;
        state.row_hashes.merge(later.row_hashes);
        if state.columns.is_empty() {
            state.columns = later.columns;
            return;
        }
        for (column, later) in state.columns.iter_mut().zip(later.columns) {
            column.merge(later, self.most);
        }
    }
}

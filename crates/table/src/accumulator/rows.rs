use super::{Accumulator, Chunk, Precision};
use crate::ColumnError;

/// The number of rows.
pub struct Rows;

impl Accumulator for Rows {
    type State = u64;

    fn columns(&self) -> Vec<String> {
        Vec::new()
    }

    fn precision(&self) -> Precision {
        Precision::Exact
    }

    fn update(&self, state: &mut u64, chunk: &Chunk) -> Result<(), ColumnError> {
        *state += chunk.table.rows() as u64;
        Ok(())
    }

    fn merge(&self, state: &mut u64, later: u64) {
        *state += later;
    }
}

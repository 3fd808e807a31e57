use std::sync::Arc;

use super::{Scan, ScanError, Take};
use crate::Table;
use crate::table::Heads;

/// A table in memory is one part and one chunk.
impl Scan for Table {
    fn heads(&self) -> &Arc<Heads> {
        Table::heads(self)
    }

    fn rows(&self) -> u64 {
        Table::rows(self) as u64
    }

    fn parts(&self) -> usize {
        1
    }

    fn first_row(&self, _part: usize) -> u64 {
        0
    }

    fn has_values(&self, place: usize) -> bool {
        self.arrays()[place].null_count() < Table::rows(self)
    }

    fn read(&self, _part: usize, columns: &[usize], take: Take) -> Result<(), ScanError> {
        take(&self.of_places(columns))
    }
}

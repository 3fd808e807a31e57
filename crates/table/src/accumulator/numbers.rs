use serde::{Deserialize, Serialize};

use super::{Accumulator, Chunk, Precision};
use crate::ColumnError;

/// All numbers of a column, for what needs them all: quantiles, distances of distributions.
pub struct NumbersOf {
    pub column: String,
}

/// Numbers in the order of the rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    pub values: Vec<f64>,
    /// Rows without a number.
    pub missing: u64,
}

impl Accumulator for NumbersOf {
    type State = Numbers;

    fn columns(&self) -> Vec<String> {
        vec![self.column.clone()]
    }

    fn precision(&self) -> Precision {
        Precision::ExactGrows
    }

    fn update(&self, state: &mut Numbers, chunk: &Chunk) -> Result<(), ColumnError> {
        let before = state.values.len();
        let values = chunk.table.values(&self.column)?;
        values.each_number(|_, value| state.values.push(value));
        let seen = state.values.len() - before;
        state.missing += (chunk.table.rows() - seen) as u64;
        Ok(())
    }

    fn merge(&self, state: &mut Numbers, later: Numbers) {
        if state.values.is_empty() {
            state.values = later.values;
        } else {
            state.values.extend(later.values);
        }
        state.missing += later.missing;
    }
}

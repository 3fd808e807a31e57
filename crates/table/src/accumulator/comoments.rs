use galen_stats::association::CoMoments;
use serde::{Deserialize, Serialize};

use super::{Accumulator, Chunk, Precision};
use crate::ColumnError;

/// The co-moments of every pair of some columns of numbers, in the rows that have both.
pub struct CoMomentsOf {
    pub columns: Vec<String>,
}

/// One for each pair: of the first column with each later one, then of the second, and so on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pairs(pub Vec<CoMoments>);

impl Accumulator for CoMomentsOf {
    type State = Pairs;

    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn precision(&self) -> Precision {
        Precision::Exact
    }

    fn update(&self, state: &mut Pairs, chunk: &Chunk) -> Result<(), ColumnError> {
        let mut numbers = Vec::with_capacity(self.columns.len());
        for name in &self.columns {
            let mut column = vec![f64::NAN; chunk.table.rows()];
            chunk
                .table
                .values(name)?
                .each_number(|row, value| column[row] = value);
            numbers.push(column);
        }
        let mut pairs = Vec::new();
        for (i, a) in numbers.iter().enumerate() {
            pairs.extend(numbers[i + 1..].iter().map(|b| CoMoments::of(a, b)));
        }
        self.merge(state, Pairs(pairs));
        Ok(())
    }

    fn merge(&self, state: &mut Pairs, later: Pairs) {
        if state.0.is_empty() {
            *state = later;
            return;
        }
        for (pair, later) in state.0.iter_mut().zip(&later.0) {
            pair.merge(later);
        }
    }
}

//! Whether values rise or fall from row to row.

use serde::{Deserialize, Serialize};

use super::{AskError, Asked, Observed, Question, literal};
use crate::accumulator::{Accumulator, Chunk, Precision};
use crate::{Cell, ColumnError, Kind};

/// Judges each value by the one before it; rows without a value are passed over and the first value is as expected.
///
/// # Errors
/// [`AskError`] if there is no column, or its values have no differences.
pub fn question(question: &Question, rises: bool) -> Result<Asked, AskError> {
    let column = question.column()?.to_owned();
    if question.kind(&column)? == Some(Kind::Text) {
        return Err(AskError::NotOrdered(column));
    }
    let strictly = question.params.flag("strictly")?;
    let columns = vec![column.clone()];
    let order = Order {
        column,
        rises,
        strictly,
    };
    Ok(Asked::of(order, |run| Observed::Rows {
        columns,
        judged: run.judged,
        left_out: run.left_out,
        unexpected: run.unexpected,
    }))
}

struct Order {
    column: String,
    rises: bool,
    strictly: bool,
}

/// Rows of a part, and the values at its ends, where the next part joins.
#[derive(Default, Serialize, Deserialize)]
struct Run {
    judged: u64,
    left_out: u64,
    unexpected: Vec<u64>,
    first: Option<(f64, u64)>,
    last: Option<f64>,
}

impl Order {
    fn is_expected(&self, before: f64, value: f64) -> bool {
        let step = if self.rises {
            value - before
        } else {
            before - value
        };
        step > 0.0 || (!self.strictly && step == 0.0)
    }
}

fn number(cell: Cell) -> f64 {
    match cell {
        Cell::Date(days) => f64::from(days),
        Cell::DateTime(micros) => micros as f64,
        other => literal::number(other).unwrap_or(f64::NAN),
    }
}

impl Accumulator for Order {
    type State = Run;

    fn columns(&self) -> Vec<String> {
        vec![self.column.clone()]
    }

    fn precision(&self) -> Precision {
        Precision::ExactGrows
    }

    fn update(&self, state: &mut Run, chunk: &Chunk) -> Result<(), ColumnError> {
        for (row, cell) in chunk.table.values(&self.column)?.cells().enumerate() {
            let Some(cell) = cell else {
                state.left_out += 1;
                continue;
            };
            let value = number(cell);
            let row = chunk.row_number(row);
            state.judged += 1;
            match state.last {
                None => state.first = Some((value, row)),
                Some(before) if self.is_expected(before, value) => {}
                Some(_) => state.unexpected.push(row),
            }
            state.last = Some(value);
        }
        Ok(())
    }

    fn merge(&self, state: &mut Run, later: Run) {
        if let (Some(before), Some((value, row))) = (state.last, later.first)
            && !self.is_expected(before, value)
        {
            state.unexpected.push(row);
        }
        state.judged += later.judged;
        state.left_out += later.left_out;
        state.unexpected.extend(later.unexpected);
        state.first = state.first.or(later.first);
        state.last = later.last.or(state.last);
    }
}

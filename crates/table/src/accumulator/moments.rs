use serde::{Deserialize, Serialize};

use super::{Accumulator, Chunk, Precision};
use crate::ColumnError;

/// Count, sum, mean, spread, lowest and highest of the numbers of a column; days and moments count in seconds since 1970.
pub struct MomentsOf {
    pub column: String,
}

/// The moments of numbers.
///
/// # Source
/// Chan, Golub and LeVeque 1983, American Statistician 37:242-247 (pairwise update of sums of squares).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    pub n: u64,
    /// Rows without a number.
    pub missing: u64,
    pub sum: f64,
    mean: f64,
    /// The sum of squared deviations from the mean.
    squares: f64,
    pub min: Option<f64>,
    pub max: Option<f64>,
}

impl Accumulator for MomentsOf {
    type State = Moments;

    fn columns(&self) -> Vec<String> {
        vec![self.column.clone()]
    }

    fn precision(&self) -> Precision {
        Precision::Exact
    }

    fn update(&self, state: &mut Moments, chunk: &Chunk) -> Result<(), ColumnError> {
        let values = chunk.table.values(&self.column)?;
        let (mut n, mut sum) = (0_u64, 0.0);
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        values.each_number(|_, value| {
            n += 1;
            sum += value;
            min = min.min(value);
            max = max.max(value);
        });
        let missing = chunk.table.rows() as u64 - n;
        let mean = if n > 0 { sum / n as f64 } else { 0.0 };
        let mut squares = 0.0;
        values.each_number(|_, value| squares += (value - mean) * (value - mean));
        let later = Moments {
            n,
            missing,
            sum,
            mean,
            squares,
            min: (n > 0).then_some(min),
            max: (n > 0).then_some(max),
        };
        self.merge(state, later);
        Ok(())
    }

    fn merge(&self, state: &mut Moments, later: Moments) {
        state.missing += later.missing;
        if later.n == 0 {
            return;
        }
        let (a, b) = (state.n as f64, later.n as f64);
        let gap = later.mean - state.mean;
        state.n += later.n;
        state.sum += later.sum;
        state.mean = state.sum / state.n as f64;
        state.squares += later.squares + gap * gap * a * b / (a + b);
        let joined = |a: Option<f64>, b: Option<f64>, f: fn(f64, f64) -> f64| match (a, b) {
            (Some(a), Some(b)) => Some(f(a, b)),
            (a, b) => a.or(b),
        };
        state.min = joined(state.min, later.min, f64::min);
        state.max = joined(state.max, later.max, f64::max);
    }
}

impl Moments {
    /// Absent without numbers, or beyond the range of numbers.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0 && self.mean.is_finite()).then_some(self.mean)
    }

    /// With n - 1; absent for fewer than two numbers.
    pub fn standard_deviation(&self) -> Option<f64> {
        let deviation = (self.squares / (self.n as f64 - 1.0)).sqrt();
        (self.n > 1 && deviation.is_finite()).then_some(deviation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReadOptions, Table};

    #[test]
    fn moments_of_parts_are_those_of_the_whole() {
        let table = |text: &str| {
            Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table")
        };
        let moments = MomentsOf { column: "x".into() };
        let of = |table: &Table| {
            let mut state = Moments::default();
            let chunk = Chunk::from(table, 0);
            moments
                .update(&mut state, &chunk)
                .expect("the column is there");
            state
        };
        let mut parts = of(&table("x\n1\n2.5\n\"\"\n"));
        moments.merge(&mut parts, of(&table("x\n-4\n7\n11\n")));
        let whole = of(&table("x\n1\n2.5\n\"\"\n-4\n7\n11\n"));
        // statistics.stdev([1, 2.5, -4, 7, 11])
        assert_eq!((parts.n, parts.missing, parts.mean()), (5, 1, Some(3.5)));
        for moments in [parts, whole] {
            let deviation = moments.standard_deviation().expect("five numbers");
            assert!((deviation - 5.744562646538029).abs() < 1e-12, "{deviation}");
            assert_eq!((moments.min, moments.max), (Some(-4.0), Some(11.0)));
        }
    }
}

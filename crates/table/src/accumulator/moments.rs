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
    #[serde(deserialize_with = "or_infinite")]
    pub sum: f64,
    #[serde(deserialize_with = "or_infinite")]
    mean: f64,
    /// The sum of squared deviations from the mean.
    #[serde(deserialize_with = "or_infinite")]
    squares: f64,
    pub min: Option<f64>,
    pub max: Option<f64>,
}

/// JSON writes a number beyond its range as null.
fn or_infinite<'de, D: serde::Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let number = Option::<f64>::deserialize(from)?;
    Ok(number.unwrap_or(f64::INFINITY))
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
        let mut numbers = Vec::with_capacity(chunk.table.rows());
        let values = chunk.table.values(&self.column)?;
        values.each_number(|_, value| numbers.push(value));
        state.see_all(&numbers);
        state.missing += (chunk.table.rows() - numbers.len()) as u64;
        Ok(())
    }

    fn merge(&self, state: &mut Moments, later: Moments) {
        state.merge(later);
    }
}

impl Moments {
    /// Of numbers, each with how often it occurs.
    pub(crate) fn of_counted(values: &[(f64, u64)]) -> Self {
        let n: u64 = values.iter().map(|(_, times)| times).sum();
        let sum: f64 = values.iter().map(|(v, times)| v * *times as f64).sum();
        let mean = if n > 0 { sum / n as f64 } else { 0.0 };
        let squares = values
            .iter()
            .map(|(v, times)| (v - mean) * (v - mean) * *times as f64);
        let extreme = |least: fn(f64, f64) -> f64| values.iter().map(|(v, _)| *v).reduce(least);
        Self {
            n,
            missing: 0,
            sum,
            mean,
            squares: squares.sum(),
            min: extreme(f64::min),
            max: extreme(f64::max),
        }
    }

    /// Takes in finite numbers.
    pub(crate) fn see_all(&mut self, numbers: &[f64]) {
        let (mut sum, mut min, mut max) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        for &value in numbers {
            sum += value;
            min = if value < min { value } else { min };
            max = if value > max { value } else { max };
        }
        let n = numbers.len() as u64;
        let mean = if n > 0 { sum / n as f64 } else { 0.0 };
        let squares = numbers.iter().map(|v| (v - mean) * (v - mean)).sum();
        self.merge(Self {
            n,
            missing: 0,
            sum,
            mean,
            squares,
            min: (n > 0).then_some(min),
            max: (n > 0).then_some(max),
        });
    }

    /// Takes in the moments of other numbers.
    pub(crate) fn merge(&mut self, later: Self) {
        self.missing += later.missing;
        if later.n == 0 {
            return;
        }
        let (a, b) = (self.n as f64, later.n as f64);
        let gap = later.mean - self.mean;
        self.n += later.n;
        self.sum += later.sum;
        self.mean = self.sum / self.n as f64;
        self.squares += later.squares + gap * gap * a * b / (a + b);
        let joined = |a: Option<f64>, b: Option<f64>, f: fn(f64, f64) -> f64| match (a, b) {
            (Some(a), Some(b)) => Some(f(a, b)),
            (a, b) => a.or(b),
        };
        self.min = joined(self.min, later.min, f64::min);
        self.max = joined(self.max, later.max, f64::max);
    }

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

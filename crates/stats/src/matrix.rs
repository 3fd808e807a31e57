//! Small dense matrices of numbers.

/// What a column keeps of its variance, given those before it, so that it says something of its own.
const OWN_SHARE: f64 = 1e-8;

/// Rows of one length.
pub(crate) struct Matrix {
    pub(crate) columns: usize,
    pub(crate) values: Vec<f64>,
}

impl Matrix {
    pub(crate) fn of(rows: usize, columns: usize, at: impl Fn(usize, usize) -> f64) -> Matrix {
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let values = cells.map(|(row, column)| at(row, column)).collect();
        Matrix { columns, values }
    }

    pub(crate) fn zero(rows: usize, columns: usize) -> Matrix {
        Matrix::of(rows, columns, |_, _| 0.0)
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    pub(crate) fn add(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.columns + column] += value;
    }
}

/// The lower triangle whose product with itself is a covariance.
pub(crate) struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// None if a column keeps next to nothing of its variance, given those before it.
    pub(crate) fn of(covariance: &Matrix) -> Option<Cholesky> {
        let n = covariance.columns;
        let mut lower = Matrix::zero(n, n);
        for row in 0..n {
            for column in 0..=row {
                let before: f64 = (0..column)
                    .map(|k| lower.at(row, k) * lower.at(column, k))
                    .sum();
                let left = covariance.at(row, column) - before;
                let value = if row == column {
                    if left.is_nan() || left <= OWN_SHARE * covariance.at(row, row) {
                        return None;
                    }
                    left.sqrt()
                } else {
                    left / lower.at(column, column)
                };
                lower.add(row, column, value);
            }
        }
        Some(Cholesky { lower })
    }

    /// The covariance's inverse times a vector.
    pub(crate) fn solve(&self, vector: &[f64]) -> Vec<f64> {
        let n = vector.len();
        let mut solved = vector.to_vec();
        for row in 0..n {
            let before: f64 = (0..row).map(|k| self.lower.at(row, k) * solved[k]).sum();
            solved[row] = (solved[row] - before) / self.lower.at(row, row);
        }
        for row in (0..n).rev() {
            let after: f64 = (row + 1..n)
                .map(|k| self.lower.at(k, row) * solved[k])
                .sum();
            solved[row] = (solved[row] - after) / self.lower.at(row, row);
        }
        solved
    }
}

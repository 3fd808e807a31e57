use galen_pipeline::NativeError;

use crate::learning::Learning;
use crate::params::Params;

/// The numbers that a logistic regression is fitted to: transformed, filled, standardised.
pub(crate) struct Design {
    pub columns: Vec<Column>,
    /// Row-major: one row a case, one number a column.
    pub values: Vec<f64>,
}

/// One number of a row: an input, or the indicator that one is missing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub name: String,
    pub log: bool,
    /// Of an input that may be missing: the place of its indicator, and the median of its values, which stands for an
    /// absent one.
    pub fill: Option<(usize, f64)>,
    /// Of the transformed and filled values.
    pub mean: f64,
    /// Of the same, with `n` below the root; above 0.
    pub sd: f64,
}

impl Design {
    /// Prepares the numbers of all cases.
    pub fn new(learning: &Learning, params: &Params) -> Result<Self, NativeError> {
        let names = learning.contract.encoded_names();
        let rows: Vec<&[f32]> = learning.rows().collect();
        let mut columns = Vec::new();
        let mut values = vec![0.0; rows.len() * names.len()];
        let inputs = learning.contract.inputs().iter();
        for (input, places) in inputs.zip(learning.contract.encoded_places()) {
            let place = places.start;
            let indicator = input.may_be_missing.then_some(place + 1);
            let fill = indicator
                .map(|indicator| Ok((indicator, median(&rows, place, indicator, &input.name)?)))
                .transpose()?;
            for place in places {
                let is_input = names[place] == input.name;
                let mut column = Column {
                    name: names[place].clone(),
                    log: is_input && params.logs.contains(&input.name),
                    fill: fill.filter(|_| is_input),
                    mean: 0.0,
                    sd: 1.0,
                };
                let prepared: Vec<f64> =
                    rows.iter().map(|row| column.prepare(row, place)).collect();
                column.standardise(&prepared)?;
                for (row, value) in prepared.iter().enumerate() {
                    values[row * names.len() + place] = (value - column.mean) / column.sd;
                }
                columns.push(column);
            }
        }
        Ok(Self { columns, values })
    }
}

impl Column {
    /// The value of a row, filled and transformed.
    pub fn prepare(&self, row: &[f32], place: usize) -> f64 {
        let filled = match self.fill {
            Some((indicator, median)) if row[indicator] == 1.0 => median,
            _ => f64::from(row[place]),
        };
        if self.log { filled.ln() } else { filled }
    }

    fn standardise(&mut self, values: &[f64]) -> Result<(), NativeError> {
        let n = values.len() as f64;
        self.mean = values.iter().sum::<f64>() / n;
        let squares = values.iter().map(|value| (value - self.mean).powi(2));
        self.sd = (squares.sum::<f64>() / n).sqrt();
        // A constant column leaves rounding of its mean behind.
        if self.sd.is_finite() && self.sd > 1e-9 * self.mean.abs() {
            return Ok(());
        }
        Err(NativeError::Computation {
            what: format!("`{}` is {} in every case", self.name, self.mean),
            help: "nothing can be learned from it: leave it out of `inputs` or `missing_indicator`"
                .into(),
        })
    }
}

/// The middle of the values that are there.
fn median(rows: &[&[f32]], place: usize, indicator: usize, name: &str) -> Result<f64, NativeError> {
    let there = rows.iter().filter(|row| row[indicator] == 0.0);
    let mut values: Vec<f64> = there.map(|row| f64::from(row[place])).collect();
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    if n == 0 {
        return Err(NativeError::Computation {
            what: format!("`{name}` is missing in every case"),
            help: "leave it out of `inputs`".into(),
        });
    }
    Ok((values[(n - 1) / 2] + values[n / 2]) / 2.0)
}

use super::{Drawing, Rows, Settings};
use crate::drift::DriftResult;
use crate::estimate::Undefined;
use crate::pairwise::{Discrepancy, Pairwise};

/// Rows of a table beyond which a draw stands for it: work grows with the square.
const ROWS_MAX: usize = 1000;

/// The squared maximum mean discrepancy of whole rows, unbiased, under a Gaussian kernel, with the p-value of a permutation
/// test. It can be a little below 0.
///
/// Each column is centred and put over its standard deviation, of both tables together; a missing value stands at the mean,
/// and a column with missing ones is joined by one that marks them. The kernel's width is the median distance between rows
/// of both tables. Rows count as independent of each other, also those of one patient.
///
/// # Errors
/// Those of the tables, and [`Undefined::TooFewCases`] for a table of one row.
///
/// # Source
/// Gretton and others 2012, J Mach Learn Res 13:723-773, equation 3; the width as in Evidently 0.7.23
/// (`MMDDriftMethod`); Phipson and Smyth 2010, Stat Appl Genet Mol Biol 9:39 (p of random permutations).
pub fn mmd(
    reference: &Rows,
    current: &Rows,
    settings: &Settings,
) -> Result<DriftResult, Undefined> {
    compare(reference, current, settings, |rows, first| {
        let width = median_square(rows, first);
        let kernel = Pairwise::of(rows.len(), |i, j| {
            (-square(&rows[i], &rows[j]) / width).exp()
        });
        kernel.test(
            first,
            Discrepancy::Unbiased,
            settings.permutations,
            settings.seed,
        )
    })
}

/// The energy distance of whole rows, squared: twice the mean distance between rows of both tables less those within each,
/// with the p-value of a permutation test. At least 0; columns are scaled as for [`mmd`].
///
/// # Errors
/// As [`mmd`].
///
/// # Source
/// Szekely and Rizzo 2013, J Stat Plan Inference 143:1249-1272; Phipson and Smyth 2010, Stat Appl Genet Mol Biol 9:39.
pub fn energy_distance(
    reference: &Rows,
    current: &Rows,
    settings: &Settings,
) -> Result<DriftResult, Undefined> {
    compare(reference, current, settings, |rows, first| {
        let distance = Pairwise::of(rows.len(), |i, j| -square(&rows[i], &rows[j]).sqrt());
        distance.test(
            first,
            Discrepancy::Biased,
            settings.permutations,
            settings.seed,
        )
    })
}

fn compare(
    reference: &Rows,
    current: &Rows,
    settings: &Settings,
    test: impl Fn(&[Vec<f64>], usize) -> (f64, f64),
) -> Result<DriftResult, Undefined> {
    let rows_max = settings.rows_max.min(ROWS_MAX);
    let drawing = Drawing::of(reference, current, rows_max, settings.seed)?;
    if drawing.reference.min(drawing.current) < 2 {
        return Err(Undefined::TooFewCases);
    }
    let columns: Vec<Vec<f64>> = drawing.columns.iter().flat_map(|c| scaled(c)).collect();
    let row = |row: usize| columns.iter().map(|column| column[row]).collect();
    let rows: Vec<Vec<f64>> = (0..drawing.n()).map(row).collect();
    if rows.iter().flatten().any(|x| !x.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let (statistic, p) = test(&rows, drawing.reference);
    Ok(DriftResult {
        statistic: Some(statistic),
        p_value: Some(p),
        drawn: Some(drawing.drawn()),
    })
}

/// A column around its mean over its standard deviation, and one that marks missing values if there are any; a constant
/// column is none.
fn scaled(column: &[f64]) -> Vec<Vec<f64>> {
    let missing: Vec<f64> = column
        .iter()
        .map(|x| f64::from(u8::from(x.is_nan())))
        .collect();
    let marks = missing.contains(&1.0).then_some(missing.as_slice());
    [Some(column), marks]
        .into_iter()
        .flatten()
        .filter_map(|column| {
            let there = || column.iter().copied().filter(|x| !x.is_nan());
            let n = there().count() as f64;
            let mean = there().sum::<f64>() / n;
            let deviation = (there().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
            let scale = |&x: &f64| {
                if x.is_nan() {
                    0.0
                } else {
                    (x - mean) / deviation
                }
            };
            (deviation > 0.0).then(|| column.iter().map(scale).collect())
        })
        .collect()
}

fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The square of the median distance between the `first` rows and the others; 1 if it is 0.
fn median_square(rows: &[Vec<f64>], first: usize) -> f64 {
    let (a, b) = rows.split_at(first);
    let mut distances: Vec<f64> = a
        .iter()
        .flat_map(|a| b.iter().map(move |b| square(a, b).sqrt()))
        .collect();
    distances.sort_unstable_by(f64::total_cmp);
    let middle = distances.len() / 2;
    let median = if distances.len() % 2 == 1 {
        distances[middle]
    } else {
        0.5 * (distances[middle - 1] + distances[middle])
    };
    if median > 0.0 { median * median } else { 1.0 }
}

use super::{Ratings, Weights};
use crate::estimate::Undefined;

/// The intraclass correlation of single readings, two-way random effects, absolute agreement; over the cases that every reader
/// read. Its categories are the numbers that they are; weights do not matter.
///
/// # Errors
/// [`Undefined::TooFewCases`] with fewer than two cases or readers, [`Undefined::SameScore`] where nothing varies.
///
/// # Source
/// Shrout and Fleiss 1979, Psychol Bull 86:420-428, ICC(2,1); McGraw and Wong 1996, Psychol Methods 1:30-46, ICC(A,1).
pub fn icc_2_1(ratings: &Ratings, _: Weights) -> Result<f64, Undefined> {
    let complete = ratings.of_case.iter().filter_map(|case| {
        let values: Option<Vec<f64>> = case.iter().map(|c| Some(ratings.values[(*c)?])).collect();
        values
    });
    let rows: Vec<Vec<f64>> = complete.collect();
    let (n, k) = (rows.len() as f64, rows.first().map_or(0, Vec::len) as f64);
    if n < 2.0 || k < 2.0 {
        return Err(Undefined::TooFewCases);
    }
    let mean = rows.iter().flatten().sum::<f64>() / (n * k);
    let of_case: f64 = rows
        .iter()
        .map(|row| (row.iter().sum::<f64>() / k - mean).powi(2))
        .sum();
    let readers = rows[0].len();
    let of_reader: f64 = (0..readers)
        .map(|reader| (rows.iter().map(|row| row[reader]).sum::<f64>() / n - mean).powi(2))
        .sum();
    let all: f64 = rows
        .iter()
        .flatten()
        .map(|value| (value - mean).powi(2))
        .sum();
    let between_cases = k * of_case / (n - 1.0);
    let between_readers = n * of_reader / (k - 1.0);
    let error = (all - k * of_case - n * of_reader) / ((n - 1.0) * (k - 1.0));
    let whole = between_cases + (k - 1.0) * error + k * (between_readers - error) / n;
    let first = rows[0][0];
    if rows.iter().flatten().all(|value| *value == first) || whole == 0.0 {
        return Err(Undefined::SameScore);
    }
    Ok((between_cases - error) / whole)
}

use super::classifier::{ROWS_MIN, STREAMS, parts};
use super::forest::Forest;
use super::{Drawing, Rows, Settings};
use crate::estimate::Undefined;

/// Scores of rows by forests that did not learn from them.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// Which of the given rows were drawn, in no order that means anything.
    pub rows: Vec<usize>,
    /// The share of trees, weighted by their leaves, that say diseased: 0 to 1, in the order of `rows`.
    pub scores: Vec<f64>,
}

/// Cross-validates a forest of random trees that tells diseased from healthy rows, and gives each row's score from the forest
/// that did not learn from it. A patient is in one part only. `columns` hold a number a row, NaN where a value is missing.
///
/// # Errors
/// Those of the tables, and [`Undefined::TooFewCases`] below 20 drawn rows of either kind.
///
/// # Source
/// Breiman 2001, Mach Learn 45:5-32; Stone 1974, J R Stat Soc B 36:111-147 (cross-validation).
pub fn held_out(
    columns: &[Vec<f64>],
    truth: &[bool],
    patients: Option<&[u32]>,
    settings: &Settings,
) -> Result<HeldOut, Undefined> {
    let of =
        |kind: bool| -> Vec<usize> { (0..truth.len()).filter(|&row| truth[row] == kind).collect() };
    let rows = [of(false), of(true)];
    if columns.iter().any(|column| column.len() != truth.len()) {
        return Err(Undefined::NotAligned);
    }
    let picked = |rows: &[usize]| -> Vec<Vec<f64>> {
        let pick = |column: &Vec<f64>| rows.iter().map(|&row| column[row]).collect();
        columns.iter().map(pick).collect()
    };
    let patients_of = |rows: &[usize]| -> Option<Vec<u32>> {
        patients.map(|patients| rows.iter().map(|&row| patients[row]).collect())
    };
    let (healthy, diseased) = (picked(&rows[0]), picked(&rows[1]));
    let (of_healthy, of_diseased) = (patients_of(&rows[0]), patients_of(&rows[1]));
    let side = |columns, patients| Rows { columns, patients };
    let drawing = Drawing::of(
        &side(&healthy, of_healthy.as_deref()),
        &side(&diseased, of_diseased.as_deref()),
        settings.rows_max,
        settings.seed,
    )?;
    if drawing.reference.min(drawing.current) < ROWS_MIN {
        return Err(Undefined::TooFewCases);
    }
    let folds = settings.folds.max(2);
    let part = parts(&drawing, &Settings { folds, ..*settings });
    let mut scores = vec![0.0; drawing.n()];
    for fold in 0..folds {
        let (out, rest): (Vec<usize>, Vec<usize>) =
            (0..drawing.n()).partition(|&row| part[row] == fold);
        let stream = STREAMS * (fold as u64 + 1);
        let trees = settings.trees.max(1);
        let forest = Forest::grow(&drawing, &rest, trees, settings.seed, stream);
        let found = forest.scores(out.len(), |place, column| {
            drawing.columns[column][out[place]]
        });
        out.into_iter()
            .zip(found)
            .for_each(|(row, score)| scores[row] = score);
    }
    let place = |row: usize| rows[usize::from(drawing.is_current(row))][drawing.places[row]];
    Ok(HeldOut {
        rows: (0..drawing.n()).map(place).collect(),
        scores,
    })
}

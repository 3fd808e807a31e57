//! A table of readings: who read which case with which test, and how sure they were.

use std::collections::{BTreeMap, BTreeSet};

use galen_stats::readers::{Covariances, ReaderStudy, obuchowski_rockette};
use galen_stats::{Cases, Level};
use galen_table::Table;
use serde::Serialize;

use crate::EvalError;
use crate::columns::{numbers, yes_or_no};

/// Which columns play which part: one row a reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Readings {
    pub truth: String,
    pub rating: String,
    pub reader: String,
    /// The test, modality or aid that the case was read with.
    pub test: String,
    pub case: String,
    /// The patient, of whom there may be several cases.
    pub cluster: Option<String>,
    pub positive: Option<String>,
    pub covariances: Covariances,
}

/// The study with its names, in their order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Study {
    pub cases: usize,
    pub positives: usize,
    pub readers: Vec<String>,
    pub tests: Vec<String>,
    #[serde(flatten)]
    pub found: ReaderStudy,
}

/// Analyses readings: every reader must have read every case with every test, once.
///
/// # Errors
/// [`EvalError`] that names the first reading that is absent or there twice.
pub fn evaluate(table: &Table, columns: &Readings, level: Level) -> Result<Study, EvalError> {
    let truth = yes_or_no(table, &columns.truth, columns.positive.as_deref())?;
    let rating = numbers(table, &columns.rating)?;
    let named = |column: &str| -> Result<Vec<String>, EvalError> {
        let texts = table.texts(column)?.into_iter().enumerate();
        let text = |(row, text): (usize, Option<String>)| {
            text.ok_or_else(|| EvalError::Missing {
                row,
                column: column.to_owned(),
            })
        };
        texts.map(text).collect()
    };
    let (reader, test, case) = (
        named(&columns.reader)?,
        named(&columns.test)?,
        named(&columns.case)?,
    );
    let cluster = columns.cluster.as_deref().map(named).transpose()?;
    let mut of_case: BTreeMap<&str, (bool, &str)> = BTreeMap::new();
    let mut readings: BTreeMap<[&str; 3], f64> = BTreeMap::new();
    for row in 0..table.rows() {
        let missing = |column: &str| EvalError::Missing {
            row,
            column: column.to_owned(),
        };
        let own = truth[row].ok_or_else(|| missing(&columns.truth))?;
        let rating = rating[row].ok_or_else(|| missing(&columns.rating))?;
        let patient = cluster
            .as_ref()
            .map_or(case[row].as_str(), |cluster| cluster[row].as_str());
        let known = of_case.entry(&case[row]).or_insert((own, patient));
        if *known != (own, patient) {
            return Err(EvalError::Other(format!(
                "Row {row} (counted from 0) says another truth or patient of the case `{}` than an earlier row.",
                case[row]
            )));
        }
        if readings
            .insert([&test[row], &reader[row], &case[row]], rating)
            .is_some()
        {
            return Err(EvalError::Other(format!(
                "Reader `{}` read the case `{}` with `{}` twice (row {row}, counted from 0).",
                reader[row], case[row], test[row]
            )));
        }
    }
    let tests: BTreeSet<&String> = test.iter().collect();
    let readers: BTreeSet<&String> = reader.iter().collect();
    let places: BTreeMap<&str, u32> = {
        let patients: BTreeSet<&str> = of_case.values().map(|(_, patient)| *patient).collect();
        patients.into_iter().zip(0..).collect()
    };
    let truths: Vec<bool> = of_case.values().map(|(truth, _)| *truth).collect();
    let patients = || {
        of_case
            .values()
            .map(|(_, patient)| places[patient])
            .collect()
    };
    let mut cases = Vec::new();
    for test in &tests {
        let mut row = Vec::new();
        for reader in &readers {
            let ratings = of_case.keys().map(|case| {
                let found = readings.get(&[test.as_str(), reader.as_str(), case]);
                found.copied().ok_or_else(|| {
                    EvalError::Other(format!(
                        "Reader `{reader}` did not read the case `{case}` with `{test}`: every reader must have read every case with every test."
                    ))
                })
            });
            let ratings: Vec<f64> = ratings.collect::<Result<_, _>>()?;
            let cluster = columns.cluster.as_ref().map(|_| patients());
            row.push(Cases::new(truths.clone(), ratings, None, cluster)?);
        }
        cases.push(row);
    }
    let found = obuchowski_rockette(&cases, columns.covariances, level)?;
    Ok(Study {
        cases: truths.len(),
        positives: truths.iter().filter(|truth| **truth).count(),
        readers: readers.into_iter().cloned().collect(),
        tests: tests.into_iter().cloned().collect(),
        found,
    })
}

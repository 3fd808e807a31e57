//! Patients: whom rows belong to.

use std::collections::HashMap;

use thiserror::Error;

use crate::{ColumnError, Table};

/// Why rows cannot be told apart by their patients.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PatientError {
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error("Row {row} (counted from 0) names no patient in `{column}`.")]
    Missing { row: usize, column: String },
}

/// A number for the patient of each of the chosen rows, from 0 in the order in which they are first met.
///
/// # Errors
/// [`PatientError`] without the column, or with a row without a patient.
pub fn patients(table: &Table, column: &str, rows: &[usize]) -> Result<Vec<u32>, PatientError> {
    let texts = table.texts(column)?;
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut numbers = Vec::with_capacity(rows.len());
    for &row in rows {
        let text = texts[row].as_deref().map(str::trim);
        let text = text.ok_or_else(|| PatientError::Missing {
            row,
            column: column.to_owned(),
        })?;
        let next = known.len() as u32;
        numbers.push(*known.entry(text).or_insert(next));
    }
    Ok(numbers)
}

/// Columns that are called as those of patients and whose values repeat in the chosen rows, with how many different ones there are.
pub fn repeating<'a>(table: &'a Table, rows: &[usize]) -> Vec<(&'a str, usize)> {
    let named = table
        .names()
        .into_iter()
        .filter(|name| names_a_patient(name));
    let counted = named.filter_map(|name| {
        let numbers = patients(table, name, rows).ok()?;
        let different = numbers.iter().max().map_or(0, |most| *most as usize + 1);
        (different < rows.len()).then_some((name, different))
    });
    counted.collect()
}

/// Whether a column is called as those of patients are.
fn names_a_patient(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    [
        "patient",
        "patientid",
        "subject",
        "subjectid",
        "person",
        "personid",
        "mrn",
        "case",
        "caseid",
        "pid",
    ]
    .contains(&plain.as_str())
}

use std::collections::BTreeMap;
use std::path::Path;

use galen_table::expectation::ExpectationResult;
use galen_table::scan::{Scan, ScanError, look_up};

use crate::outside::write_file;
use crate::reading::not_scanned;
use crate::report::Failure;

/// Why the failing rows were not written.
pub enum NotWritten {
    Read(ScanError),
    Other(Failure),
}

impl NotWritten {
    /// The failure, of the file that was read.
    pub fn of(self, file: &Path) -> Failure {
        match self {
            NotWritten::Read(error) => not_scanned(file, &error),
            NotWritten::Other(failure) => failure,
        }
    }
}

/// Writes every row of which something does not hold: its number, the expectations that it does not meet, its cells.
pub fn write(scan: &dyn Scan, results: &[ExpectationResult], out: &Path) -> Result<(), NotWritten> {
    let mut failed: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for result in results.iter().filter(|result| !result.ok) {
        for row in &result.rows {
            failed.entry(*row).or_default().push(&result.id);
        }
    }
    let all: Vec<usize> = (0..scan.heads().list().len()).collect();
    let rows: Vec<u64> = failed.keys().copied().collect();
    let table = look_up(scan, &all, &rows).map_err(NotWritten::Read)?;
    let numbers: Vec<_> = rows.iter().map(|row| Some(row.to_string())).collect();
    let what: Vec<_> = failed.values().map(|ids| Some(ids.join(" "))).collect();
    let names = table.names();
    let new = |name: &str| {
        let mut name = name.to_owned();
        while names.contains(&name.as_str()) {
            name.push('_');
        }
        name
    };
    let (row, not_met) = (new("row"), new("not_met"));
    let with = table
        .with_texts(&row, &numbers)
        .and_then(|table| table.with_texts(&not_met, &what));
    let with = with.map_err(|error| NotWritten::Read(error.into()))?;
    let order: Vec<&str> = [row.as_str(), not_met.as_str()]
        .into_iter()
        .chain(names)
        .collect();
    let with = with
        .select(&order)
        .map_err(|error| NotWritten::Read(error.into()))?;
    let name = out
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let bytes = with.to_format(name).map_err(|why| {
        NotWritten::Other(Failure::usage(
            "format",
            format!("{}: {why}", out.display()),
            "name a file that ends in .csv, .tsv, .psv, .ndjson, .parquet or .arrow",
        ))
    })?;
    write_file(out, &bytes).map_err(NotWritten::Other)
}

//! Tables in files: which format, which marks for what is missing.

use std::path::Path;

use galen_table::{Format, ReadOptions, Table};

use crate::args::Reading;
use crate::outside::read_file;
use crate::report::Failure;

/// The table in a file.
///
/// # Errors
/// [`Failure`] with what is wrong in the file and where.
pub fn table_in(file: &Path, reading: &Reading) -> Result<Table, Failure> {
    let format = match &reading.format {
        Some(word) => Some(Format::of_word(word).ok_or_else(|| {
            Failure::usage(
                "format",
                format!("there is no format `{word}`"),
                format!("use one of {}", Format::words().join(", ")),
            )
        })?),
        None => file
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(Format::of_name),
    };
    let options = ReadOptions {
        na: reading.na.clone(),
        ..ReadOptions::default()
    };
    Table::read(&read_file(file)?, format, &options).map_err(|error| {
        Failure::usage(
            "table",
            format!("{}: {error}", file.display()),
            "correct the file, or say how it is read: --format, --na",
        )
    })
}

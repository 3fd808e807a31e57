use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Field, Schema};
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

use crate::values::Values;
use crate::{Cell, Format, Table};

impl Table {
    /// The table as a file of that name: CSV, TSV, PSV, NDJSON, Parquet or Arrow IPC by its end. In the delimited ones a text
    /// that a spreadsheet would take for a formula begins with `'`.
    ///
    /// # Errors
    /// Says that the end names no format.
    pub fn to_format(&self, name: &str) -> Result<Vec<u8>, String> {
        match Format::of_name(name) {
            Some(Format::Delimited(delimiter))
                if !name.ends_with(".gz") && !name.ends_with(".zst") =>
            {
                Ok(self.delimited(delimiter.unwrap_or(b','), true))
            }
            Some(Format::Ndjson) => Ok(self.to_ndjson()),
            Some(Format::Parquet) => self.to_parquet().map_err(|error| error.to_string()),
            Some(Format::Arrow) => self.to_arrow().map_err(|error| error.to_string()),
            _ => Err("its name says no format in which a table is written".to_owned()),
        }
    }

    fn to_ndjson(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let names = self.names();
        let columns: Vec<Values> = self
            .arrays()
            .iter()
            .map(|a| Values::of(a.as_ref()))
            .collect();
        for row in 0..self.rows() {
            let cells = names.iter().zip(&columns).map(|(name, values)| {
                let value = match values.cell(row) {
                    None => Value::Null,
                    Some(Cell::Integer(value)) => json!(value),
                    Some(Cell::Number(value)) => json!(value),
                    Some(Cell::Boolean(value)) => json!(value),
                    Some(other) => json!(other.to_string()),
                };
                ((*name).to_owned(), value)
            });
            out.extend(Value::Object(cells.collect()).to_string().bytes());
            out.push(b'\n');
        }
        out
    }

    fn to_parquet(&self) -> Result<Vec<u8>, parquet::errors::ParquetError> {
        let batch = self.to_batch()?;
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None)?;
        writer.write(&batch)?;
        writer.into_inner()
    }

    fn to_arrow(&self) -> Result<Vec<u8>, ArrowError> {
        let batch = self.to_batch()?;
        let mut writer = FileWriter::try_new(Vec::new(), &batch.schema())?;
        writer.write(&batch)?;
        writer.into_inner()
    }

    fn to_batch(&self) -> Result<RecordBatch, ArrowError> {
        let fields = self.names().into_iter().zip(self.arrays());
        let fields = fields.map(|(name, array)| Field::new(name, array.data_type().clone(), true));
        let schema = Schema::new(fields.collect::<Vec<_>>());
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows()));
        RecordBatch::try_new_with_options(Arc::new(schema), self.arrays().to_vec(), &options)
    }

    /// The table as CSV (RFC 4180, LF line ends): cells as they stood in the file, absent values as empty cells.
    ///
    /// The same table gives the same bytes. A cell is quoted only where it must be; in a table of one column an absent
    /// value is written `""`, since an empty line is no row.
    pub fn to_csv(&self) -> Vec<u8> {
        self.delimited(b',', false)
    }

    fn delimited(&self, delimiter: u8, escape: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let names = self.names();
        let style = Style {
            delimiter,
            escape,
            alone: names.len() == 1,
        };
        style.record(&mut out, names.iter().map(|name| Some(*name)));
        for row in 0..self.rows() {
            let cells = (0..names.len()).map(|place| self.text_at(place, row));
            let cells: Vec<_> = cells.collect();
            style.record(&mut out, cells.iter().map(Option::as_deref));
        }
        out
    }
}

/// How records of delimited text are written.
struct Style {
    delimiter: u8,
    /// Whether a text that a spreadsheet would take for a formula is made one of words.
    escape: bool,
    /// Whether there is one column only.
    alone: bool,
}

impl Style {
    fn record<'a>(&self, out: &mut Vec<u8>, cells: impl Iterator<Item = Option<&'a str>>) {
        for (i, cell) in cells.enumerate() {
            if i > 0 {
                out.push(self.delimiter);
            }
            let Some(cell) = cell else {
                if self.alone {
                    out.extend(b"\"\"");
                }
                continue;
            };
            let cell = if self.escape && is_formula(cell) {
                Cow::Owned(format!("'{cell}"))
            } else {
                Cow::Borrowed(cell)
            };
            if self.must_quote(&cell) {
                out.push(b'"');
                out.extend(cell.replace('"', "\"\"").bytes());
                out.push(b'"');
            } else {
                out.extend(cell.bytes());
            }
        }
        out.push(b'\n');
    }

    fn must_quote(&self, cell: &str) -> bool {
        // A byte order mark at the beginning of the file would be skipped.
        cell.contains([char::from(self.delimiter), '"', '\n', '\r']) || cell.starts_with('\u{feff}')
    }
}

/// Whether a spreadsheet would compute it; a number with its sign is none.
///
/// # Source
/// OWASP, CSV Injection.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && crate::cell::number(cell).is_none()
}

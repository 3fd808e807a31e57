//! Parquet and Arrow: the columns come typed.

use std::io::Cursor;

use arrow_array::{Array, RecordBatch, StringArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{ReadError, ReadOptions, check_cells, without_markers};
use crate::{Kind, Table, cell};

/// Rows that are decoded at once.
const BATCH: usize = 8192;

impl Table {
    /// Reads a Parquet file.
    ///
    /// Whole and floating numbers are numbers; everything else, dates among them, is its text. Null and NaN are missing.
    ///
    /// # Errors
    /// [`ReadError::Columnar`] for a damaged file or a column of lists or records, [`ReadError::Infinite`].
    pub fn read_parquet(bytes: Vec<u8>, options: &ReadOptions) -> Result<Table, ReadError> {
        let broken = |error: &dyn std::fmt::Display| ReadError::Columnar {
            what: "Parquet",
            why: error.to_string(),
        };
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes))
            .map_err(|error| broken(&error))?;
        let schema = builder.schema().clone();
        let reader = builder
            .with_batch_size(BATCH)
            .build()
            .map_err(|error| broken(&error))?;
        gathered(reader, &schema, "Parquet", options)
    }

    /// Reads an Arrow IPC file (Feather version 2) or stream; types as of [`Table::read_parquet`].
    ///
    /// # Errors
    /// As [`Table::read_parquet`].
    pub fn read_arrow(bytes: &[u8], options: &ReadOptions) -> Result<Table, ReadError> {
        let broken = |error: ArrowError| ReadError::Columnar {
            what: "Arrow",
            why: error.to_string(),
        };
        if bytes.starts_with(b"ARROW1") {
            let reader =
                arrow_ipc::reader::FileReader::try_new(Cursor::new(bytes), None).map_err(broken)?;
            let schema = reader.schema();
            return gathered(reader, &schema, "Arrow", options);
        }
        let reader =
            arrow_ipc::reader::StreamReader::try_new(Cursor::new(bytes), None).map_err(broken)?;
        let schema = reader.schema();
        gathered(reader, &schema, "Arrow", options)
    }
}

fn gathered(
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    schema: &SchemaRef,
    what: &'static str,
    options: &ReadOptions,
) -> Result<Table, ReadError> {
    let broken = |why: String| ReadError::Columnar { what, why };
    let fields = schema.fields();
    if fields.len() > options.limits.columns {
        return Err(ReadError::TooManyColumns {
            line: 1,
            limit: options.limits.columns,
        });
    }
    let mut names: Vec<(String, Kind)> = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let (name, second) = (field.name().trim().to_owned(), at + 1);
        if name.is_empty() {
            return Err(ReadError::UnnamedColumn { position: second });
        }
        if let Some(first) = names.iter().position(|(known, _)| *known == name) {
            return Err(ReadError::DuplicateColumn {
                name,
                first: first + 1,
                second,
            });
        }
        let Some(kind) = kind_of(field.data_type()) else {
            let kind = field.data_type();
            return Err(broken(format!(
                "column `{name}` is of {kind}: write its parts as columns"
            )));
        };
        names.push((name, kind));
    }
    let mut cells: Vec<Vec<Option<String>>> = vec![Vec::new(); names.len()];
    let mut held = 0;
    for batch in batches {
        let batch = batch.map_err(|error| broken(error.to_string()))?;
        for ((column, array), (name, kind)) in cells.iter_mut().zip(batch.columns()).zip(&names) {
            let before = column.len();
            texts(array.as_ref(), *kind, column)
                .map_err(|error| broken(format!("column `{name}`: {error}")))?;
            let infinite = column[before..].iter().position(|cell| {
                *kind == Kind::Number && cell.as_deref().is_some_and(|cell| cell.contains("inf"))
            });
            if let Some(row) = infinite {
                return Err(ReadError::Infinite {
                    column: name.clone(),
                    row: before + row,
                });
            }
            held += column[before..]
                .iter()
                .flatten()
                .map(String::len)
                .sum::<usize>();
        }
        // Packed columns can unpack to as many cells as anybody likes.
        if held > options.limits.bytes {
            return Err(ReadError::UnpacksTooLarge {
                limit: options.limits.bytes,
            });
        }
    }
    let rows = cells.first().map_or(0, Vec::len);
    if rows == 0 {
        return Err(ReadError::HeaderOnly);
    }
    // There are no lines: a row is named by its number alone.
    let lines: Vec<u64> = (0..=rows as u64).collect();
    let declared = |name: &str| options.columns.iter().find(|column| column.name == name);
    let mut built = Vec::with_capacity(names.len());
    for ((name, kind), column) in names.into_iter().zip(cells) {
        let values: StringArray = without_markers(column.iter().map(Option::as_deref), &options.na);
        let kind = match declared(&name) {
            Some(column) => {
                let kind = cell::declared_kind(column.kind);
                check_cells(&name, kind, &values, &lines)?;
                kind
            }
            None if kind == Kind::Text => Kind::Text,
            // A column without a value has no kind, as in a text.
            None if values.null_count() == rows => Kind::Text,
            None => kind,
        };
        built.push((name, kind, values));
    }
    Ok(Table::build(built, rows))
}

/// How a type is held; `None` for lists and records.
fn kind_of(kind: &DataType) -> Option<Kind> {
    use DataType::*;
    match kind {
        Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 => Some(Kind::Integer),
        // Beyond 64 bits with a sign it is a code, as in a text.
        UInt64 => Some(Kind::Text),
        Float16 | Float32 | Float64 => Some(Kind::Number),
        Null | Boolean | Utf8 | LargeUtf8 | Utf8View | Date32 | Date64 | Timestamp(..)
        | Time32(_) | Time64(_) | Duration(_) | Decimal32(..) | Decimal64(..) | Decimal128(..)
        | Decimal256(..) => Some(Kind::Text),
        Dictionary(_, values) => kind_of(values),
        _ => None,
    }
}

/// The cells of an array as texts, absent ones and NaN as `None`.
fn texts(array: &dyn Array, kind: Kind, into: &mut Vec<Option<String>>) -> Result<(), ArrowError> {
    let format = FormatOptions::default();
    let shown = ArrayFormatter::try_new(array, &format)?;
    for row in 0..array.len() {
        let text = (!array.is_null(row))
            .then(|| shown.value(row).try_to_string())
            .transpose()?;
        into.push(text.filter(|text| kind != Kind::Number || text != "NaN"));
    }
    Ok(())
}

mod lengths;

use std::io::BufReader;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};

use super::super::guarded::guarded;
use super::Columns;
use crate::scan::{Scan, ScanError, Take};
use crate::source::{Source, Through};
use crate::table::Heads;
use crate::{ReadError, ReadOptions, Table};

const WHAT: &str = "Arrow";

/// An Arrow IPC file (Feather version 2), each record batch a part; or an Arrow stream, which is one part.
struct Arrow {
    source: Arc<dyn Source>,
    columns: Columns,
    has_values: Vec<bool>,
    first_rows: Vec<u64>,
    rows: u64,
    is_file: bool,
}

/// Opens an Arrow IPC file or stream: its batches are gone through once, to know the rows.
pub fn open(source: Arc<dyn Source>, options: &ReadOptions) -> Result<Box<dyn Scan>, ReadError> {
    let first = source
        .bytes(0, source.len().min(6) as usize)
        .map_err(super::super::disk)?;
    let is_file = first.as_ref() == b"ARROW1";
    guarded(WHAT, || lengths::check(source.as_ref(), is_file))??;
    let batches = Batches::of(&source, is_file, None)?;
    let schema = batches.schema();
    let mut has_values = vec![false; schema.fields().len()];
    let (mut first_rows, mut rows) = (Vec::new(), 0);
    for batch in batches {
        let batch = batch.map_err(broken)?;
        if is_file || first_rows.is_empty() {
            first_rows.push(rows);
        }
        rows += batch.num_rows() as u64;
        for (has, array) in has_values.iter_mut().zip(batch.columns()) {
            *has |= array.logical_null_count() < array.len();
        }
    }
    if rows == 0 {
        return Err(ReadError::HeaderOnly);
    }
    let columns = Columns::of(&schema, WHAT, options, &has_values)?;
    Ok(Box::new(Arrow {
        source,
        columns,
        has_values,
        first_rows,
        rows,
        is_file,
    }))
}

impl Scan for Arrow {
    fn heads(&self) -> &Arc<Heads> {
        &self.columns.heads
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn parts(&self) -> usize {
        self.first_rows.len()
    }

    fn first_row(&self, part: usize) -> u64 {
        self.first_rows[part]
    }

    fn has_values(&self, place: usize) -> bool {
        self.has_values[place]
    }

    fn read(&self, part: usize, columns: &[usize], take: Take) -> Result<(), ScanError> {
        let batches = Batches::of(&self.source, self.is_file, Some(part))?;
        let heads = columns
            .iter()
            .map(|&at| self.columns.heads.list()[at].clone());
        let heads = Arc::new(Heads::new(heads.collect()));
        let mut first = self.first_rows[part];
        for batch in batches {
            let batch = batch.map_err(broken)?;
            let arrays = columns
                .iter()
                .map(|&place| self.columns.held(place, batch.column(place), WHAT, first));
            let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
            take(&Table::of_arrays(heads.clone(), arrays, batch.num_rows()))?;
            first += batch.num_rows() as u64;
            if self.is_file {
                break;
            }
        }
        Ok(())
    }
}

enum Batches {
    File(FileReader<BufReader<Through>>),
    Stream(StreamReader<BufReader<Through>>),
}

impl Batches {
    /// The batches from one of a file on, or all of a stream.
    fn of(source: &Arc<dyn Source>, is_file: bool, from: Option<usize>) -> Result<Self, ReadError> {
        guarded(WHAT, || Self::opened(source, is_file, from))?
    }

    fn opened(
        source: &Arc<dyn Source>,
        is_file: bool,
        from: Option<usize>,
    ) -> Result<Self, ReadError> {
        let through = BufReader::new(Through::new(source.clone()));
        if is_file {
            let mut reader = FileReader::try_new(through, None).map_err(broken)?;
            if let Some(from) = from {
                reader.set_index(from).map_err(broken)?;
            }
            return Ok(Self::File(reader));
        }
        Ok(Self::Stream(
            StreamReader::try_new(through, None).map_err(broken)?,
        ))
    }

    fn schema(&self) -> SchemaRef {
        match self {
            Self::File(reader) => reader.schema(),
            Self::Stream(reader) => reader.schema(),
        }
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = guarded(WHAT, || match self {
            Self::File(reader) => reader.next(),
            Self::Stream(reader) => reader.next(),
        });
        next.unwrap_or_else(|error| Some(Err(ArrowError::ExternalError(Box::new(error)))))
    }
}

fn broken(error: ArrowError) -> ReadError {
    ReadError::Columnar {
        what: WHAT,
        why: error.to_string(),
    }
}

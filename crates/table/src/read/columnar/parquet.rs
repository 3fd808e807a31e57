use std::io;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Encoding, PageType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::{ChunkReader, Length};

use super::super::guarded::guarded;
use super::{BATCH, Columns};
use crate::scan::{Scan, ScanError, Take};
use crate::source::{Source, Through};
use crate::table::Heads;
use crate::{ReadError, ReadOptions, Table};

const WHAT: &str = "Parquet";

/// A Parquet file, each row group a part.
struct Parquet {
    source: Shared,
    metadata: ArrowReaderMetadata,
    columns: Columns,
    has_values: Vec<bool>,
    /// The first row of each row group.
    first_rows: Vec<u64>,
    rows: u64,
}

/// Opens a Parquet file: its footer says the columns, their types and the rows.
pub fn open(source: Arc<dyn Source>, options: &ReadOptions) -> Result<Box<dyn Scan>, ReadError> {
    guarded(WHAT, || opened(source, options))?
}

fn opened(source: Arc<dyn Source>, options: &ReadOptions) -> Result<Box<dyn Scan>, ReadError> {
    let source = Shared(source);
    let metadata = ArrowReaderMetadata::load(&source, ArrowReaderOptions::new()).map_err(broken)?;
    let schema = coded(metadata.schema(), metadata.metadata());
    let with_schema = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    let metadata =
        ArrowReaderMetadata::try_new(metadata.metadata().clone(), with_schema).map_err(broken)?;
    let groups = metadata.metadata().row_groups();
    let mut rows = 0;
    let mut first_rows = Vec::with_capacity(groups.len());
    for group in groups {
        first_rows.push(rows);
        rows += u64::try_from(group.num_rows()).unwrap_or(0);
    }
    if rows == 0 {
        return Err(ReadError::HeaderOnly);
    }
    let has_values: Vec<bool> = (0..metadata.schema().fields().len())
        .map(|place| has_values(metadata.metadata(), place, metadata.schema()))
        .collect();
    let columns = Columns::of(metadata.schema(), WHAT, options, &has_values)?;
    Ok(Box::new(Parquet {
        source,
        metadata,
        columns,
        has_values,
        first_rows,
        rows,
    }))
}

/// The schema with text columns as codes where the file stores codes only: a text that is repeated is then judged once.
fn coded(schema: &Schema, metadata: &ParquetMetaData) -> Schema {
    let flat = schema.fields().len() == metadata.file_metadata().schema_descr().num_columns();
    let fields = schema.fields().iter().enumerate().map(|(place, field)| {
        let text = matches!(
            field.data_type(),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        );
        let groups = metadata.row_groups();
        if flat && text && groups.iter().all(|group| only_codes(group.column(place))) {
            let codes = Box::new(DataType::Int32);
            let kind = DataType::Dictionary(codes, Box::new(DataType::Utf8));
            return Field::new(field.name(), kind, field.is_nullable());
        }
        field.as_ref().clone()
    });
    Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone())
}

/// Whether every page of data of a column holds codes of a dictionary.
fn only_codes(chunk: &ColumnChunkMetaData) -> bool {
    let codes = |encoding: Encoding| {
        matches!(
            encoding,
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY
        )
    };
    if let Some(mask) = chunk.page_encoding_stats_mask() {
        return mask.encodings().all(codes);
    }
    let Some(stats) = chunk.page_encoding_stats() else {
        return false;
    };
    let mut data = stats
        .iter()
        .filter(|stats| stats.page_type != PageType::DICTIONARY_PAGE);
    data.all(|stats| codes(stats.encoding))
}

/// Whether a column has a value, by the counts of the footer; without counts it may have one.
fn has_values(metadata: &ParquetMetaData, place: usize, schema: &Schema) -> bool {
    let flat = schema.fields().len() == metadata.file_metadata().schema_descr().num_columns();
    !flat
        || metadata.row_groups().iter().any(|group| {
            let statistics = group.column(place).statistics();
            let missing = statistics.and_then(|statistics| statistics.null_count_opt());
            missing.is_none_or(|missing| missing < group.num_rows().unsigned_abs())
        })
}

impl Scan for Parquet {
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
        let descriptor = self.metadata.parquet_schema();
        let mask = ProjectionMask::roots(descriptor, columns.iter().copied());
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(
            self.source.clone(),
            self.metadata.clone(),
        );
        let mut reader = guarded(WHAT, || {
            reader
                .with_row_groups(vec![part])
                .with_projection(mask)
                .with_batch_size(BATCH)
                .build()
        })?
        .map_err(broken)?;
        // Columns come in the order of the file.
        let mut order: Vec<usize> = columns.to_vec();
        order.sort_unstable();
        order.dedup();
        let heads = columns
            .iter()
            .map(|&at| self.columns.heads.list()[at].clone());
        let heads = Arc::new(Heads::new(heads.collect()));
        let mut first = self.first_rows[part];
        while let Some(batch) = guarded(WHAT, || reader.next())? {
            let batch = batch.map_err(|error| ReadError::Columnar {
                what: WHAT,
                why: error.to_string(),
            })?;
            let arrays = columns.iter().map(|&place| {
                let at = order.partition_point(|&other| other < place);
                self.columns.held(place, batch.column(at), WHAT, first)
            });
            let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
            take(&Table::of_arrays(heads.clone(), arrays, batch.num_rows()))?;
            first += batch.num_rows() as u64;
        }
        Ok(())
    }
}

fn broken(error: ParquetError) -> ReadError {
    ReadError::Columnar {
        what: WHAT,
        why: error.to_string(),
    }
}

/// A source as this library reads it.
#[derive(Clone)]
struct Shared(Arc<dyn Source>);

impl Length for Shared {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for Shared {
    type T = io::BufReader<Through>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        let mut through = Through::new(self.0.clone());
        io::Seek::seek(&mut through, io::SeekFrom::Start(start))?;
        Ok(io::BufReader::new(through))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        Ok(self.0.bytes(start, length)?)
    }
}

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream};
use futures::StreamExt;
use futures::stream::{self, Stream};
use galen_table::scan::{Scan, ScanError};
use galen_table::{Kind, Table};
use tokio::sync::mpsc;

/// A scan as a table of DataFusion.
///
/// The parts are divided into partitions of neighbours; within a partition their rows come in the order of the table. Only
/// the columns that a query names are read.
pub struct Scanned {
    reading: Reading,
    schema: SchemaRef,
    partitions: usize,
    numbered: bool,
}

/// How a scan is read.
#[derive(Clone)]
struct Reading {
    scan: Arc<dyn Scan>,
    /// Parts of a partition that are read side by side, those behind the first ahead of the query.
    ahead: usize,
    stopped: fn() -> bool,
}

/// The column of a numbered table that holds the part of a row.
pub const PART: &str = "#part";
/// The column of a numbered table that holds the number of a row in the whole table, from 0.
pub const ROW: &str = "#row";

/// Chunks of a part that wait for the query, at most.
const WAITING: usize = 2;

impl Scanned {
    /// One partition, whose parts are read on so many threads; a query sees the rows in their order on any number of them.
    pub fn new(scan: Arc<dyn Scan>, threads: usize, stopped: fn() -> bool) -> Self {
        let schema = Arc::new(Schema::new(fields(scan.as_ref())));
        let reading = Reading {
            scan,
            ahead: threads.max(1),
            stopped,
        };
        Self {
            reading,
            schema,
            partitions: 1,
            numbered: false,
        }
    }

    /// So many partitions, or one for each part if there are fewer, with the columns [`PART`] and [`ROW`] behind the others.
    pub fn numbered(scan: Arc<dyn Scan>, partitions: usize, stopped: fn() -> bool) -> Self {
        let mut table = Self::new(scan, 1, stopped);
        let mut fields = fields(table.reading.scan.as_ref());
        fields.extend([PART, ROW].map(|name| Field::new(name, DataType::UInt64, false)));
        table.schema = Arc::new(Schema::new(fields));
        table.partitions = partitions;
        table.numbered = true;
        table
    }

    /// The parts of each partition.
    fn divided(&self) -> Vec<Vec<usize>> {
        let parts: Vec<usize> = (0..self.reading.scan.parts()).collect();
        if parts.is_empty() {
            return vec![parts];
        }
        let partitions = self.partitions.clamp(1, parts.len());
        let at = |partition: usize| partition * parts.len() / partitions;
        let of = |partition| parts[at(partition)..at(partition + 1)].to_vec();
        (0..partitions).map(of).collect()
    }
}

/// The columns of a scan with their types of Arrow; any may lack values.
fn fields(scan: &dyn Scan) -> Vec<Field> {
    let heads = scan.heads().list().iter();
    heads
        .map(|head| Field::new(&head.name, type_of(head.kind), true))
        .collect()
}

/// The type of Arrow in which a query sees a column.
pub fn type_of(kind: Kind) -> DataType {
    match kind {
        Kind::Integer => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Boolean => DataType::Boolean,
        Kind::Date => DataType::Date32,
        Kind::DateTime => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::Text => DataType::Utf8,
    }
}

impl fmt::Debug for Scanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Scanned");
        shown.field("schema", &self.schema).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for Scanned {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all = || (0..self.schema.fields().len()).collect();
        let columns = projection.cloned().unwrap_or_else(all);
        let schema = Arc::new(self.schema.project(&columns)?);
        let partition = |parts| -> Arc<dyn PartitionStream> {
            Arc::new(Partition {
                reading: self.reading.clone(),
                schema: Arc::clone(&schema),
                columns: columns.clone(),
                numbered: self.numbered,
                parts,
            })
        };
        let partitions = self.divided().into_iter().map(partition).collect();
        let plan =
            StreamingTableExec::try_new(Arc::clone(&schema), partitions, None, [], false, limit)?;
        Ok(Arc::new(plan))
    }
}

/// Some parts of a table that follow each other.
struct Partition {
    reading: Reading,
    schema: SchemaRef,
    /// Places in the table's schema, in the order of this one.
    columns: Vec<usize>,
    numbered: bool,
    parts: Vec<usize>,
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Partition");
        shown.field("parts", &self.parts).finish_non_exhaustive()
    }
}

impl PartitionStream for Partition {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let part = Arc::new(PartReader {
            reading: self.reading.clone(),
            schema: Arc::clone(&self.schema),
            columns: self.columns.clone(),
            numbered: self.numbered,
        });
        let begin = move |number: usize| begin(Arc::clone(&part), number);
        let batches = in_order(self.parts.clone(), self.reading.ahead, begin);
        let schema = Arc::clone(&self.schema);
        Box::pin(RecordBatchStreamAdapter::new(schema, batches))
    }
}

type Batches = mpsc::Receiver<Result<RecordBatch>>;

/// The batches of all parts in the order of the parts, of which `ahead` are read at a time.
fn in_order(
    parts: Vec<usize>,
    ahead: usize,
    begin: impl Fn(usize) -> Batches + Send + 'static,
) -> impl Stream<Item = Result<RecordBatch>> + Send {
    let state = (VecDeque::from(parts), VecDeque::new(), begin);
    stream::unfold(state, move |(mut parts, mut begun, begin)| async move {
        loop {
            while begun.len() < ahead
                && let Some(part) = parts.pop_front()
            {
                begun.push_back(begin(part));
            }
            let first: &mut Batches = begun.front_mut()?;
            if let Some(batch) = first.recv().await {
                return Some((batch, (parts, begun, begin)));
            }
            begun.pop_front();
        }
    })
    .fuse()
}

/// Reads a part on a thread of its own, until the query wants no more of it.
fn begin(part: Arc<PartReader>, number: usize) -> Batches {
    let (sender, batches) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let read = part.read(number, &mut |batch| {
            let sent = sender.blocking_send(Ok(batch));
            sent.map_err(|_| ScanError::Stopped)
        });
        if let Err(error) = read {
            // A query that has ended listens no more.
            let _ = sender.blocking_send(Err(DataFusionError::External(Box::new(error))));
        }
    });
    batches
}

/// Makes batches of a part's chunks.
struct PartReader {
    reading: Reading,
    schema: SchemaRef,
    columns: Vec<usize>,
    numbered: bool,
}

impl PartReader {
    fn read(
        &self,
        part: usize,
        take: &mut dyn FnMut(RecordBatch) -> std::result::Result<(), ScanError>,
    ) -> std::result::Result<(), ScanError> {
        let scan = self.reading.scan.as_ref();
        let of_table = scan.heads().list().len();
        let own = self.columns.iter().copied();
        let places: Vec<usize> = own.filter(|&place| place < of_table).collect();
        let mut first = scan.first_row(part);
        scan.read(part, &places, &mut |table| {
            if (self.reading.stopped)() {
                return Err(ScanError::Stopped);
            }
            take(self.batch(table, part as u64, first))?;
            first += table.rows() as u64;
            Ok(())
        })
    }

    fn batch(&self, table: &Table, part: u64, first: u64) -> RecordBatch {
        let rows = table.rows();
        let mut own = table.arrays().iter();
        let arrays = self.schema.fields().iter().map(|field| -> ArrayRef {
            match field.name().as_str() {
                PART if self.numbered => Arc::new(UInt64Array::from(vec![part; rows])),
                ROW if self.numbered => {
                    Arc::new(UInt64Array::from_iter_values(first..first + rows as u64))
                }
                _ => {
                    let array = own.next().expect("a chunk has the columns that were asked");
                    // Codes of repeated words become the words.
                    let cast = arrow_cast::cast(array, field.data_type());
                    cast.expect("a column is held in a type of its kind")
                }
            }
        });
        let arrays: Vec<ArrayRef> = arrays.collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .expect("a chunk has columns of equal length, typed by their kind")
    }
}

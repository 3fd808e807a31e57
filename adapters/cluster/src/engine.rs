use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use datafusion::common::config::ConfigField;
use datafusion::common::{DataFusionError, TableReference};
use datafusion::execution::context::{SQLOptions, SessionContext};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::SessionConfig;
use futures::StreamExt;
use galen_table::expectation::{Extent, Found, Queries, Query, QueryError};
use galen_table::scan::Scan;
use thiserror::Error;

use crate::scanned::Scanned;
use crate::{cells, statement, wrong};

/// Answers queries of SQL about a table and others.
///
/// A query runs in one partition, and so sees the rows in their order: sums of fractions, the order of groups and the first
/// rows are the same on every machine and on any number of threads, which read ahead. It keeps nothing on disk.
pub struct Engine {
    tables: BTreeMap<String, Arc<dyn Scan>>,
    limits: Limits,
}

/// What a query may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that sorting, grouping and joining may hold.
    pub memory_bytes: usize,
    /// Threads that read.
    pub threads: usize,
    /// Asked while a query runs.
    pub stopped: fn() -> bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 1 << 30,
            threads: 1,
            stopped: || false,
        }
    }
}

/// Another table is called as the one that is validated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{BATCH}` is the name of the table that is validated: give the other one another name.")]
pub struct NameTaken;

/// The name of the table that is validated; `{batch}` in a query stands for it.
const BATCH: &str = "batch";

/// Bytes of the stack on which a query is planned and run: the engine recurses at every level of a query.
const STACK: usize = 256 << 20;

/// How often it is asked whether a query shall stop.
const ASKED_EVERY: Duration = Duration::from_millis(100);

impl Engine {
    /// # Errors
    /// [`NameTaken`].
    pub fn new(
        batch: Arc<dyn Scan>,
        others: impl IntoIterator<Item = (String, Arc<dyn Scan>)>,
        limits: Limits,
    ) -> Result<Self, NameTaken> {
        let mut tables: BTreeMap<_, _> = others.into_iter().collect();
        match tables.insert(BATCH.to_owned(), batch) {
            Some(_) => Err(NameTaken),
            None => Ok(Self { tables, limits }),
        }
    }

    /// What SQL finds.
    fn answer(&self, sql: &str, extent: Extent) -> Result<Found, QueryError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|error| QueryError::Failed(error.to_string()))?;
        runtime.block_on(async {
            let context = self.context().map_err(|error| self.wrong(&error))?;
            let plan = self.plan(&context, sql).await?;
            let stream = async {
                let frame = context.execute_logical_plan(plan).await?;
                frame.execute_stream().await
            };
            let stream = stream.await.map_err(|error| self.wrong(&error))?;
            self.collect(stream, extent).await
        })
    }

    fn context(&self) -> Result<SessionContext, DataFusionError> {
        let mut config = SessionConfig::new()
            .with_target_partitions(1)
            .with_information_schema(false);
        let parser = &mut config.options_mut().sql_parser;
        // Names of columns are those of the file, in its letters.
        parser.enable_ident_normalization = false;
        parser.collect_spans = true;
        parser.set("recursion_limit", &statement::PARSED_DEPTH.to_string())?;
        let memory = GreedyMemoryPool::new(self.limits.memory_bytes);
        // What does not fit into memory is patients' data that would lie in a temporary file.
        let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(memory))
            .with_disk_manager_builder(disk)
            .build_arc()?;
        let context = SessionContext::new_with_config_rt(config, runtime);
        for (name, scan) in &self.tables {
            let table = Scanned::new(Arc::clone(scan), self.limits.threads, self.limits.stopped);
            context.register_table(TableReference::bare(name.as_str()), Arc::new(table))?;
        }
        Ok(context)
    }

    async fn plan(&self, context: &SessionContext, sql: &str) -> Result<LogicalPlan, QueryError> {
        let state = context.state();
        let dialect = state.config().options().sql_parser.dialect;
        let parsed = state.sql_to_statement(sql, &dialect);
        let parsed = parsed.map_err(|error| self.wrong(&error))?;
        statement::check(&parsed)?;
        let tables = state.resolve_table_references(&parsed);
        for table in tables.map_err(|error| self.wrong(&error))? {
            self.know(&table)?;
        }
        let plan = state.statement_to_plan(parsed).await;
        let plan = plan.map_err(|error| self.wrong(&error))?;
        // A second look, at what the statement means.
        let reading = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let reading = reading.verify_plan(&plan);
        reading.map_err(|error| QueryError::NotReading(format!("does not: {error}")))?;
        Ok(plan)
    }

    /// Refuses a table that nobody named.
    fn know(&self, table: &TableReference) -> Result<(), QueryError> {
        let is_bare = table.schema().is_none() && table.catalog().is_none();
        if is_bare && self.tables.contains_key(table.table()) {
            return Ok(());
        }
        let known = self.tables.keys().map(|name| format!("`{name}`"));
        Err(QueryError::NoTable {
            name: table.to_string(),
            known: known.collect(),
        })
    }

    async fn collect(
        &self,
        mut stream: SendableRecordBatchStream,
        extent: Extent,
    ) -> Result<Found, QueryError> {
        let fields = stream.schema();
        let mut found = Found {
            columns: fields.fields().iter().map(|f| f.name().clone()).collect(),
            ..Found::default()
        };
        let (most, to_end) = match extent {
            Extent::All { first } => (first, true),
            Extent::First(first) => (first, false),
        };
        while to_end || found.first.len() < most {
            let Some(batch) = self.next(&mut stream).await? else {
                break;
            };
            let batch = batch.map_err(|error| self.wrong(&error))?;
            let left = most - found.first.len();
            let rows = cells::rows(&batch, left);
            let rows = rows.map_err(|error| QueryError::Failed(error.to_string()))?;
            found.rows += if to_end {
                batch.num_rows() as u64
            } else {
                rows.len() as u64
            };
            found.first.extend(rows);
        }
        Ok(found)
    }

    /// The next batch, unless somebody wants the query to stop.
    async fn next(
        &self,
        stream: &mut SendableRecordBatchStream,
    ) -> Result<Option<Result<arrow_array::RecordBatch, DataFusionError>>, QueryError> {
        loop {
            if (self.limits.stopped)() {
                return Err(QueryError::Stopped);
            }
            if let Ok(batch) = tokio::time::timeout(ASKED_EVERY, stream.next()).await {
                return Ok(batch);
            }
        }
    }

    fn wrong(&self, error: &DataFusionError) -> QueryError {
        wrong::of(error, self.limits.memory_bytes)
    }
}

impl Queries for Engine {
    fn find(&self, query: &Query, extent: Extent) -> Result<Found, QueryError> {
        let name = format!("\"{BATCH}\"");
        let sql = query.of_table(&name);
        let found = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .name("query".to_owned())
                .stack_size(STACK)
                .spawn_scoped(scope, || self.answer(&sql, extent))
                .map_err(|error| QueryError::Failed(error.to_string()))?;
            let ended = thread.join();
            ended.unwrap_or_else(|_| Err(QueryError::Failed("it ended unexpectedly.".to_owned())))
        });
        found.map_err(|error| match error {
            QueryError::Wrong { why, place } => QueryError::Wrong {
                why,
                place: place.map(|place| query.declared_place(&name, place)),
            },
            QueryError::NoColumn {
                name: column,
                place,
                near,
            } => QueryError::NoColumn {
                name: column,
                place: place.map(|place| query.declared_place(&name, place)),
                near,
            },
            other => other,
        })
    }
}

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, FieldRef};
use datafusion::common::{Column, DataFusionError, ScalarValue};
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility,
};
use datafusion::prelude::{SessionConfig, SessionContext};
use galen_table::accumulator::{AnyAccumulator, AnyState, Chunk};
use galen_table::scan::{Scan, ScanError};
use galen_table::{ColumnError, Head, Heads, Table};
use serde_json::Value;
use thiserror::Error;

use crate::scanned::{PART, ROW, Scanned, type_of};

/// An accumulator of galen as an aggregate of DataFusion.
///
/// Its arguments are the part of a row, the number of the row in the whole table, and the columns that the accumulator reads,
/// in the order of [`AnyAccumulator::columns`]. Its state is JSON: the state of each part with the part's number. Engines
/// merge partitions as they come; the states are kept apart and merged only at the end, in the order of the parts, so that
/// the result is that of one pass, to the last bit. The value is the merged state, as JSON.
pub struct Gathered {
    name: String,
    accumulator: Arc<dyn AnyAccumulator>,
    heads: Arc<Heads>,
    signature: Signature,
}

/// Why nothing was gathered.
#[derive(Debug, Error)]
pub enum GatherError {
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error("The query engine failed: {0}")]
    Engine(String),
}

/// Runs accumulators over all rows as aggregates over so many partitions; the states are in the order of the accumulators and
/// those of [`galen_table::scan::gather`].
///
/// # Errors
/// [`GatherError`].
pub async fn gather(
    scan: Arc<dyn Scan>,
    accumulators: &[Arc<dyn AnyAccumulator>],
    partitions: usize,
    stopped: fn() -> bool,
) -> std::result::Result<Vec<AnyState>, GatherError> {
    let mut aggregates = Vec::with_capacity(accumulators.len());
    for (at, accumulator) in accumulators.iter().enumerate() {
        let name = format!("gathered_{at}");
        let gathered = Gathered::new(&name, Arc::clone(accumulator), scan.heads());
        aggregates.push(gathered.map_err(ScanError::from)?.call().alias(name));
    }
    // Rows of a part stay together.
    let config = SessionConfig::new()
        .with_target_partitions(partitions.max(1))
        .with_round_robin_repartition(false);
    let context = SessionContext::new_with_config(config);
    let table = Arc::new(Scanned::numbered(scan, partitions, stopped));
    let states = async {
        let frame = context
            .read_table(table)?
            .aggregate(Vec::new(), aggregates)?;
        frame.collect().await
    };
    let states = states.await.map_err(failed)?;
    let [row] = states.as_slice() else {
        let many = format!("{} batches where one row was asked for", states.len());
        return Err(GatherError::Engine(many));
    };
    let restored = accumulators.iter().zip(row.columns());
    let restored = restored.map(|(accumulator, state)| {
        let state: Value = serde_json::from_slice(state.as_binary::<i64>().value(0))
            .map_err(|error| GatherError::Engine(error.to_string()))?;
        accumulator
            .restore(&state)
            .map_err(|error| GatherError::Engine(error.to_string()))
    });
    restored.collect()
}

fn failed(error: DataFusionError) -> GatherError {
    match error.find_root() {
        DataFusionError::External(inner) => match inner.downcast_ref::<ScanError>() {
            Some(error) => GatherError::Scan(error.clone()),
            None => GatherError::Engine(inner.to_string()),
        },
        other => GatherError::Engine(other.message().into_owned()),
    }
}

impl Gathered {
    /// The aggregate for tables with such columns.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn new(
        name: &str,
        accumulator: Arc<dyn AnyAccumulator>,
        heads: &Heads,
    ) -> std::result::Result<Self, ColumnError> {
        let mut own: Vec<Head> = Vec::new();
        for name in accumulator.columns() {
            // A column may be named twice, by an accumulator and by its condition.
            if !own.iter().any(|head| head.name == name) {
                own.push(heads.list()[heads.place(&name)?].clone());
            }
        }
        let mut types = vec![DataType::UInt64, DataType::UInt64];
        types.extend(own.iter().map(|head| type_of(head.kind)));
        Ok(Self {
            name: name.to_owned(),
            accumulator,
            heads: Arc::new(Heads::new(own)),
            signature: Signature::exact(types, Volatility::Immutable),
        })
    }

    /// The aggregate of a numbered table's rows.
    fn call(self) -> Expr {
        let own = self.heads.list().iter().map(|head| head.name.as_str());
        let names = [PART, ROW].into_iter().chain(own);
        let columns = names.map(|name| Expr::Column(Column::new_unqualified(name)));
        let columns = columns.collect();
        AggregateUDF::from(self).call(columns)
    }

    fn states(&self) -> States {
        States {
            accumulator: Arc::clone(&self.accumulator),
            heads: Arc::clone(&self.heads),
            parts: Mutex::default(),
        }
    }
}

impl fmt::Debug for Gathered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Gathered");
        shown.field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartialEq for Gathered {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && Arc::ptr_eq(&self.accumulator, &other.accumulator)
    }
}

impl Eq for Gathered {}

impl Hash for Gathered {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl AggregateUDFImpl for Gathered {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::LargeBinary)
    }

    fn accumulator(&self, _arguments: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(self.states()))
    }

    fn state_fields(&self, arguments: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format!("{}[parts]", arguments.name);
        Ok(vec![Arc::new(Field::new(
            name,
            DataType::LargeBinary,
            false,
        ))])
    }
}

/// What is known of each part so far.
struct States {
    accumulator: Arc<dyn AnyAccumulator>,
    heads: Arc<Heads>,
    /// The engine asks that it can be shared, which states of any type cannot; nobody ever waits here.
    parts: Mutex<BTreeMap<u64, Seen>>,
}

/// The state of a part.
struct Seen {
    state: AnyState,
    /// The number of the row behind the last.
    end: u64,
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("States").finish_non_exhaustive()
    }
}

impl States {
    fn parts(&mut self) -> &mut BTreeMap<u64, Seen> {
        // A state is as whole as before if another thread ended while it was changed: the query has failed by then.
        let parts = self.parts.get_mut();
        parts.unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes rows of one part in.
    fn update(&mut self, part: u64, rows: &[u64], arrays: Vec<ArrayRef>) -> Result<()> {
        let accumulator = Arc::clone(&self.accumulator);
        let table = Table::of_columns(Arc::clone(&self.heads), arrays, rows.len());
        let table = table.map_err(external)?;
        let begin = || Seen {
            state: accumulator.begin(),
            end: 0,
        };
        let seen = self.parts().entry(part).or_insert_with(begin);
        if !rows.is_sorted_by(|a, b| a < b) || rows.first().is_some_and(|row| *row < seen.end) {
            return Err(disordered(part));
        }
        seen.end = rows.last().map_or(seen.end, |row| row + 1);
        let chunk = Chunk::chosen(&table, rows);
        accumulator
            .update(&mut seen.state, &chunk)
            .map_err(external)
    }

    /// Takes in what is known of a part elsewhere.
    fn put(&mut self, part: u64, end: u64, state: &Value) -> Result<()> {
        let state = self.accumulator.restore(state).map_err(external)?;
        match self.parts().insert(part, Seen { state, end }) {
            None => Ok(()),
            // Which of its rows come first cannot be said.
            Some(_) => Err(disordered(part)),
        }
    }
}

fn disordered(part: u64) -> DataFusionError {
    DataFusionError::Execution(format!(
        "The rows of part {part} came in no order, or in two partitions: galen's accumulators read a part in its order."
    ))
}

fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

impl Accumulator for States {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [parts, rows, columns @ ..] = values else {
            let why = "an aggregate of galen has the part and the row as its first arguments";
            return Err(DataFusionError::Internal(why.to_owned()));
        };
        let parts = parts.as_primitive::<UInt64Type>().values();
        let rows = rows.as_primitive::<UInt64Type>().values();
        let mut begin = 0;
        // An engine may put batches of neighbouring parts together.
        for run in parts.chunk_by(|a, b| a == b) {
            let (part, end) = (run[0], begin + run.len());
            let of_run = columns.iter().map(|array| array.slice(begin, run.len()));
            let of_run = of_run.collect();
            self.update(part, &rows[begin..end], of_run)?;
            begin = end;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let accumulator = Arc::clone(&self.accumulator);
        let mut parts = Vec::new();
        for (part, seen) in self.parts() {
            let state = accumulator.state(&seen.state).map_err(external)?;
            parts.push((*part, seen.end, state));
        }
        let bytes = serde_json::to_vec(&parts).map_err(external)?;
        Ok(vec![ScalarValue::LargeBinary(Some(bytes))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [states] = states else {
            let why = "the state of an aggregate of galen is one column";
            return Err(DataFusionError::Internal(why.to_owned()));
        };
        for bytes in states.as_binary::<i64>().iter().flatten() {
            let parts: Vec<(u64, u64, Value)> = serde_json::from_slice(bytes).map_err(external)?;
            for (part, end, state) in parts {
                self.put(part, end, &state)?;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let accumulator = Arc::clone(&self.accumulator);
        let mut merged = accumulator.begin();
        for (_, seen) in std::mem::take(self.parts()) {
            accumulator.merge(&mut merged, seen.state);
        }
        let state = accumulator.state(&merged).map_err(external)?;
        let bytes = serde_json::to_vec(&state).map_err(external)?;
        Ok(ScalarValue::LargeBinary(Some(bytes)))
    }

    /// States do not tell how much they hold; what is counted here is that there are some.
    fn size(&self) -> usize {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        size_of_val(self) + parts.len() * size_of::<(u64, Seen)>()
    }
}

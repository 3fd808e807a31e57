//! Tables that are read in parts, as often as asked, so that they need not fit into memory.

mod folder;
mod memory;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use thiserror::Error;

use crate::accumulator::{AnyAccumulator, AnyState, Chunk};
use crate::table::Heads;
use crate::{ColumnError, ReadError, Table};

pub use folder::{Folder, Member};

/// A table in parts.
pub trait Scan: Send + Sync {
    /// The columns, typed by what they hold in all rows.
    fn heads(&self) -> &Arc<Heads>;

    /// The number of all rows.
    fn rows(&self) -> u64;

    /// How many parts there are; the rows of a part follow those of the part before it.
    fn parts(&self) -> usize;

    /// The number of the first row of a part; rows count from 0.
    fn first_row(&self, part: usize) -> u64;

    /// Whether the column of that place has a value in any row.
    fn has_values(&self, place: usize) -> bool;

    /// The line on which a row begins, counted from 1, in a file that has lines.
    fn line(&self, _row: u64) -> Option<u64> {
        None
    }

    /// Gives the rows of a part, in chunks that hold only the columns of these places, in this order.
    ///
    /// # Errors
    /// What is wrong with the file, or what `take` returned.
    fn read(&self, part: usize, columns: &[usize], take: Take) -> Result<(), ScanError>;
}

/// Takes a chunk; an error ends the reading.
pub type Take<'a> = &'a mut dyn FnMut(&Table) -> Result<(), ScanError>;

/// Why a scan ended before its last row.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ScanError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{file}: {error}")]
    File { file: String, error: ReadError },
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error("Stopped before the last row.")]
    Stopped,
}

/// How a scan is run.
#[derive(Clone, Copy)]
pub struct Pace<'a> {
    /// Threads; the result does not depend on it.
    pub jobs: usize,
    /// Hears the number of rows of each part that was read.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Asked between chunks.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
}

impl Pace<'_> {
    /// One thread, nobody to tell, no way to stop.
    pub const ALONE: Pace<'static> = Pace {
        jobs: 1,
        progress: &|_| {},
        stopped: &|| false,
    };

    /// Runs `work` on so many threads.
    pub fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.jobs.max(1))
            .build();
        match pool {
            Ok(pool) => pool.install(work),
            // Without threads of its own the work is done on those that there are.
            Err(_) => work(),
        }
    }
}

/// Runs accumulators over all rows in one pass; the states are in the order of the accumulators. Parts are read side by side and
/// merged in their order, so the result is the same on any number of threads.
///
/// # Errors
/// [`ScanError`]; of several the one of the earliest part.
pub fn gather(
    scan: &dyn Scan,
    accumulators: &[&dyn AnyAccumulator],
    pace: Pace,
) -> Result<Vec<AnyState>, ScanError> {
    let mut columns = BTreeSet::new();
    for accumulator in accumulators {
        for name in accumulator.columns() {
            columns.insert(scan.heads().place(&name)?);
        }
    }
    let columns: Vec<usize> = columns.into_iter().collect();
    let begin = || -> Vec<AnyState> { accumulators.iter().map(|a| a.begin()).collect() };
    let failed = AtomicBool::new(false);
    let part = |part: usize| -> Result<Vec<AnyState>, ScanError> {
        let mut states = begin();
        let mut first = scan.first_row(part);
        let before = first;
        scan.read(part, &columns, &mut |table| {
            if (pace.stopped)() || failed.load(Ordering::Relaxed) {
                return Err(ScanError::Stopped);
            }
            let chunk = Chunk::from(table, first);
            for (accumulator, state) in accumulators.iter().zip(&mut states) {
                accumulator.update(state, &chunk)?;
            }
            first += table.rows() as u64;
            Ok(())
        })
        .inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
        (pace.progress)(first - before);
        Ok(states)
    };
    // A group of parts at a time: states of parts that wait to be merged would else fill the memory.
    let group = pace.jobs.max(1) * 4;
    let mut merged = begin();
    let parts: Vec<usize> = (0..scan.parts()).collect();
    for parts in parts.chunks(group) {
        let states: Vec<_> = if pace.jobs > 1 {
            pace.on_threads(|| parts.par_iter().map(|&at| part(at)).collect())
        } else {
            parts.iter().map(|&at| part(at)).collect()
        };
        // What was stopped because another part failed is not the reason.
        let error = states.iter().filter_map(|s| s.as_ref().err());
        if let Some(error) = error
            .clone()
            .find(|e| **e != ScanError::Stopped)
            .or(error.clone().next())
        {
            return Err(error.clone());
        }
        for states in states.into_iter().flatten() {
            for ((accumulator, state), later) in accumulators.iter().zip(&mut merged).zip(states) {
                accumulator.merge(state, later);
            }
        }
    }
    Ok(merged)
}

/// The named rows, counted from 0 and in ascending order, with the columns of these places; only the parts that hold them are
/// read.
///
/// # Errors
/// [`ScanError`].
pub fn look_up(scan: &dyn Scan, columns: &[usize], rows: &[u64]) -> Result<Table, ScanError> {
    let mut found = Vec::new();
    let mut rest = rows;
    for part in 0..scan.parts() {
        let end = (part + 1..scan.parts())
            .next()
            .map_or(scan.rows(), |next| scan.first_row(next));
        let (here, later) = rest.split_at(rest.partition_point(|&row| row < end));
        rest = later;
        if here.is_empty() {
            continue;
        }
        let mut first = scan.first_row(part);
        let mut here = here;
        scan.read(part, columns, &mut |table| {
            let end = first + table.rows() as u64;
            let (now, later) = here.split_at(here.partition_point(|&row| row < end));
            here = later;
            if !now.is_empty() {
                let places: Vec<usize> = now.iter().map(|row| (row - first) as usize).collect();
                found.push(table.take(&places)?);
            }
            first = end;
            Ok(())
        })?;
    }
    match found.as_slice() {
        [] => {
            let heads = columns
                .iter()
                .map(|&place| scan.heads().list()[place].clone());
            Ok(Table::none(&Arc::new(Heads::new(heads.collect()))))
        }
        _ => Ok(Table::concat(&found)?),
    }
}

/// The whole table in memory.
///
/// # Errors
/// [`ScanError`]; [`ReadError::TooLarge`] is not among them: who asks knows the number of rows.
pub fn whole(scan: &dyn Scan) -> Result<Table, ScanError> {
    let columns: Vec<usize> = (0..scan.heads().list().len()).collect();
    let mut chunks = Vec::new();
    for part in 0..scan.parts() {
        scan.read(part, &columns, &mut |table| {
            chunks.push(table.clone());
            Ok(())
        })?;
    }
    match chunks.as_slice() {
        [] => Ok(Table::none(scan.heads())),
        [one] => Ok(one.clone()),
        _ => Ok(Table::concat(&chunks)?),
    }
}

//! DataFusion as galen's query engine: SQL about tables, and what is gathered of rows as aggregates of a query.
//!
//! [`Engine`] answers the expectations that are written in SQL. The tables are galen's own scans, so a query reads what every
//! other expectation reads, part by part and only the columns that it names. [`gather`] runs galen's accumulators as
//! aggregates over partitions, with the result that `galen_table::scan::gather` has. The crate knows no files and no
//! decisions, and a query can neither write nor open anything.

mod aggregate;
mod cells;
mod engine;
mod scanned;
mod statement;
mod wrong;

pub use aggregate::{GatherError, Gathered, gather};
pub use engine::{Engine, Limits, NameTaken};

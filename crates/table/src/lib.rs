//! Tables of cases: what a delimited file says, whether it is as declared, whether a model could cheat with it, who is
//! admitted, and how the cases are divided.
//!
//! The road of the data: bytes are read into a [`Table`] or a [`scan`], described by a [`profile`], held against each
//! [`expectation`] or against a schema of [`tfdv`], looked at by each clinical [`check`], made a [`cohort`] with truth,
//! [`split`] into parts (or [`partition`]ed before there is a plan), and later compared with new data by [`drift`],
//! or asked how well a model does there while the truth is unknown ([`estimation`]). The suites of another tool are read by [`gx`]. This
//! crate knows no files, no models and no decisions: it takes bytes and declared plans, and
//! gives values.

pub mod accumulator;
mod cell;
pub mod check;
pub mod cohort;
pub mod drift;
pub mod estimation;
pub mod expectation;
pub mod gx;
pub mod metadata;
mod names;
pub mod partition;
pub mod patient;
pub mod profile;
mod read;
pub mod scan;
mod source;
pub mod split;
mod table;
pub mod tfdv;
mod values;
mod write;

pub use cell::Cell;
pub use read::{
    FindTypes, Format, KeepTexts, Limits, LookAt, Packing, ReadError, ReadOptions, Rewritten,
    is_guarded, open, unpack, with_cells, without_rows,
};
pub use source::Source;
pub use table::{ColumnError, Head, Heads, Kind, Table};
pub use values::Values;

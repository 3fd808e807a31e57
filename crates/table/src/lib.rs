//! Tables of cases: what a delimited file says, whether it is as declared, whether a model could cheat with it, who is
//! admitted, and how the cases are divided.
//!
//! The road of the data: bytes are read into a [`Table`], described by a [`profile`], held against each [`expectation`],
//! looked at by each clinical [`check`], made a [`cohort`] with truth, [`split`] into parts, and later compared with new
//! data by [`drift`], or asked how well a model does there while the truth is unknown ([`estimation`]). This crate knows
//! no files, no models and no decisions: it takes bytes and declared plans, and gives values.

mod cell;
pub mod check;
pub mod cohort;
pub mod drift;
pub mod estimation;
pub mod expectation;
pub mod profile;
mod read;
pub mod split;
mod table;
mod write;

pub use read::{Format, Limits, ReadError, ReadOptions};
pub use table::{ColumnError, Kind, Table};

//! Images and DICOM files as tables: one row a file, so that everything that asks a table can ask a folder of them.
//!
//! The road of a folder: its paths are told apart by [`kind`], each file is read as a [`dicom`] header or as a
//! [`picture`], and the [`rows`] come together: columns of text, and the files that could not be read with the reason. This crate knows no folder and no table: who calls it opens the files and takes the columns.

mod alike;
pub mod dicom;
mod guarded;
mod kind;
mod mask;
pub mod picture;
mod regions;
mod rows;
pub mod sheet;
pub mod slide;

pub use alike::{Alike, Pair, alike};
pub use guarded::is_guarded;
pub use kind::{Kind, kind_of};
pub use mask::Mask;
pub use rows::{Broken, Column, Files, Limits, Rows, pictures, rows};

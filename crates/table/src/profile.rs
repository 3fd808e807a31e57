//! What a table holds, column by column, for somebody who has not seen it.
//!
//! [`profile`] gathers a [`ProfileState`] in one pass; states of parts merge into that of the whole, and what may leave the place of
//! the patients is told apart ([`ProfileState::withhold`]). [`ProfileState::describe`] makes the [`Profile`] that people read.

mod associations;
mod column;
mod gather;
mod label;
mod note;
mod state;
mod stored;
mod suggest;
mod values;

use serde::Serialize;

pub(crate) use gather::is_word;

pub use associations::{Association, Associations, LeftOut};
pub use column::{ColumnProfile, Length, Noted, Told, TopValue};
pub use gather::{Label, Pearson, ProfileError, ProfileOptions, profile};
pub use label::{LabelProfile, Lifted};
pub use note::{Looked, NOTES, Note};
pub use state::{MergeError, ProfileState, Reference};
pub use stored::StoredError;
pub use suggest::suggest;
pub use values::Histogram;

/// The description of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    pub rows: u64,
    pub columns: Vec<ColumnProfile>,
    /// Rows that equal an earlier row in every cell.
    pub duplicate_rows: u64,
    /// One standard deviation of that number, if rows are too many to be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_rows_error: Option<f64>,
    /// There may be more: rows of merged profiles that equal one of another are not known.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub duplicate_rows_at_least: bool,
    /// A value that fewer cells hold is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_cell: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub associations: Option<Associations>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelProfile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<ByProfile>,
}

/// The description of each group of rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ByProfile {
    pub column: String,
    /// The largest first.
    pub groups: Vec<GroupProfile>,
    /// Rows of smaller groups, or without a value.
    pub rows_left_out: u64,
}

/// The rows that have one value in a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupProfile {
    pub value: serde_json::Value,
    pub rows: u64,
    pub columns: Vec<ColumnProfile>,
}

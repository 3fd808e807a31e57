//! A model's answers on a table with the truth: every metric with its interval, by group, compared, and drawn as curves.
//!
//! The road of an evaluation: [`Columns`] say which columns play a part and are read into cases; [`binary`] measures them, all together and by
//! group, [`disparity`] says how far groups are apart, [`curve`] what a picture needs; [`compare`] holds two models against each other on
//! the same patients. Other tasks: [`multiclass`], [`regression`], [`survival`]. This crate reads no file and decides nothing.

pub mod binary;
mod columns;
pub mod compare;
pub mod curve;
pub mod disparity;
mod drawn;
mod group;
pub mod multiclass;
pub mod regression;
pub mod survival;

pub use columns::{Columns, EvalError, Indeterminate, LeftOut};
pub use group::Group;

use galen_stats::Level;
use galen_stats::interval::Method;

/// How intervals are made.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub level: Level,
    /// A method other than each metric's own.
    pub method: Option<Method>,
    pub resamples: u32,
    pub seed: u64,
    /// Ids of metrics, as `id` or `id=VALUE`; all of the task if there are none.
    pub metrics: Vec<String>,
    /// What a group may be worse by.
    pub margin: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: Level::DEFAULT,
            method: None,
            resamples: galen_stats::interval::RESAMPLES,
            seed: galen_stats::interval::SEED,
            metrics: Vec::new(),
            margin: None,
        }
    }
}

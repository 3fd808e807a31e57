//! A model's answers on a table with the truth: every metric with its interval, by group, compared, and drawn as curves.
//!
//! The road of an evaluation: [`Columns`] say which columns play a part and are read into cases; [`binary`] measures them, all together and by
//! group, [`disparity`] says how far groups are apart, [`parity`] by the names of fairness, [`deployment`] what becomes of it at another prevalence, [`curve`] what a picture needs; [`compare`] holds two models against each other on
//! the same patients; [`chain`] holds a row of updates against the first model, [`adaptive`] parts what was learned from what the cases changed; [`slices`] are weak subgroups that nobody declared, [`gap`] why a group is worse. [`verification`] is for cases without a reference standard or with one that errs, [`triage`] for what flags do to a reading list. Several readers: [`readers`]. Other tasks: [`multiclass`], [`multilabel`], [`ordinal`], [`regression`], [`survival`] and [`competing`] (of several kinds of events), [`alarms`] (of a score that is read again and again), [`segmentation`], [`detection`]. This crate reads no file and decides nothing.

pub mod adaptive;
pub mod alarms;
pub mod binary;
pub mod chain;
mod columns;
pub mod compare;
pub mod competing;
pub mod curve;
pub mod deployment;
pub mod detection;
pub mod disparity;
mod drawn;
pub mod gap;
mod group;
pub mod multiclass;
pub mod multilabel;
pub mod ordinal;
pub mod parity;
pub mod readers;
pub mod regression;
pub mod segmentation;
mod settings;
pub mod slices;
pub mod survival;
pub mod triage;
pub mod verification;

pub use columns::{Columns, EvalError, Indeterminate, LeftOut, yes_or_no};
pub use group::{Group, Member, MemberOf};
pub use settings::Settings;

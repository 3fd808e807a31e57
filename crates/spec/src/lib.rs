//! The declared files of a project: what a team writes down before anything is measured.
//!
//! Each file is YAML with a published JSON Schema. Reading gives a typed value or diagnostics that point at file, line
//! and column; [`check()`] asks whether the files fit together. This crate knows no ledger, no data and no model.
//!
//! In reading order: [`Name`] and [`Specs`], one module a declared file, [`rule`] (the bound a criterion states),
//! [`diagnostic`], [`position`] (where a value stands in the text), [`prml`] (claims in another tool's format), [`read()`], [`check()`], [`schema`], [`manual`].

pub mod check;
pub mod diagnostic;
mod file;
pub mod manual;
mod nearest;
pub mod position;
pub mod prml;
pub mod read;
pub mod rule;
pub mod schema;
pub mod write;

pub use check::{CHECKS, CrossCheck, Problem, Vocabulary, check};
pub use diagnostic::{At, Diagnostic, Severity};
pub use file::data;
pub use file::galen;
pub use file::intent;
pub use file::monitor;
pub use file::pccp;
pub use file::pipeline;
pub use file::protocol;
pub use file::risk;
pub use file::suite;
pub use file::team;
pub use file::tfdv;
pub use file::{Name, Specs};
pub use nearest::nearest;
pub use position::{Place, Places, Positions};
pub use read::read;
pub use rule::Rule;
pub use write::write;

//! Stages: in which order they run, what names a result before it exists, and how a result came to be.
//!
//! A [`Graph`] orders the declared stages. A [`Recipe`] is all that a stage's result depends on; its [`StageKey`] finds
//! an earlier result. [`plan`] says which stages must run and why, [`execute`] runs one, [`Provenance`] says what ran,
//! from what, with what result. This crate does not know the ledger, the clock, where artifacts are kept, or what a
//! model is: files come through a [`galen_store::Disk`], processes through a [`Runner`], times as values.

mod canonical;
mod command;
mod execute;
mod graph;
mod lineage;
mod native;
mod plan;
mod provenance;
mod recipe;

pub use command::{Command, Ended, Runner, ShellRunner};
pub use execute::{Dep, Done, StageError, Tools, execute};
pub use graph::{Graph, GraphError};
pub use lineage::{Edge, lineage};
pub use native::{NativeError, NativeStage, StageInput, StageOutput};
pub use plan::{Planned, Status, Why, plan};
pub use provenance::{Out, Provenance};
pub use recipe::{DepName, Recipe, RecipeError, StageKey, Step};

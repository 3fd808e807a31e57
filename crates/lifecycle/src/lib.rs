//! The shell: one project, one file an act, the only place that appends to the ledger.
//!
//! It reads files, computes evidence by calling pure crates, asks `control` for a decision, signs and appends. Everything
//! from outside (clock, chance, people's keys, processes, model runtimes, the printer) is handed in as [`ports::Ports`], so
//! that a whole lifecycle runs in a test.
//!
//! In reading order: [`ports`], [`Project`] (opening, folding, [`Project::perform`]), [`statement`] (records as signed
//! entries), the acts under `act/`, [`evaluate`], [`predictions`], [`verify`], [`keys`].

mod act;
mod error;
pub mod evaluate;
mod frozen;
mod gate_stage;
pub mod keys;
mod models;
pub mod ports;
pub mod predictions;
mod project;
mod registered;
mod report;
mod rewrite;
mod snapshot;
pub mod statement;
pub mod verify;

pub use act::{
    Added, Built, Closed, Correction, DataFile, Examined, Explained, Ingested, Judged, Labels,
    Letter, Parted, PersonExplained, Planned, RunDone, Who, Withdrawal,
};
pub use error::ActError;
pub use gate_stage::Stopped;
pub use models::read_table;
pub use ports::{Clock, Entropy, Identity, IdentityError, ModelReader, Ports, Purpose};
pub use project::{Entry, Project};
pub use registered::Registered;

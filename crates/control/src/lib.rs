//! Decisions: which act may be done, what is recorded of it, and what then holds.
//!
//! [`decide`] takes the state that was folded from all records, an act with its parsed evidence, and the time, and gives
//! records or a [`Refusal`]. [`State::apply`] folds a record. Both are pure: no file, no clock, no randomness. This
//! crate does not measure: it reads estimates, and it alone says pass, fail, inconclusive, release, roll back.
//!
//! In reading order: [`Record`] and its [`Deed`], [`Evidence`], [`State`], [`decide`], one module an act under
//! [`act`], [`judge`] (criteria), [`change`] (classification), [`again`] (how `verify` decides a second time).

pub mod act;
pub mod again;
pub mod change;
mod decide;
mod evidence;
pub mod judge;
mod record;
mod refusal;
pub mod state;

pub use act::{Act, Ask, Held, InForce};
pub use again::{Again, Library};
pub use decide::decide;
pub use evidence::{Evidence, Row, Subject};
pub use record::{Actor, Deed, Record};
pub use refusal::Refusal;
pub use state::{
    Accepted, Alert, AlertState, Change, ChangeState, Dataset, Finding, FindingState, FrozenSpec,
    Key, Looked, Release, ReleaseState, RunFacts, Sealed, State,
};

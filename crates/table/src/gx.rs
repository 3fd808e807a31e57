//! The files of Great Expectations, versions 0.18 and 1.x, read as galen's expectations.
//!
//! A [`Suite`] becomes declared expectations, with the same words. A [`Checkpoint`] names suites and gives values to their
//! parameters; a [`Layout`] says where in a project's folder they lie. What galen cannot judge is told by file and line.

mod checkpoint;
mod layout;
mod lines;
mod suite;

pub use checkpoint::{Checkpoint, checkpoint};
pub use layout::{Layout, layout};
pub use suite::{ImportError, Remark, Suite, suite};

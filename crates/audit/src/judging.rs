//! From a paper to verdicts: passages by section, what surrounds a cue, and what an item makes of it.

pub mod context;
mod cue;
pub mod index;
pub mod section;
mod verdict;

pub use verdict::{Evidence, Finding, Judge, Passage, Verdict};

//! Reading a published paper on a clinical AI model: what it reports, what it leaves out, what does not add up.
//!
//! [`read`] turns the bytes of a file into a [`Paper`]: its words in reading order, and what each passage is; [`Paper::sentences`] parts
//! them. [`audit()`] judges each item of the rubric ([`items`], one file each) by its passages ([`judging`]) and holds its numbers against
//! each other ([`numbers`]); [`report`] is the page. [`proposal`] asks a language model for further places to look.

mod abbreviation;
mod audit;
pub mod item;
pub mod items;
pub mod judging;
pub mod markdown;
pub mod numbers;
mod paper;
mod pattern;
pub mod proposal;
mod reading;
pub mod report;
mod sentence;
mod subject;

pub use audit::{Asked, Audit, Doubt, Judged, Quote, audit, audits, audits_by};
pub use judging::Verdict;
pub use paper::{Block, Format, Kind, Paper, Piece};
pub use reading::{Unreadable, read};
pub use sentence::Sentence;
pub use subject::Subject;

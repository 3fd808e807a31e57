//! Evaluations against the answers of other packages, published studies and planted truths.

mod answers;
mod readers;

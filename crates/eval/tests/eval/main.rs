//! Evaluations against the answers of other packages, published studies and planted truths.

mod alarms;
mod answers;
mod deployment;
mod gap;
mod readers;
mod tasks;

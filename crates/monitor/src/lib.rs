//! Watching: what a window of real-world data says about the questions that the monitoring plan asks of it.
//!
//! A window holds the inputs, scores and (later) truth of the cases of some time. Each [`check`] measures one thing in it,
//! sometimes against a reference, and says whether its declared limit was crossed. What follows from that is not known
//! here: the frozen plan names it and `control` decides it. A [`summary`] holds the counts of a window without any case,
//! so that windows can be put together.
//!
//! In reading order: [`window`], [`check`], the sentence that a check says, [`summary`].

pub mod check;
mod sentence;
pub mod summary;
pub mod window;

pub use check::{About, CheckError, CheckResult, MONITOR_CHECKS, Measured, MonitorCheck};
pub use summary::WindowSummary;
pub use window::{Reference, WindowData};

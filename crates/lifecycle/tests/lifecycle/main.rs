//! Whole lifecycles in memory, under a seed: forged, broken off, filled up, lied to, and proven.

mod errors;
mod forgeries;
mod honesty;
#[path = "../../../control/tests/control/promises.rs"]
mod promises;
mod simulation;
mod story;
mod world;

//! Models in ONNX, run by rten.
//!
//! An [`OnnxModel`] is a checked pair of a graph and its contract, and can [`galen_model::Predict`]. This crate does not
//! know where the bytes come from, nor what a score is used for.

mod frame;
mod model;

pub use model::{OnnxError, OnnxModel};

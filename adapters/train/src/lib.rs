//! Training stages in Rust that write models as ONNX, so that a pipeline needs no other language.
//!
//! In reading order: [`STAGES`], the stage of logistic regression (its parameters, the learning tables, the design matrix, the
//! fit), the [`Formula`] that a fit becomes, and the ONNX graph that computes it. This crate does not run ONNX and does
//! not know how good a model is.

mod design;
mod fit;
mod formula;
mod graph;
mod learning;
mod logistic;
mod onnx;
mod params;
mod stage;

pub use formula::{Formula, Term};
pub use logistic::LogisticRegression;
pub use stage::STAGES;

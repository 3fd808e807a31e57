//! Models as galen sees them: what goes in, what comes out, and why.
//!
//! An [`InputContract`] lies beside every model and says which inputs it takes; it turns a table into an [`Encoded`]
//! matrix. Whatever can [`Predict`] gives each row a score. An [`explain::Explainer`] shares the score out among the
//! inputs. This crate does not know any model format (adapters do), nor what a score is used for.

pub mod contract;
pub mod encode;
pub mod explain;
pub mod predict;

pub use contract::{ContractError, Input, InputContract, InputKind, Output, Training};
pub use encode::{EncodeError, Encoded, InputColumn, Outside};
pub use explain::{EXPLAINERS, ExplainError, Explainer, Explanation, Scale, Settings};
pub use predict::{Predict, PredictError};

//! Schemas of TensorFlow Data Validation, read from their text (`schema.pbtxt`).
//!
//! [`read()`] gives galen's own type, or diagnostics that point at line and column. [`text`] reads the protobuf text
//! format by the descriptors in `schema.binpb`, and knows nothing of galen.

mod read;
pub mod text;

pub use read::read;

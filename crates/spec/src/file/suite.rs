//! A suite: expectations in a file of their own, for data that have no data plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::data::Expectation;
use super::tfdv;

/// What must hold of a table: expectations, and a schema of TensorFlow Data Validation. `galen data validate --expect`
/// takes it as well as a data plan, and `galen import` writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// What must hold, one property an entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expectations: Vec<Expectation>,
    /// A schema of TensorFlow Data Validation, judged as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tfdv: Option<tfdv::Schema>,
}

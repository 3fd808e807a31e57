//! `pccp.yaml`: the predetermined change control plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The modifications that are planned, how each is made and verified, and what it does to the device.
///
/// # Source
/// FDA, Marketing Submission Recommendations for a PCCP for AI-Enabled Device Software Functions (August 2025):
/// description of modifications, modification protocol, impact assessment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pccp {
    /// What the plan covers, and what it does not.
    pub scope: String,
    /// The planned modifications.
    pub modifications: Vec<Modification>,
    /// How the modifications influence one another (cumulative effect).
    pub cumulative_impact: String,
}

/// One planned modification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Modification {
    /// Names the modification.
    pub id: String,
    /// What changes, specific enough to be checked.
    pub what: String,
    /// Why it is wanted.
    pub rationale: String,
    /// What may differ from the released model; everything else must stay as it is.
    pub allows: Allows,
    /// How it is made and verified.
    pub protocol: ModificationProtocol,
    /// What it does to benefit and risk.
    pub impact: Impact,
    /// Whether somebody decides each time, or the change is made by itself.
    pub implementation: Implementation,
}

/// The differences that a modification covers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allows {
    /// New weights by training again on datasets of these names (a `*` at the end matches any rest).
    #[serde(default)]
    pub training_data: Vec<String>,
    /// Inputs that may be added.
    #[serde(default)]
    pub inputs_added: Vec<String>,
    /// Inputs that may go.
    #[serde(default)]
    pub inputs_removed: Vec<String>,
    /// Training parameters that may change.
    #[serde(default)]
    pub params: Vec<String>,
}

/// How a modification is made and verified: the four parts of FDA's modification protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModificationProtocol {
    /// Which data are used, how they are checked and kept apart.
    pub data_management: String,
    /// What is trained again and what stays as it is.
    pub retraining: String,
    /// Ids of criteria in `protocol.yaml` that must pass.
    pub criteria: Vec<String>,
    /// Who signs, how users are told, what happens afterwards.
    pub update_procedure: String,
}

/// Benefits and risks of a modification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Impact {
    /// What the modification is good for.
    pub benefits: String,
    /// What it could make worse.
    pub risks: String,
    /// Ids of hazards in `risk.yaml` that the modification touches.
    pub hazards: Vec<String>,
}

/// Who implements a modification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Implementation {
    Manual,
    Automatic,
}

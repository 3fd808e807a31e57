//! `intent.yaml`: the intended use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the device is for, for whom, by whom, and what it claims.
///
/// # Source
/// IMDRF N12 (SaMD definition statement), MDR 2017/745 Annex II 1.1, IMDRF N88 principle 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The device as it is called on its label.
    pub device: String,
    /// Who is responsible for it.
    pub manufacturer: String,
    /// The medical purpose in a few sentences, and what the device is not for.
    pub intended_use: String,
    /// For whom it is meant.
    pub indications: Vec<Statement>,
    /// For whom and for what it must not be used.
    pub contraindications: Vec<Statement>,
    /// The patients the device is meant for.
    pub population: String,
    /// Who uses it, with which training.
    pub users: Vec<User>,
    /// Where it runs and what it needs around it.
    pub environment: String,
    /// What the device shows, in the words of its user.
    pub output: String,
    /// What happens with the output: who reads it, and what the device never does by itself.
    pub workflow: String,
    /// What the label promises.
    pub claims: Vec<Claim>,
    /// Its class and why.
    pub classification: Classification,
}

/// A sentence with an id, so that other files can refer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Names the statement.
    pub id: String,
    /// The statement in full.
    pub text: String,
}

/// Somebody who uses the device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Names the kind of user.
    pub id: String,
    /// Who that is.
    pub who: String,
    /// What that user must have learned.
    pub training: String,
}

/// A promise of the label; each needs endpoints that can refute it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Names the claim.
    pub id: String,
    /// The promise in the words of the label.
    pub text: String,
    /// Ids of endpoints in `protocol.yaml`.
    pub endpoints: Vec<String>,
}

/// How the device is classified, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Classification {
    /// IMDRF N12 category, I to IV.
    pub imdrf: String,
    /// Class under the EU rules that apply (MDR or IVDR), with the rule.
    pub eu: String,
    /// United States pathway.
    pub us: String,
    /// IEC 62304 software safety class.
    pub software_safety_class: String,
    /// Why these classes.
    pub rationale: String,
}

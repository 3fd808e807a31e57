//! `risk.yaml`: risk management after ISO 14971.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Hazards, the situations and harms they lead to, the risk controls and what remains.
///
/// # Source
/// ISO 14971:2019 clauses 4 to 10; the scales are the manufacturer's own (clause 4.4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// What is acceptable, and who reviews it.
    pub plan: Plan,
    /// What can go wrong.
    pub hazards: Vec<Hazard>,
    /// What is done about it.
    pub risk_controls: Vec<RiskControl>,
    /// The weighing of all residual risks together against the benefit (clause 8).
    pub overall_residual_risk: String,
}

/// The risk management plan: who reviews, and what is acceptable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What the risk management covers, with the scales of probability and severity.
    pub scope: String,
    /// Who reviews the file, and when.
    pub review: String,
    /// For each probability, the verdict at severity S1 to S5: A acceptable, R reduce and justify, U unacceptable.
    pub matrix: Matrix,
}

/// Acceptability by probability of harm (O1 improbable to O5 frequent) and severity (S1 negligible to S5 catastrophic).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Frequent.
    #[serde(rename = "O5")]
    pub o5: [Cell; 5],
    /// Probable.
    #[serde(rename = "O4")]
    pub o4: [Cell; 5],
    /// Occasional.
    #[serde(rename = "O3")]
    pub o3: [Cell; 5],
    /// Remote.
    #[serde(rename = "O2")]
    pub o2: [Cell; 5],
    /// Improbable.
    #[serde(rename = "O1")]
    pub o1: [Cell; 5],
}

impl Matrix {
    /// What the plan says of a risk.
    pub fn cell(&self, probability: Probability, severity: Severity) -> Cell {
        let row = match probability {
            Probability::O1 => &self.o1,
            Probability::O2 => &self.o2,
            Probability::O3 => &self.o3,
            Probability::O4 => &self.o4,
            Probability::O5 => &self.o5,
        };
        row[severity as usize]
    }
}

/// The verdict of one cell of the risk matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Cell {
    /// Acceptable.
    A,
    /// To be reduced as far as possible, and justified.
    R,
    /// Unacceptable without a benefit-risk analysis.
    U,
}

/// Probability of harm, from improbable (O1) to frequent (O5).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Probability {
    O1,
    O2,
    O3,
    O4,
    O5,
}

/// Severity of harm, from negligible (S1) to catastrophic (S5).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Severity {
    S1,
    S2,
    S3,
    S4,
    S5,
}

/// One line of the risk file: hazard, hazardous situation, harm, estimate, controls, residual risk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    /// Names the hazard.
    pub id: String,
    /// The potential source of harm.
    pub hazard: String,
    /// How a person comes to be exposed to it.
    pub situation: String,
    /// What then happens to the person.
    pub harm: String,
    /// How bad that is.
    pub severity: Severity,
    /// How likely the hazardous situation is (P1), and where that comes from.
    pub p1: Basis,
    /// How likely the situation leads to harm (P2), and where that comes from.
    pub p2: Basis,
    /// Probability of harm before risk controls.
    pub initial: Probability,
    /// Ids of risk controls below.
    pub risk_controls: Vec<String>,
    /// Probability of harm after risk controls.
    pub residual: Probability,
    /// Needed where the residual risk is not acceptable by the matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit_risk: Option<String>,
}

/// A judged probability with its source; nothing is typed without one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The judged probability.
    pub level: Probability,
    /// Measurement, publication or the people whose judgement it is.
    pub source: String,
}

/// A measure that reduces a risk, in the order of ISO 14971 clause 7.1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskControl {
    /// Names the risk control.
    pub id: String,
    /// Its rank.
    pub kind: ControlKind,
    /// What is done.
    pub text: String,
    /// What shows that the control is there and works.
    pub verified_by: Vec<Verification>,
}

/// Rank of a risk control (ISO 14971 clause 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ControlKind {
    InherentlySafeDesign,
    ProtectiveMeasure,
    InformationForSafety,
}

/// A reference to what verifies a risk control; exactly one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Id of a criterion in `protocol.yaml`.
    Criterion(String),
    /// Id of an expectation in `data.yaml`.
    Expectation(String),
    /// Id of a check in `monitor.yaml`.
    Check(String),
    /// Id of a contraindication in `intent.yaml`.
    Contraindication(String),
    /// A role of `team.yaml` whose signature a release needs.
    Signature(String),
}

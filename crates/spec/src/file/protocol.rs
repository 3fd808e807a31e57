//! `protocol.yaml`: the plan of validation.

mod family;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule::Rule;
pub use family::{Asked, Family, Procedure};

/// Endpoints on declared sets, and the criteria that their intervals must clear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// The sealed set that binding gates judge against.
    pub reference_set: ReferenceSet,
    /// The set for gates that bind nothing.
    pub development_set: DevelopmentSet,
    /// The score at which a case is flagged.
    pub threshold: f64,
    /// Why this threshold.
    pub threshold_rationale: String,
    /// Parts of the cohort that endpoints name.
    #[serde(default)]
    pub subgroups: Vec<Subgroup>,
    /// Disturbances that endpoints name.
    #[serde(default)]
    pub perturbations: Vec<Perturbation>,
    /// What is measured.
    pub endpoints: Vec<Endpoint>,
    /// What the measured must clear.
    pub criteria: Vec<Criterion>,
    /// Criteria that share what may go wrong, the primary family first. A criterion of none is asked at its own level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<Family>,
}

impl Protocol {
    /// The endpoint of that id.
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
    }

    /// The subgroup of that id.
    pub fn subgroup(&self, id: &str) -> Option<&Subgroup> {
        self.subgroups.iter().find(|subgroup| subgroup.id == id)
    }

    /// The family of a criterion.
    pub fn family_of(&self, criterion: &Criterion) -> Option<&Family> {
        self.families
            .iter()
            .find(|family| family.criteria.contains(&criterion.id))
    }

    /// The confidence level at which a criterion is asked at each look with this share of the error of its family: its own where there
    /// is neither a family nor looks that share what may go wrong.
    pub fn level_at(&self, criterion: &Criterion, share: f64) -> f64 {
        let of_look = match self.reference_set.spending {
            None => 1.0,
            Some(spending) => spending.share(self.reference_set.looks),
        };
        // One that shares nothing keeps its level to the last bit: rows are found by it.
        match of_look * share {
            1.0 => criterion.level,
            part => 1.0 - (1.0 - criterion.level) * part,
        }
    }

    /// Every level at which a criterion may be asked, falling: the strictest first.
    pub fn levels_of(&self, criterion: &Criterion) -> Vec<f64> {
        let shares = match self.family_of(criterion) {
            None => vec![1.0],
            Some(family) => family.shares(&criterion.id),
        };
        let levels = shares.into_iter();
        levels
            .map(|share| self.level_at(criterion, share))
            .collect()
    }

    /// The perturbation of that id.
    pub fn perturbation(&self, id: &str) -> Option<&Perturbation> {
        self.perturbations
            .iter()
            .find(|perturbation| perturbation.id == id)
    }
}

/// The sealed set that a gate judges against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceSet {
    /// A part of the division in `data.yaml`.
    pub dataset: String,
    /// How often it may be looked at, over the life of this protocol.
    pub looks: u32,
    /// How the looks share what may go wrong; if nothing is said, each look is judged at the level of its criterion, and a set that is
    /// looked at often lets a bad model pass in the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
    /// How many different people must ask before it is opened; one if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum: Option<u32>,
    /// Cases that are expected, for the question whether a criterion can be decided.
    pub expected_cases: u64,
    /// Diseased cases that are expected.
    pub expected_diseased: u64,
    /// Cases of a patient on average, and how alike they are (the intraclass correlation), for the same question; each case is a
    /// patient's only one if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_clusters: Option<ExpectedClusters>,
}

/// How cases of one patient are expected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedClusters {
    /// Cases of a patient, on average; at least 1.
    pub cases: f64,
    /// How alike the cases of one patient are, from 0 (not at all) to 1 (the same).
    pub icc: f64,
}

impl ExpectedClusters {
    /// By how much cases of patients are worth less than independent ones.
    ///
    /// # Source
    /// Kish 1965, Survey Sampling, section 5.4; Donner and Klar 2000, Design and Analysis of Cluster Randomization Trials.
    pub fn design_effect(self) -> f64 {
        1.0 + (self.cases - 1.0) * self.icc
    }
}

/// How the looks at a reference set share the probability of a wrong verdict, which is that of the criterion's level over all looks.
///
/// # Source
/// Dunn 1961, JASA 56:52-64 (the sum of the errors); Feng et al. 2022, UAI, PMLR 180:674-684 (a tree of all answers for models that were
/// made after earlier answers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Spending {
    /// An equal part for each look. Holds if no candidate was made by what an earlier look had shown.
    Equal,
    /// An equal part for each node of the tree of answers: 2^looks - 1 of them. Holds if of earlier looks only the verdicts were used to
    /// make a candidate; at most 16 looks.
    Adaptive,
}

impl Spending {
    /// The part of one look.
    fn share(self, looks: u32) -> f64 {
        let parts = match self {
            Self::Equal => f64::from(looks),
            Self::Adaptive => 2_f64.powi(looks.min(16) as i32) - 1.0,
        };
        1.0 / parts.max(1.0)
    }
}

impl ReferenceSet {
    /// How many different people must ask before it is opened.
    pub fn quorum(&self) -> u32 {
        self.quorum.unwrap_or(1)
    }
}

/// The set for the gates after each run; they bind nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DevelopmentSet {
    /// A part of the division in `data.yaml`.
    pub dataset: String,
}

/// A declared part of the cohort: cases whose `column` equals a value or lies in a range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subgroup {
    /// Names the subgroup.
    pub id: String,
    /// What it is called on a page.
    pub title: String,
    /// The column that decides who belongs to it.
    pub column: String,
    /// The value of a category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// Cases with this value and more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Cases below this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Cases of it that are expected in the reference set, for the question whether a criterion can be decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_cases: Option<u64>,
    /// Diseased ones among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_diseased: Option<u64>,
}

/// A declared disturbance of the inputs, such as the error of an assay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Perturbation {
    /// Names the perturbation.
    pub id: String,
    /// Id of the list in the manual: `multiplicative_error`, `set_missing`, …
    pub perturbation: String,
    /// The inputs that are disturbed.
    pub columns: Vec<String>,
    /// How much, such as `cv`.
    #[serde(default)]
    pub params: std::collections::BTreeMap<String, f64>,
    /// The seed of the disturbance.
    pub seed: u64,
    /// Where the size of the disturbance comes from.
    pub source: String,
}

/// This metric, on the set, in these cases, perhaps compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Names the endpoint.
    pub id: String,
    /// What it is called on a page.
    pub title: String,
    /// Id of a metric of the manual.
    pub metric: String,
    /// Only these cases; a subgroup's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subgroup: Option<String>,
    /// The metric with perturbed inputs; a perturbation's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<String>,
    /// What is estimated is a difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
}

/// Which two values an endpoint subtracts; exactly one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// First subgroup minus second subgroup.
    Between([String; 2]),
    /// Undisturbed minus disturbed by a perturbation: the drop.
    DropUnder(String),
    /// Candidate minus the model that is released when the change is judged. Undefined for the first release.
    ToReleased,
}

/// The bound that an endpoint's interval must clear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Names the criterion, so that risk controls and modifications can refer to it.
    pub id: String,
    /// Id of an endpoint.
    pub endpoint: String,
    /// Whether it binds.
    pub kind: CriterionKind,
    /// The bound: `lower >= 0.75`, `upper <= 0.02`, `inside (0.70, 1.43)` or `report`.
    pub rule: Rule,
    /// Confidence level of the two-sided interval.
    #[serde(default = "default_level")]
    pub level: f64,
    /// The value that the team expects, for the question whether the set can decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<f64>,
    /// The standard error that the estimate is expected to have on the reference set, for metrics and differences whose power has no
    /// formula; `galen eval size --pilot` tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_error: Option<f64>,
    /// Applies only to changes of a released model.
    #[serde(default)]
    pub updates_only: bool,
    /// Why this bound.
    pub rationale: String,
}

fn default_level() -> f64 {
    0.95
}

/// Whether a criterion binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CriterionKind {
    /// Must pass; inconclusive blocks.
    Required,
    /// Is reported; what does not pass becomes a limitation in the labelling.
    Descriptive,
}

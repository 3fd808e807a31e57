//! Clinical checks: ways in which data let a model look better than it is.
//!
//! A check finds and says; whether a finding stops a release, others decide. To add one: a file in `check/` and a line
//! in [`CHECKS`].

mod alike;
mod association;
mod confounder;
mod constant_column;
mod future_leakage;
mod group_too_small;
mod identifier_present;
mod implausible_value;
mod inputs;
mod label_noise;
mod label_proxy;
mod measurement_process;
mod missing;
mod missingness_by_group;
mod missingness_by_label;
mod near_duplicates;
mod patient_overlap;
mod prevalence_shift;
mod quantity;
mod representativeness;
mod site_shortcut;
mod study;
mod temporal_order;
mod unit_mix;

use galen_spec::data::{Data, Severity};
use galen_spec::protocol::Protocol;
use galen_stats::Estimate;
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::{ColumnError, Table};
pub use missing::{Chance, GapColumn, GapPattern, Gaps};
pub use study::{Roles, Study};

/// Every clinical check, in the order of the manual.
pub const CHECKS: &[&dyn Check] = &[
    &label_proxy::LabelProxy,
    &future_leakage::FutureLeakage,
    &measurement_process::MeasurementProcess,
    &missingness_by_label::MissingnessByLabel,
    &missingness_by_group::MissingnessByGroup,
    &site_shortcut::SiteShortcut,
    &confounder::Confounder,
    &group_too_small::GroupTooSmall,
    &prevalence_shift::PrevalenceShift,
    &representativeness::Representativeness,
    &patient_overlap::PatientOverlap,
    &near_duplicates::NearDuplicates,
    &label_noise::LabelNoise,
    &temporal_order::TemporalOrder,
    &identifier_present::IdentifierPresent,
    &constant_column::ConstantColumn,
    &implausible_value::ImplausibleValue,
    &unit_mix::UnitMix,
];

/// A question to a table about how it came to be.
pub trait Check: Sync {
    /// What the check is.
    fn about(&self) -> About;

    /// What it finds; nothing if the data do not hold what it needs.
    fn find(&self, study: &Study) -> Vec<Finding>;
}

/// What a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    pub id: &'static str,
    pub head: CheckHead,
    /// What it asks, in one sentence.
    pub what: &'static str,
    /// The paper or standard behind it.
    pub source: &'static str,
}

/// What a check asks after; the report stands under these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckHead {
    /// Whether the columns may say what they say: known in time, about the disease and not about how it was found.
    Relevance,
    /// Whether the values are right, of one person each, and nobody's name.
    Integrity,
    /// Whether the people are those for whom the model is meant.
    Representativeness,
}

/// What is wrong or unusual about data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub check: &'static str,
    pub severity: Severity,
    pub columns: Vec<String>,
    /// A sentence that a clinician understands.
    pub message: String,
    pub measure: Option<Measure>,
    /// Counts and p-values behind the measure.
    pub evidence: Value,
    /// What to do about it.
    pub help: String,
}

/// The number that a finding rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    pub name: &'static str,
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// What all checks found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckReport {
    /// False if something of severity `stop` was found.
    pub ok: bool,
    /// What was asked under each head, and how much of it was found.
    pub heads: Vec<HeadReport>,
    /// The worst first, then in the order of the checks and columns.
    pub findings: Vec<Finding>,
    /// What is missing together, and whether by chance.
    pub gaps: Gaps,
}

/// The checks of a head.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeadReport {
    pub head: CheckHead,
    pub checks: Vec<&'static str>,
    pub stop: usize,
    pub warn: usize,
    pub note: usize,
}

impl HeadReport {
    fn of(head: CheckHead, findings: &[Finding]) -> Self {
        let abouts = CHECKS.iter().map(|check| check.about());
        let checks = abouts.filter(|about| about.head == head);
        let checks: Vec<&str> = checks.map(|about| about.id).collect();
        let of = |severity| {
            let here = findings.iter().filter(|one| checks.contains(&one.check));
            here.filter(|one| one.severity == severity).count()
        };
        Self {
            head,
            stop: of(Severity::Stop),
            warn: of(Severity::Warn),
            note: of(Severity::Note),
            checks,
        }
    }
}

/// Why a table cannot be checked.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CheckError {
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error("The label `{label}` is never {positive:?}: name the value that means diseased.")]
    NeverPositive { label: String, positive: String },
    #[error("The label `{0}` has the same value in every row, so nothing can be compared with it.")]
    OneLabel(String),
}

/// What the table is held against, where there is such a thing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// Says when columns become known and what is plausible.
    pub plan: Option<&'a Data>,
    /// Says which subgroups are judged, and by what.
    pub protocol: Option<&'a Protocol>,
    /// The people for whom the model is meant: one row a cell of the population, or one a person.
    pub target: Option<&'a Table>,
    /// Which images of the rows show the same.
    pub images: Option<&'a ImageCopies>,
}

/// Images of rows that show the same, as whoever can read images found them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageCopies {
    /// The column that names the images.
    pub column: String,
    /// How many images were compared, and how many are blank, so that they could not be.
    pub images: usize,
    pub blank: usize,
    /// From which `z` on two images were taken for copies.
    pub limit: f64,
    /// The most alike first; rows that name one file last.
    pub pairs: Vec<ImagePair>,
}

/// Two rows whose images show the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ImagePair {
    pub rows: [usize; 2],
    /// In 0..=1.
    pub likeness: f64,
    /// How far the likeness is beyond none, in its standard errors; none if both rows name one file.
    pub z: Option<f64>,
}

impl ImagePair {
    pub fn is_of_one_file(&self) -> bool {
        self.z.is_none()
    }
}

impl<'a> Beside<'a> {
    pub fn of_plan(plan: &'a Data) -> Self {
        Self {
            plan: Some(plan),
            ..Self::default()
        }
    }
}

/// Runs every check on a table in which columns play the given roles.
///
/// # Errors
/// [`CheckError`] if a named column is absent or the label does not tell two kinds of cases apart.
pub fn check(table: &Table, roles: &Roles, beside: Beside) -> Result<CheckReport, CheckError> {
    let study = Study::new(table, roles, beside)?;
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check.find(&study)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let heads = [
        CheckHead::Relevance,
        CheckHead::Integrity,
        CheckHead::Representativeness,
    ];
    Ok(CheckReport {
        heads: heads.map(|head| HeadReport::of(head, &findings)).to_vec(),
        ok: findings
            .iter()
            .all(|finding| finding.severity != Severity::Stop),
        findings,
        gaps: missing::gaps(&study),
    })
}

/// A share as people read it: `14.5 %`.
fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

#[cfg(test)]
mod laws;

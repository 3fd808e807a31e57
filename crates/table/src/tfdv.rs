//! A table judged by a schema of TensorFlow Data Validation (TFDV), with TFDV's own names for what is wrong.
//!
//! [`Statistics`] say of each column what TFDV would see in it; [`judge`] holds them against a schema and gives an
//! [`Anomaly`] for each column that is not as declared. Each property that a schema can ask of a feature is a file in
//! `tfdv/check/` and a line in [`CHECKS`]; they are asked in TFDV's order. Schemas are read by the binary: this module
//! knows the schema as a value only.
//!
//! # Source
//! tensorflow-data-validation 1.16.1, `tensorflow_data_validation/anomalies/`; the answers of that version to 333 schemas
//! and tables lie in `crates/table/tests/reference/tfdv`.

mod anomaly;
mod cell;
mod check;
mod distance;
mod examples;
mod histogram;
mod result;
mod statistics;
mod well_formed;

use std::collections::{HashMap, HashSet};

use galen_spec::tfdv::{Amendment, Feature, LifecycleStage, Schema};
use serde_json::Value;
use thiserror::Error;

pub use anomaly::{Anomaly, AnomalyType, Reason};
pub use check::{CHECKS, FeatureCheck, Scene};
pub use distance::Measured;
pub use result::{not_judged, results};
pub use statistics::{FeatureStatistics, Statistics, Type, columns_of_texts};

/// In which environment a table is, and what it is compared with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setting<'a> {
    /// One of the schema's default environments, such as `SERVING`. Without one every feature is expected.
    pub environment: Option<&'a str>,
    /// The data before these, for drift.
    pub previous: Option<&'a Statistics>,
    /// The data in use, for skew.
    pub serving: Option<&'a Statistics>,
    /// An earlier version of these data, for the number of examples.
    pub previous_version: Option<&'a Statistics>,
}

/// What is not as the schema declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// At most one for each column, in the order of the schema; then columns that the schema does not have, in the order
    /// of the table.
    pub anomalies: Vec<Anomaly>,
    /// What is wrong with the table as a whole.
    pub dataset: Option<Anomaly>,
    /// Every distance that was computed, past its threshold or not.
    pub measured: Vec<Measured>,
}

/// Why a schema cannot judge.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JudgeError {
    #[error(
        "The schema has no environment `{name}`; {}.",
        if known.is_empty() { "it declares none as `default_environment`".to_owned() } else { format!("it has {}", known.join(", ")) }
    )]
    Environment { name: String, known: Vec<String> },
}

/// Holds a table against a schema.
///
/// # Errors
/// [`JudgeError`] for an environment that the schema does not have.
pub fn judge(schema: &Schema, table: &Statistics, setting: &Setting) -> Result<Judged, JudgeError> {
    if let Some(name) = setting.environment
        && !schema.default_environment.iter().any(|known| known == name)
    {
        return Err(JudgeError::Environment {
            name: name.to_owned(),
            known: schema.default_environment.clone(),
        });
    }
    let known = known(schema);
    let mut judged = Judged::default();
    for feature in &schema.feature {
        // As in TFDV, of two features of one name the first is judged; a column that both require is missed twice.
        let is_first = std::ptr::eq(known[feature.name.as_str()], feature);
        let reasons = match table.feature(&feature.name) {
            Some(_) if !is_first => continue,
            Some(column) => {
                let (reasons, measured) = of_feature(schema, feature, column, setting);
                judged.measured.extend(measured);
                reasons
            }
            None if is_required(schema, feature, setting.environment) => vec![
                Reason::new(
                    AnomalyType::SchemaMissingColumn,
                    "Column dropped",
                    "The table does not have this column.",
                )
                .amended_by(Amendment::Retired),
            ],
            None => continue,
        };
        let mut there = judged.anomalies.iter_mut().filter(|_| !is_first);
        match there.find(|one| one.column == feature.name) {
            Some(there) => there.reasons.extend(reasons),
            None => judged.anomalies.extend(Anomaly::of(&feature.name, reasons)),
        }
    }
    let combined = schema.sparse_feature.iter().chain(&schema.weighted_feature);
    let combined: HashSet<&str> = combined.filter_map(|one| one["name"].as_str()).collect();
    for column in &table.features {
        let name = column.name.as_str();
        if !known.contains_key(name) && !combined.contains(name) {
            let reason = Reason::new(
                AnomalyType::SchemaNewColumn,
                "New column",
                "The schema does not have this column.",
            );
            let kind = column.kind.in_schema();
            let reason = reason.amended_by(Amendment::Column { kind });
            judged.anomalies.extend(Anomaly::of(name, vec![reason]));
        }
    }
    judged.dataset = Anomaly::of("", examples::look(schema, table, setting));
    Ok(judged)
}

/// What is wrong with a column that the schema has.
fn of_feature(
    schema: &Schema,
    feature: &Feature,
    column: &FeatureStatistics,
    setting: &Setting,
) -> (Vec<Reason>, Vec<Measured>) {
    if is_retired(feature) {
        return (Vec::new(), Vec::new());
    }
    if let Some(collision) = collision(schema, feature) {
        return (collision, Vec::new());
    }
    let (feature, mut reasons) = well_formed::correct(schema, feature);
    let Some(feature) = feature else {
        return (reasons, Vec::new());
    };
    if column.present == 0 {
        if is_required(schema, &feature, setting.environment) {
            let reason = Reason::new(
                AnomalyType::FeatureTypeNotPresent,
                "Column dropped",
                "No row has a value in this column.",
            );
            reasons.push(reason.amended_by(Amendment::Retired));
        }
        return (reasons, Vec::new());
    }
    let scene = Scene {
        schema,
        feature: &feature,
        column,
        setting,
    };
    for check in CHECKS {
        reasons.extend(check.look(&scene));
    }
    (reasons, distance::measured(&scene))
}

/// The reasons if a weighted or sparse feature has the name of this one; then nothing else is asked of the column.
fn collision(schema: &Schema, feature: &Feature) -> Option<Vec<Reason>> {
    let named = |list: &[Value]| list.iter().find(|one| one["name"] == feature.name).cloned();
    if let Some(weighted) = named(&schema.weighted_feature) {
        let reason = Reason::new(
            AnomalyType::WeightedFeatureNameCollision,
            "Weighted feature name collision",
            "A weighted feature has the same name.",
        );
        return Some(if is_retired_combination(&weighted) {
            Vec::new()
        } else {
            vec![reason]
        });
    }
    let sparse = named(&schema.sparse_feature).filter(|one| !is_retired_combination(one))?;
    let what = format!("The sparse feature {} has the same name.", sparse["name"]);
    let kind = AnomalyType::SparseFeatureNameCollision;
    Some(vec![Reason::new(
        kind,
        "Sparse feature name collision",
        what,
    )])
}

fn is_retired_combination(one: &Value) -> bool {
    let stage = serde_json::from_value(one["lifecycle_stage"].clone()).ok();
    one["deprecated"] == true || stage.is_some_and(is_retired_stage)
}

/// The first feature of each name.
fn known(schema: &Schema) -> HashMap<&str, &Feature> {
    let features = schema.feature.iter().rev();
    features.map(|one| (one.name.as_str(), one)).collect()
}

/// Whether a feature is judged no more, or not yet.
fn is_retired(feature: &Feature) -> bool {
    feature.deprecated == Some(true) || feature.lifecycle_stage.is_some_and(is_retired_stage)
}

fn is_retired_stage(stage: LifecycleStage) -> bool {
    use LifecycleStage::{Alpha, DebugOnly, Deprecated, Disabled, Planned};
    matches!(stage, Planned | Alpha | Deprecated | DebugOnly | Disabled)
}

/// Whether a feature belongs to an environment; every feature belongs to none.
fn is_in_environment(schema: &Schema, feature: &Feature, environment: Option<&str>) -> bool {
    let Some(environment) = environment else {
        return true;
    };
    let has = |list: &[String]| list.iter().any(|one| one == environment);
    has(&feature.in_environment)
        || !has(&feature.not_in_environment) && has(&schema.default_environment)
}

/// Whether the table must have the column.
fn is_required(schema: &Schema, feature: &Feature, environment: Option<&str>) -> bool {
    let presence = feature.presence.clone().unwrap_or_default();
    let wanted = presence.min_count.unwrap_or(0) > 0 || presence.min_fraction.unwrap_or(0.0) > 0.0;
    !is_retired(feature) && wanted && is_in_environment(schema, feature, environment)
}

//! A schema of TensorFlow Data Validation (TFDV), with the keys and words of its own messages.
//!
//! What galen judges has a type. What it only carries, so that nothing is lost, is kept as it was written:
//! [`Schema::carried`] names it.
//!
//! # Source
//! `tensorflow_metadata/proto/v0/schema.proto` of tensorflow-metadata 1.16.1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a data set should look like: its features, their domains, the environments and the bounds on change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Schema {
    /// The columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feature: Vec<Feature>,
    /// Tensors that are spread over columns; carried, not judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sparse_feature: Vec<Value>,
    /// Columns with weights in another column; carried, not judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weighted_feature: Vec<Value>,
    /// Domains of texts that features name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub string_domain: Vec<StringDomain>,
    /// Domains of numbers that features may share.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub float_domain: Vec<FloatDomain>,
    /// Domains of whole numbers that features may share.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub int_domain: Vec<IntDomain>,
    /// Environments in which every feature is, unless it says otherwise, such as `TRAINING` and `SERVING`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_environment: Vec<String>,
    /// How tensors are made; carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub represent_variable_length_as_ragged: Option<bool>,
    /// Remarks; carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<Value>,
    /// Bounds on the number of examples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_constraints: Option<DatasetConstraints>,
    /// How tensors are made; carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tensor_representation_group: Option<Value>,
}

/// A column and what is expected of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Feature {
    /// The column's name.
    pub name: String,
    /// An old word for the lifecycle stage `DEPRECATED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<bool>,
    /// In how many examples it has a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<Presence>,
    /// Presence within a group of a nested example; carried, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_presence: Option<Value>,
    /// How many values each example has, as a tensor's shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<FixedShape>,
    /// How many values each example has, at least and at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_count: Option<ValueCount>,
    /// The same for nested values, one an entry a level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_counts: Option<ValueCountList>,
    /// What its values are.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<FeatureType>,
    /// The name of a domain of the schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Whole numbers within bounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub int_domain: Option<IntDomain>,
    /// Numbers within bounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub float_domain: Option<FloatDomain>,
    /// Texts of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub string_domain: Option<StringDomain>,
    /// True or false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bool_domain: Option<BoolDomain>,
    /// Nested features; carried, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub struct_domain: Option<Value>,
    /// Text in a natural language; carried, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub natural_language_domain: Option<Value>,
    /// Images; carried, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_domain: Option<Value>,
    /// Identifiers of a knowledge graph; carried, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mid_domain: Option<Value>,
    /// Addresses; carried, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_domain: Option<Value>,
    /// Dates and times; carried, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_domain: Option<Value>,
    /// Times of a day; carried, not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_of_day_domain: Option<Value>,
    /// The share of values that lie in the domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution_constraints: Option<DistributionConstraints>,
    /// Remarks; carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<Value>,
    /// How far its distribution may be from that of the serving data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skew_comparator: Option<Comparator>,
    /// How far its distribution may be from that of the previous data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_comparator: Option<Comparator>,
    /// Environments in which it is, besides the default ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub in_environment: Vec<String>,
    /// Environments in which it is not, such as a label in `SERVING`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_in_environment: Vec<String>,
    /// How far the feature has come. Only `UNKNOWN_STAGE`, `BETA`, `PRODUCTION` and `VALIDATION_DERIVED` are judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle_stage: Option<LifecycleStage>,
    /// How many different values there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_constraints: Option<UniqueConstraints>,
    /// What it was derived from; carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_derived_source: Option<Value>,
    /// Whether the order of its values means something; carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence_metadata: Option<Value>,
}

/// In how many examples a feature has a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Presence {
    /// Lowest share of examples, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_fraction: Option<f64>,
    /// Lowest number of examples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_count: Option<i64>,
}

/// A tensor's shape.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FixedShape {
    /// One an axis.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dim: Vec<Dim>,
}

/// An axis of a tensor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dim {
    /// Its length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The number of values in an example that has any.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ValueCount {
    /// At least so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// At most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// The numbers of values of nested values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ValueCountList {
    /// One a level.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub value_count: Vec<ValueCount>,
}

/// What the values of a feature are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FeatureType {
    TypeUnknown,
    Bytes,
    Int,
    Float,
    Struct,
}

/// Whole numbers within bounds, both allowed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IntDomain {
    /// The name by which features know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Lowest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Highest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// Whether the numbers are names of categories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_categorical: Option<bool>,
}

/// Numbers within bounds, both allowed. TFDV holds the bounds in 32 bits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FloatDomain {
    /// The name by which features know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Lowest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f32>,
    /// Highest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f32>,
    /// Whether there must be no NaN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disallow_nan: Option<bool>,
    /// Whether there must be no infinity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disallow_inf: Option<bool>,
    /// Whether the numbers are an embedding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_embedding: Option<bool>,
    /// Whether the numbers are names of categories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_categorical: Option<bool>,
    /// The length of the embedding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding_dim: Option<i64>,
}

/// Texts of a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StringDomain {
    /// The name by which features know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The texts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub value: Vec<String>,
    /// Whether the texts are categories; TFDV does not use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_categorical: Option<Categorical>,
}

/// Whether texts are categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Categorical {
    #[serde(rename = "CATEGORICAL_UNSPECIFIED")]
    Unspecified,
    #[serde(rename = "CATEGORICAL_YES")]
    Yes,
    #[serde(rename = "CATEGORICAL_NO")]
    No,
}

/// True or false: as two texts, or as 1 and 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BoolDomain {
    /// The name by which features know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The text for true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_value: Option<String>,
    /// The text for false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub false_value: Option<String>,
}

/// The share of values that lie in the domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DistributionConstraints {
    /// Lowest share, 0 to 1; without it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_domain_mass: Option<f64>,
}

/// How far two distributions may be apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Comparator {
    /// The largest difference of a value's share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infinity_norm: Option<Threshold>,
    /// The Jensen-Shannon divergence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jensen_shannon_divergence: Option<JensenShannonDivergence>,
    /// The largest difference of a value's count, as a share of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalized_abs_difference: Option<Threshold>,
}

/// The bound of a distance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Threshold {
    /// More is an anomaly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
}

/// The bound of the Jensen-Shannon divergence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JensenShannonDivergence {
    /// More is an anomaly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Which histogram of numbers is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<HistogramSelection>,
}

/// Which histogram of numbers is compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HistogramSelection {
    /// Its kind; without it `STANDARD`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<HistogramType>,
}

/// A kind of histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HistogramType {
    Default,
    Quantiles,
    Standard,
}

/// How far a feature has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LifecycleStage {
    UnknownStage,
    Planned,
    Alpha,
    Beta,
    Production,
    Deprecated,
    DebugOnly,
    Disabled,
    ValidationDerived,
}

/// How many different values there are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UniqueConstraints {
    /// At least so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// At most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// Bounds on the number of examples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DatasetConstraints {
    /// Against the previous data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_examples_drift_comparator: Option<NumericValueComparator>,
    /// Against the previous version of the same data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_examples_version_comparator: Option<NumericValueComparator>,
    /// Fewest examples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_examples_count: Option<i64>,
    /// Most examples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_examples_count: Option<i64>,
}

/// A number now as a share of that before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NumericValueComparator {
    /// Lowest share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_fraction_threshold: Option<f64>,
    /// Highest share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_fraction_threshold: Option<f64>,
}

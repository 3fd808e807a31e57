//! What a schema can ask of a feature that has values.
//!
//! To add one: a file in `check/` and a line in [`CHECKS`], in the place where TFDV asks it.

mod bool_domain;
mod comparator;
mod data_type;
mod derived_source;
mod environment;
mod float_domain;
mod int_domain;
mod presence;
mod shape;
mod string_domain;
mod unique_values;
mod value_count;

use galen_spec::tfdv::{Feature, Schema};

use super::{FeatureStatistics, Reason, Setting};
pub(super) use comparator::Control;

/// Every check, in the order in which TFDV asks.
pub const CHECKS: &[&dyn FeatureCheck] = &[
    &environment::Environment,
    &value_count::ValueCount,
    &shape::Shape,
    &presence::Presence,
    &data_type::DataType,
    &string_domain::StringDomain,
    &bool_domain::BoolDomain,
    &int_domain::IntDomain,
    &float_domain::FloatDomain,
    &unique_values::UniqueValues,
    &comparator::Drift,
    &comparator::Skew,
    &derived_source::DerivedSource,
];

/// A property that a schema can ask of a feature.
pub trait FeatureCheck: Sync {
    /// The key of the schema that asks it.
    fn key(&self) -> &'static str;

    /// What is not as asked; nothing if the feature does not ask.
    fn look(&self, scene: &Scene) -> Vec<Reason>;
}

/// A feature and the column that is held against it.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    pub schema: &'a Schema,
    /// Well formed: what is wrong with it as such is known already.
    pub feature: &'a Feature,
    /// A column with at least one value.
    pub column: &'a FeatureStatistics,
    pub setting: &'a Setting<'a>,
}

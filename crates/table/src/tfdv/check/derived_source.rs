use galen_spec::tfdv::LifecycleStage;

use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason};

/// A feature that says what it was derived from has the stage `VALIDATION_DERIVED`.
pub struct DerivedSource;

impl FeatureCheck for DerivedSource {
    fn key(&self) -> &'static str {
        "validation_derived_source"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let derived = scene.feature.validation_derived_source.is_some();
        if !derived || scene.feature.lifecycle_stage == Some(LifecycleStage::ValidationDerived) {
            return Vec::new();
        }
        let what = "The feature is derived, and its stage is not VALIDATION_DERIVED.";
        let kind = AnomalyType::DerivedFeatureBadLifecycle;
        vec![Reason::new(
            kind,
            "Derived feature has wrong lifecycle.",
            what,
        )]
    }
}

use galen_spec::tfdv::Amendment;

use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason};

/// There are as many different texts as declared. Without a highest number none may be, as in TFDV.
pub struct UniqueValues;

impl FeatureCheck for UniqueValues {
    fn key(&self) -> &'static str {
        "unique_constraints"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let Some(bounds) = &scene.feature.unique_constraints else {
            return Vec::new();
        };
        let Some(unique) = scene.column.unique else {
            let what = "Different values are counted of texts only, and these are numbers.";
            let kind = AnomalyType::FeatureTypeNoUnique;
            return vec![Reason::new(kind, "No unique values", what)];
        };
        let (min, max) = (bounds.min.unwrap_or(0), bounds.max.unwrap_or(0));
        let unique = i64::try_from(unique).unwrap_or(i64::MAX);
        let mut reasons = Vec::new();
        if unique < min {
            let what =
                format!("There are {unique} different values, and at least {min} are expected.");
            let kind = AnomalyType::FeatureTypeLowUnique;
            let reason = Reason::new(kind, "Low number of unique values", what);
            reasons.push(reason.amended_by(Amendment::FewestTexts { min: unique }));
        }
        if unique > max {
            let what =
                format!("There are {unique} different values, and at most {max} are expected.");
            let kind = AnomalyType::FeatureTypeHighUnique;
            let reason = Reason::new(kind, "High number of unique values", what);
            reasons.push(reason.amended_by(Amendment::MostTexts { max: unique }));
        }
        reasons
    }
}

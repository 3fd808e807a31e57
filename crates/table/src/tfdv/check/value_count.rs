use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason};

/// An example with a value has as many values as declared. A cell of a table holds one value.
pub struct ValueCount;

impl FeatureCheck for ValueCount {
    fn key(&self) -> &'static str {
        "value_count"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        if let Some(count) = &scene.feature.value_count {
            return of_level(count);
        }
        let Some(levels) = &scene.feature.value_counts else {
            return Vec::new();
        };
        match levels.value_count.as_slice() {
            [one] => of_level(one),
            levels => {
                let what = format!(
                    "A cell holds one value, and the schema expects {} levels of nested values.",
                    levels.len()
                );
                let kind = AnomalyType::ValueNestednessMismatch;
                vec![Reason::new(kind, "Mismatched value nest level", what)]
            }
        }
    }
}

fn of_level(count: &galen_spec::tfdv::ValueCount) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(min) = count.min.filter(|min| *min > 1) {
        let what = format!("A cell holds one value, and at least {min} are expected.");
        let kind = AnomalyType::FeatureTypeLowNumberValues;
        reasons.push(Reason::new(kind, "Missing values", what));
    }
    if let Some(max) = count.max.filter(|max| *max < 1) {
        let what = format!("A cell holds one value, and at most {max} are expected.");
        let kind = AnomalyType::FeatureTypeHighNumberValues;
        reasons.push(Reason::new(kind, "Superfluous values", what));
    }
    reasons
}

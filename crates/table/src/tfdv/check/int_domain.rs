use galen_spec::tfdv::Amendment;

use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason, Type};

/// The whole numbers, written as such or as texts, lie within the bounds.
pub struct IntDomain;

impl FeatureCheck for IntDomain {
    fn key(&self) -> &'static str {
        "int_domain"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let Some(domain) = &scene.feature.int_domain else {
            return Vec::new();
        };
        let column = scene.column;
        let (min, max) = match column.kind {
            Type::Int => (column.min as i64, column.max as i64),
            Type::Float => return Vec::new(),
            Type::String => {
                let mut bounds = (i64::MAX, i64::MIN);
                for text in column.values.keys() {
                    let Some(number) = whole(text) else {
                        let what = format!("The text `{text}` is no whole number of 64 bits.");
                        let kind = AnomalyType::IntTypeNotIntString;
                        let reason = Reason::new(kind, "Invalid values", what);
                        return vec![reason.values(vec![text.clone()])];
                    };
                    bounds = (bounds.0.min(number), bounds.1.max(number));
                }
                bounds
            }
        };
        let short = "Out-of-range values";
        let mut reasons = Vec::new();
        if let Some(bound) = domain.min.filter(|bound| min < *bound) {
            let what = format!("The lowest value is {min}, and at least {bound} is expected.");
            let reason = Reason::new(AnomalyType::IntTypeSmallInt, short, what);
            let reason = reason.values(vec![min.to_string()]);
            reasons.push(reason.amended_by(Amendment::LowestWhole { min }));
        }
        if let Some(bound) = domain.max.filter(|bound| max > *bound) {
            let what = format!("The highest value is {max}, and at most {bound} is expected.");
            let reason = Reason::new(AnomalyType::IntTypeBigInt, short, what);
            let reason = reason.values(vec![max.to_string()]);
            reasons.push(reason.amended_by(Amendment::HighestWhole { max }));
        }
        reasons
    }
}

/// The whole number that a text writes: white space around it is allowed, underscores are not.
fn whole(text: &str) -> Option<i64> {
    text.trim_ascii().parse().ok()
}

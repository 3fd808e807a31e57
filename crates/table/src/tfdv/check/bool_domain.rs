use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason, Type};

/// The values are true or false: 0 and 1, or the two declared texts.
pub struct BoolDomain;

impl FeatureCheck for BoolDomain {
    fn key(&self) -> &'static str {
        "bool_domain"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let Some(domain) = &scene.feature.bool_domain else {
            return Vec::new();
        };
        let column = scene.column;
        let (kind, value) = match column.kind {
            Type::Int if column.min < 0.0 => {
                (AnomalyType::BoolTypeSmallInt, column.min.to_string())
            }
            Type::Int if column.max > 1.0 => (AnomalyType::BoolTypeBigInt, column.max.to_string()),
            Type::Int => return Vec::new(),
            Type::Float => match unexpected_float(scene) {
                Some(value) => (AnomalyType::BoolTypeUnexpectedFloat, value),
                None => return Vec::new(),
            },
            Type::String => {
                let words = [domain.true_value.as_ref(), domain.false_value.as_ref()];
                let mut texts = column.values.keys();
                match texts.find(|text| !words.contains(&Some(*text))) {
                    Some(text) => (AnomalyType::BoolTypeUnexpectedString, text.clone()),
                    None => return Vec::new(),
                }
            }
        };
        let what = format!("A value such as `{value}` is neither true nor false.");
        vec![Reason::new(kind, "Non-boolean values", what).values(vec![value])]
    }
}

/// A number that is neither 0 nor 1, or where in the histograms one lies.
fn unexpected_float(scene: &Scene) -> Option<String> {
    let column = scene.column;
    let mut ends = [column.min, column.max].into_iter();
    if let Some(end) = ends.find(|end| *end != 0.0 && *end != 1.0) {
        return Some(end.to_string());
    }
    if column.nan > 0 {
        return Some("NaN".to_owned());
    }
    // A bucket of one width may lie between 0 and 1 and count a part of what lies at either end.
    let mut buckets = column.quantiles.iter().flat_map(|one| &one.buckets);
    let between =
        buckets.find(|bucket| bucket.count > 0.0 && bucket.low > 0.0 && bucket.high < 1.0);
    between.map(|bucket| format!("one between {} and {}", bucket.low, bucket.high))
}

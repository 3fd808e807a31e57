use galen_spec::tfdv::Amendment;

use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason, Type};

/// The numbers, written as such or as texts, lie within the bounds; NaN and infinities are there only if they may be.
///
/// Values and bounds are compared in 32 bits, as TFDV holds them.
pub struct FloatDomain;

impl FeatureCheck for FloatDomain {
    fn key(&self) -> &'static str {
        "float_domain"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let Some(domain) = &scene.feature.float_domain else {
            return Vec::new();
        };
        let column = scene.column;
        let mut reasons = Vec::new();
        let mut texts = column.values.keys().filter_map(|text| float(text));
        if domain.disallow_nan == Some(true) && (column.nan > 0 || texts.any(f32::is_nan)) {
            let what = "There are values NaN.";
            let reason = Reason::new(AnomalyType::FloatTypeHasNan, "Invalid values", what);
            reasons.push(reason.amended_by(Amendment::Nan));
        }
        let (min, max) = match column.kind {
            Type::Int => return reasons,
            Type::Float => (column.min as f32, column.max as f32),
            Type::String => {
                let mut bounds: Option<(f32, f32)> = None;
                for text in column.values.keys() {
                    let Some(number) = float(text) else {
                        let what = format!("The text `{text}` is no number.");
                        let kind = AnomalyType::FloatTypeStringNotFloat;
                        let reason = Reason::new(kind, "Invalid values", what);
                        reasons.push(reason.values(vec![text.clone()]));
                        return reasons;
                    };
                    let (low, high) = bounds.unwrap_or((number, number));
                    bounds = Some((low.min(number), high.max(number)));
                }
                let Some(bounds) = bounds else {
                    return reasons;
                };
                bounds
            }
        };
        let short = "Out-of-range values";
        if let Some(bound) = domain.min.filter(|bound| min < *bound) {
            let what = format!("The lowest value is {min}, and at least {bound} is expected.");
            let reason = Reason::new(AnomalyType::FloatTypeSmallFloat, short, what);
            reasons.push(bounded(reason, min, Amendment::Lowest { min }));
        }
        if let Some(bound) = domain.max.filter(|bound| max > *bound) {
            let what = format!("The highest value is {max}, and at most {bound} is expected.");
            let reason = Reason::new(AnomalyType::FloatTypeBigFloat, short, what);
            reasons.push(bounded(reason, max, Amendment::Highest { max }));
        }
        if domain.disallow_inf == Some(true) && (min.is_infinite() || max.is_infinite()) {
            let what = "There are infinite values.";
            let reason = Reason::new(AnomalyType::FloatTypeHasInf, "Invalid values", what);
            reasons.push(reason.amended_by(Amendment::Infinity));
        }
        reasons
    }
}

/// The reason with the value that is out of bounds. No bound lets an infinite value pass.
fn bounded(reason: Reason, value: f32, amendment: Amendment) -> Reason {
    let reason = reason.values(vec![value.to_string()]);
    if value.is_finite() {
        reason.amended_by(amendment)
    } else {
        reason
    }
}

/// The number that a text writes, in 32 bits; white space around it is allowed.
fn float(text: &str) -> Option<f32> {
    text.trim_ascii().parse().ok()
}

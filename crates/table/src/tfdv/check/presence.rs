use galen_spec::tfdv::Amendment;

use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason};

/// At least as many rows, and as large a share of them, have a value as declared.
pub struct Presence;

impl FeatureCheck for Presence {
    fn key(&self) -> &'static str {
        "presence"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let Some(presence) = &scene.feature.presence else {
            return Vec::new();
        };
        let (present, missing) = (scene.column.present, scene.column.missing);
        let rows = present + missing;
        let mut reasons = Vec::new();
        if let Some(min) = presence
            .min_count
            .filter(|min| (present as f64) < *min as f64)
        {
            let what = format!("{present} rows have a value, and at least {min} are expected.");
            let kind = AnomalyType::FeatureTypeLowNumberPresent;
            let min_count = i64::try_from(present).unwrap_or(i64::MAX);
            let reason = Reason::new(kind, "Column dropped", what);
            reasons.push(reason.amended_by(Amendment::Count { min_count }));
        }
        let share = present as f64 / rows as f64;
        // A share that rounds to 1 is less than 1 if a single row has no value.
        let low = |min: &f64| share < *min || *min == 1.0 && missing > 0;
        if let Some(min) = presence.min_fraction.filter(low) {
            let what = format!(
                "{present} of {rows} rows have a value, a share of {share:.4}, and at least {min} is expected."
            );
            let kind = AnomalyType::FeatureTypeLowFractionPresent;
            let min_fraction = share;
            let reason = Reason::new(kind, "Column dropped", what);
            reasons.push(reason.amended_by(Amendment::Share { min_fraction }));
        }
        reasons
    }
}

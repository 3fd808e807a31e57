use std::collections::HashSet;

use galen_spec::tfdv::Amendment;

use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason};

/// Unexpected texts that are named.
const NAMED_MAX: usize = 20;

/// The texts are those of the domain, but for a share that may be others.
pub struct StringDomain;

impl FeatureCheck for StringDomain {
    fn key(&self) -> &'static str {
        "string_domain"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let feature = scene.feature;
        let mut domains = scene.schema.string_domain.iter();
        let named = |name: &String| domains.find(|domain| domain.name.as_ref() == Some(name));
        let shared = feature.domain.as_ref().and_then(named);
        let Some(domain) = feature.string_domain.as_ref().or(shared) else {
            return Vec::new();
        };
        let allowed: HashSet<&String> = domain.value.iter().collect();
        let values = scene.column.values.iter();
        let strange: Vec<_> = values.filter(|(text, _)| !allowed.contains(text)).collect();
        let n: u64 = strange.iter().map(|(_, n)| **n).sum();
        let constraints = feature.distribution_constraints.as_ref();
        let mass = constraints.and_then(|constraints| constraints.min_domain_mass);
        let share_max = mass.map_or(0.0, |mass| 1.0 - mass);
        let share = n as f64 / scene.column.present as f64;
        if share <= share_max && (share_max != 0.0 || strange.is_empty()) {
            return Vec::new();
        }
        let may = if share_max > 0.0 {
            format!("at most a share of {share_max} may be")
        } else {
            "none may be".to_owned()
        };
        let what = format!(
            "{n} of {} values are outside the domain, and {may}.",
            scene.column.present
        );
        let kind = AnomalyType::EnumTypeUnexpectedStringValues;
        let texts = strange
            .iter()
            .take(NAMED_MAX)
            .map(|(text, _)| (*text).clone());
        let values = strange.iter().map(|(text, _)| (*text).clone()).collect();
        let reason = Reason::new(kind, "Unexpected string values", what).values(texts.collect());
        vec![reason.amended_by(Amendment::Texts { values })]
    }
}

//! Whether a feature of a schema is well formed, and the feature as TFDV would correct it before it judges by it.

use std::collections::HashSet;

use galen_spec::tfdv::{Feature, FeatureType, Schema, ValueCount};

use super::anomaly::{AnomalyType, Reason};

/// The corrected feature, none if it cannot be judged by, and what was wrong with it.
pub(super) fn correct(schema: &Schema, feature: &Feature) -> (Option<Feature>, Vec<Reason>) {
    let mut feature = feature.clone();
    let mut reasons = Vec::new();
    if !typed(&mut feature, &mut reasons) {
        return (None, reasons);
    }
    presence(&mut feature, &mut reasons);
    value_counts(&mut feature, &mut reasons);
    shape(&mut feature, &mut reasons);
    domain(schema, &mut feature, &mut reasons);
    (Some(feature), reasons)
}

fn invalid(short: &str) -> Reason {
    Reason::terse(AnomalyType::InvalidSchemaSpecification, short)
}

fn typed(feature: &mut Feature, reasons: &mut Vec<Reason>) -> bool {
    if feature.kind.is_some() {
        return true;
    }
    let has_texts = feature.domain.is_some() || feature.string_domain.is_some();
    let short = if has_texts {
        feature.kind = Some(FeatureType::Bytes);
        "unspecified type: inferring the type to be BYTES, given the domain specified."
    } else {
        "unspecified type: determine the type and set it, rather than deprecating."
    };
    reasons.push(Reason::terse(AnomalyType::FeatureMissingType, short));
    has_texts
}

fn presence(feature: &mut Feature, reasons: &mut Vec<Reason>) {
    let Some(presence) = &mut feature.presence else {
        return;
    };
    let share = presence.min_fraction.unwrap_or(0.0);
    if share < 0.0 {
        presence.min_fraction = None;
        reasons.push(invalid(
            "min_fraction should not be negative: clear is equal to zero",
        ));
    }
    if share > 1.0 {
        presence.min_fraction = Some(1.0);
        reasons.push(invalid("min_fraction should not greater than 1"));
    }
}

fn value_counts(feature: &mut Feature, reasons: &mut Vec<Reason>) {
    let (below, crossed) = (
        "ValueCount.min should not be negative",
        "ValueCount.max should not be less than min",
    );
    let corrected = feature.value_count.as_mut().map(bounds);
    let (negative, less) = corrected.unwrap_or_default();
    reasons.extend(negative.then(|| invalid(below)));
    reasons.extend(less.then(|| invalid(crossed)));
    let levels = feature.value_counts.iter_mut();
    for (level, count) in levels.flat_map(|list| &mut list.value_count).enumerate() {
        let (negative, less) = bounds(count);
        let at_level = |short: &str| {
            let kind = AnomalyType::InvalidSchemaSpecification;
            let short = short.replace("ValueCount.", "ValueCounts.");
            let message = format!("The schema is wrong here: {short}, at level {level}.");
            Reason::new(kind, &short, message)
        };
        reasons.extend(negative.then(|| at_level(below)));
        reasons.extend(less.then(|| at_level(crossed)));
    }
}

/// Corrects a lowest number below 0 and a highest below the lowest; says which of them it was.
fn bounds(count: &mut ValueCount) -> (bool, bool) {
    let negative = count.min.is_some_and(|min| min < 0);
    if negative {
        count.min = None;
    }
    let min = count.min.unwrap_or(0);
    let less = count.max.is_some_and(|max| max < min);
    if less {
        count.max = Some(min);
    }
    (negative, less)
}

fn shape(feature: &mut Feature, reasons: &mut Vec<Reason>) {
    let sizes = feature.shape.iter().flat_map(|shape| &shape.dim);
    if sizes.map(|dim| dim.size.unwrap_or(0)).any(|size| size <= 0) {
        feature.shape = None;
        reasons.push(invalid("Shape.dim.size must be a positive integer"));
    }
}

fn domain(schema: &Schema, feature: &mut Feature, reasons: &mut Vec<Reason>) {
    let kind = feature.kind.unwrap_or(FeatureType::TypeUnknown);
    let name = domain_name(feature);
    if !allowed(name).contains(&kind) {
        let what = format!(
            "A `{}` does not go with this type.",
            name.unwrap_or("domain")
        );
        let short = "The domain does not match the type";
        reasons.push(Reason::new(AnomalyType::DomainInvalidForType, short, what));
        clear_domain(feature);
    }
    let constrained = feature.distribution_constraints.is_some();
    let refused = match domain_name(feature) {
        Some("domain") => {
            let named = feature.domain.as_deref();
            let mut known = schema.string_domain.iter();
            if !known.any(|domain| domain.name.as_deref() == named) {
                let named = named.unwrap_or_default();
                // TFDV clears the name before it writes it.
                let mut reason =
                    Reason::terse(AnomalyType::InvalidDomainSpecification, "missing domain: ");
                reason.message = format!("The schema has no domain `{named}`.");
                reasons.push(reason);
                feature.domain = None;
            }
            None
        }
        Some("string_domain") => {
            let mut seen = HashSet::new();
            let values = feature.string_domain.iter_mut();
            values.for_each(|domain| domain.value.retain(|value| seen.insert(value.clone())));
            None
        }
        Some("bool_domain") => {
            let domain = feature.bool_domain.as_mut();
            if let Some(domain) = domain.filter(|one| one.true_value == one.false_value) {
                domain.false_value = None;
            }
            Some("distribution constraints not supported for bool domains.")
        }
        Some("int_domain") => Some("distribution constraints not supported for int domains."),
        Some("float_domain") => Some("distribution constraints not supported for float domains."),
        Some("struct_domain") => Some("distribution constraints not supported for struct domains."),
        Some("time_of_day_domain") => {
            let kind = AnomalyType::InvalidDomainSpecification;
            let short = "internal issue: unknown domain_info type";
            reasons.push(Reason::terse(kind, short));
            clear_domain(feature);
            None
        }
        Some(_) => Some("distribution constraints not supported for semantic domains."),
        None => Some("distribution constraints require domain or string domain."),
    };
    if let Some(short) = refused.filter(|_| constrained) {
        feature.distribution_constraints = None;
        reasons.push(invalid(short));
    }
}

/// Which of the domains a feature has.
fn domain_name(feature: &Feature) -> Option<&'static str> {
    let has = [
        ("domain", feature.domain.is_some()),
        ("int_domain", feature.int_domain.is_some()),
        ("float_domain", feature.float_domain.is_some()),
        ("string_domain", feature.string_domain.is_some()),
        ("bool_domain", feature.bool_domain.is_some()),
        ("struct_domain", feature.struct_domain.is_some()),
        (
            "natural_language_domain",
            feature.natural_language_domain.is_some(),
        ),
        ("image_domain", feature.image_domain.is_some()),
        ("mid_domain", feature.mid_domain.is_some()),
        ("url_domain", feature.url_domain.is_some()),
        ("time_domain", feature.time_domain.is_some()),
        ("time_of_day_domain", feature.time_of_day_domain.is_some()),
    ];
    has.into_iter().find(|(_, has)| *has).map(|(name, _)| name)
}

/// The types that go with a domain.
fn allowed(domain: Option<&str>) -> &'static [FeatureType] {
    use FeatureType::{Bytes, Float, Int, Struct};
    match domain {
        Some("bool_domain") => &[Int, Bytes, Float],
        Some("int_domain" | "time_domain") => &[Int, Bytes],
        Some("float_domain") => &[Float, Bytes],
        Some("struct_domain") => &[Struct],
        None | Some("time_of_day_domain") => &[Int, Float, Bytes, Struct],
        Some(_) => &[Bytes],
    }
}

fn clear_domain(feature: &mut Feature) {
    feature.domain = None;
    feature.int_domain = None;
    feature.float_domain = None;
    feature.string_domain = None;
    feature.bool_domain = None;
    feature.struct_domain = None;
    feature.natural_language_domain = None;
    feature.image_domain = None;
    feature.mid_domain = None;
    feature.url_domain = None;
    feature.time_domain = None;
    feature.time_of_day_domain = None;
}

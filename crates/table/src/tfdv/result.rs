//! A judgement as results of expectations, one a column.

use std::collections::HashMap;

use galen_spec::data::Severity;
use galen_spec::tfdv::{Feature, Schema};
use serde_json::{Map, Value, json};

use super::{Anomaly, Judged, Measured, Reason, is_retired, known};
use crate::accumulator::Example;
use crate::expectation::ExpectationResult;

/// What was found, in the shape of every expectation: a result for each column that was judged, and one for the table.
/// All of TFDV's anomalies are errors, hence severity stop.
pub fn results(schema: &Schema, judged: &Judged) -> Vec<ExpectationResult> {
    let known = known(schema);
    let anomalies = judged
        .anomalies
        .iter()
        .map(|one| (one.column.as_str(), one));
    let anomalies: HashMap<&str, &Anomaly> = anomalies.collect();
    let mut measured: HashMap<&str, Vec<&Measured>> = HashMap::new();
    for one in &judged.measured {
        measured.entry(&one.column).or_default().push(one);
    }
    let mut results = Vec::new();
    for feature in &schema.feature {
        let name = feature.name.as_str();
        if !std::ptr::eq(known[name], feature) || is_retired(feature) {
            continue;
        }
        let mut result = result("tfdv_schema", Some(name), anomalies.get(name).copied());
        if let Some(measured) = measured.get(name) {
            result.observed["measured"] = json!(measured);
        }
        results.push(result);
    }
    let new = judged.anomalies.iter();
    let new = new.filter(|one| !known.contains_key(one.column.as_str()));
    results.extend(new.map(|one| result("tfdv_schema", Some(&one.column), Some(one))));
    if schema.dataset_constraints.is_some() {
        results.push(result("tfdv_dataset", None, judged.dataset.as_ref()));
    }
    results
}

fn result(expectation: &str, column: Option<&str>, anomaly: Option<&Anomaly>) -> ExpectationResult {
    let reasons = anomaly.map_or(&[][..], |anomaly| &anomaly.reasons);
    let list = |of: fn(&Reason) -> Value| reasons.iter().map(of).collect::<Vec<_>>();
    let observed = json!({
        "types": list(|reason| json!(reason.kind)),
        "short": list(|reason| json!(reason.short)),
        "short_description": anomaly.map_or("", Anomaly::short),
        "messages": list(|reason| json!(reason.message)),
        "amendments": list(|reason| json!(reason.amendment)),
        "values": reasons.iter().flat_map(|reason| &reason.values).collect::<Vec<_>>(),
    });
    ExpectationResult {
        id: match column {
            Some(column) => format!("tfdv_{column}"),
            None => expectation.to_owned(),
        },
        expectation: expectation.to_owned(),
        column: column.map(str::to_owned),
        params: Map::new(),
        ok: reasons.is_empty(),
        unexpected: None,
        unexpected_share: None,
        share: None,
        observed,
        examples: Vec::<Example>::new(),
        found: Vec::new(),
        severity: Severity::Stop,
        why: None,
        rows: Vec::new(),
    }
}

/// What a schema asks and neither TFDV nor galen judges of a table, one sentence each: nobody should believe that it
/// holds.
pub fn not_judged(schema: &Schema) -> Vec<String> {
    let mut sentences = Vec::new();
    for feature in schema.feature.iter().filter(|one| !is_retired(one)) {
        let keys = carried(feature);
        sentences.extend(keys.map(|key| format!("`{key}` of {} is not judged", feature.name)));
    }
    let lists = [
        ("sparse_feature", &schema.sparse_feature),
        ("weighted_feature", &schema.weighted_feature),
    ];
    for (key, list) in lists {
        let names = list
            .iter()
            .map(|one| one["name"].as_str().unwrap_or_default());
        sentences.extend(names.map(|name| format!("`{key}` {name} is not judged")));
    }
    let constraints = schema.dataset_constraints.as_ref();
    if constraints
        .is_some_and(|one| one.max_examples_count.is_some() && one.min_examples_count.is_none())
    {
        let what = "`max_examples_count` is judged only beside `min_examples_count`, as in TFDV";
        sentences.push(what.to_owned());
    }
    sentences
}

fn carried(feature: &Feature) -> impl Iterator<Item = &'static str> {
    let keys = [
        ("group_presence", &feature.group_presence),
        ("struct_domain", &feature.struct_domain),
        ("natural_language_domain", &feature.natural_language_domain),
        ("image_domain", &feature.image_domain),
        ("mid_domain", &feature.mid_domain),
        ("url_domain", &feature.url_domain),
        ("time_domain", &feature.time_domain),
        ("time_of_day_domain", &feature.time_of_day_domain),
    ];
    keys.into_iter()
        .filter(|(_, value)| value.is_some())
        .map(|(key, _)| key)
}

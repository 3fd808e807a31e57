//! Gaps are divided as other libraries' regression and metrics divide them; `reference/attribution.py` made the answers.

use galen_stats::attribution::{Factor, attribute};
use galen_stats::metric::by_id;
use galen_stats::{Cases, Level};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Reference {
    threshold: f64,
    truth: Vec<u8>,
    score: Vec<f64>,
    first: Vec<bool>,
    stage: Vec<f64>,
    ward: Vec<f64>,
    blur: Vec<f64>,
    answers: BTreeMap<String, Answer>,
}

#[derive(Deserialize)]
struct Answer {
    gap: f64,
    rest: f64,
    parts: Vec<f64>,
}

#[test]
fn parts_of_a_gap_are_those_of_other_libraries() {
    let text = include_str!("../reference/attribution.json");
    let reference: Reference = serde_json::from_str(text).expect("the reference");
    let truth = reference.truth.iter().map(|&truth| truth == 1).collect();
    let cases = Cases::new(truth, reference.score, Some(reference.threshold), None).expect("cases");
    let factors = [
        Factor::Prevalence,
        Factor::Columns(vec![reference.stage, reference.ward]),
        Factor::Columns(vec![reference.blur]),
    ];
    for (metric, answer) in &reference.answers {
        let metric = by_id(metric).expect("a metric");
        let found = attribute(
            metric,
            &cases,
            &reference.first,
            &factors,
            (10, 0),
            Level::DEFAULT,
        )
        .expect("a gap");
        let near = |found: Option<f64>, wanted: f64| {
            let found = found.expect("a value");
            assert!((found - wanted).abs() < 1e-6, "{found} is not {wanted}");
        };
        near(found.gap.value, answer.gap);
        near(found.rest.value, answer.rest);
        for (part, wanted) in found.parts.iter().zip(&answer.parts) {
            near(part.estimate.value, *wanted);
        }
    }
}

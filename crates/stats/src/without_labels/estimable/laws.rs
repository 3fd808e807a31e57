//! What holds for every metric of the list.

use super::*;
use crate::cases::Cases;
use crate::estimate::Level;
use crate::metric;
use crate::without_labels::simulated::{self, observed};
use crate::without_labels::{Cbpe, Chunk, Features, Recalibration, Scored};
use std::collections::BTreeSet;

/// Cases of a model that is too sure, with scores that are tied here and there.
fn cases(seed: u64, n: usize) -> Scored {
    let mut cases = simulated::scored(simulated::OVERCONFIDENT, seed, n);
    for score in &mut cases.score {
        *score = (*score * 200.0).round() / 200.0;
    }
    cases.with_threshold(0.4).expect("finite")
}

fn plan() -> Cbpe {
    Cbpe {
        metrics: ESTIMABLE.to_vec(),
        recalibration: Recalibration::IfBetter,
        level: Level::DEFAULT,
        resamples: 60,
        seed: 3,
    }
}

/// The estimates of all cases at once.
fn estimates(reference: &Scored, current: &Scored) -> Vec<crate::Estimate> {
    let none = Features::default();
    let whole = Chunk::by_number(current.n(), 1);
    let report = plan().estimate(
        observed(reference, &[], &none),
        observed(current, &whole, &none),
    );
    let chunk = report.expect("both classes are there").current.remove(0);
    chunk
        .metrics
        .into_iter()
        .map(|metric| metric.estimate)
        .collect()
}

#[test]
fn every_estimable_metric_has_an_id_of_its_own_and_a_source() {
    let ids: BTreeSet<&str> = ESTIMABLE.iter().map(|one| one.about().id).collect();
    assert_eq!(ids.len(), ESTIMABLE.len());
    for one in ESTIMABLE {
        let about = one.about();
        assert!(
            about.source.chars().any(|letter| letter.is_ascii_digit()),
            "{}",
            about.id
        );
        assert_eq!(by_id(about.id).map(|found| found.about()), Some(about));
        if let Some(also) = about.also {
            assert!(metric::by_id(also).is_some(), "no protocol knows {also}");
            assert_eq!(by_id(also).map(|found| found.about()), Some(about));
        }
    }
}

#[test]
fn with_known_labels_an_estimate_is_the_metric_of_protocols() {
    let cases = cases(1, 300);
    let ranked = Ranked::of(&cases);
    let truth: Vec<bool> = cases
        .truth
        .iter()
        .map(|truth| *truth == Some(true))
        .collect();
    let known: Vec<f64> = truth
        .iter()
        .map(|&truth| f64::from(u8::from(truth)))
        .collect();
    let judged = Cases::new(truth, cases.score.clone(), Some(0.4), None).expect("well-formed");
    for one in ESTIMABLE {
        let about = one.about();
        let Some(twin) = about.also.and_then(metric::by_id) else {
            continue;
        };
        let wanted = metric::measure(twin, &judged, Level::DEFAULT)
            .value
            .expect("defined");
        let found = one
            .realized(&ranked, &ranked.arrange(&known))
            .expect("defined");
        assert!(
            (found - wanted).abs() < 1e-12,
            "{}: {found} {wanted}",
            about.id
        );
    }
}

#[test]
fn the_counts_of_a_chunk_are_all_its_cases() {
    let counts = estimates(&cases(1, 300), &cases(2, 150));
    let all: f64 = counts[7..]
        .iter()
        .filter_map(|estimate| estimate.value)
        .sum();
    assert!((all - 150.0).abs() < 1e-9, "{all}");
}

#[test]
fn every_estimate_holds_its_value_and_lies_in_its_range() {
    for (metric, estimate) in ESTIMABLE
        .iter()
        .zip(estimates(&cases(1, 300), &cases(2, 150)))
    {
        let (low, high) = estimate.interval().expect("an interval");
        let value = estimate.value.expect("a value");
        let max = metric.about().max.unwrap_or(150.0);
        assert!(
            0.0 <= low && low <= value && value <= high && high <= max,
            "{estimate:?}"
        );
        assert!(low < high, "{estimate:?}");
    }
}

#[test]
fn the_order_of_cases_does_not_matter_to_an_estimate() {
    let current = cases(2, 150);
    let turned: Vec<usize> = (0..150).rev().collect();
    let there = estimates(&cases(1, 300), &current);
    let back = estimates(&cases(1, 300), &current.pick(&turned));
    for (a, b) in there.iter().zip(&back) {
        let (a, b) = (a.value.expect("a value"), b.value.expect("a value"));
        assert!((a - b).abs() < 1e-9 * (1.0 + a), "{a} {b}");
    }
}

#[test]
fn copying_the_cases_of_every_patient_narrows_no_estimate() {
    let once = |seed, n: usize| {
        let patients = (0..n as u32).collect();
        cases(seed, n).with_patients(patients).expect("one a case")
    };
    let copied = |seed, n: usize| {
        let rows: Vec<usize> = (0..3 * n).map(|row| row / 3).collect();
        once(seed, n).pick(&rows)
    };
    let plain = estimates(&once(1, 300), &once(2, 150));
    let of_copies = estimates(&copied(1, 300), &copied(2, 150));
    for (one, (a, b)) in ESTIMABLE.iter().zip(plain.iter().zip(&of_copies)) {
        let width = |estimate: &crate::Estimate| {
            let (low, high) = estimate.interval().expect("an interval");
            high - low
        };
        // Three times the cases are three times the counts; chance leaves a few percent.
        let scale = if one.about().max.is_some() { 1.0 } else { 3.0 };
        assert!(
            width(b) > 0.8 * scale * width(a),
            "{}: {a:?} {b:?}",
            one.about().id
        );
    }
}

#[test]
fn what_is_not_defined_says_why_and_is_never_a_number() {
    let reference = cases(1, 300);
    let nothing_flagged = cases(2, 60).with_threshold(1.5).expect("finite");
    let without_flags = Scored {
        flag: None,
        ..cases(2, 60)
    };
    let asked = [
        (
            estimates(&reference, &nothing_flagged),
            "No case is flagged.",
        ),
        (
            estimates(
                &Scored {
                    flag: None,
                    ..reference.clone()
                },
                &without_flags,
            ),
            "No threshold is given, so no case can be flagged.",
        ),
    ];
    for (found, why) in asked {
        let precision = &found[3];
        assert_eq!(precision.value, None);
        assert_eq!(precision.why.as_deref(), Some(why));
        assert!(found[0].value.is_some(), "the area needs no flags");
    }
}

#[test]
fn one_seed_gives_one_estimate_and_another_seed_another_interval() {
    let (reference, current) = (cases(1, 300), cases(2, 150));
    assert_eq!(
        estimates(&reference, &current),
        estimates(&reference, &current)
    );
    let none = Features::default();
    let chunks = Chunk::by_number(150, 1);
    let other = Cbpe { seed: 4, ..plan() };
    let report = other.estimate(
        observed(&reference, &[], &none),
        observed(&current, &chunks, &none),
    );
    let other = &report.expect("defined").current[0].metrics[0].estimate;
    assert_ne!(
        other.interval(),
        estimates(&reference, &current)[0].interval()
    );
}

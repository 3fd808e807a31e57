//! What holds for every metric of the list.

use super::*;
use crate::draw::Draw;
use std::collections::BTreeSet;

/// Cases of a plausible model: probabilities, two to four cases a patient whose truth hangs together.
fn cases(seed: u64, patients: u32, clustered: bool) -> Cases {
    let mut draw = Draw::new(seed, 0);
    let (mut truth, mut score, mut cluster) = (vec![], vec![], vec![]);
    for patient in 0..patients {
        let risk = draw.normal();
        for _ in 0..2 + draw.below(3) {
            let log_odds = risk + 0.5 * draw.normal() - 0.5;
            truth.push(log_odds + 1.5 * draw.normal() > 0.0);
            score.push((1e4 / (1.0 + (-log_odds).exp())).round().clamp(1.0, 9999.0) / 1e4);
            cluster.push(patient);
        }
    }
    Cases::new(truth, score, Some(0.4), clustered.then_some(cluster)).expect("well-formed")
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * (1.0 + a.abs()),
        (None, None) => true,
        _ => false,
    }
}

fn has_no_nan(estimate: &Estimate) -> bool {
    [estimate.value, estimate.low, estimate.high]
        .iter()
        .flatten()
        .all(|number| number.is_finite())
        && (estimate.value.is_some() || estimate.why.is_some())
        && (estimate.low.is_some() || estimate.why.is_some())
}

#[test]
fn every_metric_has_an_id_of_its_own_and_a_source() {
    let ids: BTreeSet<&str> = METRICS.iter().map(|metric| metric.about().id).collect();
    assert_eq!(ids.len(), METRICS.len());
    for metric in METRICS {
        let about = metric.about();
        assert!(
            about.source.chars().any(|letter| letter.is_ascii_digit()),
            "{} names no paper",
            about.id
        );
        assert!(
            about.id.chars().all(|letter| letter.is_ascii_lowercase()
                || letter.is_ascii_digit()
                || letter == '_'),
            "{}",
            about.id
        );
        assert!(
            about.what.ends_with('.') && !about.title.is_empty(),
            "{}",
            about.id
        );
        assert!(by_id(about.id).is_some());
    }
}

#[test]
fn every_interval_holds_its_value() {
    for clustered in [false, true] {
        for seed in 0..10 {
            let cases = cases(seed, 60, clustered);
            for metric in METRICS {
                let estimate = metric
                    .estimate(&cases, Level::DEFAULT)
                    .expect("both classes are there");
                let (value, low, high) = (
                    estimate.value.unwrap(),
                    estimate.low.unwrap(),
                    estimate.high.unwrap(),
                );
                assert!(
                    low < high && low <= value && value <= high,
                    "{} {estimate:?}",
                    metric.about().id
                );
                assert!(has_no_nan(&estimate));
            }
        }
    }
}

#[test]
fn the_order_of_cases_does_not_matter() {
    for clustered in [false, true] {
        let cases = cases(3, 60, clustered);
        let turned: Vec<usize> = (0..cases.n()).rev().collect();
        let cluster = cases
            .cluster()
            .map(|cluster| turned.iter().map(|&i| cluster[i]).collect());
        let turned = cases.pick(&turned, cluster);
        for metric in METRICS {
            let [a, b] = [&cases, &turned].map(|cases| measure(*metric, cases, Level::DEFAULT));
            let same = near(a.value, b.value) && near(a.low, b.low) && near(a.high, b.high);
            assert!(
                same && a.n == b.n && a.events == b.events,
                "{} {a:?} {b:?}",
                metric.about().id
            );
        }
    }
}

#[test]
fn copying_every_patients_cases_narrows_no_interval() {
    for seed in 0..10 {
        let cases = cases(seed, 40, true);
        let twice: Vec<usize> = (0..cases.n()).chain(0..cases.n()).collect();
        let cluster = cases
            .cluster()
            .map(|cluster| twice.iter().map(|&i| cluster[i]).collect());
        let twice = cases.pick(&twice, cluster);
        for metric in METRICS {
            let [once, twice] =
                [&cases, &twice].map(|cases| measure(*metric, cases, Level::DEFAULT));
            let width = |estimate: &Estimate| estimate.high.unwrap() - estimate.low.unwrap();
            assert!(near(once.value, twice.value), "{}", metric.about().id);
            assert!(
                width(&twice) >= width(&once) - 1e-9,
                "{} {once:?} {twice:?}",
                metric.about().id
            );
            assert_eq!(once.clusters, twice.clusters);
        }
    }
}

#[test]
fn one_class_or_no_case_gives_a_value_or_a_reason_but_never_nan() {
    for clustered in [false, true] {
        let all = cases(5, 30, clustered);
        let truth = all.truth().to_vec();
        let subsets = [
            all.filter(|i| truth[i]),
            all.filter(|i| !truth[i]),
            all.filter(|_| false),
            all.filter(|i| i == 0),
            all.filter(|i| i < 2),
        ];
        for cases in subsets {
            for metric in METRICS {
                let estimate = measure(*metric, &cases, Level::DEFAULT);
                assert!(has_no_nan(&estimate), "{} {estimate:?}", metric.about().id);
            }
        }
    }
}

#[test]
fn extreme_scores_give_a_value_or_a_reason_but_never_nan() {
    let truth = vec![true, false, true, false, true, false];
    for score in [
        vec![0.0; 6],
        vec![1.0; 6],
        vec![0.5; 6],
        vec![1.0, 0.0, 1.0, 0.0, 1.0, 0.0],
        vec![1e-300; 6],
    ] {
        for cluster in [None, Some(vec![0, 0, 1, 1, 2, 2]), Some(vec![9; 6])] {
            let cases =
                Cases::new(truth.clone(), score.clone(), Some(0.5), cluster).expect("well-formed");
            for metric in METRICS {
                let estimate = measure(*metric, &cases, Level::DEFAULT);
                assert!(
                    has_no_nan(&estimate),
                    "{} {score:?} {estimate:?}",
                    metric.about().id
                );
            }
        }
    }
}

#[test]
fn a_metric_without_its_threshold_or_probabilities_says_so() {
    let cases =
        Cases::new(vec![true, false, true], vec![3.0, -1.0, 2.0], None, None).expect("well-formed");
    for metric in METRICS {
        let about = metric.about();
        let found = metric.estimate(&cases, Level::DEFAULT);
        match (about.needs_threshold, about.needs_probability) {
            (true, _) => assert_eq!(found, Err(Undefined::NoThreshold), "{}", about.id),
            (_, true) => assert_eq!(found, Err(Undefined::NotProbability), "{}", about.id),
            _ => assert!(found.is_ok(), "{}", about.id),
        }
    }
}

#[test]
fn a_case_at_the_threshold_is_flagged() {
    let cases = Cases::new(vec![true, true], vec![0.5, 0.4], Some(0.5), None).expect("well-formed");
    let estimate = by_id("sensitivity")
        .expect("listed")
        .estimate(&cases, Level::DEFAULT)
        .expect("diseased");
    assert_eq!(
        (estimate.value, estimate.n, estimate.events),
        (Some(0.5), 2, Some(1))
    );
}

#[test]
fn a_misspelt_metric_is_guessed_and_nonsense_is_not() {
    assert_eq!(nearest("AUROC"), Some("auroc"));
    assert_eq!(nearest("sensitvity"), Some("sensitivity"));
    assert_eq!(nearest("o-e-ratio"), Some("o_e_ratio"));
    assert_eq!(nearest("banana split"), None);
}

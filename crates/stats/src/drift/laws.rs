//! What holds for every drift test of the list.

use super::*;
use crate::draw::Draw;
use std::collections::BTreeSet;

/// Tests whose statistic does not depend on which sample is the reference.
const SYMMETRIC: [&str; 9] = [
    "ks",
    "anderson",
    "cramer_von_mises",
    "t_test",
    "energy_distance",
    "psi",
    "jensenshannon",
    "hellinger",
    "z",
];

fn numbers(seed: u64, n: usize, shift: f64) -> Vec<f64> {
    let mut draw = Draw::new(seed, 0);
    (0..n).map(|_| shift + draw.normal()).collect()
}

fn categories(seed: u64, n: usize, names: &[&'static str]) -> Vec<&'static str> {
    let mut draw = Draw::new(seed, 0);
    (0..n).map(|_| names[draw.below(names.len())]).collect()
}

/// Runs a check on a reference and a current sample of each kind that the test takes.
fn on_both_kinds(test: &dyn DriftTest, shift: f64, check: impl Fn(&Sample, &Sample)) {
    let kind = test.about().kind;
    if kind != Kind::Category {
        check(
            &Sample::Numbers(&numbers(1, 80, 0.0)),
            &Sample::Numbers(&numbers(2, 50, shift)),
        );
    }
    if kind != Kind::Number {
        let (a, b) = (
            categories(1, 80, &["no", "yes"]),
            categories(2, 50, &["no", "no", "yes"]),
        );
        check(&Sample::Categories(&a), &Sample::Categories(&b));
    }
}

fn drifted(test: &dyn DriftTest, result: &DriftResult) -> bool {
    let about = test.about();
    match result.p_value {
        Some(p) => p < about.default_threshold,
        None => result
            .statistic
            .is_none_or(|statistic| statistic >= about.default_threshold),
    }
}

fn is_sound(test: &dyn DriftTest, result: &DriftResult) -> bool {
    result.statistic.is_none_or(f64::is_finite)
        && result.p_value.is_none_or(|p| (0.0..=1.0).contains(&p))
        && result.p_value.is_some() == test.about().gives_p
        && (result.statistic.is_some()
            || result.p_value == Some(0.0)
            || test.about().id == "fisher_exact")
}

#[test]
fn every_drift_test_has_an_id_of_its_own_and_a_source() {
    let ids: BTreeSet<&str> = DRIFT_TESTS.iter().map(|test| test.about().id).collect();
    assert_eq!(ids.len(), DRIFT_TESTS.len());
    for test in DRIFT_TESTS {
        let about = test.about();
        assert!(
            about.source.chars().any(|letter| letter.is_ascii_digit()),
            "{}",
            about.id
        );
        assert!(by_id(about.id).is_some());
    }
    assert!(SYMMETRIC.iter().all(|id| ids.contains(id)));
}

#[test]
fn a_sample_has_not_drifted_from_itself() {
    for test in DRIFT_TESTS {
        on_both_kinds(*test, 0.0, |reference, _| {
            let result = test.test(reference, reference).expect("a good sample");
            assert!(!drifted(*test, &result), "{} {result:?}", test.about().id);
            let statistic = result.statistic.expect("bounded");
            match result.p_value {
                // Tabulated p go no higher.
                Some(p) if test.about().id == "anderson" => assert_eq!(p, 0.25),
                Some(p) => assert!(p > 0.999, "{} {result:?}", test.about().id),
                None => assert!(statistic.abs() < 1e-7, "{} {result:?}", test.about().id),
            }
        });
    }
}

#[test]
fn a_sample_that_moved_by_two_deviations_has_drifted() {
    for test in DRIFT_TESTS
        .iter()
        .filter(|test| test.about().kind != Kind::Category)
    {
        let (reference, current) = (numbers(1, 80, 0.0), numbers(2, 50, 2.0));
        let result = test
            .test(&Sample::Numbers(&reference), &Sample::Numbers(&current))
            .expect("good samples");
        assert!(drifted(*test, &result), "{} {result:?}", test.about().id);
    }
    for test in DRIFT_TESTS
        .iter()
        .filter(|test| test.about().kind != Kind::Number)
    {
        let (reference, current) = (vec!["no"; 80], [vec!["no"; 20], vec!["yes"; 30]].concat());
        let result = test
            .test(
                &Sample::Categories(&reference),
                &Sample::Categories(&current),
            )
            .expect("good samples");
        assert!(drifted(*test, &result), "{} {result:?}", test.about().id);
    }
}

#[test]
fn a_symmetric_test_does_not_care_which_sample_came_first() {
    for test in DRIFT_TESTS
        .iter()
        .filter(|test| SYMMETRIC.contains(&test.about().id))
    {
        on_both_kinds(*test, 0.5, |a, b| {
            let (there, back) = (
                test.test(a, b).expect("good"),
                test.test(b, a).expect("good"),
            );
            let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => (a.abs() - b.abs()).abs() <= 1e-12,
                (a, b) => a == b,
            };
            assert!(
                near(there.statistic, back.statistic) && near(there.p_value, back.p_value),
                "{there:?} {back:?}"
            );
        });
    }
}

#[test]
fn the_order_of_values_does_not_matter() {
    for test in DRIFT_TESTS {
        on_both_kinds(*test, 0.5, |a, b| {
            let turned = match b {
                Sample::Numbers(numbers) => {
                    let turned: Vec<f64> = numbers.iter().rev().copied().collect();
                    test.test(a, &Sample::Numbers(&turned))
                }
                Sample::Categories(categories) => {
                    let turned: Vec<&str> = categories.iter().rev().copied().collect();
                    test.test(a, &Sample::Categories(&turned))
                }
            };
            assert_eq!(test.test(a, b), turned, "{}", test.about().id);
        });
    }
}

#[test]
fn small_and_odd_samples_give_a_number_or_a_reason_but_never_nan() {
    let many: Vec<f64> = (0..60).map(f64::from).collect();
    let odd: [&[f64]; 8] = [
        &[],
        &[1.0],
        &[1.0, 1.0],
        &[-0.0, 0.0],
        &[f64::NAN],
        &[1e308, -1e308],
        &[5.0; 50],
        many.as_slice(),
    ];
    let names: [&[&str]; 5] = [&[], &["a"], &["a", "a"], &["b"], &["a", "b", "c"]];
    for test in DRIFT_TESTS {
        for (a, b) in odd.iter().flat_map(|a| odd.iter().map(move |b| (a, b))) {
            if let Ok(result) = test.test(&Sample::Numbers(a), &Sample::Numbers(b)) {
                assert!(
                    is_sound(*test, &result),
                    "{} {a:?} {b:?} {result:?}",
                    test.about().id
                );
            }
        }
        for (a, b) in names.iter().flat_map(|a| names.iter().map(move |b| (a, b))) {
            if let Ok(result) = test.test(&Sample::Categories(a), &Sample::Categories(b)) {
                assert!(
                    is_sound(*test, &result),
                    "{} {a:?} {b:?} {result:?}",
                    test.about().id
                );
            }
        }
    }
}

#[test]
fn an_empty_sample_and_the_wrong_kind_are_named() {
    for test in DRIFT_TESTS {
        let (empty, full, wrong) = match test.about().kind {
            Kind::Category => (
                Sample::Categories(&[]),
                Sample::Categories(&["a"]),
                Sample::Numbers(&[1.0]),
            ),
            _ => (
                Sample::Numbers(&[]),
                Sample::Numbers(&[1.0]),
                Sample::Categories(&["a"]),
            ),
        };
        assert_eq!(
            test.test(&empty, &full),
            Err(Undefined::EmptySample),
            "{}",
            test.about().id
        );
        assert_eq!(
            test.test(&full, &empty),
            Err(Undefined::EmptySample),
            "{}",
            test.about().id
        );
        assert_eq!(
            test.test(&full, &wrong),
            Err(Undefined::WrongKind),
            "{}",
            test.about().id
        );
    }
}

#[test]
fn a_category_that_the_reference_never_had_has_drifted_without_a_statistic() {
    let result = by_id("chisquare")
        .expect("listed")
        .test(
            &Sample::Categories(&["a", "b"]),
            &Sample::Categories(&["a", "c"]),
        )
        .expect("categories");
    assert_eq!(
        result,
        DriftResult {
            statistic: None,
            p_value: Some(0.0)
        }
    );
}

#[test]
fn the_default_test_follows_the_size_of_the_reference() {
    let id = |numbers, distinct, reference| default_test(numbers, distinct, reference).about().id;
    assert_eq!(id(true, 6, 1000), "ks");
    assert_eq!(id(true, 5, 1000), "chisquare");
    assert_eq!(id(true, 2, 10), "z");
    assert_eq!(id(false, 3, 10), "chisquare");
    assert_eq!(id(false, 2, 10), "z");
    assert_eq!(id(true, 6, 1001), "wasserstein");
    assert_eq!(id(true, 5, 1001), "jensenshannon");
    assert_eq!(id(false, 50, 1001), "jensenshannon");
}

//! What holds for every drift test of the list.

use super::*;
use crate::draw::Draw;
use crate::sample::{CategoryCounts, SortedNumbers, aligned};
use std::collections::BTreeSet;

const SEED: u64 = 7;

/// Tests whose statistic does not depend on which sample is the reference.
const SYMMETRIC: [&str; 10] = [
    "ks",
    "anderson",
    "cramer_von_mises",
    "es",
    "t_test",
    "energy_distance",
    "psi",
    "jensenshannon",
    "hellinger",
    "z",
];

fn normals(seed: u64, n: usize, shift: f64) -> Vec<f64> {
    let mut draw = Draw::new(seed, 0);
    (0..n).map(|_| shift + draw.normal()).collect()
}

fn names(seed: u64, n: usize, names: &[&'static str]) -> Vec<&'static str> {
    let mut draw = Draw::new(seed, 0);
    (0..n).map(|_| names[draw.below(names.len())]).collect()
}

fn numbers(values: &[f64]) -> SortedNumbers {
    SortedNumbers::of(values).expect("finite")
}

fn categories(values: &[&str]) -> CategoryCounts {
    CategoryCounts::of(values.iter().copied())
}

/// Runs a check on a reference and a current sample of each kind that the test takes.
fn on_both_kinds(test: &dyn DriftTest, shift: f64, check: impl Fn(&Sample, &Sample)) {
    let kind = test.about().kind;
    if kind != Kind::Category {
        check(
            &Sample::Numbers(&numbers(&normals(1, 80, 0.0))),
            &Sample::Numbers(&numbers(&normals(2, 50, shift))),
        );
    }
    if kind != Kind::Number {
        check(
            &Sample::Categories(&categories(&names(1, 80, &["no", "yes"]))),
            &Sample::Categories(&categories(&names(2, 50, &["no", "no", "yes"]))),
        );
    }
}

fn drifted(test: &dyn DriftTest, result: &DriftResult) -> bool {
    let about = test.about();
    about
        .drifted(result, about.default_threshold)
        .expect("there is a number to judge by")
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
    let about = || DRIFT_TESTS.iter().map(|test| test.about());
    let ids: BTreeSet<&str> = about().map(|about| about.id).collect();
    assert_eq!(ids.len(), DRIFT_TESTS.len());
    for about in about() {
        let id = about.id;
        assert!(about.source.chars().any(|c| c.is_ascii_digit()), "{id}");
        assert_eq!(by_id(id).map(|test| test.about()), Some(about));
        if let Some(name) = about.evidently {
            assert!(!ids.contains(name), "{name}");
            assert_eq!(by_id(name).map(|test| test.about()), Some(about));
        }
    }
    assert!(SYMMETRIC.iter().all(|id| ids.contains(id)));
    assert!(by_id("kolmogorov").is_none());
}

#[test]
fn a_sample_has_not_drifted_from_itself() {
    for test in DRIFT_TESTS {
        on_both_kinds(*test, 0.0, |reference, _| {
            let result = test
                .test(reference, reference, SEED)
                .expect("a good sample");
            let id = test.about().id;
            assert!(!drifted(*test, &result), "{id} {result:?}");
            let statistic = result.statistic.expect("bounded");
            match result.p_value {
                // Tabulated p go no higher.
                Some(p) if id == "anderson" => assert_eq!(p, 0.25),
                // One-sided: half of all samples of one origin lie on either side.
                Some(p) if id == "mannw" => assert!((p - 0.5).abs() < 0.01, "{p}"),
                Some(p) => assert!(p > 0.999, "{id} {result:?}"),
                None if id == "classifier" => assert!(statistic < 0.55, "{statistic}"),
                None => assert!(statistic.abs() < 1e-7, "{id} {result:?}"),
            }
        });
    }
}

#[test]
fn a_sample_that_moved_by_two_deviations_has_drifted() {
    let kind = |test: &dyn DriftTest| test.about().kind;
    let before = numbers(&normals(1, 80, 0.0));
    let moved = numbers(&normals(2, 50, 2.0));
    for test in DRIFT_TESTS.iter().filter(|&&t| kind(t) != Kind::Category) {
        let (reference, current) = (Sample::Numbers(&before), Sample::Numbers(&moved));
        let result = test.test(&reference, &current, SEED).expect("good samples");
        assert!(drifted(*test, &result), "{} {result:?}", test.about().id);
    }
    let before = categories(&["no"; 80]);
    let moved = categories(&[vec!["no"; 20], vec!["yes"; 30]].concat());
    for test in DRIFT_TESTS.iter().filter(|&&t| kind(t) != Kind::Number) {
        let (reference, current) = (Sample::Categories(&before), Sample::Categories(&moved));
        let result = test.test(&reference, &current, SEED).expect("good samples");
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
                test.test(a, b, SEED).expect("good"),
                test.test(b, a, SEED).expect("good"),
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
    let (old, new) = (normals(1, 80, 0.0), normals(2, 50, 0.5));
    let turned: Vec<f64> = new.iter().rev().copied().collect();
    let (known, seen) = (
        names(1, 80, &["no", "yes"]),
        names(2, 50, &["no", "no", "yes"]),
    );
    let back: Vec<&str> = seen.iter().rev().copied().collect();
    for test in DRIFT_TESTS {
        let id = test.about().id;
        let run = |reference: Sample, current: Sample| test.test(&reference, &current, SEED);
        if test.about().kind != Kind::Category {
            let reference = numbers(&old);
            let run = |values| {
                run(
                    Sample::Numbers(&reference),
                    Sample::Numbers(&numbers(values)),
                )
            };
            assert_eq!(run(&new), run(&turned), "{id}");
        }
        if test.about().kind != Kind::Number {
            let reference = categories(&known);
            let run = |values| {
                run(
                    Sample::Categories(&reference),
                    Sample::Categories(&categories(values)),
                )
            };
            assert_eq!(run(&seen), run(&back), "{id}");
        }
    }
}

#[test]
fn the_merged_samples_of_two_sites_give_what_all_their_values_give() {
    let (old, new) = (normals(1, 80, 0.0), normals(2, 50, 0.5));
    let (known, seen) = (
        names(1, 80, &["no", "yes"]),
        names(2, 50, &["no", "no", "yes"]),
    );
    for test in DRIFT_TESTS {
        let id = test.about().id;
        if test.about().kind != Kind::Category {
            let (reference, whole) = (numbers(&old), numbers(&new));
            let merged = numbers(&new[..13]).merge(&numbers(&new[13..]));
            let run = |current| {
                test.test(
                    &Sample::Numbers(&reference),
                    &Sample::Numbers(current),
                    SEED,
                )
            };
            assert_eq!(run(&merged), run(&whole), "{id}");
        }
        if test.about().kind != Kind::Number {
            let (reference, whole) = (categories(&known), categories(&seen));
            let merged = categories(&seen[..13]).merge(&categories(&seen[13..]));
            let run = |current| {
                test.test(
                    &Sample::Categories(&reference),
                    &Sample::Categories(current),
                    SEED,
                )
            };
            assert_eq!(run(&merged), run(&whole), "{id}");
        }
    }
}

#[test]
fn counts_alone_give_what_the_categories_give() {
    let (known, seen) = (
        categories(&names(1, 80, &["no", "yes"])),
        categories(&names(2, 50, &["no", "no", "yes"])),
    );
    let pairs = aligned(&known, &seen);
    let (r, c): (Vec<u64>, Vec<u64>) = pairs.iter().map(|&(_, r, c)| (r, c)).unzip();
    for test in DRIFT_TESTS {
        let about = test.about();
        let found = test.test_counts(&r, &c, SEED);
        if !about.takes_counts {
            assert_eq!(found, Err(Undefined::NeedsValues), "{}", about.id);
            continue;
        }
        let of_categories = test.test(
            &Sample::Categories(&known),
            &Sample::Categories(&seen),
            SEED,
        );
        assert_eq!(found, of_categories, "{}", about.id);
        let longer = [r.as_slice(), &[1]].concat();
        assert_eq!(
            test.test_counts(&longer, &c, SEED),
            Err(Undefined::NotAligned)
        );
        let none = vec![0; c.len()];
        assert_eq!(
            test.test_counts(&none, &c, SEED),
            Err(Undefined::EmptySample)
        );
    }
}

#[test]
fn one_seed_gives_one_result_and_only_tests_that_draw_depend_on_it() {
    for test in DRIFT_TESTS {
        let about = test.about();
        let depends = std::cell::Cell::new(false);
        on_both_kinds(*test, 0.3, |a, b| {
            assert_eq!(test.test(a, b, 1), test.test(a, b, 1), "{}", about.id);
            let differs = (2..6).any(|seed| test.test(a, b, seed) != test.test(a, b, 1));
            depends.set(depends.get() || differs);
        });
        assert_eq!(depends.get(), about.draws, "{}", about.id);
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
        &[1e-320, 0.0, 1.0, 2.0, 2.0],
        &[1e308, -1e308],
        &[5.0; 50],
        many.as_slice(),
    ];
    let odd = odd.map(numbers);
    let named: [&[&str]; 5] = [&[], &["a"], &["a", "a"], &["b"], &["a", "b", "c"]];
    let named = named.map(categories);
    for test in DRIFT_TESTS {
        let id = test.about().id;
        for (a, b) in odd.iter().flat_map(|a| odd.iter().map(move |b| (a, b))) {
            let result = test.test(&Sample::Numbers(a), &Sample::Numbers(b), SEED);
            let sound = result.is_ok_and(|result| is_sound(*test, &result));
            assert!(sound || result.is_err(), "{id} {a:?} {b:?} {result:?}");
        }
        for (a, b) in named.iter().flat_map(|a| named.iter().map(move |b| (a, b))) {
            let result = test.test(&Sample::Categories(a), &Sample::Categories(b), SEED);
            let sound = result.is_ok_and(|result| is_sound(*test, &result));
            assert!(sound || result.is_err(), "{id} {a:?} {b:?} {result:?}");
        }
    }
}

#[test]
fn an_empty_sample_and_the_wrong_kind_are_named() {
    let (none, one) = (numbers(&[]), numbers(&[1.0]));
    let (nothing, a) = (categories(&[]), categories(&["a"]));
    for test in DRIFT_TESTS {
        let id = test.about().id;
        let (empty, full, wrong) = match test.about().kind {
            Kind::Category => (
                Sample::Categories(&nothing),
                Sample::Categories(&a),
                Sample::Numbers(&one),
            ),
            _ => (
                Sample::Numbers(&none),
                Sample::Numbers(&one),
                Sample::Categories(&a),
            ),
        };
        let run = |a, b| test.test(a, b, SEED);
        assert_eq!(run(&empty, &full), Err(Undefined::EmptySample), "{id}");
        assert_eq!(run(&full, &empty), Err(Undefined::EmptySample), "{id}");
        assert_eq!(run(&full, &wrong), Err(Undefined::WrongKind), "{id}");
    }
}

#[test]
fn a_category_that_the_reference_never_had_has_drifted_without_a_statistic() {
    let (known, seen) = (categories(&["a", "b"]), categories(&["a", "c"]));
    let result = by_id("chisquare")
        .expect("listed")
        .test(
            &Sample::Categories(&known),
            &Sample::Categories(&seen),
            SEED,
        )
        .expect("categories");
    assert_eq!(result, DriftResult::with_p(None, 0.0));
}

#[test]
fn a_draw_that_stands_for_a_sample_is_stated() {
    let mmd = by_id("mmd").expect("listed");
    let (few, many) = (
        numbers(&normals(1, 50, 0.0)),
        numbers(&normals(2, 1200, 0.0)),
    );
    let drawn = |a, b| {
        let result = mmd.test(&Sample::Numbers(a), &Sample::Numbers(b), SEED);
        result.expect("numbers").drawn
    };
    let sizes = Drawn {
        reference: 50,
        current: 1000,
    };
    assert_eq!(drawn(&few, &many), Some(sizes));
    assert_eq!(drawn(&few, &few), None);
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
    let of = |a: &Sample, b: &Sample| default_test_of(a, b).map(|test| test.about().id);
    let (few, more) = (numbers(&[1.0, 2.0, 3.0]), numbers(&[4.0, 5.0, 6.0]));
    assert_eq!(
        of(&Sample::Numbers(&few), &Sample::Numbers(&more)),
        Ok("ks")
    );
    assert_eq!(
        of(&Sample::Numbers(&few), &Sample::Numbers(&few)),
        Ok("chisquare")
    );
    let words = categories(&["a", "b"]);
    assert_eq!(
        of(&Sample::Categories(&words), &Sample::Categories(&words)),
        Ok("z")
    );
    assert_eq!(
        of(&Sample::Categories(&words), &Sample::Numbers(&few)),
        Err(Undefined::WrongKind)
    );
}

#[test]
fn exactly_the_threshold_is_drift_where_evidently_says_so() {
    let judge = |id: &str, result: DriftResult, threshold: f64| {
        let about = by_id(id).expect("listed").about();
        about.drifted(&result, threshold)
    };
    let p = |p| DriftResult::with_p(Some(1.0), p);
    assert_eq!(judge("ks", p(0.05), 0.05), Some(true));
    assert_eq!(judge("t_test", p(0.05), 0.05), Some(false));
    assert_eq!(judge("t_test", p(0.04), 0.05), Some(true));
    let distance = |it| DriftResult::distance(it).expect("finite");
    assert_eq!(judge("psi", distance(0.1), 0.1), Some(true));
    assert_eq!(judge("ed", distance(0.1), 0.1), Some(false));
    assert_eq!(judge("ed", distance(0.2), 0.1), Some(true));
}

//! What holds for every effect of the list.

use super::*;
use crate::draw::Draw;
use crate::sample::{CategoryCounts, SortedNumbers};
use std::collections::BTreeSet;

const SEED: u64 = 7;

fn numbers(values: &[f64]) -> SortedNumbers {
    SortedNumbers::of(values).expect("finite")
}

fn normals(seed: u64, n: usize, shift: f64) -> SortedNumbers {
    let mut draw = Draw::new(seed, 0);
    numbers(&(0..n).map(|_| shift + draw.normal()).collect::<Vec<f64>>())
}

fn categories(counts: &[u64]) -> CategoryCounts {
    let named = |(at, &count): (usize, &u64)| (format!("k{at}"), count);
    CategoryCounts::from_counts(counts.iter().enumerate().map(named))
}

fn estimate(effect: &dyn Effect, a: &Sample, b: &Sample) -> Estimate {
    effect
        .estimate(a, b, Level::DEFAULT, SEED)
        .expect("good samples")
}

/// Runs a check on a reference, the same again, and one that has moved far, of the kind that the effect takes.
fn on_its_kind(effect: &dyn Effect, check: impl Fn(&Sample, &Sample, &Sample)) {
    if effect.about().kind == Kind::Number {
        check(
            &Sample::Numbers(&normals(1, 400, 0.0)),
            &Sample::Numbers(&normals(2, 300, 0.0)),
            &Sample::Numbers(&normals(3, 300, 1.0)),
        );
    } else {
        check(
            &Sample::Categories(&categories(&[200, 120, 80])),
            &Sample::Categories(&categories(&[148, 91, 61])),
            &Sample::Categories(&categories(&[60, 80, 160])),
        );
    }
}

#[test]
fn every_effect_has_an_id_of_its_own_and_a_source() {
    let ids: BTreeSet<&str> = EFFECTS.iter().map(|effect| effect.about().id).collect();
    assert_eq!(ids.len(), EFFECTS.len());
    for effect in EFFECTS {
        let about = effect.about();
        assert!(
            about.source.chars().any(|c| c.is_ascii_digit()),
            "{}",
            about.id
        );
        assert_eq!(by_id(about.id).map(|effect| effect.about()), Some(about));
    }
    assert!(by_id("d").is_none());
}

#[test]
fn the_interval_holds_the_value_and_says_how_it_was_made() {
    for effect in EFFECTS {
        on_its_kind(*effect, |reference, same, moved| {
            for current in [reference, same, moved] {
                let found = estimate(*effect, reference, current);
                let (low, high) = found.interval().expect("an interval");
                let value = found.value.expect("a value");
                assert!(low <= value && value <= high, "{found:?}");
                assert_eq!(found.n, reference.n() + current.n());
                assert!(!found.method.is_empty() && found.level == 0.95);
            }
        });
    }
}

#[test]
fn a_sample_has_no_effect_against_itself_and_a_moved_one_has() {
    for effect in EFFECTS {
        let about = effect.about();
        on_its_kind(*effect, |reference, same, moved| {
            let at = |current| estimate(*effect, reference, current);
            let itself = at(reference);
            assert!((itself.value.expect("a value") - about.no_effect).abs() < 1e-12);
            for current in [reference, same] {
                let (low, high) = at(current).interval().expect("an interval");
                assert!(
                    low <= about.no_effect && about.no_effect <= high,
                    "{}",
                    about.id
                );
            }
            let outside = about.against_margin(&at(moved), 0.1);
            assert_eq!(outside, Some(AgainstMargin::Outside), "{}", about.id);
            let wide = about.against_margin(&at(same), 0.4);
            assert_eq!(wide, Some(AgainstMargin::Inside), "{}", about.id);
            let narrow = about.against_margin(&at(same), 0.001);
            assert_eq!(narrow, Some(AgainstMargin::Straddles), "{}", about.id);
        });
    }
}

/// What a test with a p-value calls drift in a million cases, a margin does not.
#[test]
fn a_million_cases_do_not_make_a_small_effect_matter() {
    let (n, step) = (1_000_000, 0.01);
    let spread = |shift: u64| {
        let counts = (0..201).map(|i| (i as f64 * step, n / 201 + (i * shift) % 7));
        SortedNumbers::from_counts(counts.map(|(x, count)| (x, count as u64))).expect("finite")
    };
    let (a, b) = (spread(0), spread(3));
    let shifted = b.counts().map(|(x, count)| (x + 0.005, count));
    let b = SortedNumbers::from_counts(shifted).expect("finite");
    let (a, b) = (Sample::Numbers(&a), Sample::Numbers(&b));
    let ks = crate::drift::by_id("ks")
        .expect("listed")
        .test(&a, &b, SEED);
    assert!(ks.expect("numbers").p_value.expect("a test with p") < 0.01);
    for id in ["hedges_g", "probability_of_superiority"] {
        let effect = by_id(id).expect("listed");
        let found = effect
            .about()
            .against_margin(&estimate(effect, &a, &b), 0.02);
        assert_eq!(found, Some(AgainstMargin::Inside), "{id}");
    }
}

#[test]
fn one_seed_gives_one_effect_and_twice_the_cases_a_narrower_interval() {
    for effect in EFFECTS {
        on_its_kind(*effect, |reference, _, moved| {
            let once = estimate(*effect, reference, moved);
            assert_eq!(once, estimate(*effect, reference, moved));
            let twice = match (reference, moved) {
                (Sample::Numbers(a), Sample::Numbers(b)) => estimate(
                    *effect,
                    &Sample::Numbers(&a.merge(a)),
                    &Sample::Numbers(&b.merge(b)),
                ),
                (Sample::Categories(a), Sample::Categories(b)) => estimate(
                    *effect,
                    &Sample::Categories(&a.merge(a)),
                    &Sample::Categories(&b.merge(b)),
                ),
                _ => panic!("both are of one kind"),
            };
            let width = |estimate: &Estimate| {
                let (low, high) = estimate.interval().expect("an interval");
                high - low
            };
            assert!(width(&twice) < width(&once), "{once:?} {twice:?}");
        });
    }
}

#[test]
fn small_and_odd_samples_give_a_number_or_a_reason_but_never_nan() {
    let odd: [&[f64]; 7] = [
        &[],
        &[1.0],
        &[1.0, 1.0],
        &[2.0, 2.0, 2.0],
        &[0.0, 1e-320],
        &[1e308, -1e308],
        &[1.0, 2.0, 2.0, 5.0],
    ];
    let odd = odd.map(numbers);
    let named: [&[u64]; 6] = [&[], &[1], &[9], &[0, 4], &[3, 3, 3], &[1, 0, 0, 1]];
    let named = named.map(categories);
    for effect in EFFECTS {
        let id = effect.about().id;
        let sound = |a: Sample, b: Sample| {
            let Ok(found) = effect.estimate(&a, &b, Level::DEFAULT, SEED) else {
                return;
            };
            let numbers = [found.value, found.low, found.high];
            assert!(
                numbers.iter().flatten().all(|x| x.is_finite()),
                "{id} {found:?}"
            );
            assert!(found.low <= found.value, "{id} {a:?} {b:?} {found:?}");
            assert!(
                found.high.is_none() || found.value <= found.high,
                "{id} {found:?}"
            );
            assert!(
                found.why.is_some() || found.interval().is_some(),
                "{id} {found:?}"
            );
        };
        for (a, b) in odd.iter().flat_map(|a| odd.iter().map(move |b| (a, b))) {
            sound(Sample::Numbers(a), Sample::Numbers(b));
        }
        for (a, b) in named.iter().flat_map(|a| named.iter().map(move |b| (a, b))) {
            sound(Sample::Categories(a), Sample::Categories(b));
        }
    }
}

#[test]
fn an_empty_sample_and_the_wrong_kind_are_named() {
    let (none, one) = (numbers(&[]), numbers(&[1.0]));
    let (nothing, a) = (categories(&[]), categories(&[1]));
    for effect in EFFECTS {
        let (empty, full, wrong) = match effect.about().kind {
            Kind::Number => (
                Sample::Numbers(&none),
                Sample::Numbers(&one),
                Sample::Categories(&a),
            ),
            _ => (
                Sample::Categories(&nothing),
                Sample::Categories(&a),
                Sample::Numbers(&one),
            ),
        };
        let run = |a, b| effect.estimate(a, b, Level::DEFAULT, SEED);
        assert_eq!(run(&empty, &full), Err(Undefined::EmptySample));
        assert_eq!(run(&full, &empty), Err(Undefined::EmptySample));
        assert_eq!(run(&full, &wrong), Err(Undefined::WrongKind));
        assert_eq!(run(&wrong, &full), Err(Undefined::WrongKind));
    }
}

#[test]
fn samples_without_a_common_value_are_outside_and_constant_ones_inside() {
    let level = Level::DEFAULT;
    let superiority = by_id("probability_of_superiority").expect("listed");
    let (low, high) = (normals(1, 50, 0.0), normals(1, 50, 100.0));
    let apart = superiority.estimate(&Sample::Numbers(&low), &Sample::Numbers(&high), level, SEED);
    let apart = apart.expect("numbers");
    assert_eq!((apart.value, apart.high), (Some(1.0), Some(1.0)));
    assert_eq!(
        superiority.about().against_margin(&apart, 0.1),
        Some(AgainstMargin::Outside)
    );
    let constant = numbers(&[3.0; 200]);
    let constant = Sample::Numbers(&constant);
    let same = superiority
        .estimate(&constant, &constant, level, SEED)
        .expect("numbers");
    let (low, high) = same.interval().expect("an interval");
    assert!(low < 0.5 && high > 0.5);
    let distance = by_id("total_variation").expect("listed");
    let (a, b) = (categories(&[200]), categories(&[0, 200]));
    let at = |b| {
        let found = distance.estimate(&Sample::Categories(&a), &Sample::Categories(b), level, SEED);
        found.expect("categories").interval().expect("an interval")
    };
    let (low, high) = at(&a);
    assert!(low == 0.0 && high > 0.0 && high < 0.05, "{high}");
    let (low, high) = at(&b);
    assert!(low > 0.95 && low < 1.0 && high == 1.0, "{low}");
}

/// Shares of 300 seeded pairs of samples whose 95 % interval holds the truth.
#[test]
fn intervals_hold_the_truth_about_as_often_as_they_say() {
    let coverage = |effect: &str, truth: f64, draw: &dyn Fn(&mut Draw) -> (SampleOf, SampleOf)| {
        let effect = by_id(effect).expect("listed");
        let holds = (0..300).filter(|&run| {
            let (a, b) = draw(&mut Draw::new(99, run));
            let found = effect.estimate(&a.sample(), &b.sample(), Level::DEFAULT, run);
            let (low, high) = found
                .expect("good samples")
                .interval()
                .expect("an interval");
            low <= truth && truth <= high
        });
        holds.count() as f64 / 300.0
    };
    let exponential = |draw: &mut Draw, n: usize, shift: f64| {
        SampleOf::numbers((0..n).map(|_| shift - draw.uniform().ln()).collect())
    };
    // Skewed values moved by 0.3 of their deviation.
    let found = coverage("hedges_g", 0.3, &|draw| {
        (exponential(draw, 150, 0.0), exponential(draw, 100, 0.3))
    });
    assert!((0.92..=0.98).contains(&found), "{found}");
    // P(Y > X) of exponential values, Y moved by 0.3: 1 - exp(-0.3) / 2.
    let found = coverage(
        "probability_of_superiority",
        1.0 - f64::exp(-0.3) / 2.0,
        &|draw| (exponential(draw, 150, 0.0), exponential(draw, 100, 0.3)),
    );
    assert!((0.92..=0.98).contains(&found), "{found}");
    // Twenty categories that are all the same: the plain distance is near 0.1 here.
    let even = |draw: &mut Draw, n: usize| {
        let mut counts = vec![0; 20];
        (0..n).for_each(|_| counts[draw.below(20)] += 1);
        SampleOf::Categories(categories(&counts))
    };
    for effect in ["total_variation", "cramers_v"] {
        let found = coverage(effect, 0.0, &|draw| (even(draw, 800), even(draw, 600)));
        assert!(found >= 0.93, "{effect} {found}");
    }
    // Shares of 0.5, 0.3 and 0.2 against 0.35, 0.3 and 0.35: distance 0.15.
    let three = |draw: &mut Draw, n: usize, first: f64| {
        let mut counts = vec![0; 3];
        for _ in 0..n {
            let u = draw.uniform();
            counts[usize::from(u >= first) + usize::from(u >= first + 0.3)] += 1;
        }
        SampleOf::Categories(categories(&counts))
    };
    let found = coverage("total_variation", 0.15, &|draw| {
        (three(draw, 600, 0.5), three(draw, 400, 0.35))
    });
    assert!((0.90..=1.0).contains(&found), "{found}");
    // A distance of 0.05 that so few cases cannot tell from 0 must not be ruled out.
    let found = coverage("total_variation", 0.05, &|draw| {
        (three(draw, 100, 0.4), three(draw, 100, 0.45))
    });
    assert!(found >= 0.93, "{found}");
}

enum SampleOf {
    Numbers(SortedNumbers),
    Categories(CategoryCounts),
}

impl SampleOf {
    fn numbers(values: Vec<f64>) -> SampleOf {
        SampleOf::Numbers(numbers(&values))
    }

    fn sample(&self) -> Sample<'_> {
        match self {
            SampleOf::Numbers(numbers) => Sample::Numbers(numbers),
            SampleOf::Categories(counts) => Sample::Categories(counts),
        }
    }
}

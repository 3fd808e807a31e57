//! When an interval clears its bound, what a gate says of all of them, and when a check crosses.

use galen_control::judge::{Crossing, Outcome, Verdict, criteria, judge, verdict};
use galen_control::{Evidence, Row, State};
use galen_spec::Rule;
use galen_spec::monitor::Limit;
use galen_spec::protocol::Protocol;
use galen_stats::Estimate;
use serde_json::{Value, json};

use crate::world::{World, estimate, good_rows, protocol, row};

#[test]
fn an_interval_passes_only_if_all_of_it_clears_the_bound() {
    use Outcome::{Fail, Inconclusive, Pass, Reported};
    let cases = [
        (Rule::LowerAtLeast(0.75), (0.75, 0.9), Pass),
        (Rule::LowerAtLeast(0.75), (0.74, 0.9), Inconclusive),
        (Rule::LowerAtLeast(0.75), (0.5, 0.75), Inconclusive),
        (Rule::LowerAtLeast(0.75), (0.5, 0.7499), Fail),
        (Rule::UpperAtMost(0.02), (-0.1, 0.02), Pass),
        (Rule::UpperAtMost(0.02), (0.0, 0.021), Inconclusive),
        (Rule::UpperAtMost(0.02), (0.02, 0.03), Inconclusive),
        (Rule::UpperAtMost(0.02), (0.021, 0.03), Fail),
        (Rule::Inside(0.7, 1.43), (0.71, 1.42), Pass),
        (Rule::Inside(0.7, 1.43), (0.7, 1.42), Inconclusive),
        (Rule::Inside(0.7, 1.43), (0.71, 1.43), Inconclusive),
        (Rule::Inside(0.7, 1.43), (0.2, 0.7), Fail),
        (Rule::Inside(0.7, 1.43), (1.43, 2.0), Fail),
        (Rule::Report, (0.0, 0.1), Reported),
    ];
    for (rule, (low, high), expected) in cases {
        assert_eq!(
            judge(rule, &estimate(low, high)),
            expected,
            "{rule} of {low} to {high}"
        );
    }
}

fn undefined() -> Estimate {
    Estimate {
        value: None,
        low: None,
        high: None,
        ..estimate(0.8, 0.9)
    }
}

#[test]
fn what_is_undefined_one_sided_or_no_interval_is_inconclusive() {
    let good = estimate(0.8, 0.9);
    let estimates = [
        undefined(),
        Estimate {
            value: None,
            ..good.clone()
        },
        Estimate {
            low: None,
            ..good.clone()
        },
        Estimate {
            high: None,
            ..good.clone()
        },
        estimate(0.9, 0.8),
        Estimate {
            low: Some(f64::NAN),
            ..good.clone()
        },
        Estimate {
            high: Some(f64::INFINITY),
            ..good
        },
    ];
    for estimate in estimates {
        for rule in [
            Rule::LowerAtLeast(0.1),
            Rule::UpperAtMost(2.0),
            Rule::Inside(0.0, 2.0),
        ] {
            assert_eq!(
                judge(rule, &estimate),
                Outcome::Inconclusive,
                "{rule} of {estimate:?}"
            );
        }
        assert_eq!(judge(Rule::Report, &estimate), Outcome::Reported);
    }
}

fn parsed(file: Value) -> Protocol {
    serde_json::from_value(file).unwrap()
}

/// The results of the world's protocol on rows: discrimination, women, not_inferior.
fn results(state: &State, rows: Vec<Row>) -> Vec<Outcome> {
    let mut evidence = Evidence::of("evaluation", Vec::new());
    evidence.rows = rows;
    let results = criteria(state, &parsed(protocol()), &evidence);
    results.into_iter().map(|result| result.result).collect()
}

#[test]
fn a_row_counts_only_at_its_level_in_its_subgroup_and_alone() {
    use Outcome::{Inconclusive, NotApplicable, Pass};
    let state = World::sealed().state;
    assert_eq!(results(&state, good_rows()), [Pass, Pass, NotApplicable]);
    assert_eq!(
        results(&state, vec![]),
        [Inconclusive, Inconclusive, NotApplicable]
    );
    let mut rows = good_rows();
    rows[0].estimate.level = 0.5;
    rows[1].subgroup = None;
    assert_eq!(
        results(&state, rows),
        [Inconclusive, Inconclusive, NotApplicable]
    );
    let mut rows = good_rows();
    rows.push(row("auroc", estimate(0.1, 0.2)));
    assert_eq!(results(&state, rows)[0], Inconclusive);
}

#[test]
fn a_criterion_for_updates_applies_once_there_was_a_release() {
    let mut file = protocol();
    file["criteria"][0]["updates_only"] = json!(true);
    let outcomes = |state: &State| -> Vec<Outcome> {
        let mut evidence = Evidence::of("evaluation", Vec::new());
        evidence.rows = good_rows();
        let results = criteria(state, &parsed(file.clone()), &evidence);
        results.into_iter().map(|result| result.result).collect()
    };
    use Outcome::{NotApplicable, Pass};
    assert_eq!(
        outcomes(&World::sealed().state),
        [NotApplicable, Pass, NotApplicable]
    );
    let mut world = World::with_release();
    assert_eq!(outcomes(&world.state), [Pass, Pass, Pass]);
    world.roll_back(None).unwrap();
    assert_eq!(outcomes(&world.state), [Pass, Pass, NotApplicable]);
}

fn verdict_on(rows: Vec<Row>, change: impl Fn(&mut Value)) -> Verdict {
    let mut file = protocol();
    change(&mut file);
    let mut world = World::declared();
    if file != protocol() {
        world
            .freeze(&[(galen_spec::Name::Protocol, file.clone())])
            .unwrap();
    }
    let mut evidence = Evidence::of("evaluation", Vec::new());
    evidence.rows = rows;
    verdict(&criteria(&world.state, &parsed(file), &evidence))
}

#[test]
fn a_verdict_fails_by_a_failed_required_criterion_and_passes_by_none_that_blocks() {
    assert_eq!(verdict_on(good_rows(), |_| {}), Verdict::Pass);
    let mut rows = good_rows();
    rows[1] = row("auroc_women", estimate(0.1, 0.2));
    assert_eq!(
        verdict_on(rows, |_| {}),
        Verdict::Pass,
        "a descriptive criterion binds nothing"
    );
    let mut rows = good_rows();
    rows[0] = row("auroc", estimate(0.7, 0.8));
    assert_eq!(verdict_on(rows.clone(), |_| {}), Verdict::Inconclusive);
    rows[1] = row("auroc_women", estimate(0.1, 0.2));
    let both = |file: &mut Value| file["criteria"][1]["kind"] = json!("required");
    assert_eq!(verdict_on(rows, both), Verdict::Fail);
}

#[test]
fn a_protocol_that_requires_nothing_passes_nothing() {
    let nothing = |file: &mut Value| {
        for criterion in file["criteria"].as_array_mut().unwrap() {
            criterion["kind"] = json!("descriptive");
        }
    };
    assert_eq!(verdict_on(good_rows(), nothing), Verdict::Inconclusive);
    let reported = |file: &mut Value| file["criteria"][0]["rule"] = json!("report");
    assert_eq!(verdict_on(good_rows(), reported), Verdict::Inconclusive);
    assert_eq!(verdict(&[]), Verdict::Inconclusive);
}

#[test]
fn a_criterion_that_was_never_frozen_is_post_hoc() {
    let mut evidence = Evidence::of("evaluation", Vec::new());
    evidence.rows = good_rows();
    let results = criteria(&World::founded().state, &parsed(protocol()), &evidence);
    assert_eq!(results[0].result, Outcome::Pass);
    assert_eq!(verdict(&results), Verdict::Inconclusive);
}

#[test]
fn a_check_crosses_when_its_whole_interval_is_past_the_limit() {
    use Crossing::{Crossed, Inconclusive, Ok};
    let cases = [
        (Limit::LowerAbove(0.3), (0.31, 0.5), Crossed),
        (Limit::LowerAbove(0.3), (0.3, 0.5), Inconclusive),
        (Limit::LowerAbove(0.3), (0.1, 0.3), Ok),
        (Limit::UpperBelow(0.75), (0.5, 0.74), Crossed),
        (Limit::UpperBelow(0.75), (0.5, 0.75), Inconclusive),
        (Limit::UpperBelow(0.75), (0.75, 0.9), Ok),
        (Limit::Outside([0.7, 1.43]), (0.1, 0.69), Crossed),
        (Limit::Outside([0.7, 1.43]), (1.44, 2.0), Crossed),
        (Limit::Outside([0.7, 1.43]), (0.7, 1.43), Ok),
        (Limit::Outside([0.7, 1.43]), (0.6, 1.0), Inconclusive),
    ];
    for (limit, (low, high), expected) in cases {
        let crossing = limit.crossing(0.95, &estimate(low, high), None);
        assert_eq!(crossing, expected, "{limit:?} of {low} to {high}");
    }
}

#[test]
fn a_check_without_a_measure_at_its_level_has_no_data() {
    let limit = Limit::LowerAbove(0.3);
    assert_eq!(
        limit.crossing(0.99, &estimate(0.5, 0.9), None),
        Crossing::NoData
    );
    assert_eq!(limit.crossing(0.95, &undefined(), None), Crossing::NoData);
    assert_eq!(
        limit.crossing(0.95, &estimate(0.9, 0.5), None),
        Crossing::NoData
    );
}

#[test]
fn a_check_of_a_p_value_crosses_below_it() {
    let p = |p| Limit::PBelow(0.001).crossing(0.95, &undefined(), p);
    assert_eq!(p(Some(0.0009)), Crossing::Crossed);
    assert_eq!(p(Some(0.001)), Crossing::Ok);
    for nothing in [None, Some(f64::NAN), Some(-0.1), Some(1.1)] {
        assert_eq!(p(nothing), Crossing::NoData, "{nothing:?}");
    }
}

//! What holds for every check of the list.

use std::collections::BTreeSet;

use galen_spec::monitor::Action;
use galen_table::Table;
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A check of this kind that fits.
pub(crate) fn declared(kind: &str) -> Check {
    let (params, limit) = match kind {
        "drift" => (
            [("test".to_owned(), json!("ks"))].into(),
            Limit::PBelow(0.001),
        ),
        "performance" => (
            [("metric".to_owned(), json!("auroc"))].into(),
            Limit::UpperBelow(0.75),
        ),
        _ => (Default::default(), Limit::LowerAbove(0.30)),
    };
    Check {
        id: format!("{kind}_of_age"),
        check: kind.to_owned(),
        column: Some("age".to_owned()),
        params,
        level: 0.95,
        limit,
        action: Action::Notify,
        rationale: "a law".to_owned(),
    }
}

/// A window of one column whose scores are all 0.5 and whose truth is not known.
pub(crate) fn window_with(column: &str, values: Vec<Option<String>>) -> WindowData {
    WindowData {
        from: "2008".to_owned(),
        to: "2008".to_owned(),
        scores: vec![0.5; values.len()],
        truth: None,
        threshold: 0.5,
        table: Table::from_texts(vec![(column.to_owned(), values)]).expect("one column"),
    }
}

/// Forty people aged 50 to 89.
pub(crate) fn reference() -> Reference {
    let ages = (50..90).map(|age| Some(age.to_string())).collect();
    Reference {
        table: window_with("age", ages).table,
    }
}

fn declared_checks() -> impl Iterator<Item = Check> {
    MONITOR_CHECKS
        .iter()
        .map(|check| declared(check.about().id))
}

fn is_sound(result: &CheckResult) -> bool {
    let estimate = &result.estimate;
    let numbers = [
        estimate.value,
        estimate.low,
        estimate.high,
        Some(estimate.level),
        result.p_value,
    ];
    numbers.into_iter().flatten().all(f64::is_finite)
        && (estimate.low.is_some() || estimate.why.is_some())
        && (result.crossing != Crossing::NoData)
            == (estimate.low.is_some() || result.p_value.is_some())
}

#[test]
fn every_check_has_an_id_of_its_own_a_source_and_an_example_that_fits() {
    let ids: BTreeSet<_> = ids().into_iter().collect();
    assert_eq!(ids.len(), MONITOR_CHECKS.len());
    for check in MONITOR_CHECKS {
        let about = check.about();
        assert!(!about.source.is_empty() && about.what.ends_with('.'));
        assert!(by_id(about.id).is_some());
        assert_eq!(fits(&declared(about.id)), Ok(()), "{}", about.id);
    }
}

#[test]
fn an_empty_window_has_no_data_and_says_why() {
    for check in declared_checks() {
        let result = run(&check, &window_with("age", Vec::new()), &reference());
        assert_eq!(result.crossing, Crossing::NoData, "{}", check.id);
        assert!(is_sound(&result), "{result:?}");
        assert_eq!((result.estimate.value, result.estimate.n), (None, 0));
        let why = result.estimate.why.expect("what is absent has a reason");
        assert!(result.sentence.ends_with(&format!("no data. {why}")));
    }
}

#[test]
fn a_check_without_its_column_or_setting_does_not_fit_and_has_no_data() {
    let window = window_with("age", vec![Some("60".to_owned()); 3]);
    for check in declared_checks() {
        let about = by_id(&check.check).expect("of the list").about();
        let bare = Check {
            column: None,
            params: Default::default(),
            ..check.clone()
        };
        if about.needs_column || !about.params.is_empty() {
            assert!(fits(&bare).is_err(), "{}", about.id);
            let result = run(&bare, &window, &reference());
            assert_eq!(result.crossing, Crossing::NoData);
        }
        let mut more = check.clone();
        more.params.insert("colour".to_owned(), json!("red"));
        assert!(matches!(fits(&more), Err(CheckError::Takes { .. })));
        let other = match about.gives {
            Gives::Interval => Limit::PBelow(0.05),
            Gives::PValue => Limit::LowerAbove(0.05),
        };
        let unjudged = Check {
            limit: other,
            ..check
        };
        assert!(fits(&unjudged).is_err());
        assert_eq!(
            run(&unjudged, &window, &reference()).crossing,
            Crossing::NoData
        );
    }
}

#[test]
fn an_unknown_check_or_level_has_no_data_and_never_a_number_that_is_none() {
    let window = window_with("age", vec![Some("60".to_owned()); 3]);
    let mut check = declared("missing_share");
    check.level = f64::NAN;
    let result = run(&check, &window, &reference());
    assert!(is_sound(&result), "{result:?}");
    check.check = "mising_share".to_owned();
    let result = run(&check, &window, &reference());
    assert!(is_sound(&result), "{result:?}");
    assert!(
        result.sentence.ends_with(
            "There is no check `mising_share`; there are missing_share, drift, alert_rate, performance."
        ),
        "{}",
        result.sentence
    );
}

proptest! {
    #[test]
    fn any_window_keeps_the_level_and_gives_sound_numbers_that_survive_json(
        cases in prop::collection::vec((prop::option::of(40u32..99), 0.0..=1.0_f64, prop::option::of(any::<bool>())), 0..40),
        level in 0.5..0.999_f64,
        threshold in 0.0..=1.0_f64,
    ) {
        let ages = cases.iter().map(|case| case.0.map(|age| age.to_string())).collect();
        let mut window = window_with("age", ages);
        window.scores = cases.iter().map(|case| case.1).collect();
        window.truth = Some(cases.iter().map(|case| case.2).collect());
        window.threshold = threshold;
        for mut check in declared_checks() {
            check.level = level;
            let result = run(&check, &window, &reference());
            prop_assert_eq!(result.estimate.level, level);
            prop_assert!(is_sound(&result), "{:?}", result);
            prop_assert_eq!(result.crossing, check.limit.crossing(level, &result.estimate, result.p_value));
            let json = serde_json::to_string(&result).expect("a result is plain data");
            prop_assert_eq!(serde_json::from_str::<CheckResult>(&json).expect("it was just written"), result);
        }
    }

    #[test]
    fn the_order_of_cases_does_not_matter(
        cases in prop::collection::vec((prop::option::of(40u32..99), 0.0..=1.0_f64, prop::option::of(any::<bool>())), 0..40),
    ) {
        let of = |cases: &[(Option<u32>, f64, Option<bool>)], check: &Check| {
            let ages = cases.iter().map(|case| case.0.map(|age| age.to_string())).collect();
            let mut window = window_with("age", ages);
            window.scores = cases.iter().map(|case| case.1).collect();
            window.truth = Some(cases.iter().map(|case| case.2).collect());
            run(check, &window, &reference())
        };
        let mut turned = cases.clone();
        turned.reverse();
        for check in declared_checks() {
            let (one, other) = (of(&cases, &check), of(&turned, &check));
            prop_assert_eq!(one.crossing, other.crossing);
            let difference = one.estimate.value.unwrap_or(0.0) - other.estimate.value.unwrap_or(0.0);
            prop_assert!(difference.abs() < 1e-12);
        }
    }
}

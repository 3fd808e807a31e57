//! Methods around an evaluation against other roads to the same number: `reference/consequence.py` writes the values.

use galen_stats::goals::{Risks, Treatment, judge};
use galen_stats::imperfect::{ReferenceStandard, correct};
use galen_stats::triage::{Priority, Workflow};
use galen_stats::verification::Partly;
use galen_stats::{Cases, Estimate, Level};
use serde_json::Value;

fn read() -> Value {
    let path = format!(
        "{}/tests/reference/consequence.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).expect("the reference is in the repository");
    serde_json::from_str(&text).expect("the reference is JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(number)
        .collect()
}

fn counts<const K: usize>(list: &Value) -> [u64; K] {
    std::array::from_fn(|at| list[at].as_u64().expect("a count"))
}

fn near(what: &str, found: f64, wanted: f64, relative: f64) {
    let apart = (found - wanted).abs();
    assert!(
        apart <= relative * wanted.abs().max(1e-3),
        "{what}: {found} and not {wanted}"
    );
}

/// Value and interval, which the reference does not cut at 0 and 1.
fn same(what: &str, estimate: &Estimate, wanted: &Value, relative: f64) {
    let wanted = numbers(wanted);
    near(what, estimate.value.expect("defined"), wanted[0], 1e-10);
    let (low, high) = estimate.interval().expect("an interval");
    near(what, low, wanted[1].max(0.0), relative);
    near(what, high, wanted[2].min(1.0), relative);
}

#[test]
fn corrected_shares_of_the_liver_scans_are_the_published_ones() {
    let known = &read()["begg_greenes"];
    let (mut truth, mut flag) = (Vec::new(), Vec::new());
    for (is_flagged, name) in [(true, "flagged"), (false, "others")] {
        for (kind, count) in [Some(true), Some(false), None]
            .into_iter()
            .zip(counts::<3>(&known[name]))
        {
            truth.extend(std::iter::repeat_n(kind, count as usize));
            flag.extend(std::iter::repeat_n(is_flagged, count as usize));
        }
    }
    let cases = Partly::new(truth, Some(flag), None, None, None).expect("well-formed");
    let found = cases.corrected((200, 1), Level::DEFAULT);
    same(
        "sensitivity",
        &found.sensitivity,
        &known["sensitivity"],
        1e-7,
    );
    same(
        "specificity",
        &found.specificity,
        &known["specificity"],
        1e-7,
    );
    same("prevalence", &found.prevalence, &known["prevalence"], 1e-7);
    // Begg and Greenes 1983: 0.84 and 0.74, where the verified alone say 0.90 and 0.63.
    near(
        "published",
        found.sensitivity.value.expect("defined"),
        0.84,
        0.005,
    );
    near(
        "published",
        found.specificity.value.expect("defined"),
        0.74,
        0.005,
    );
}

#[test]
fn shares_and_areas_with_strata_are_those_of_statsmodels_weights() {
    let known = &read()["weighted_area"];
    let list = |name: &str| known[name].as_array().expect("a list").iter();
    let cases = Partly::new(
        list("truth").map(Value::as_bool).collect(),
        Some(
            list("flag")
                .map(|one| one.as_bool().expect("a flag"))
                .collect(),
        ),
        Some(numbers(&known["score"])),
        Some(list("stratum").map(|one| number(one) as u32).collect()),
        None,
    );
    let cases = cases.expect("well-formed");
    let area = cases.area((300, 1), Level::DEFAULT);
    near(
        "area",
        area.value.expect("defined"),
        number(&known["area"]),
        1e-9,
    );
    let (low, high) = area.interval().expect("an interval");
    assert!(low < number(&known["area"]) && number(&known["area"]) < high && high - low < 0.4);
    let found = cases.corrected((300, 1), Level::DEFAULT);
    for (name, estimate) in [
        ("sensitivity", &found.sensitivity),
        ("specificity", &found.specificity),
        ("prevalence", &found.prevalence),
    ] {
        near(
            name,
            estimate.value.expect("defined"),
            number(&known[name]),
            1e-10,
        );
        assert!(estimate.interval().is_some(), "{estimate:?}");
    }
}

/// Flagged and called diseased, flagged and healthy, not flagged and diseased, not flagged and healthy.
fn table(list: &Value) -> Cases {
    let (mut truth, mut score) = (Vec::new(), Vec::new());
    for (cell, count) in counts::<4>(list).into_iter().enumerate() {
        truth.extend(std::iter::repeat_n(cell % 2 == 0, count as usize));
        score.extend(std::iter::repeat_n(
            if cell < 2 { 1.0 } else { 0.0 },
            count as usize,
        ));
    }
    Cases::new(truth, score, Some(0.5), None).expect("well-formed")
}

#[test]
fn an_imperfect_reference_standard_is_corrected_as_equations_and_linear_programs_say() {
    let known = &read()["imperfect"];
    let cases = table(&known["counts"]);
    let [diseased, healthy] = counts::<2>(&known["reference_counts"]);
    for (kind, diseased, healthy) in [
        ("known", None, None),
        ("measured", Some(diseased), Some(healthy)),
    ] {
        let reference = ReferenceStandard {
            sensitivity: number(&known["reference"][0]),
            specificity: number(&known["reference"][1]),
            diseased,
            healthy,
        };
        let found = correct(&cases, &reference, (200, 1), Level::DEFAULT).expect("defined");
        for (name, estimate) in [
            ("prevalence", &found.prevalence),
            ("sensitivity", &found.sensitivity),
            ("specificity", &found.specificity),
        ] {
            same(name, estimate, &known[format!("{name}_{kind}")], 1e-7);
        }
    }
    let mut binding = 0;
    for one in known["bounds"].as_array().expect("a list") {
        let reference = ReferenceStandard {
            sensitivity: number(&one["reference"][0]),
            specificity: number(&one["reference"][1]),
            diseased: None,
            healthy: None,
        };
        let table = table(&one["counts"]);
        let found = correct(&table, &reference, (200, 1), Level::DEFAULT).expect("defined");
        for (name, found) in [
            ("sensitivity", found.sensitivity_bounds),
            ("specificity", found.specificity_bounds),
        ] {
            let wanted = one[name].as_array();
            assert_eq!(found.is_some(), wanted.is_some(), "{one}");
            for (found, wanted) in found.iter().flatten().zip(wanted.into_iter().flatten()) {
                near(name, *found, number(wanted), 1e-9);
                binding += 1;
            }
        }
    }
    assert!(binding >= 12, "{binding}");
}

#[test]
fn waiting_times_are_those_of_the_markov_chain() {
    let document = read();
    let known = document["triage"].as_array().expect("a list");
    for one in known {
        let workflow = Workflow {
            sensitivity: number(&one["sensitivity"]),
            specificity: number(&one["specificity"]),
            prevalence: number(&one["prevalence"]),
            arrivals_per_hour: number(&one["arrivals_per_hour"]),
            reading_minutes: number(&one["reading_minutes"]),
            interrupting: number(&one["interrupting"]),
            interrupting_minutes: number(&one["interrupting_minutes"]),
            readers: number(&one["readers"]) as u32,
            priority: match one["priority"].as_str() {
                Some("preemptive") => Priority::Preemptive,
                _ => Priority::NonPreemptive,
            },
        };
        let waits = workflow.waits().expect("a formula");
        // The chains are cut where almost nobody comes any more.
        let what = one.to_string();
        near(&what, waits.flagged, number(&one["wait_flagged"]), 1e-7);
        near(&what, waits.unflagged, number(&one["wait_unflagged"]), 1e-7);
    }
    assert_eq!(known.len(), 8);
}

#[test]
fn goals_follow_from_risks_and_intervals_of_ratios_are_the_score_tests() {
    let document = read();
    for one in document["goals"].as_array().expect("a list") {
        let [prevalence, low, high] = [0, 1, 2].map(|at| number(&one["risks"][at]));
        let risks = Risks {
            prevalence,
            rule_out_below: Some(low),
            rule_in_above: Some(high),
        };
        let goals = risks.goals().expect("reachable");
        for (name, found) in [
            ("sensitivity", goals.sensitivity),
            ("specificity", goals.specificity),
            ("lr_positive", goals.lr_positive_least),
            ("lr_negative", goals.lr_negative_most),
        ] {
            near(name, found.expect("both risks"), number(&one[name]), 1e-10);
        }
    }
    let risks = Risks {
        prevalence: 0.1,
        rule_out_below: Some(0.02),
        rule_in_above: Some(0.4),
    };
    for one in document["ratios"].as_array().expect("a list") {
        let judged = judge(&risks, counts(&one["counts"]), Level::DEFAULT).expect("both kinds");
        for (name, ratio, risk) in [
            ("lr_positive", &judged.lr_positive, &judged.risk_if_flagged),
            (
                "lr_negative",
                &judged.lr_negative,
                &judged.risk_if_not_flagged,
            ),
        ] {
            // An infinite ratio has no value, and its lower end is in the risk.
            let of = |odds: f64| odds / (1.0 - odds) * 9.0;
            let (low, high) = (&one[name][0], &one[name][1]);
            near(name, of(risk.low.expect("an end")), number(low), 1e-8);
            match high.as_f64() {
                Some(high) => near(name, ratio.high.expect("an end"), high, 1e-8),
                None => assert_eq!(risk.high, Some(1.0)),
            }
        }
    }
    let logs = &document["logs"];
    let judged = judge(&risks, counts(&logs["counts"]), Level::DEFAULT).expect("both kinds");
    for (name, ratio) in [
        ("lr_positive", &judged.lr_positive),
        ("lr_negative", &judged.lr_negative),
    ] {
        near(
            name,
            ratio.low.expect("an end"),
            number(&logs[name][0]),
            1e-8,
        );
        near(
            name,
            ratio.high.expect("an end"),
            number(&logs[name][1]),
            1e-8,
        );
    }
}

#[test]
fn treating_and_testing_change_where_their_utilities_are_equal() {
    let known = &read()["thresholds"];
    let of = |name: &str| number(&known[name]);
    let treatment = Treatment {
        benefit: of("benefit"),
        harm: of("harm"),
        test_harm: of("test_harm"),
    };
    let found = treatment
        .thresholds(of("sensitivity"), of("specificity"))
        .expect("possible");
    near("treat", found.treat, of("treat"), 1e-10);
    let test = found.test.expect("worth doing");
    near("below", test[0], number(&known["test"][0]), 1e-10);
    near("above", test[1], number(&known["test"][1]), 1e-10);
}

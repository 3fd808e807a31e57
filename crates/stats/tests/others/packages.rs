//! The numbers of this crate against numpy, scipy, scikit-learn and statsmodels: `reference/make.py` writes the values.

use galen_stats::compare::{auroc_independent, auroc_paired, independent};
use galen_stats::{
    Cases, CategoryCounts, Difference, DriftResult, Estimate, Level, METRICS, Sample,
    SortedNumbers, drift, interval, metric, power,
};
use serde_json::Value;

#[test]
fn every_metric_agrees_with_its_reference() {
    let document = read("metrics.json");
    for (clustered, expected) in [(false, &document["plain"]), (true, &document["clustered"])] {
        let cases = cases(&document, "score", clustered);
        for metric in METRICS {
            let id = metric.about().id;
            let estimate = metric
                .estimate(&cases, Level::DEFAULT)
                .expect("both classes are there");
            // The others are in evaluation.json.
            let Some(wanted) = expected.get(id).map(floats) else {
                continue;
            };
            assert_eq!(wanted.len(), 3, "no reference value for {id}");
            near(
                &format!("{id}, clustered {clustered}"),
                &of(&estimate),
                &wanted,
                1e-9,
            );
            assert_eq!(estimate.clusters.is_some(), clustered);
        }
    }
}

#[test]
fn paired_and_independent_areas_agree_with_their_reference() {
    let document = read("metrics.json");
    let wanted = &document["compare"];
    for (clustered, paired, apart) in [
        (false, "plain", "independent"),
        (true, "clustered", "independent_clustered"),
    ] {
        let (a, b) = (
            cases(&document, "score", clustered),
            cases(&document, "other", clustered),
        );
        let found = auroc_paired(&a, &b, Level::DEFAULT).expect("paired");
        near(paired, &with_p(&found), &floats(&wanted[paired]), 1e-9);
        let (first, second) = groups(&document, &a);
        let found =
            auroc_independent(&first, &second, Level::DEFAULT).expect("both classes are there");
        near(apart, &with_p(&found), &floats(&wanted[apart]), 1e-9);
    }
    let (first, second) = groups(&document, &cases(&document, "score", false));
    let sensitivity = metric::by_id("sensitivity").expect("listed");
    let found = independent(sensitivity, &first, &second, Level::DEFAULT).expect("diseased cases");
    near(
        "p",
        &[found.p_value.expect("a test")],
        &floats(&Value::Array(vec![wanted["sensitivity_p"].clone()])),
        1e-9,
    );
}

#[test]
fn drift_tests_of_numbers_agree_with_scipy() {
    for (row, pair) in list(&read("drift.json")["numbers"]).iter().enumerate() {
        let (reference, current) = (floats(&pair["reference"]), floats(&pair["current"]));
        let run = |id: &str| on_numbers(id, &reference, &current);
        tests_agree(row, pair, &reference, &current);
        for id in [
            "psi",
            "wasserstein",
            "jensenshannon",
            "energy_distance",
            "kl_div",
            "hellinger",
        ] {
            let found = run(id).statistic.expect("bounded");
            near(
                &format!("{id} {row}"),
                &[found],
                &[pair[id].as_f64().expect("a number")],
                1e-9,
            );
        }
    }
}

/// Tests that give a statistic with a p-value agree with scipy, where scipy defines them.
fn tests_agree(row: usize, pair: &Value, reference: &[f64], current: &[f64]) {
    for id in [
        "ks",
        "t_test",
        "mannw",
        "anderson",
        "cramer_von_mises",
        "es",
    ] {
        let Some(wanted) = pair.get(id) else {
            continue;
        };
        let found = on_numbers(id, reference, current);
        let found = [found.statistic, found.p_value].map(|value| value.expect("a number"));
        let wanted = floats(wanted);
        if id == "cramer_von_mises" {
            // scipy cuts the series at 1e-7 and subtracts it from 1, so a small p has an absolute error.
            near(&format!("{id} {row}"), &found[..1], &wanted[..1], 1e-9);
            assert!((found[1] - wanted[1]).abs() < 1e-9, "{id} {row}: {found:?}");
        } else {
            near(&format!("{id} {row}"), &found, &wanted, 1e-9);
        }
    }
}

#[test]
fn drift_tests_of_small_samples_agree_with_scipy() {
    for (row, pair) in list(&read("drift.json")["small"]).iter().enumerate() {
        let (reference, current) = (floats(&pair["reference"]), floats(&pair["current"]));
        tests_agree(row, pair, &reference, &current);
    }
}

#[test]
fn kolmogorov_smirnov_of_large_samples_agrees_with_scipy() {
    for pair in list(&read("drift.json")["ruled"]) {
        let whole = |name: &str| pair[name].as_u64().expect("a whole number");
        let reference: Vec<f64> = (0..whole("n"))
            .map(|i| (i * 7919 % 100_003) as f64)
            .collect();
        let current: Vec<f64> = (0..whole("m"))
            .map(|i| ((i * 104_729 + 17) % 100_003 + whole("shift")) as f64)
            .collect();
        let ks = on_numbers("ks", &reference, &current);
        let wanted = floats(&pair["ks"]);
        near(
            &pair.to_string(),
            &[ks.statistic.unwrap(), ks.p_value.unwrap()],
            &wanted,
            1e-9,
        );
    }
}

#[test]
fn drift_tests_of_categories_agree_with_scipy_and_statsmodels() {
    for pair in list(&read("drift.json")["categories"]) {
        let names = |key: &str| -> Vec<String> {
            list(&pair[key])
                .iter()
                .map(|name| name.as_str().expect("a name").to_owned())
                .collect()
        };
        let (reference, current) = (names("reference"), names("current"));
        let run = |id: &str| on_categories(id, &reference, &current);
        for id in ["chisquare", "z", "g_test", "fisher_exact"] {
            if let Some(wanted) = pair.get(id) {
                let found = run(id);
                near(
                    id,
                    &[found.statistic.unwrap(), found.p_value.unwrap()],
                    &floats(wanted),
                    1e-9,
                );
            }
        }
        for id in ["psi", "jensenshannon", "kl_div", "hellinger"] {
            near(
                id,
                &[run(id).statistic.unwrap()],
                &[pair[id].as_f64().expect("a number")],
                1e-9,
            );
        }
    }
}

#[test]
fn intervals_of_a_proportion_agree_with_statsmodels() {
    let document = read("intervals.json");
    for row in list(&document["clopper_pearson"]) {
        let row = floats(row);
        let level = Level::new(row[2]).expect("in range");
        let found = interval::clopper_pearson(row[0] as u64, row[1] as u64, level);
        near(&format!("{row:?}"), &[found.0, found.1], &row[3..], 1e-9);
    }
    for row in list(&document["wilson"]) {
        let row = floats(row);
        let found = interval::wilson(row[0], row[1], Level::new(row[2]).expect("in range"));
        // statsmodels leaves 3e-17 where the lower end is 0.
        let wanted: Vec<f64> = row[3..]
            .iter()
            .map(|&end| if end < 1e-15 { 0.0 } else { end })
            .collect();
        near(&format!("{row:?}"), &[found.0, found.1], &wanted, 1e-9);
    }
}

#[test]
fn the_power_of_an_auroc_agrees_with_hanley_and_mcneils_formula() {
    for row in list(&read("intervals.json")["auroc_power"]) {
        let row = floats(row);
        let found =
            power::auroc_power(row[0], row[1], row[2] as u64, row[3] as u64, Level::DEFAULT);
        near(&format!("{row:?}"), &[found], &row[4..], 1e-9);
    }
}

fn read(name: &str) -> Value {
    let path = format!("{}/tests/reference/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn floats(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .map(|list| {
            list.iter()
                .map(|item| item.as_f64().expect("a number"))
                .collect()
        })
        .unwrap_or_default()
}

fn cases(document: &Value, score: &str, clustered: bool) -> Cases {
    let truth = list(&document["truth"])
        .iter()
        .map(|truth| truth.as_bool().expect("true or false"))
        .collect();
    let patient = list(&document["patient"])
        .iter()
        .map(|id| id.as_u64().expect("a number") as u32)
        .collect();
    let threshold = document["threshold"].as_f64();
    Cases::new(
        truth,
        floats(&document[score]),
        threshold,
        clustered.then_some(patient),
    )
    .expect("well-formed")
}

fn groups(document: &Value, cases: &Cases) -> (Cases, Cases) {
    let first: Vec<bool> = list(&document["first_group"])
        .iter()
        .map(|is| is.as_bool().expect("a mask"))
        .collect();
    (cases.filter(|i| first[i]), cases.filter(|i| !first[i]))
}

fn of(estimate: &Estimate) -> [f64; 3] {
    [estimate.value, estimate.low, estimate.high].map(|number| number.expect("defined"))
}

fn with_p(difference: &Difference) -> [f64; 4] {
    let [value, low, high] = of(&difference.estimate);
    [value, low, high, difference.p_value.expect("a test")]
}

fn on_numbers(id: &str, reference: &[f64], current: &[f64]) -> DriftResult {
    let [reference, current] =
        [reference, current].map(|values| SortedNumbers::of(values).expect("finite"));
    drift::by_id(id)
        .expect("listed")
        .test(&Sample::Numbers(&reference), &Sample::Numbers(&current), 0)
        .expect("good samples")
}

fn on_categories(id: &str, reference: &[String], current: &[String]) -> DriftResult {
    let [reference, current] =
        [reference, current].map(|values| CategoryCounts::of(values.iter().map(String::as_str)));
    drift::by_id(id)
        .expect("listed")
        .test(
            &Sample::Categories(&reference),
            &Sample::Categories(&current),
            0,
        )
        .expect("good samples")
}

fn near(what: &str, found: &[f64], wanted: &[f64], relative: f64) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        let close = (found - wanted).abs() <= relative * wanted.abs() + 1e-300;
        assert!(
            close,
            "{what}: found {found:e}, the reference has {wanted:e}"
        );
    }
}

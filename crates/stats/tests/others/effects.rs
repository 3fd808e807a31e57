//! Effects, multiplicity and whole rows against scipy, statsmodels and scikit-learn: `reference/make_effects.py` writes the
//! values.

use galen_stats::multivariate::{self, Rows, Settings};
use galen_stats::{
    CategoryCounts, Estimate, Level, Multiplicity, Sample, SortedNumbers, effect, interval,
};
use serde_json::Value;

#[test]
fn effects_of_numbers_agree_with_their_reference() {
    for pair in list(&read()["numbers"]) {
        let [reference, current] = ["reference", "current"]
            .map(|side| SortedNumbers::of(&floats(&pair[side])).expect("finite"));
        for id in ["hedges_g", "probability_of_superiority"] {
            let found = estimate(id, &Sample::Numbers(&reference), &Sample::Numbers(&current));
            near(id, &of(&found), &floats(&pair[id]), 1e-9);
        }
    }
}

#[test]
fn the_order_of_samples_that_do_not_overlap_agrees_with_its_reference() {
    for row in list(&read()["apart"]) {
        let row = floats(row);
        let found = interval::mann_whitney(row[2], row[0], row[1], Level::DEFAULT);
        near("newcombe", &[found.0, found.1], &row[3..], 1e-9);
    }
}

#[test]
fn effects_of_categories_agree_with_their_reference() {
    for pair in list(&read()["categories"]) {
        let [reference, current] = ["reference", "current"].map(|side| counts(&pair[side]));
        let (a, b) = (Sample::Categories(&reference), Sample::Categories(&current));
        let found = estimate("cramers_v", &a, &b);
        near("cramers_v", &of(&found), &floats(&pair["cramers_v"]), 1e-9);
        let [value, low, high] = of(&estimate("total_variation", &a, &b));
        let wanted = floats(&pair["total_variation"]);
        near("total_variation", &[high], &wanted[3..], 1e-9);
        // Drawn here and there: good to a few percent of the width.
        let slack = 0.04 * (wanted[3] - wanted[2]);
        assert!((value - wanted[1]).abs() < slack, "{value} {wanted:?}");
        assert!((low - wanted[2]).abs() < slack, "{low} {wanted:?}");
    }
}

#[test]
fn adjusted_p_values_agree_with_statsmodels_and_scipy() {
    for row in list(&read()["multiplicity"]) {
        let p = floats(&row["p"]);
        for way in [
            Multiplicity::Bonferroni,
            Multiplicity::Holm,
            Multiplicity::BenjaminiHochberg,
            Multiplicity::BenjaminiYekutieli,
        ] {
            near(way.id(), &way.adjust(&p), &floats(&row[way.id()]), 1e-13);
        }
        assert_eq!(Multiplicity::None.adjust(&p), p);
    }
}

#[test]
fn distances_of_whole_rows_agree_with_scikit_learn_and_scipy() {
    for pair in list(&read()["rows"]) {
        let [reference, current] = ["reference", "current"].map(|side| columns(&pair[side]));
        let (a, b) = (Rows::of(&reference), Rows::of(&current));
        let settings = Settings::default();
        let mmd = multivariate::mmd(&a, &b, &settings).expect("enough rows");
        let energy = multivariate::energy_distance(&a, &b, &settings).expect("enough rows");
        for (found, id) in [(mmd, "mmd"), (energy, "energy_distance")] {
            let found = found.statistic.expect("bounded");
            near(id, &[found], &[pair[id].as_f64().expect("a number")], 1e-9);
        }
    }
}

/// Both forests draw; the mean over seeds of either has an error of about 0.004.
#[test]
fn the_domain_classifier_reaches_the_area_of_scikit_learns_forest() {
    let pair = &read()["forest"];
    let [reference, current] = ["reference", "current"].map(|side| columns(&pair[side]));
    let area = |seed: u64| {
        let settings = Settings {
            seed,
            ..Settings::default()
        };
        let found =
            multivariate::domain_classifier(&Rows::of(&reference), &Rows::of(&current), &settings);
        found.expect("enough rows").auc.value.expect("a value")
    };
    let mean = (0..8).map(area).sum::<f64>() / 8.0;
    let wanted = pair["auc"].as_f64().expect("a number");
    assert!((mean - wanted).abs() < 0.02, "{mean} {wanted}");
}

fn read() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/effects.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("written by the script")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// Numbers, NaN where there is none.
fn floats(value: &Value) -> Vec<f64> {
    list(value)
        .iter()
        .map(|item| item.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn columns(value: &Value) -> Vec<Vec<f64>> {
    list(value).iter().map(floats).collect()
}

fn counts(value: &Value) -> CategoryCounts {
    let counts = list(value).iter().enumerate();
    CategoryCounts::from_counts(
        counts.map(|(at, count)| (format!("k{at:02}"), count.as_u64().expect("a count"))),
    )
}

fn estimate(id: &str, a: &Sample, b: &Sample) -> Estimate {
    effect::by_id(id)
        .expect("listed")
        .estimate(a, b, Level::DEFAULT, 1)
        .expect("good samples")
}

fn of(estimate: &Estimate) -> [f64; 3] {
    [estimate.value, estimate.low, estimate.high].map(|number| number.expect("defined"))
}

fn near(what: &str, found: &[f64], wanted: &[f64], relative: f64) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(
            (found - wanted).abs() <= relative * wanted.abs() + 1e-15,
            "{what}: found {found:e}, the reference has {wanted:e}"
        );
    }
}

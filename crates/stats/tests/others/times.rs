//! Competing risks, several labels, grades and the utility of early flags against other packages: `reference/times.py` writes the values.

use galen_stats::alarm::Stay;
use galen_stats::alarm::utility::{Utility, normalised};
use galen_stats::multilabel::{
    Cell, Labels, auprc_macro, auroc_macro, auroc_micro, coverage_error, f1_macro, f1_micro,
    hamming_loss, label_ranking_average_precision, subset_accuracy,
};
use galen_stats::ordinal::{Apart, Crossed, Pairs};
use galen_stats::survival::competing::{Ended, brier, c_index, cumulative_auc, incidence};
use serde_json::Value;

fn read(part: &str) -> Value {
    let document: Value = serde_json::from_str(include_str!("../reference/times.json"))
        .expect("the reference is JSON");
    document[part].clone()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn numbers(value: &Value) -> Vec<f64> {
    let each = list(value).iter();
    each.map(|one| one.as_f64().expect("a number")).collect()
}

fn near(what: &str, found: Option<f64>, wanted: &Value) {
    let found = found.unwrap_or_else(|| panic!("{what} is not defined"));
    let wanted = wanted
        .as_f64()
        .unwrap_or_else(|| panic!("{what} is not there"));
    assert!(
        (found - wanted).abs() <= 1e-10 * wanted.abs(),
        "{what}: {found} and not {wanted}"
    );
}

fn ended(document: &Value) -> Vec<Ended> {
    let both = numbers(&document["time"])
        .into_iter()
        .zip(numbers(&document["cause"]));
    both.map(|(time, cause)| Ended {
        time,
        cause: cause as u32,
    })
    .collect()
}

#[test]
fn incidences_of_competing_causes_are_scikit_survivals_and_lifelines() {
    for (part, name) in [
        ("competing", "incidence"),
        ("competing", "incidence_lifelines"),
        ("competing_tied", "incidence"),
    ] {
        let document = read(part);
        let cases = ended(&document);
        for (place, wanted) in list(&document[name]).iter().enumerate() {
            let cause = place as u32 + 1;
            for (at, horizon) in numbers(&document["horizons"]).into_iter().enumerate() {
                let own = incidence(&cases, cause, horizon);
                near(
                    &format!("{part} {name} {cause} {horizon}"),
                    own,
                    &wanted[at],
                );
            }
        }
    }
}

#[test]
fn areas_errors_and_concordances_of_a_cause_are_those_of_the_papers_pair_by_pair() {
    for part in ["competing", "competing_tied"] {
        let document = read(part);
        let (cases, risk) = (ended(&document), numbers(&document["risk"]));
        for (at, horizon) in numbers(&document["horizons"]).into_iter().enumerate() {
            let of = |name: &str, own: Option<f64>| {
                near(
                    &format!("{part} {name} {horizon}"),
                    own,
                    &document[name][at],
                );
            };
            of("auc_t", cumulative_auc(&cases, 1, &risk, horizon));
            of("c_index_t", c_index(&cases, 1, &risk, horizon));
            let probability = numbers(&document["probability"][at]);
            let error = brier(&cases, 1, &probability, horizon);
            of("brier_t", error);
            if part == "competing" {
                of("c_index_t_hazardous", c_index(&cases, 1, &risk, horizon));
                of("brier_t_hazardous", error);
            }
        }
        let whole = c_index(&cases, 1, &risk, f64::INFINITY);
        near(part, whole, &document["c_index"]);
    }
}

fn labels(document: &Value, said: impl Fn(usize) -> bool) -> Vec<Labels> {
    let threshold = document["threshold"].as_f64().expect("a threshold");
    let both = list(&document["truth"])
        .iter()
        .zip(list(&document["score"]));
    let case = |(truth, score): (&Value, &Value)| {
        let cells = list(truth).iter().zip(numbers(score)).enumerate();
        let cell = |(label, (truth, score)): (usize, (&Value, f64))| {
            Some(Cell {
                truth: truth.as_bool().expect("a truth") && said(label),
                score: Some(score),
                flag: Some(score >= threshold && said(label)),
            })
        };
        cells.map(cell).collect()
    };
    both.map(case).collect()
}

#[test]
fn metrics_of_several_labels_are_scikit_learns() {
    let document = read("multilabel");
    let cases = labels(&document, |_| true);
    let cases: Vec<&Labels> = cases.iter().collect();
    type Of = fn(&[&Labels]) -> Option<f64>;
    let all: [(&str, Of); 9] = [
        ("auroc_macro", auroc_macro),
        ("auroc_micro", auroc_micro),
        ("auprc_macro", auprc_macro),
        ("f1_macro", f1_macro),
        ("f1_micro", f1_micro),
        ("subset_accuracy", subset_accuracy),
        ("hamming_loss", hamming_loss),
        (
            "label_ranking_average_precision",
            label_ranking_average_precision,
        ),
        ("coverage_error", coverage_error),
    ];
    for (name, of) in all {
        near(name, of(&cases), &document[name]);
    }
    let without = labels(&document, |label| label < 4);
    let without: Vec<&Labels> = without.iter().collect();
    let wanted = &document["f1_macro_of_an_empty_label"];
    near("f1_macro of an empty label", f1_macro(&without), wanted);
}

#[test]
fn metrics_of_grades_are_scikit_learns_and_scipys() {
    let document = read("ordinal");
    let whole = |name: &str| -> Vec<usize> {
        let each = numbers(&document[name]).into_iter();
        each.map(|level| level as usize).collect()
    };
    let (truth, answer) = (whole("truth"), whole("answer"));
    let crossed = Crossed::of(4, truth.iter().copied().zip(answer.iter().copied()));
    for (name, own) in [
        ("kappa_linear", crossed.kappa(Apart::Linear)),
        ("kappa_quadratic", crossed.kappa(Apart::Quadratic)),
        ("accuracy", crossed.accuracy()),
        ("within_one", crossed.within_one()),
        ("mae_levels", crossed.mae_levels()),
        ("over_graded", crossed.over_graded()),
        ("under_graded", crossed.under_graded()),
    ] {
        near(name, own, &document[name]);
    }
    assert_eq!(serde_json::json!(crossed.counts()), document["confusion"]);
    for (name, own) in [("of_answer", "answer"), ("of_score", "score")] {
        let pairs = Pairs::of(4, &truth, &numbers(&document[own]));
        let wanted = &document[name];
        near(name, pairs.somers_d(), &wanted["somers_d"]);
        near(name, pairs.kendall_tau_b(), &wanted["kendall_tau_b"]);
        near(name, pairs.auroc(), &wanted["auroc_ordinal"]);
    }
}

#[test]
fn the_utility_of_early_flags_is_that_of_the_challenge() {
    let document = read("utility");
    let stay = |one: &Value| {
        let flags = list(&one["flag"]).iter();
        let flags: Vec<bool> = flags.map(|flag| flag.as_bool() == Some(true)).collect();
        let stay = Stay {
            times: (0..flags.len()).map(|hour| hour as f64).collect(),
            flags,
            event: one["onset"].as_f64(),
        };
        Utility::of(&stay, 1.0)
    };
    let found: Vec<Utility> = list(&document["stays"]).iter().map(stay).collect();
    let sum = |of: fn(&Utility) -> f64| Some(found.iter().map(of).sum());
    near("own", sum(|one| one.own), &document["own"]);
    near("best", sum(|one| one.best), &document["best"]);
    near("none", sum(|one| one.none), &document["none"]);
    let name = "utility_cinc2019";
    near(name, normalised(&found), &document[name]);
}

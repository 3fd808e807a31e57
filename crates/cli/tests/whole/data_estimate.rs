//! `galen data estimate` on files, without a project.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::project::text;
use crate::typed::{Ended, bare};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/without-labels.md");
/// What NannyML says of stays in intensive care and of cars, with the cases.
const REFERENCE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../stats/tests/reference/without_labels.json"
);

fn nannyml() -> Value {
    let bytes = fs::read(REFERENCE).expect("the reference values are there");
    serde_json::from_slice(&bytes).expect("they are JSON")
}

/// The stays of intensive care as files: labelled ones, and those that came since without their truth.
fn stays() -> TempDir {
    let place = TempDir::new().expect("a folder");
    let of = &nannyml()["icu"];
    for (part, file) in [("reference", "labelled.csv"), ("analysis", "new.csv")] {
        let scores = of[format!("{part}_score")]
            .as_array()
            .expect("scores")
            .iter();
        let truths = text(&of[format!("{part}_truth")]).chars();
        let mut rows = "stay,risk,died\n".to_owned();
        for (stay, (score, truth)) in scores.zip(truths).enumerate() {
            let truth = if part == "reference" {
                truth.to_string()
            } else {
                String::new()
            };
            rows.push_str(&format!("{stay},{score},{truth}\n"));
        }
        fs::write(place.path().join(file), rows).expect("a file");
    }
    place
}

const ESTIMATE: [&str; 16] = [
    "data",
    "estimate",
    "--reference",
    "labelled.csv",
    "--current",
    "new.csv",
    "--score",
    "risk",
    "--truth",
    "died",
    "--threshold",
    "0.5",
    "--chunk-size",
    "250",
    "--metric",
    "roc_auc",
];

fn asked(more: &[&str]) -> Ended {
    bare(stays().path(), &[&ESTIMATE[..], more].concat())
}

#[test]
fn estimates_without_labels_are_those_of_nannyml_and_say_what_they_rest_on() {
    let document = asked(&["--metric", "sensitivity", "--json"])
        .exits(0)
        .json();
    assert_eq!(document["kind"], "data estimate");
    assert_eq!(document["ok"], true);
    let of = nannyml();
    for (at, id) in ["roc_auc", "recall"].iter().enumerate() {
        for (number, chunk) in document["chunks"]
            .as_array()
            .expect("chunks")
            .iter()
            .enumerate()
        {
            let found = &chunk["metrics"][at];
            assert_eq!(found["metric"], *id);
            let value = found["estimate"]["value"].as_f64().expect("a value");
            let wanted = of["icu"]["analysis"][*id][number][0]
                .as_f64()
                .expect("a value");
            assert!(
                (value - wanted).abs() < 1e-6 * wanted,
                "{id} {number}: {value} {wanted}"
            );
            let ends = ["low", "high"].map(|end| found["estimate"][end].as_f64().expect("an end"));
            assert!(ends[0] < value && value < ends[1], "{found:#}");
            assert_eq!(found["crossed"], false);
            assert!(found["realized"].is_null());
        }
    }
    let assumptions = document["assumptions"].as_array().expect("assumptions");
    let drift = assumptions
        .iter()
        .find(|one| one["id"] == "no_concept_drift");
    let drift = drift.expect("concept drift is always spoken of");
    assert!(drift["holds"].is_null() && text(&drift["why"]).contains("Nothing but labels"));
    let calibrated = assumptions.iter().find(|one| one["id"] == "calibrated");
    assert_eq!(calibrated.expect("it is checked")["holds"], true);
}

#[test]
fn estimates_of_several_classes_are_those_of_nannyml() {
    let place = TempDir::new().expect("a folder");
    let of = &nannyml()["card_type"];
    let classes: Vec<String> = serde_json::from_value(of["classes"].clone()).expect("classes");
    for (part, file) in [("reference", "labelled.csv"), ("analysis", "new.csv")] {
        let truths = text(&of[format!("{part}_y_true")]).chars();
        let mut rows = "highstreet,prepaid,upmarket,card\n".to_owned();
        for (row, truth) in truths.enumerate() {
            for (at, class) in classes.iter().enumerate() {
                let percent = of[format!("{part}_{class}_percent")][row].as_f64();
                let way = if at == 2 { -2.0 } else { 1.0 };
                let score = percent.expect("a score") / 100.0 * 0.99 + 0.01 / 3.0;
                rows.push_str(&format!("{},", score + way * row as f64 / 2e6));
            }
            let truth = truth.to_digit(10).expect("a class") as usize;
            rows.push_str(if part == "reference" {
                &classes[truth]
            } else {
                ""
            });
            rows.push('\n');
        }
        fs::write(place.path().join(file), rows).expect("a file");
    }
    let asked = |scores: &[&str]| {
        let mut words = vec!["data", "estimate", "--task", "multiclass"];
        words.extend(["--reference", "labelled.csv", "--current", "new.csv"]);
        words.extend(["--truth", "card", "--chunk-size", "250", "--json"]);
        words.extend(["--recalibrate", "always", "--resamples", "40"]);
        words.extend(["--metric", "auroc", "--metric", "average_precision"]);
        words.extend(scores.iter().flat_map(|score| ["--score", score]));
        bare(place.path(), &words)
    };
    let all = [
        "highstreet_card=highstreet",
        "prepaid_card=prepaid",
        "upmarket_card=upmarket",
    ];
    // The later chunks came after a change, and NannyML alerts as well.
    let document = asked(&all).exits(1).json();
    let chunks = document["chunks"].as_array().expect("chunks");
    assert_eq!(chunks.len(), 8);
    for (number, chunk) in chunks.iter().enumerate() {
        for (at, id) in ["roc_auc", "average_precision"].iter().enumerate() {
            let found = &chunk["metrics"][at];
            let said = &of["always"]["analysis"][*id][number];
            let value = found["estimate"]["value"].as_f64().expect("a value");
            let wanted = said[0].as_f64().expect("a value");
            assert!((value - wanted).abs() < 1e-6, "{id} {value} {wanted}");
            assert_eq!(found["crossed"], said[5]);
        }
    }
    let refused = asked(&["highstreet", "prepaid"]).exits(2);
    assert!(refused.err.contains("does not say of which class"));
    let refused = asked(&all[..1]).exits(2);
    assert!(refused.err.contains("name every class"));
}

#[test]
fn the_page_shows_what_the_command_says() {
    let said = asked(&["--metric", "recall", "--metric", "precision", "--seed", "7"])
        .exits(0)
        .out;
    let page = fs::read_to_string(PAGE).expect("the page is there");
    let (before, after) = page
        .split_once("<!-- said -->\n")
        .expect("the place of what is said");
    let (_, after) = after.split_once("<!-- end -->").expect("its end");
    let written = format!(
        "{before}<!-- said -->\n```text\n{}\n```\n<!-- end -->{after}",
        said.trim_end()
    );
    if std::env::var_os("UPDATE").is_some() {
        fs::write(PAGE, &written).expect("the page is written");
    }
    assert!(
        page == written,
        "docs/without-labels.md is stale: UPDATE=1 cargo test -p galen --test whole the_page_shows"
    );
}

#[test]
fn an_estimate_beyond_its_limits_and_a_broken_assumption_end_with_1() {
    let place = stays();
    // Only the sickest come now: most are flagged, as they never were in a chunk of the reference.
    let rows = fs::read_to_string(place.path().join("new.csv")).expect("a file");
    let is_sick = |row: &&str| {
        let score = row
            .split(',')
            .nth(1)
            .and_then(|score| score.parse::<f64>().ok());
        score.is_none_or(|score| score > 0.45)
    };
    let sick: Vec<&str> = rows.lines().filter(is_sick).collect();
    fs::write(place.path().join("new.csv"), sick.join("\n")).expect("a file");
    let arguments = [&ESTIMATE[..], &["--metric", "specificity", "--json"]].concat();
    let document = bare(place.path(), &arguments).exits(1).json();
    assert_eq!(document["ok"], false);
    assert!(document["crossed"].as_u64() > Some(0), "{document:#}");
    let arguments = [&ESTIMATE[..], &["--recalibrate", "never", "--json"]].concat();
    let document = bare(stays().path(), &arguments).exits(1).json();
    let assumptions = document["assumptions"].as_array().expect("assumptions");
    let broken: Vec<&Value> = assumptions
        .iter()
        .filter(|one| one["holds"] == false)
        .collect();
    assert_eq!(broken.len(), 1, "{document:#}");
    assert_eq!(broken[0]["id"], "calibrated");
}

#[test]
fn cars_have_the_error_of_their_price_estimated() {
    let place = TempDir::new().expect("a folder");
    let of = nannyml();
    let columns = &of["car_price"]["columns"];
    let names = [
        "car_age",
        "km_driven",
        "price_new",
        "fuel",
        "y_pred",
        "y_true",
    ];
    for part in ["reference", "analysis"] {
        let column = |name: &str| {
            columns[format!("{part}_{name}")]
                .as_array()
                .expect("a column")
        };
        let mut rows = names.join(",");
        for row in 0..1_000 {
            let cells = names.map(|name| match name {
                "fuel" => format!("kind {}", column(name)[row]),
                name => column(name)[row].to_string(),
            });
            rows.push_str(&format!("\n{}", cells.join(",")));
        }
        fs::write(place.path().join(format!("{part}.csv")), rows).expect("a file");
    }
    let arguments = [
        "data",
        "estimate",
        "--task",
        "regression",
        "--reference",
        "reference.csv",
        "--current",
        "analysis.csv",
        "--predicted",
        "y_pred",
        "--truth",
        "y_true",
        "--metric",
        "mae",
        "--chunk-number",
        "8",
        "--resamples",
        "50",
        "--feature",
        "car_age",
        "--feature",
        "km_driven",
        "--feature",
        "price_new",
        "--feature",
        "fuel",
        "--json",
    ];
    let ended = bare(place.path(), &arguments);
    let document = ended.json();
    assert_eq!(document["task"], "regression", "{document:#}");
    for chunk in document["chunks"].as_array().expect("chunks") {
        let mae = &chunk["metrics"][0];
        let [value, realized] =
            [&mae["estimate"]["value"], &mae["realized"]].map(|n| n.as_f64().expect("a number"));
        assert!((value / realized - 1.0).abs() < 0.25, "{mae:#}");
    }
    assert!(document.get("calibration").is_none());
}

/// A reference of a few cases, one of its lines changed, and what comes of it.
fn of_rows(change: impl Fn(usize) -> Option<&'static str>, more: &[&str]) -> Ended {
    let place = TempDir::new().expect("a folder");
    let line = |row: usize| match change(row) {
        Some(changed) => changed.to_owned(),
        None => format!(
            "0.{}{},{}",
            1 + row % 8,
            row % 10,
            u8::from(row.is_multiple_of(3))
        ),
    };
    let rows: Vec<String> = (0..120).map(line).collect();
    let file = format!("risk,died\n{}\n", rows.join("\n"));
    fs::write(place.path().join("labelled.csv"), file).expect("a file");
    fs::write(place.path().join("new.csv"), "risk\n0.3\n0.5\n0.7\n").expect("a file");
    let ended = bare(place.path(), &[&ESTIMATE[..], more].concat());
    let left = fs::read_dir(place.path())
        .expect("the folder is read")
        .count();
    assert_eq!(left, 2, "something was written");
    ended
}

#[test]
fn what_cannot_be_estimated_from_is_named() {
    let says = |ended: Ended, words: &[&str]| {
        let error = ended.fails(2, "estimate");
        let message = text(&error["message"]).to_owned();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    let row = |line: &'static str| of_rows(move |row| (row == 5).then_some(line), &["--json"]);
    says(row("1.5,0"), &["Row 5", "reference", "1.5", "0 to 1"]);
    says(row("0.4,2"), &["Row 5", "\"2\"", "`died`"]);
    says(
        of_rows(|_| Some("0.4,0"), &["--json"]),
        &["all 120", "healthy"],
    );
    says(of_rows(|_| Some("0.4,"), &["--json"]), &["truth"]);
    let ask = |more: &[&str]| of_rows(|_| None, &[more, &["--json"]].concat());
    says(ask(&["--metric", "auk"]), &["auk", "roc_auc"]);
    says(ask(&["--feature", "age"]), &["age"]);
    ask(&["--resamples", "3"]).fails(2, "resamples");
    ask(&["--score", "other"]).fails(2, "scores");
    ask(&["--predicted", "died"]).fails(2, "usage");
    ask(&["--chunk-by", "died"]).fails(2, "usage");
}

#[test]
fn rows_without_a_score_are_left_out_and_said() {
    let ended = of_rows(|row| (row < 4).then_some(",1"), &[]);
    let said = "4 of 120 reference rows have no `risk` and were left out.";
    assert!(ended.out.contains(said), "{}", ended.out);
    assert!(Path::new(PAGE).is_file());
}

//! Learning from the people of 1995, held against scikit-learn (`reference/flchain.py`), and what is refused.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use galen_model::{InputContract, InputKind, Predict};
use galen_onnx::OnnxModel;
use galen_pipeline::{NativeError, StageInput, StageOutput};
use galen_spec::data::Data;
use galen_table::{ReadOptions, Table, cohort};
use galen_train::STAGES;
use serde_json::{Value, json};

fn file(path: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read(root.join(path)).expect("is in the repository")
}

/// The people of 1995 whose truth is known, as CSV.
static PEOPLE_1995: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let plan = String::from_utf8(file("examples/flchain/data.yaml")).expect("is text");
    let plan: Data = galen_spec::read::read("data.yaml", &plan).expect("is a data plan");
    let raw = file("share/galen/flchain/flchain.csv");
    let raw = Table::read_csv(&raw, &ReadOptions::default()).expect("is a table");
    let cohort = cohort::cohort(&raw, &plan).expect("has a truth");
    let years = cohort.table.numbers("sample.yr").expect("are numbers");
    let keep = years.iter().zip(&cohort.known);
    let keep: Vec<bool> = keep
        .map(|(year, known)| *year == Some(1995.0) && *known)
        .collect();
    cohort.table.filter(&keep).expect("fits").to_csv()
});

static REFERENCE: LazyLock<Value> = LazyLock::new(|| {
    let bytes = file("adapters/train/tests/reference/flchain.json");
    serde_json::from_slice(&bytes).expect("is JSON")
});

fn params(change: Value) -> BTreeMap<String, Value> {
    let mut params = json!({
        "inputs": ["age", "sex", "kappa", "lambda"],
        "transforms": {"kappa": "log", "lambda": "log"},
        "truth": "dead_5y",
        "class_weight": "none",
        "l2": 0.0001,
    });
    for (param, value) in change.as_object().expect("an object") {
        params[param] = value.clone();
    }
    serde_json::from_value(params).expect("an object")
}

fn train_on(change: Value, deps: &[(&str, &[u8])]) -> Result<StageOutput, NativeError> {
    let deps: Vec<_> = deps
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))
        .collect();
    STAGES[0].run(&StageInput {
        params: &params(change),
        deps: &deps,
        seed: 1,
        cancelled: &|| false,
    })
}

fn train(change: Value) -> Result<StageOutput, NativeError> {
    train_on(change, &[("dataset:learn-1995", &PEOPLE_1995)])
}

fn out<'a>(output: &'a StageOutput, name: &str) -> &'a [u8] {
    let found = output.files.iter().find(|(path, _)| path == name);
    &found.expect("is written").1
}

fn model(output: &StageOutput) -> OnnxModel {
    let contract = InputContract::read(out(output, "contract.json")).expect("is a contract");
    OnnxModel::read(out(output, "model.onnx"), contract).expect("is a model")
}

/// Scores and coefficients agree with scikit-learn's.
fn agrees(output: &StageOutput, reference: &Value) {
    let model = model(output);
    let table = Table::read_csv(&PEOPLE_1995, &ReadOptions::default()).expect("is a table");
    let rows = model.contract().encode(&table).expect("is encoded");
    let scores = model.scores(&rows).expect("scores");
    let expected = reference["scores_every_10"].as_array().expect("a list");
    assert_eq!(expected.len(), scores.len().div_ceil(10));
    for (score, expected) in scores.iter().step_by(10).zip(expected) {
        let expected = expected.as_f64().expect("a number");
        assert!((score - expected).abs() < 1e-4, "{score} {expected}");
    }
    let training: Value = serde_json::from_slice(out(output, "training.json")).expect("is JSON");
    for term in training["terms"].as_array().expect("a list") {
        let name = term["name"].as_str().expect("a name");
        let (have, want) = (&term["coefficient"], &reference["coefficients"][name]);
        let gap = have.as_f64().expect("a number") - want.as_f64().expect("a number");
        assert!(gap.abs() < 1e-4, "{name} {have} {want}");
    }
    for (metric, key) in [
        ("n", "n"),
        ("events", "events"),
        ("log_loss_apparent", "log_loss"),
    ] {
        let want = reference[key].as_f64().expect("a number");
        assert!((output.metrics[metric] - want).abs() < 1e-6, "{metric}");
    }
    assert_eq!(training["convergence"]["separated"], false);
}

#[test]
fn a_model_is_that_of_scikit_learn() {
    agrees(
        &train(json!({})).expect("is trained"),
        &REFERENCE["release1"],
    );
}

#[test]
fn a_balanced_model_is_that_of_scikit_learn_with_the_same_whole_weight() {
    let output = train(json!({"class_weight": "balanced"})).expect("is trained");
    agrees(&output, &REFERENCE["balanced"]);
}

#[test]
fn a_model_with_a_missing_indicator_is_that_of_scikit_learn_after_filling_by_the_median() {
    let inputs = ["age", "sex", "kappa", "lambda", "creatinine"];
    let change = json!({"inputs": inputs, "missing_indicator": ["creatinine"]});
    agrees(
        &train(change).expect("is trained"),
        &REFERENCE["creatinine"],
    );
}

#[test]
fn the_same_again_gives_the_same_bytes() {
    assert_eq!(train(json!({})), train(json!({})));
}

#[test]
fn two_tables_are_learned_from_as_one() {
    let csv = String::from_utf8(PEOPLE_1995.clone()).expect("is text");
    let lines: Vec<&str> = csv.lines().collect();
    let part = |rows: &[&str]| [&[lines[0]], rows].concat().join("\n").into_bytes();
    let (first, second) = (part(&lines[1..700]), part(&lines[700..]));
    let deps: [(&str, &[u8]); 2] = [("dataset:a", &first), ("dataset:b", &second)];
    let apart = train_on(json!({}), &deps).expect("is trained");
    let whole = train(json!({})).expect("is trained");
    assert_eq!(out(&apart, "model.onnx"), out(&whole, "model.onnx"));
    assert_eq!(
        model(&apart).contract().training.datasets,
        ["dataset:a", "dataset:b"]
    );
}

#[test]
fn the_contract_has_units_ranges_and_categories_of_the_data_plan() {
    let plan = file("examples/flchain/data.yaml");
    let deps: [(&str, &[u8]); 2] = [("dataset:learn-1995", &PEOPLE_1995), ("data.yaml", &plan)];
    let output = train_on(json!({}), &deps).expect("is trained");
    let model = model(&output);
    let [age, sex, kappa, _] = model.contract().inputs() else {
        panic!("four inputs");
    };
    assert_eq!(
        (age.unit.as_deref(), age.range),
        (Some("a"), Some([50.0, 110.0]))
    );
    let values = ["F", "M"].map(String::from).to_vec();
    assert_eq!(sex.kind, InputKind::Category { values });
    assert_eq!(
        (kappa.unit.as_deref(), kappa.positive),
        (Some("mg/dL"), true)
    );
    let without = train(json!({})).expect("is trained");
    assert_eq!(out(&output, "model.onnx"), out(&without, "model.onnx"));
}

/// The follow-up time tells who died within five years: such a model can be trained, and its log asks how that can be.
#[test]
fn inputs_that_tell_all_events_from_all_others_are_remarked_on() {
    let inputs = ["age", "sex", "kappa", "lambda", "futime"];
    let output = train(json!({"inputs": inputs})).expect("is trained");
    let training: Value = serde_json::from_slice(out(&output, "training.json")).expect("is JSON");
    assert_eq!(training["convergence"]["separated"], true, "{}", output.log);
    assert!(
        output.log.contains("known only afterwards"),
        "{}",
        output.log
    );
}

#[test]
fn what_cannot_be_learned_from_is_refused_with_what_to_do() {
    let cases: [(Value, &[u8], &str); 10] = [
        (
            json!({"inputs": ["agee"], "transforms": {}}),
            &PEOPLE_1995,
            "did you mean `age`?",
        ),
        (
            json!({"truth": "dead5y"}),
            &PEOPLE_1995,
            "did you mean `dead_5y`?",
        ),
        (
            json!({"inputs": ["age", "creatinine"], "transforms": {}}),
            &PEOPLE_1995,
            "or name `creatinine` in `missing_indicator`",
        ),
        (
            json!({"inputs": ["age", "chapter"], "transforms": {}, "missing_indicator": ["chapter"]}),
            &PEOPLE_1995,
            "use a number, or a category of two values",
        ),
        (
            json!({"inputs": ["age"], "transforms": {}, "missing_indicator": ["age"]}),
            &PEOPLE_1995,
            "`age_missing` is 0 in every case",
        ),
        (
            json!({"inputs": ["age", "sample.yr"], "transforms": {}}),
            &PEOPLE_1995,
            "`sample.yr` is 1995 in every case",
        ),
        (
            json!({"truth": "futime"}),
            &PEOPLE_1995,
            "the truth is 1 for who had the event",
        ),
        (
            json!({"inputs": ["a"], "transforms": {}}),
            b"a,dead_5y\n1,0\n2,0\n",
            "of 2 cases 0 have",
        ),
        (
            json!({"inputs": ["a"], "transforms": {"a": "log"}}),
            b"a,dead_5y\n0,0\n2,1\n",
            "above 0",
        ),
        (
            json!({"inputs": ["a"], "transforms": {}}),
            b"a,dead_5y\n1\n2,1\n",
            "it is no table",
        ),
    ];
    for (change, bytes, text) in cases {
        let refusal = train_on(change, &[("dataset:learn", bytes)]).expect_err(text);
        assert!(refusal.to_string().contains(text), "{refusal}");
    }
    let refusal = train_on(json!({}), &[]).expect_err("no table");
    assert!(
        refusal.to_string().contains("name one or more in `deps`"),
        "{refusal}"
    );
}

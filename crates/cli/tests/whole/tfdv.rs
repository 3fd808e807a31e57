//! Schemas of TensorFlow Data Validation: imported, judged by, and opened by an act with a reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::project::{copy, flchain, text, young};
use crate::typed::{Ended, bare, galen};

/// What TFDV 1.16.1 says of schemas and tables.
fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../table/tests/reference/tfdv")
}

/// A case of the reference, judged from the schema's text to the exit code as a user would.
fn judged(case: &Value, schema: &str) -> Ended {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("schema.pbtxt"), schema).expect("a file");
    let import = ["import", "tfdv", "schema.pbtxt", "--out", "suite.yaml"];
    bare(place.path(), &import).exits(0);
    let table = |key: &str| {
        let name = case[key].as_str()?;
        let file = reference().join(format!("data/{name}.csv"));
        Some(file.display().to_string())
    };
    let data = table("data").expect("every case has data");
    let mut words = vec![
        "data",
        "validate",
        &data,
        "--expect",
        "suite.yaml",
        "--json",
    ];
    let (previous, serving, version) = (table("previous"), table("serving"), table("version"));
    for (option, value) in [
        ("--previous", previous.as_deref()),
        ("--serving", serving.as_deref()),
        ("--previous-version", version.as_deref()),
        ("--environment", case["environment"].as_str()),
    ] {
        words.extend(value.into_iter().flat_map(|value| [option, value]));
    }
    bare(place.path(), &words)
}

fn results(document: &Value) -> Vec<&Value> {
    let results = document["results"].as_array().expect("results");
    let of_schema = |one: &&Value| text(&one["expectation"]).starts_with("tfdv_");
    results.iter().filter(of_schema).collect()
}

/// The anomalies of columns that the schema has, and of the table.
fn anomalies(document: &Value) -> BTreeMap<String, Value> {
    let failed = results(document)
        .into_iter()
        .filter(|one| one["ok"] == false);
    let known = failed.filter(|one| one["observed"]["short"] != serde_json::json!(["New column"]));
    known
        .map(|one| {
            let column = one["column"].as_str().unwrap_or("the table");
            (column.to_owned(), one["observed"]["types"].clone())
        })
        .collect()
}

#[test]
fn drift_skew_and_environments_are_judged_from_the_files_that_are_named() {
    let cases = fs::read_to_string(reference().join("cases.json")).expect("it is committed");
    let cases: Vec<Value> = serde_json::from_str(&cases).expect("it is JSON");
    let named = |name: &str| cases.iter().find(|one| one["name"] == name);
    for name in [
        "stays_drift",
        "stays_serving_environment",
        "breast_drift",
        "icu_label_when_serving",
        "examples_version",
    ] {
        let case = named(name).expect("make.py wrote it");
        let of = case["schema_of"].as_str().and_then(named).unwrap_or(case);
        let document = judged(case, text(&of["schema"])).exits(1).json();
        let mut expected: BTreeMap<String, Value> = BTreeMap::new();
        for (column, anomaly) in case["anomalies"].as_object().expect("a mapping") {
            expected.insert(column.clone(), anomaly["types"].clone());
        }
        if let Some(dataset) = case["dataset"].as_object() {
            expected.insert("the table".to_owned(), dataset["types"].clone());
        }
        assert_eq!(anomalies(&document), expected, "{name}");
        for theirs in case["measured"].as_array().into_iter().flatten() {
            let mut all = results(&document)
                .into_iter()
                .flat_map(|one| one["observed"]["measured"].as_array())
                .flatten();
            let same = all.find(|ours| {
                ["column", "kind"]
                    .iter()
                    .all(|key| ours[key] == theirs[key])
                    && ours["norm"] == theirs["type"]
            });
            let value = same.and_then(|ours| ours["value"].as_f64());
            let apart = value
                .zip(theirs["value"].as_f64())
                .map(|(a, b)| (a - b).abs());
            assert!(
                apart.is_some_and(|apart| apart < 1e-9),
                "{name}: {theirs}, {same:?}"
            );
        }
    }
}

#[test]
fn a_comparator_whose_other_file_is_not_named_is_not_judged() {
    let cases = fs::read_to_string(reference().join("cases.json")).expect("it is committed");
    let cases: Vec<Value> = serde_json::from_str(&cases).expect("it is JSON");
    let case = cases.iter().find(|one| one["name"] == "stays_drift");
    let mut case = case.expect("make.py wrote it").clone();
    let schema = text(&case["schema"]).to_owned();
    for key in ["previous", "serving", "version"] {
        case[key] = Value::Null;
    }
    let document = judged(&case, &schema).json();
    let all = results(&document);
    assert!(all.iter().all(|one| one["observed"]["measured"].is_null()));
    let types = anomalies(&document);
    assert!(
        types
            .values()
            .all(|types| !types.to_string().contains("COMPARATOR")),
        "{types:?}"
    );
}

#[test]
fn what_only_a_schema_can_use_is_refused_without_one() {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("a.csv"), "x\n1\n").expect("a file");
    fs::write(place.path().join("suite.yaml"), "expectations: []\n").expect("a file");
    for option in ["--previous", "--serving", "--previous-version"] {
        let words = [
            "data",
            "validate",
            "a.csv",
            "--expect",
            "suite.yaml",
            option,
            "a.csv",
            "--json",
        ];
        let error = bare(place.path(), &words).fails(2, "usage");
        assert!(text(&error["message"]).contains(option), "{error:#}");
    }
}

#[test]
fn a_dataset_is_judged_as_the_frozen_plan_says_and_by_nothing_else() {
    let place = with_schema();
    for (option, value) in [
        ("--expect", "data.yaml"),
        ("--environment", "SERVING"),
        ("--previous", "flchain.csv"),
    ] {
        let words = [
            "data", "validate", "flchain", option, value, "--as", "gil", "--json",
        ];
        let error = galen(place.path(), &words).fails(2, "usage");
        assert!(text(&error["message"]).contains(option), "{error:#}");
    }
}

/// A schema that knows ages up to 97 and no other column; the study has people of 101 years.
const SCHEMA: &str = "
tfdv:
  feature:
    - {name: age, type: INT, presence: {min_fraction: 1}, int_domain: {min: 50, max: 97}}
    - {name: sex, type: BYTES, string_domain: {value: [F, M]}}
    - {name: sample.yr, type: INT}
    - {name: kappa, type: FLOAT}
    - {name: lambda, type: FLOAT}
    - {name: flc.grp, type: INT}
    - {name: creatinine, type: FLOAT}
    - {name: mgus, type: BYTES}
    - {name: futime, type: INT}
    - {name: death, type: BYTES}
    - {name: chapter, type: BYTES}
";

/// A project whose frozen data plan has a schema.
fn with_schema() -> TempDir {
    let place = copy(young());
    let plan = place.path().join("data.yaml");
    let declared = fs::read_to_string(&plan).expect("it is there");
    fs::write(&plan, declared + SCHEMA).expect("it is written");
    galen(place.path(), &["freeze", "data", "--as", "dora"]).exits(0);
    place
}

fn accept(place: &Path, anomaly: &str, reason: &str, who: &str) -> Ended {
    let words = ["data", "accept", "flchain", "--anomaly", anomaly];
    let rest = ["--reason", reason, "--as", who, "--json"];
    galen(place, &[&words[..], &rest[..]].concat())
}

fn validate(place: &Path) -> Ended {
    galen(
        place,
        &["data", "validate", "flchain", "--as", "gil", "--json"],
    )
}

const BIG: &str = "age:INT_TYPE_BIG_INT";
const WHY: &str = "The study took in people of any age over 50.";

#[test]
fn an_accepted_anomaly_is_let_pass_from_then_on_and_everybody_is_told_why() {
    let place = with_schema();
    let plan = fs::read(place.path().join("data.yaml")).expect("it is there");
    let before = validate(place.path()).exits(1).json();
    assert_eq!(
        anomalies(&before),
        BTreeMap::from([("age".to_owned(), serde_json::json!(["INT_TYPE_BIG_INT"]))])
    );
    assert_eq!(before["accepted"], serde_json::json!([]));
    let file = [
        "data",
        "validate",
        "flchain.csv",
        "--expect",
        "data.yaml",
        "--json",
    ];
    galen(place.path(), &file).exits(1);

    let accepted = accept(place.path(), BIG, WHY, "gil").exits(0).json();
    assert_eq!(accepted["kind"], "data accept");
    assert!(accepted["galen"].is_string());
    assert_eq!(accepted["dataset"], "flchain");
    assert_eq!(
        accepted["amendments"],
        serde_json::json!([{"change": "highest_whole", "max": 101}])
    );

    let after = validate(place.path()).exits(0).json();
    let told = &after["accepted"][0];
    for key in [
        "entry",
        "by",
        "at",
        "column",
        "type",
        "amendments",
        "reason",
        "evidence",
    ] {
        assert_eq!(told[key], accepted[key], "{key}");
        assert!(!told[key].is_null(), "{key}");
    }
    let words = galen(
        place.path(),
        &["data", "validate", "flchain", "--as", "gil"],
    )
    .exits(0);
    let line = format!(
        "entry {}, gil: age may be as high as 101 (INT_TYPE_BIG_INT), because: The study took in people",
        told["entry"]
    );
    assert!(words.out.contains(&line), "{}", words.out);

    // A file is judged as the dataset is, by the plan that is frozen here and by no copy of it.
    let of_file = galen(place.path(), &file).exits(0).json();
    assert_eq!(of_file["accepted"], after["accepted"]);
    let elsewhere = TempDir::new().expect("a folder");
    fs::write(elsewhere.path().join("data.yaml"), &plan).expect("a file");
    fs::copy(flchain(), elsewhere.path().join("flchain.csv")).expect("the data are there");
    bare(elsewhere.path(), &file).exits(1);

    assert_eq!(
        fs::read(place.path().join("data.yaml")).expect("there"),
        plan
    );
    let verified = galen(place.path(), &["verify", "--json"]).exits(0).json();
    assert_eq!(verified["ok"], true, "{verified:#}");
}

#[test]
fn what_may_not_be_accepted_is_refused_and_nothing_is_recorded() {
    let place = with_schema();
    let entries = || {
        let status = galen(place.path(), &["verify", "--json"]).json();
        status["entries"].as_u64().expect("a number")
    };
    let before = entries();
    let at = place.path();
    accept(at, BIG, WHY, "ada").fails(1, "refused.role");
    accept(at, BIG, " ", "gil").fails(1, "refused.nothing_said");
    let error = accept(at, "sex:INT_TYPE_BIG_INT", WHY, "gil").fails(1, "refused.not_found");
    assert!(text(&error["help"]).contains(BIG), "{error:#}");
    accept(at, "age", WHY, "gil").fails(2, "anomaly");
    assert_eq!(entries(), before);
    accept(at, BIG, WHY, "gil").exits(0);
    let error = accept(at, BIG, WHY, "gil").fails(1, "refused.unchanged");
    assert!(text(&error["message"]).contains(WHY), "{error:#}");
    assert_eq!(entries(), before + 1);
}

#[test]
fn another_data_plan_ends_what_was_accepted() {
    let place = with_schema();
    accept(place.path(), BIG, WHY, "gil").exits(0);
    let plan = place.path().join("data.yaml");
    let text = fs::read_to_string(&plan).expect("it is there");
    fs::write(&plan, text.replace("max: 97", "max: 98")).expect("it is written");
    galen(place.path(), &["freeze", "data", "--as", "dora"]).exits(0);
    let document = validate(place.path()).exits(1).json();
    assert_eq!(document["accepted"], serde_json::json!([]));
}

#[test]
fn a_plan_without_a_schema_has_nothing_to_accept_into() {
    let place = copy(young());
    accept(place.path(), BIG, WHY, "gil").fails(1, "refused.no_schema");
}

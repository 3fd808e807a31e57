//! galen says of schemas and tables what TensorFlow Data Validation says: `tests/reference/tfdv/make.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use galen_spec::tfdv::Schema;
use galen_table::scan::Pace;
use galen_table::tfdv::{Judged, Setting, Statistics, columns_of_texts, judge, results};
use galen_table::{ReadOptions, Table};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/tfdv"))
}

/// A case, and what galen says of it.
struct Case {
    name: String,
    schema: Schema,
    columns: Vec<String>,
    /// What TFDV said.
    said: Value,
    judged: Judged,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let text = fs::read_to_string(folder().join("cases.json")).expect("make.py wrote it");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("it is JSON");
    let schema = |case: &Value| {
        let case = match &case["schema_of"] {
            Value::Null => case,
            name => cases
                .iter()
                .find(|one| &one["name"] == name)
                .expect("it comes first"),
        };
        let text = case["schema"].as_str().expect("the text of a schema");
        galen_tfdv::read("schema.pbtxt", text).expect("TFDV wrote it")
    };
    let case = |said: &Value| {
        let schema = schema(said);
        let data = said["data"].as_str().expect("a name");
        let columns = table(data, &schema)
            .names()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut case = Case {
            name: said["name"].as_str().expect("a name").to_owned(),
            schema,
            columns,
            said: said.clone(),
            judged: Judged::default(),
        };
        case.judged = case.judge(&case.schema);
        case
    };
    cases.iter().map(case).collect()
});

fn table(name: &str, schema: &Schema) -> Table {
    let bytes = fs::read(folder().join(format!("data/{name}.csv"))).expect("it is committed");
    let options = ReadOptions {
        common_na: false,
        columns: columns_of_texts(schema),
        ..ReadOptions::default()
    };
    Table::read_csv(&bytes, &options).expect("it is a table")
}

impl Case {
    /// Holds the tables of the case against a schema.
    fn judge(&self, schema: &Schema) -> Judged {
        let given = |key: &str| {
            let table = table(self.said[key].as_str()?, schema);
            Some(Statistics::of(&table, schema, Pace::ALONE).expect("it is in memory"))
        };
        let (previous, serving, version) = (given("previous"), given("serving"), given("version"));
        let setting = Setting {
            environment: self.said["environment"].as_str(),
            previous: previous.as_ref(),
            serving: serving.as_ref(),
            previous_version: version.as_ref(),
        };
        let data = given("data").expect("every case has data");
        judge(schema, &data, &setting).expect("the environment is known")
    }
}

#[test]
fn every_anomaly_has_the_column_the_types_and_the_short_names_that_tfdv_gives_it() {
    let mut wrong = Vec::new();
    for case in CASES.iter() {
        let mut expected: BTreeMap<&str, Value> = BTreeMap::new();
        for (column, anomaly) in case.said["anomalies"].as_object().expect("a mapping") {
            assert_eq!(anomaly["severity"], "ERROR");
            let short = &anomaly["short_description"];
            let value =
                json!({"types": anomaly["types"], "short": anomaly["short"], "line": short});
            expected.insert(column, value);
        }
        // make.py leaves columns out that the schema does not have, after it made sure of them.
        let combined = case
            .schema
            .sparse_feature
            .iter()
            .chain(&case.schema.weighted_feature);
        let combined: BTreeSet<&str> = combined.filter_map(|one| one["name"].as_str()).collect();
        let known: BTreeSet<&str> = case
            .schema
            .feature
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        for column in &case.columns {
            if !known.contains(column.as_str()) && !combined.contains(column.as_str()) {
                let new = json!({"types": ["SCHEMA_NEW_COLUMN"], "short": ["New column"], "line": "New column"});
                expected.insert(column, new);
            }
        }
        let found = case.judged.anomalies.iter().map(|anomaly| {
            let types: Vec<_> = anomaly.reasons.iter().map(|reason| reason.kind).collect();
            let short: Vec<_> = anomaly.reasons.iter().map(|reason| &reason.short).collect();
            let value = json!({"types": types, "short": short, "line": anomaly.short()});
            (anomaly.column.as_str(), value)
        });
        let found: BTreeMap<&str, Value> = found.collect();
        if found != expected {
            let differ =
                |map: &BTreeMap<&str, Value>, other: &BTreeMap<&str, Value>| -> Vec<String> {
                    let not_in = map
                        .iter()
                        .filter(|(column, value)| other.get(*column) != Some(value));
                    not_in
                        .map(|(column, value)| format!("{column}: {value}"))
                        .collect()
                };
            let (ours, theirs) = (differ(&found, &expected), differ(&expected, &found));
            wrong.push(format!("{}: galen {ours:?}, TFDV {theirs:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_wrong_with_a_table_as_a_whole_has_tfdvs_names() {
    let mut compared = 0;
    for case in CASES.iter() {
        let found = case.judged.dataset.as_ref().map_or(Value::Null, |dataset| {
            let types: Vec<_> = dataset.reasons.iter().map(|reason| reason.kind).collect();
            let short: Vec<_> = dataset.reasons.iter().map(|reason| &reason.short).collect();
            json!({"types": types, "short": short, "short_description": dataset.short(), "severity": "ERROR"})
        });
        assert_eq!(found, case.said["dataset"], "{}", case.name);
        compared += usize::from(!found.is_null());
    }
    assert!(compared > 5);
}

#[test]
fn every_distance_is_that_of_tfdv() {
    let mut compared = 0;
    for case in CASES.iter() {
        let empty = Vec::new();
        let said = case.said["measured"].as_array().unwrap_or(&empty);
        assert_eq!(case.judged.measured.len(), said.len(), "{}", case.name);
        for said in said {
            let ours = case.judged.measured.iter().find(|one| {
                one.column == said["column"]
                    && one.kind == said["kind"]
                    && json!(one.norm) == said["type"]
            });
            let ours = ours.unwrap_or_else(|| panic!("{}: {said} is not measured", case.name));
            let theirs = said["value"].as_f64().expect("a number");
            let difference = (ours.value - theirs).abs();
            assert!(difference < 1e-9, "{}: {ours:?}, TFDV {theirs}", case.name);
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn a_result_fails_for_each_column_with_an_anomaly_and_for_no_other() {
    for case in CASES.iter() {
        let results = results(&case.schema, &case.judged);
        let failed: BTreeSet<_> = results
            .iter()
            .filter(|one| !one.ok)
            .map(|one| one.column.as_deref())
            .collect();
        let mut anomalous: BTreeSet<Option<&str>> = case
            .judged
            .anomalies
            .iter()
            .map(|one| Some(one.column.as_str()))
            .collect();
        if case.judged.dataset.is_some() {
            anomalous.insert(None);
        }
        assert_eq!(failed, anomalous, "{}", case.name);
        for result in results.iter().filter(|one| !one.ok) {
            let types = result.observed["types"].as_array().map_or(0, Vec::len);
            assert!(types > 0, "{}: {result:?}", case.name);
        }
    }
}

#[test]
fn what_an_amendment_lets_pass_is_no_anomaly_any_more() {
    let mut amended = BTreeSet::new();
    for case in CASES.iter() {
        for anomaly in &case.judged.anomalies {
            for reason in &anomaly.reasons {
                let Some(amendment) = &reason.amendment else {
                    continue;
                };
                let schema = case.schema.amended(&anomaly.column, amendment);
                let schema = schema.unwrap_or_else(|why| panic!("{}: {why}", case.name));
                let again = case.judge(&schema);
                let column = again
                    .anomalies
                    .iter()
                    .find(|one| one.column == anomaly.column);
                let mut kinds = column
                    .iter()
                    .flat_map(|one| &one.reasons)
                    .map(|one| one.kind);
                assert!(
                    !kinds.any(|kind| kind == reason.kind),
                    "{}: {amendment:?} of {}",
                    case.name,
                    anomaly.column
                );
                amended.insert(reason.kind);
            }
        }
    }
    assert!(amended.len() > 12, "{amended:?}");
}

#[test]
fn statistics_of_parts_merge_into_those_of_the_whole() {
    use galen_table::scan::{Folder, Member, Scan};
    let schema = galen_tfdv::read(
        "schema.pbtxt",
        "feature { name: 'n' type: FLOAT bool_domain { } } feature { name: 't' type: BYTES }",
    );
    let schema = schema.expect("it is a schema");
    let part = |name: &str, rows: std::ops::Range<i32>| {
        let rows: String = rows
            .map(|i| format!("{}.5,{}\n", i % 7, ["a", "", "c"][i as usize % 3]))
            .collect();
        let text = format!("n,t\n{rows}");
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let scan: Box<dyn Scan> = Box::new(table);
        Member {
            file: name.to_owned(),
            name: name.to_owned(),
            scan,
        }
    };
    let of = |members: Vec<Member>, jobs: usize| {
        let (folder, _) = Folder::new(members, None).expect("the same columns");
        let pace = Pace {
            jobs,
            ..Pace::ALONE
        };
        Statistics::of(&folder, &schema, pace).expect("it is in memory")
    };
    let whole = of(vec![part("a", 0..100)], 1);
    let parts = of(
        vec![part("a", 0..31), part("b", 31..32), part("c", 32..100)],
        2,
    );
    assert_eq!(parts, whole);
    assert_eq!((whole.rows, whole.features[1].missing), (100, 33));
}

//! The answers of the real Great Expectations to queries, see `tests/reference/gx/make.py`, and galen's to the same.

use std::path::{Path, PathBuf};
use std::process::Command;

use galen_cluster::{Engine, Limits};
use galen_table::accumulator::Keep;
use galen_table::expectation::{ExpectationResult, validate_scan};
use galen_table::gx::suite;
use galen_table::scan::Pace;
use serde_json::{Map, Value, json};

use super::{Asked, file};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/gx")
}

fn json_of(name: &str) -> Value {
    let path = folder().join(name);
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("the file is JSON")
}

/// Where DataFusion answers otherwise than SQLite, by a part of the query, and why.
const KNOWN: [(&str, &str); 9] = [
    (
        "NOT LIKE '%A%'",
        "SQLite does not tell small letters from capitals",
    ),
    (
        "LIKE 'ANA'",
        "SQLite does not tell small letters from capitals",
    ),
    ("flag = 1", "there truth values are numbers"),
    ("min(a, b)", "a function of SQLite alone; here it is least"),
    (
        "SELECT a, a FROM",
        "each column of what is found has a name of its own",
    ),
    (
        "SELECT 1/0",
        "there a number divided by zero is an absent value",
    ),
    ("{batch} AS b", "they have named the table already"),
    ("{batch} x WHERE", "they have named the table already"),
    (
        "nowhere",
        "here the other source is whatever files are named",
    ),
];

/// What galen says to one expectation, or why it does not take it over.
fn ours(asked: &Value) -> Result<ExpectationResult, String> {
    let one = json!({"name": "one", "expectations": [asked]}).to_string();
    let suite = suite("one.json", &one, &Map::new()).expect("it is a suite");
    if let Some(skipped) = suite.skipped.first() {
        return Err(skipped.why.clone());
    }
    let others = ["visits", "gbsg2"].map(|name| (name.to_owned(), file(&format!("{name}.csv"))));
    let batch = file("visits.csv");
    let engine = Engine::new(batch.clone(), others, Limits::default()).expect("the names differ");
    let asked = &suite.expectations;
    let others = Asked(engine);
    let results = validate_scan(batch.as_ref(), asked, &others, Keep::Examples, Pace::ALONE);
    Ok(results.expect("the table is read").remove(0))
}

/// What differs between galen's answer and theirs.
fn difference(ours: &Result<ExpectationResult, String>, theirs: &Value) -> Option<String> {
    let result = match (ours, theirs["refused"].as_str()) {
        (Err(_), Some(_)) => return None,
        (Err(why), None) => return Some(format!("galen does not take it over: {why}")),
        (Ok(result), Some(_)) if result.why.is_some() => return None,
        (Ok(_), Some(why)) => return Some(format!("they refuse it: {why}")),
        (Ok(result), None) => result,
    };
    if theirs["raised"] == true {
        let answered = result.why.is_none();
        return answered.then(|| format!("they could not answer, ours is {}", result.observed));
    }
    if let Some(why) = &result.why {
        return Some(format!("galen could not answer: {why}"));
    }
    let seen = &theirs["result"];
    let share = result.unexpected_share.map(|share| share * 100.0);
    let same_share = match (seen["unexpected_percent"].as_f64(), share) {
        (Some(theirs), Some(ours)) => (theirs - ours).abs() < 1e-9,
        (theirs, ours) => theirs == ours,
    };
    let same = theirs["success"] == result.ok
        && same_share
        && match seen["observed_value"].as_u64() {
            Some(rows) => result.observed == rows && result.unexpected == Some(rows),
            None => result.unexpected == seen["unexpected_count"].as_u64(),
        };
    (!same).then(|| {
        format!(
            "ours {} {:?} {share:?}, theirs {theirs}",
            result.ok, result.unexpected
        )
    })
}

fn differences(answers: &Value) -> Vec<String> {
    let asked = json_of("queries.suite.json");
    let asked = asked["expectations"]
        .as_array()
        .expect("a suite has expectations");
    let answers = answers.as_array().expect("there is one answer each");
    assert_eq!(asked.len(), answers.len());
    let mut found = Vec::new();
    for (asked, theirs) in asked.iter().zip(answers) {
        let text = asked["kwargs"].to_string();
        let known = KNOWN.iter().find(|(part, _)| text.contains(part));
        match (difference(&ours(asked), theirs), known) {
            (Some(why), None) => found.push(format!("{text}\n    {why}")),
            (None, Some(_)) => found.push(format!("{text}\n    does not differ")),
            _ => {}
        }
    }
    found
}

#[test]
fn queries_are_judged_as_great_expectations_judges_them() {
    let found = differences(&json_of("queries.answers.json"));
    let list = found.join("\n");
    assert!(found.is_empty(), "{} differences:\n{list}", found.len());
}

#[test]
fn the_real_great_expectations_answers_queries_the_same_today() {
    let Some(python) = std::env::var_os("GALEN_GX_PYTHON") else {
        println!("GALEN_GX_PYTHON names no Python with great_expectations: not compared.");
        return;
    };
    let output = Command::new(&python)
        .arg(folder().join("ask.py"))
        .arg(folder().join("queries.suite.json"))
        .output()
        .expect("the Python of GALEN_GX_PYTHON runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let answers = serde_json::from_slice(&output.stdout).expect("the script prints JSON");
    let found = differences(&answers);
    let list = found.join("\n");
    assert!(found.is_empty(), "{} differences:\n{list}", found.len());
}

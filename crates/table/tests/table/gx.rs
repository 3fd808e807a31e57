//! The answers of the real Great Expectations, see `tests/reference/gx/make.py`, and galen's to the same questions.

use std::path::{Path, PathBuf};
use std::process::Command;

use galen_table::expectation::{ExpectationResult, validate};
use galen_table::gx::suite;
use galen_table::{ReadOptions, Table};
use serde_json::{Map, Value, json};

/// Suites, the tables that they are asked of, and the engine that answered.
const SUITES: [(&str, &str, &str); 10] = [
    ("cells", "visits", "pandas"),
    ("texts", "visits", "pandas"),
    ("likes", "visits", "sqlite"),
    ("divergences", "visits", "pandas"),
    ("rows", "visits", "pandas"),
    ("conditioned", "visits", "pandas"),
    ("nothing", "none", "pandas"),
    ("visits", "visits", "pandas"),
    ("gbsg2", "gbsg2", "pandas"),
    ("icu", "icu", "pandas"),
];

/// Where galen answers and Great Expectations on pandas does not, or answers otherwise, and why.
fn is_known_difference(asked: &Value, theirs: &Value) -> bool {
    let kind = asked["type"].as_str().unwrap_or_default();
    let kwargs = &asked["kwargs"];
    let column = kwargs["column"].as_str().unwrap_or_default();
    let is_on_days = ["day", "stamp"].contains(&column);
    let did_not_answer = theirs["raised"] == true || !theirs["refused"].is_null();
    match kind {
        // 0.18 compared texts with texts; 1.x takes no bounds that are texts.
        "expect_column_values_to_be_between" if column == "name" => kwargs["min_value"] == "B",
        // A day is a day in any file; pandas reads it as a text.
        "expect_column_values_to_be_between"
        | "expect_column_values_to_be_increasing"
        | "expect_column_values_to_be_decreasing" => is_on_days && did_not_answer,
        // To Python, true is a whole number; here it is none.
        "expect_column_values_to_be_of_type" => {
            // A word that is no type is an error, of numbers too.
            kwargs["type_"] == "nonsense"
                || (is_on_days && kwargs["type_"] == "datetime64")
                || (column == "maybe" && kwargs["type_"] == "int")
        }
        // They forget the condition of the rows, and fail.
        "expect_column_pair_values_to_be_in_set" => theirs["raised"] == true,
        // A range is missing: here it is an error, and there a quantile that nobody judges.
        "expect_column_quantile_values_to_be_between" => {
            kwargs["quantile_ranges"]["value_ranges"]
                .as_array()
                .map(Vec::len)
                == Some(1)
                && kwargs["quantile_ranges"]["quantiles"]
                    .as_array()
                    .map(Vec::len)
                    == Some(2)
        }
        _ => false,
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/gx")
}

fn read(name: &str) -> String {
    let path = folder().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json_of(name: &str) -> Value {
    serde_json::from_str(&read(name)).expect("the file is JSON")
}

fn table(name: &str) -> Table {
    let bytes = read(&format!("{name}.csv")).into_bytes();
    let rows = bytes.iter().filter(|&&byte| byte == b'\n').count();
    if rows <= 1 {
        let names = String::from_utf8(bytes).expect("the header is text");
        let columns = names
            .trim()
            .split(',')
            .map(|name| (name.to_owned(), Vec::new()));
        return Table::from_texts(columns.collect()).expect("the names differ");
    }
    Table::read_csv(&bytes, &ReadOptions::default()).expect("the file is a table")
}

/// What galen says to one expectation, or why it does not take it over.
fn ours(table: &Table, asked: &Value) -> Result<ExpectationResult, String> {
    let one = json!({"name": "one", "expectations": [asked]}).to_string();
    let suite = suite("one.json", &one, &Map::new()).expect("it is a suite");
    if let Some(skipped) = suite.skipped.first() {
        return Err(skipped.why.clone());
    }
    Ok(validate(table, &suite.expectations).remove(0))
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
        return result
            .ok
            .then(|| format!("they could not answer: {}", theirs["why"]));
    }
    if let Some(why) = &result.why {
        return Some(format!("galen could not answer: {why}"));
    }
    if theirs["success"] != result.ok {
        return Some(format!(
            "the verdict: ours {}, observed {}",
            result.ok, result.observed
        ));
    }
    let seen = &theirs["result"];
    let count = |key: &str| seen[key].as_u64();
    if let Some(unexpected) = count("unexpected_count") {
        if result.unexpected != Some(unexpected) {
            return Some(format!(
                "unexpected: ours {:?}, theirs {unexpected}",
                result.unexpected
            ));
        }
        if let Some(elements) = count("element_count") {
            let judged = elements - count("missing_count").unwrap_or(0);
            if result.observed["judged"] != judged {
                return Some(format!(
                    "judged: ours {}, theirs {judged}",
                    result.observed["judged"]
                ));
            }
        }
    }
    if let Some(rows) = seen["unexpected_index_list"].as_array() {
        let ours: Vec<u64> = result
            .examples
            .iter()
            .take(rows.len())
            .map(|e| e.row)
            .collect();
        if json!(ours) != json!(rows) {
            return Some(format!("rows: ours {ours:?}, theirs {rows:?}"));
        }
    }
    match seen.get("observed_value") {
        Some(value) if count("unexpected_count").is_none() && count("missing_count").is_none() => {
            let is_same = is_near(&result.observed, value) || is_type(&result.observed, value);
            (!is_same).then(|| format!("observed: ours {}, theirs {value}", result.observed))
        }
        _ => None,
    }
}

/// Whether two values are the same, numbers to a billionth.
fn is_near(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            // Long lists are shown only in part.
            let shown = a.len().min(50);
            (a.len() == b.len() || shown == 50) && a.iter().zip(b).all(|(a, b)| is_near(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| is_near(a, b)))
        }
        _ => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
            _ => a == b,
        },
    }
}

/// Whether two names mean the same type of a column; numpy has others for its scalars.
fn is_type(ours: &Value, theirs: &Value) -> bool {
    let plain = |name: &Value| {
        let name = name
            .as_str()
            .unwrap_or_default()
            .trim_end_matches('_')
            .to_owned();
        match name.as_str() {
            "date" | "datetime" | "str" => "object".to_owned(),
            _ => name,
        }
    };
    ours.is_string() && plain(ours) == plain(theirs)
}

fn differences(name: &str, data: &str, answers: &Value) -> Vec<String> {
    let asked = json_of(&format!("{name}.suite.json"));
    let asked = asked["expectations"]
        .as_array()
        .expect("a suite has expectations");
    let answers = answers.as_array().expect("there is one answer each");
    assert_eq!(asked.len(), answers.len(), "{name}");
    let table = table(data);
    let mut found = Vec::new();
    for (at, (asked, theirs)) in asked.iter().zip(answers).enumerate() {
        let differs = difference(&ours(&table, asked), theirs);
        match (differs, is_known_difference(asked, theirs)) {
            (Some(why), false) => found.push(format!("{name} {at}: {asked}\n    {why}")),
            (None, true) if theirs["raised"] != true => {
                found.push(format!("{name} {at}: {asked}\n    does not differ"))
            }
            _ => {}
        }
    }
    found
}

#[test]
fn verdicts_and_counts_are_those_of_great_expectations() {
    let found: Vec<String> = SUITES
        .iter()
        .flat_map(|(name, data, _)| {
            differences(name, data, &json_of(&format!("{name}.answers.json")))
        })
        .collect();
    assert!(
        found.is_empty(),
        "{} differences:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn the_real_great_expectations_answers_the_same_today() {
    let Some(python) = std::env::var_os("GALEN_GX_PYTHON") else {
        println!("GALEN_GX_PYTHON names no Python with great_expectations: not compared.");
        return;
    };
    let mut found = Vec::new();
    for (name, data, engine) in SUITES {
        let file = |name: String| folder().join(name);
        let output = Command::new(&python)
            .arg(file("run.py".to_owned()))
            .arg(file(format!("{data}.csv")))
            .arg(file(format!("{name}.suite.json")))
            .arg(engine)
            .output()
            .expect("the Python of GALEN_GX_PYTHON runs");
        assert!(
            output.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let answers = serde_json::from_slice(&output.stdout).expect("the script prints JSON");
        found.extend(differences(name, data, &answers));
    }
    assert!(
        found.is_empty(),
        "{} differences:\n{}",
        found.len(),
        found.join("\n")
    );
}

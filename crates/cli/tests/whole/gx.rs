//! `galen import gx`, and what it wrote held against data.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::data::agrees_with_the_reference;
use crate::typed::bare;

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

const PEOPLE: &str = "id,age,sex\n1,50,f\n2,61,m\n3,17,f\n4,,x\n";

/// A suite as 0.18 wrote it.
const OLD: &str = r#"{"expectation_suite_name": "people.core", "ge_cloud_id": null, "data_asset_type": null, "meta": {"great_expectations_version": "0.18.19"}, "expectations": [
    {"expectation_type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "min_value": {"$PARAMETER": "lowest"}, "mostly": 0.5}, "meta": {}},
    {"expectation_type": "expect_column_values_to_be_in_set", "kwargs": {"column": "sex", "value_set": ["f", "m"], "row_condition": "age > 20", "condition_parser": "pandas"}, "meta": {"notes": "of adults"}},
    {"expectation_type": "expect_column_quantile_values_to_be_between", "kwargs": {"column": "age", "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[20, null]]}}, "meta": {}}
]}"#;

#[test]
fn suites_of_great_expectations_are_imported_and_judged_as_there() {
    agrees_with_the_reference("gx");
}

#[test]
fn checkpoints_and_projects_lead_to_their_suites() {
    let place = TempDir::new().expect("a folder");
    let at = place.path();
    write(at, "people.csv", PEOPLE);
    write(
        at,
        "great_expectations/great_expectations.yml",
        "config_version: 3.0\nexpectations_store_name: s\nstores:\n  s:\n    class_name: ExpectationsStore\n    store_backend:\n      base_directory: expectations/\n",
    );
    write(at, "great_expectations/expectations/people/core.json", OLD);
    write(
        at,
        "great_expectations/checkpoints/nightly.yml",
        "name: nightly\nconfig_version: 1.0\nevaluation_parameters:\n  lowest: 18\nvalidations:\n  - expectation_suite_name: people.core\n",
    );
    let ended = bare(
        at,
        &[
            "import",
            "gx",
            "great_expectations/checkpoints/nightly.yml",
            "--out",
            "suite.yaml",
            "--json",
        ],
    );
    let document = ended.json();
    assert_eq!(ended.exit, Some(0), "{ended:#?}");
    assert_eq!(document["kind"], "import gx");
    assert_eq!(document["suites"][0]["name"], "people.core");
    assert_eq!(document["expectations"][0]["params"]["min_value"], 18);
    let ended = bare(
        at,
        &[
            "data",
            "validate",
            "people.csv",
            "--expect",
            "suite.yaml",
            "--json",
        ],
    );
    let results = ended.json()["results"].clone();
    let verdicts: Vec<_> = results
        .as_array()
        .expect("results")
        .iter()
        .map(|one| (&one["ok"], &one["unexpected"]))
        .collect();
    assert_eq!(
        verdicts,
        [
            (&json!(true), &json!(1)),
            (&json!(true), &json!(0)),
            (&json!(true), &json!(null))
        ]
    );
    assert_eq!(results[2]["observed"]["values"], json!([50.0]));

    // The folder gives no value to the parameter; `--set` does.
    let ended = bare(at, &["import", "gx", ".", "--json"]);
    assert_eq!(ended.exit, Some(2));
    assert_eq!(ended.json()["at"]["line"], 2);
    let ended = bare(at, &["import", "gx", ".", "--set", "lowest=18"]);
    assert_eq!(ended.exit, Some(0), "{ended:#?}");
    assert!(ended.out.contains("min_value: 18"), "{}", ended.out);

    // The same as 1.x keeps it.
    write(at, "gx1/gx/great_expectations.yml", "config_version: 4.0\n");
    write(
        at,
        "gx1/gx/expectations/adults.json",
        r#"{"name": "adults", "id": null, "expectations": [{"type": "expect_table_row_count_to_equal", "kwargs": {"value": 4}, "meta": {}, "severity": "warning"}], "meta": {}, "notes": null}"#,
    );
    write(
        at,
        "gx1/gx/validation_definitions/v.json",
        r#"{"name": "v", "data": {}, "suite": {"name": "adults", "id": "1"}, "id": "2"}"#,
    );
    write(
        at,
        "gx1/gx/checkpoints/c.json",
        r#"{"name": "c", "validation_definitions": [{"name": "v", "id": "2"}], "actions": [], "id": "3"}"#,
    );
    for source in [
        "gx1",
        "gx1/gx",
        "gx1/gx/checkpoints/c.json",
        "gx1/gx/validation_definitions/v.json",
        "gx1/gx/expectations",
    ] {
        let ended = bare(at, &["import", "gx", source, "--json"]);
        assert_eq!(ended.exit, Some(0), "{source}: {ended:#?}");
        assert_eq!(
            ended.json()["expectations"][0]["severity"],
            "warn",
            "{source}"
        );
    }
}

#[test]
fn an_expectation_that_is_unknown_ends_the_import_with_its_line() {
    let place = TempDir::new().expect("a folder");
    let at = place.path();
    write(
        at,
        "s.json",
        "{\"name\": \"s\", \"expectations\": [\n{\"type\": \"expect_column_to_exist\", \"kwargs\": {\"column\": \"id\"}},\n{\"type\": \"expect_column_values_to_be_uniqe\", \"kwargs\": {\"column\": \"id\"}}\n]}",
    );
    let ended = bare(at, &["import", "gx", "s.json", "--out", "s.yaml", "--json"]);
    let document = ended.json();
    assert_eq!(
        (ended.exit, document["at"]["line"].as_u64()),
        (Some(2), Some(3))
    );
    let message = document["message"].as_str().expect("a message");
    assert!(
        message.contains("s.json:3:") && message.contains("`expect_column_values_to_be_unique`"),
        "{message}"
    );
    assert!(!at.join("s.yaml").exists());
    let ended = bare(
        at,
        &[
            "import",
            "gx",
            "s.json",
            "--out",
            "s.yaml",
            "--skip-bad",
            "--json",
        ],
    );
    assert_eq!(ended.exit, Some(0), "{ended:#?}");
    assert_eq!(ended.json()["skipped"][0]["line"], 3);
    assert!(at.join("s.yaml").exists());
}

#[test]
fn an_expectation_that_is_unknown_is_refused_with_its_line_and_near_misses() {
    let place = TempDir::new().expect("a folder");
    let at = place.path();
    write(at, "people.csv", PEOPLE);
    write(
        at,
        "s.yaml",
        "expectations:\n  - id: a\n    expectation: expect_column_values_to_be_uniqe\n    column: id\n",
    );
    let ended = bare(
        at,
        &[
            "data",
            "validate",
            "people.csv",
            "--expect",
            "s.yaml",
            "--json",
        ],
    );
    let document = ended.json();
    assert_eq!(
        (ended.exit, document["at"]["line"].as_u64()),
        (Some(2), Some(3)),
        "{ended:#?}"
    );
    assert!(ended.err.contains("\n  at s.yaml:3:"), "{ended:#?}");
    assert!(
        document["help"]
            .as_str()
            .is_some_and(|help| help.contains("`expect_column_values_to_be_unique`"))
    );
}

#[test]
fn the_rows_of_another_table_are_those_of_its_file() {
    let place = TempDir::new().expect("a folder");
    let at = place.path();
    write(at, "people.csv", PEOPLE);
    write(at, "visits.csv", "id\n1\n2\n3\n4\n");
    write(
        at,
        "s.yaml",
        "expectations:\n  - id: a\n    expectation: expect_table_row_count_to_equal_other_table\n    params: {other_table_name: visits}\n",
    );
    let ended = bare(
        at,
        &[
            "data",
            "validate",
            "people.csv",
            "--expect",
            "s.yaml",
            "--table",
            "visits=visits.csv",
            "--json",
        ],
    );
    assert_eq!(ended.exit, Some(0), "{ended:#?}");
    assert_eq!(
        ended.json()["results"][0]["observed"],
        json!({"self": 4, "other": 4})
    );
    let ended = bare(
        at,
        &[
            "data",
            "validate",
            "people.csv",
            "--expect",
            "s.yaml",
            "--json",
        ],
    );
    assert_eq!(ended.exit, Some(1));
    assert!(
        ended.json()["results"][0]["why"]
            .as_str()
            .is_some_and(|why| why.contains("--table visits=FILE"))
    );
}

/// A moment is one in the file, and the form in which it stands there is still asked for.
#[test]
fn moments_are_judged_by_their_texts_where_texts_are_asked_for() {
    let place = TempDir::new().expect("a folder");
    let at = place.path();
    write(
        at,
        "t.csv",
        "when\n2024-03-01 08:00:00\n2024-03-02 09:30:00\n",
    );
    write(
        at,
        "s.yaml",
        "expectations:\n  - id: a\n    expectation: expect_column_values_to_match_strftime_format\n    column: when\n    params: {strftime_format: \"%Y-%m-%d %H:%M:%S\"}\n  - id: b\n    expectation: expect_column_values_to_be_between\n    column: when\n    params: {min_value: \"2024-03-01\", max_value: \"2024-03-02\"}\n",
    );
    let ended = bare(
        at,
        &["data", "validate", "t.csv", "--expect", "s.yaml", "--json"],
    );
    let document = ended.json();
    let unexpected: Vec<_> = (0..2)
        .map(|at| document["results"][at]["unexpected"].as_u64())
        .collect();
    assert_eq!(unexpected, [Some(0), Some(1)], "{ended:#?}");
}

/// The tests are built with all that is optional, see `test`.
#[cfg(feature = "cluster")]
#[test]
fn queries_of_a_suite_are_answered_about_files() {
    let place = TempDir::new().expect("a folder");
    let at = place.path();
    write(at, "visits.csv", "id,age\n1,30\n2,-4\n3,50\n");
    write(at, "registry.ndjson", "{\"n\": 3}\n{\"n\": 4}\n");
    let suite = r#"
expectations:
  - id: ages
    expectation: unexpected_rows_expectation
    params: {unexpected_rows_query: "SELECT id, age FROM {batch} WHERE age < 0"}
  - id: count
    expectation: expect_query_results_to_match_comparison
    params:
      base_query: SELECT count(*) FROM {batch}
      comparison_data_source_name: registry
      comparison_query: SELECT n FROM people ORDER BY n LIMIT 1
  - id: slip
    expectation: unexpected_rows_expectation
    params: {unexpected_rows_query: "SELECT id FROM {batch} WHERE agge < 0"}
"#;
    write(at, "s.yaml", suite);
    let validate = |more: &[&str]| {
        let begin = ["data", "validate", "visits.csv", "--expect", "s.yaml"];
        bare(at, &[&begin, more].concat())
    };
    let ended = validate(&["--table", "people=registry.ndjson", "--json"]);
    assert_eq!(ended.exit, Some(1), "{ended:#?}");
    let results = &ended.json()["results"];
    assert_eq!(results[0]["observed"], 1);
    assert_eq!(results[0]["found"], json!([{"id": 2, "age": -4}]));
    assert_eq!(
        (&results[1]["ok"], &results[1]["unexpected"]),
        (&json!(true), &json!(0))
    );
    let why = "The query has no column `agge` at line 1, column 30; near it: `age`.";
    assert_eq!(results[2]["why"], why);
    let words = validate(&["--table", "people=registry.ndjson"]);
    assert!(
        words
            .out
            .contains("found 1, the first {\"age\":-4,\"id\":2}"),
        "{words:#?}"
    );
    let taken = validate(&["--table", "batch=registry.ndjson"]);
    assert_eq!(taken.exit, Some(2), "{taken:#?}");
}

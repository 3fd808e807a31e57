use std::collections::HashSet;

use galen_spec::data::Severity;
use serde_json::json;

use super::*;
use crate::ReadOptions;
use crate::accumulator::Example;
use crate::scan::{Folder, Member};

fn table(text: &str) -> Table {
    Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("the test writes a table")
}

fn expect(expectation: &str, column: Option<&str>, params: Value) -> Declared {
    Declared {
        id: "e".into(),
        expectation: expectation.into(),
        column: column.map(str::to_owned),
        params: serde_json::from_value(params).expect("the test writes a map"),
        severity: Severity::Stop,
        suggested: false,
    }
}

fn one(table: &Table, expectation: &str, column: &str, params: Value) -> ExpectationResult {
    validate(table, &[expect(expectation, Some(column), params)]).remove(0)
}

/// The question of each expectation, of the column `column` where it is asked of one.
fn question(id: &str, column: &str) -> Declared {
    let value_set = || json!({"value_set": ["a"]});
    let lists = json!({"column_list": [column, "x"]});
    let params = match id {
        _ if id.contains("most_common")
            || id.contains("_set") && !id.contains("pair") && !id.contains("table") =>
        {
            value_set()
        }
        "expect_column_values_to_be_of_type" | "expect_column_type_to_be" => {
            json!({"type_": "float"})
        }
        "expect_column_values_to_be_in_type_list" => json!({"type_list": ["float", "str"]}),
        "expect_column_value_lengths_to_equal" => json!({"value": 1}),
        "expect_column_value_z_scores_to_be_less_than" => {
            json!({"threshold": 3, "double_sided": true})
        }
        "expect_column_values_to_match_strftime_format" => json!({"strftime_format": "%Y"}),
        "expect_column_values_to_match_json_schema" => json!({"json_schema": {}}),
        _ if id.ends_with("regex_list") => json!({"regex_list": ["a"]}),
        _ if id.ends_with("regex") => json!({"regex": "a"}),
        _ if id.ends_with("like_pattern_list") => json!({"like_pattern_list": ["a%"]}),
        _ if id.ends_with("like_pattern") => json!({"like_pattern": "a%"}),
        "expect_column_quantile_values_to_be_between" => {
            json!({"quantile_ranges": {"quantiles": [0.5], "value_ranges": [[0, 1]]}})
        }
        "expect_column_pair_values_to_be_in_set" => {
            json!({"column_A": column, "column_B": "x", "value_pairs_set": [["a", 1]]})
        }
        _ if id.contains("pair") => json!({"column_A": column, "column_B": "x"}),
        "expect_multicolumn_sum_to_equal" => json!({"column_list": [column, "x"], "sum_total": 1}),
        _ if id.contains("multicolumn") || id.contains("compound") || id.contains("select") => {
            lists
        }
        "expect_table_columns_to_match_ordered_list" => json!({"column_list": ["x", column]}),
        "expect_table_columns_to_match_set" => json!({"column_set": ["x", column]}),
        "expect_table_row_count_to_equal" | "expect_table_column_count_to_equal" => {
            json!({"value": 2})
        }
        "expect_table_row_count_to_equal_other_table" => json!({"other_table_name": "other"}),
        "unexpected_rows_expectation" => json!({"unexpected_rows_query": "select 1"}),
        "expect_query_results_to_match_comparison" => json!({
            "base_query": "select 1", "comparison_data_source_name": "a", "comparison_query": "select 1"
        }),
        _ if id.ends_with("_between") => json!({"min_value": 0}),
        _ => json!({}),
    };
    let of_column = id.starts_with("expect_column_") && !id.contains("pair");
    expect(id, of_column.then_some(column), params)
}

/// Those that a galen with a query engine answers.
const OF_QUERIES: [&str; 2] = [
    "unexpected_rows_expectation",
    "expect_query_results_to_match_comparison",
];

struct Other;

impl Others for Other {
    fn rows(&self, name: &str) -> Option<u64> {
        (name == "other").then_some(2)
    }
}

fn answer(table: &Table, declared: Declared) -> ExpectationResult {
    let all = [declared];
    let results = validate_scan(table, &all, &Other, Keep::Examples, Pace::ALONE);
    results.expect("a table in memory is read").remove(0)
}

fn ids() -> impl Iterator<Item = &'static str> {
    let ids = EXPECTATIONS.iter().map(|e| e.about().id);
    ids.filter(|id| !OF_QUERIES.contains(id))
}

#[test]
fn each_expectation_has_its_own_id_and_says_what_it_asks() {
    let ids: HashSet<_> = EXPECTATIONS.iter().map(|e| e.about().id).collect();
    assert_eq!(ids.len(), EXPECTATIONS.len());
    for expectation in EXPECTATIONS {
        let about = expectation.about();
        assert!(about.id.contains("expect") && about.what.ends_with('.'));
        assert!(by_id(about.id).is_some());
    }
}

#[test]
fn a_column_that_is_not_there_never_holds() {
    let table = table("x\n1\n");
    for id in ids().filter(|id| !id.contains("_count_") || id.contains("unique_value")) {
        assert!(!answer(&table, question(id, "y")).ok, "{id}");
    }
}

#[test]
fn an_unknown_parameter_never_passes_unseen() {
    let table = table("x,y\n1,2\n");
    for id in ids() {
        let declared = question(id, "y");
        let result = answer(&table, declared.clone());
        let of_other_kind = result
            .why
            .as_deref()
            .is_some_and(|why| why.contains("of kind"));
        assert!(
            result.why.is_none() || of_other_kind,
            "{id}: {:?}",
            result.why
        );
        let mut misspelled = declared;
        misspelled.params.insert("min_valeu".to_owned(), json!(1));
        let result = answer(&table, misspelled);
        assert!(!result.ok && result.why.is_some(), "{id}");
    }
}

#[test]
fn a_column_without_values_holds_unless_values_are_asked_for() {
    let table = table("x,y\n1,\n2,\n");
    let of_cells = |id: &&str| id.starts_with("expect_column_value");
    for id in ids().filter(of_cells) {
        let asks_for_values = id == "expect_column_values_to_not_be_null";
        let result = answer(&table, question(id, "y"));
        assert_eq!(result.ok, !asks_for_values, "{id}: {:?}", result.why);
        assert!(result.unexpected_share.is_none_or(f64::is_finite));
    }
}

/// Statistics of no value do not exist, so that nothing can be said for them; counts and sums of none are 0.
#[test]
fn a_statistic_of_no_value_does_not_lie_between_bounds() {
    let table = table("x,y\n1,\n2,\n");
    for (statistic, holds) in [
        ("mean", false),
        ("median", false),
        ("stdev", false),
        ("max", false),
        ("min", false),
        ("sum", true),
        ("unique_value_count", true),
    ] {
        let id = format!("expect_column_{statistic}_to_be_between");
        assert_eq!(answer(&table, question(&id, "y")).ok, holds, "{statistic}");
    }
}

/// Types that no expectation needs are not found out, and no answer hangs on them.
#[test]
fn the_answers_are_the_same_without_the_types_of_other_columns() {
    let text = "x,y,z,when\n1,a,1.5,2020-01-01\n3,b,2,2020-01-02\n2,,?,2020-01-03\n,a,4,\n";
    let scan = |find_types: FindTypes| {
        let options = ReadOptions {
            find_types,
            ..ReadOptions::default()
        };
        let source: std::sync::Arc<dyn crate::Source> =
            std::sync::Arc::new(bytes::Bytes::from(text));
        crate::open(
            source,
            Some(crate::Format::Delimited(None)),
            &options,
            Pace::ALONE,
        )
        .expect("a table")
    };
    let all = scan(FindTypes::All);
    for id in ids() {
        for column in ["x", "y", "z", "when"] {
            let mut declared = question(id, column);
            if known(&declared).expect("it is listed").about().of_rows {
                let condition = json!("when > date(\"2020-01-01\")");
                declared.params.insert("row_condition".into(), condition);
                let parser = json!("great_expectations");
                declared.params.insert("condition_parser".into(), parser);
            }
            let asked = [declared];
            let some = scan(types_of(&asked));
            let answers = [&all, &some].map(|scan| {
                let keep = Keep::EveryRow;
                validate_scan(scan.as_ref(), &asked, &Other, keep, Pace::ALONE).expect("read")
            });
            assert_eq!(answers[0], answers[1], "{id} of {column}");
        }
    }
    let untyped = scan(types_of(&[question(
        "expect_column_values_to_be_unique",
        "y",
    )]));
    assert_eq!(untyped.heads().list()[2].kind, Kind::Text);
}

/// A table in parts is answered as the whole, wherever it is cut.
#[test]
fn the_answers_of_parts_merge_into_that_of_the_whole() {
    let rows = ["1,a", "3,b", "2,", ",a", "2,c", "7,b", "5,a"];
    let text = |rows: &[&str]| format!("x,y\n{}\n", rows.join("\n"));
    let whole = table(&text(&rows));
    for id in ids() {
        for column in ["x", "y"] {
            let all = [question(id, column)];
            let of = |scan: &dyn Scan| {
                let results = validate_scan(scan, &all, &Other, Keep::EveryRow, Pace::ALONE);
                results.expect("a table in memory is read").remove(0)
            };
            for cut in 1..rows.len() {
                let member = |rows: &[&str]| {
                    let scan: Box<dyn Scan> = Box::new(table(&text(rows)));
                    Member {
                        file: "part".into(),
                        name: "part".into(),
                        scan,
                    }
                };
                let parts = vec![member(&rows[..cut]), member(&rows[cut..])];
                let (folder, left_out) =
                    Folder::new(parts, None).expect("the columns are the same");
                assert!(left_out.is_empty());
                let (parts, whole) = (of(&folder), of(&whole));
                assert_eq!(
                    (parts.ok, parts.unexpected, &parts.observed),
                    (whole.ok, whole.unexpected, &whole.observed),
                    "{id} of {column}, cut at {cut}"
                );
                assert_eq!(
                    (parts.rows, parts.examples),
                    (whole.rows, whole.examples),
                    "{id} of {column}, cut at {cut}"
                );
            }
        }
    }
}

#[test]
fn absent_values_are_not_judged_and_mostly_is_a_share_of_the_judged() {
    let table = table("x\n1\n2\n3\n4\n\"\"\n");
    let between = |mostly: f64| {
        let params = json!({"min_value": 2, "mostly": mostly});
        one(&table, "expect_column_values_to_be_between", "x", params)
    };
    let result = between(0.75);
    assert!(result.ok);
    assert_eq!(
        (result.unexpected, result.unexpected_share),
        (Some(1), Some(0.25))
    );
    assert_eq!(
        result.examples,
        [Example {
            row: 0,
            value: json!("1")
        }]
    );
    let share = result.share.expect("cells were judged");
    assert_eq!(
        (share.n, share.events, share.method.as_str()),
        (4, Some(1), "wilson")
    );
    assert!(!between(0.76).ok);
}

#[test]
fn bounds_are_allowed_unless_strict() {
    let table = table("x\n0\n10\n");
    let ok = |params| one(&table, "expect_column_values_to_be_between", "x", params).unexpected;
    assert_eq!(ok(json!({"min_value": 0, "max_value": 10})), Some(0));
    assert_eq!(
        ok(json!({"min_value": 0, "max_value": 10, "strict_max": true})),
        Some(1)
    );
    assert_eq!(ok(json!({"max_value": -1})), Some(2));
    assert_eq!(ok(json!({"min_value": 3, "max_value": 1})), None);
    assert_eq!(ok(json!({})), None);
}

#[test]
fn every_cell_of_a_repeated_value_is_unexpected() {
    let table = table("x\na\nb\na\n\"\"\n");
    let result = one(&table, "expect_column_values_to_be_unique", "x", json!({}));
    assert_eq!(result.unexpected, Some(2));
    assert!((result.unexpected_share.expect("cells were judged") - 2.0 / 3.0).abs() < 1e-15);
}

#[test]
fn a_misspelled_expectation_is_answered_with_the_nearest() {
    let result = one(
        &table("x\n1\n"),
        "expect_column_values_to_be_uniqe",
        "x",
        json!({}),
    );
    assert_eq!(
        result.why.as_deref(),
        Some(
            "There is no expectation `expect_column_values_to_be_uniqe`; near it is `expect_column_values_to_be_unique`."
        )
    );
}

#[test]
fn a_query_without_an_engine_says_how_to_get_one() {
    let query = json!({"unexpected_rows_query": "SELECT 1 FROM {batch}"});
    let asked = [expect("unexpected_rows_expectation", None, query)];
    let result = validate(&table("x\n1\n"), &asked).remove(0);
    let why = result.why.expect("it is not answered");
    assert!(
        why.contains("cargo build --release --features cluster"),
        "{why}"
    );
    assert_eq!(check(&asked[0]), Ok(()));
}

#[test]
fn a_query_that_is_written_wrongly_is_so_with_any_engine() {
    for (id, params) in [
        (
            "unexpected_rows_expectation",
            json!({"unexpected_rows_query": "SELECT '{x}'"}),
        ),
        ("unexpected_rows_expectation", json!({})),
        (
            "expect_query_results_to_match_comparison",
            json!({"base_query": "SELECT 1"}),
        ),
        (
            "expect_query_results_to_match_comparison",
            json!({"base_query": "SELECT 1", "comparison_data_source_name": "a"}),
        ),
    ] {
        assert!(
            check(&expect(id, None, params.clone())).is_err(),
            "{params}"
        );
    }
}

/// Expected values from great_expectations 1.24.1 on 500 patients of whas500 with 30 values of bmi removed; the file
/// itself is not kept here, so the column is rebuilt with the same counts.
#[test]
fn the_answers_are_those_of_great_expectations() {
    let ages = (0..500).map(|i| if i < 6 { 101 } else { 70 });
    let bmis = (0..500).map(|i| match i {
        0..30 => String::new(),
        30..41 => "44.8".to_owned(),
        _ => "26.1".to_owned(),
    });
    let rows: String = ages
        .zip(bmis)
        .map(|(age, bmi)| format!("{age},{bmi}\n"))
        .collect();
    let table = table(&format!("age,bmi\n{rows}"));
    let answer = |expectation: &str, column: &str, params| {
        let result = one(&table, expectation, column, params);
        (result.ok, result.unexpected, result.unexpected_share)
    };
    let null = "expect_column_values_to_not_be_null";
    let between = "expect_column_values_to_be_between";
    assert_eq!(
        answer(null, "bmi", json!({"mostly": 0.9})),
        (true, Some(30), Some(0.06))
    );
    assert_eq!(
        answer(null, "bmi", json!({})),
        (false, Some(30), Some(0.06))
    );
    assert_eq!(
        answer(between, "age", json!({"min_value": 35, "max_value": 100})),
        (false, Some(6), Some(0.012))
    );
    assert_eq!(
        answer(
            between,
            "bmi",
            json!({"min_value": 15, "max_value": 40, "mostly": 0.97})
        ),
        (true, Some(11), Some(0.023404255319148935))
    );
}

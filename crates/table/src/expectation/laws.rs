use std::collections::HashSet;

use super::*;
use crate::ReadOptions;

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
    }
}

fn one(table: &Table, expectation: &str, column: &str, params: Value) -> ExpectationResult {
    validate(table, &[expect(expectation, Some(column), params)]).remove(0)
}

/// Parameters with which an expectation can be asked of any column.
fn params_of(id: &str) -> Value {
    match id {
        "expect_column_values_to_be_in_set" => json!({"value_set": ["a"]}),
        "expect_column_values_to_be_of_type" => json!({"type_": "number"}),
        id if id.ends_with("_between") => json!({"min_value": 0}),
        _ => json!({}),
    }
}

#[test]
fn each_expectation_has_its_own_id_and_says_what_it_asks() {
    let ids: HashSet<_> = EXPECTATIONS.iter().map(|e| e.about().id).collect();
    assert_eq!(ids.len(), EXPECTATIONS.len());
    for expectation in EXPECTATIONS {
        let about = expectation.about();
        assert!(about.id.starts_with("expect_") && about.what.ends_with('.'));
        assert!(by_id(about.id).is_some());
    }
}

#[test]
fn a_column_that_is_not_there_never_holds() {
    let table = table("x\n1\n");
    for about in EXPECTATIONS.iter().map(|e| e.about()) {
        if about.id.contains("column") {
            let result = one(&table, about.id, "y", params_of(about.id));
            assert!(!result.ok, "{}", about.id);
        }
    }
}

#[test]
fn an_unknown_parameter_never_passes_unseen() {
    let table = table("x\n1\n");
    for about in EXPECTATIONS.iter().map(|e| e.about()) {
        let mut params = params_of(about.id);
        assert!(
            one(&table, about.id, "x", params.clone()).why.is_none(),
            "{}",
            about.id
        );
        params["min_valeu"] = json!(1);
        let result = one(&table, about.id, "x", params);
        assert!(!result.ok && result.why.is_some(), "{}", about.id);
    }
}

#[test]
fn a_column_without_values_holds_unless_values_are_asked_for() {
    let table = table("x,y\n1,\n2,\n");
    for about in EXPECTATIONS.iter().map(|e| e.about()) {
        let asks_for_values = about.id == "expect_column_values_to_not_be_null";
        let result = one(&table, about.id, "y", params_of(about.id));
        assert_eq!(result.ok, !asks_for_values, "{}", about.id);
        assert!(result.unexpected_share.is_none_or(f64::is_finite));
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
            "There is no expectation `expect_column_values_to_be_uniqe`; the nearest is `expect_column_values_to_be_unique`."
        )
    );
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

use std::collections::HashSet;

use galen_spec::data::{Column, ColumnKind, KnownAt};

use super::*;
use crate::ReadOptions;
use crate::cohort::cohort;
use crate::cohort::tests::{flchain, plan};

fn table(text: &str) -> Table {
    Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("the test writes a table")
}

fn column(name: &str, known_at: KnownAt, range: Option<[f64; 2]>) -> Column {
    Column {
        name: name.into(),
        kind: ColumnKind::Number,
        meaning: String::new(),
        unit: None,
        range,
        values: None,
        may_be_missing: true,
        known_at,
    }
}

/// `n` cases: every third diseased; `x` is 0 to 9 and has nothing to do with it; columns are added by `more`.
fn cases(n: usize, more: impl Fn(usize, bool) -> String) -> String {
    let line = |i: usize| {
        let diseased = i.is_multiple_of(3);
        format!(
            "P{i:04},{},{}{}\n",
            i * 7 % 10,
            u8::from(diseased),
            more(i, diseased)
        )
    };
    (0..n).map(line).collect()
}

fn find(rows: &str, header: &str, roles: impl Fn(Roles) -> Roles) -> Vec<Finding> {
    let table = table(&format!("id,x,y{header}\n{rows}"));
    let roles = roles(Roles {
        id: Some("id".into()),
        ..Roles::of_label("y")
    });
    check(&table, &roles, Beside::default())
        .expect("the roles are there")
        .findings
}

fn of<'a>(findings: &'a [Finding], check: &str, column: &str) -> Option<&'a Finding> {
    findings
        .iter()
        .find(|f| f.check == check && f.columns.iter().any(|c| c == column))
}

#[test]
fn each_check_has_its_own_id_asks_a_question_and_has_a_source() {
    let ids: HashSet<_> = CHECKS.iter().map(|check| check.about().id).collect();
    assert_eq!(ids.len(), CHECKS.len());
    assert!(
        CHECKS
            .iter()
            .all(|c| c.about().what.ends_with('?') && !c.about().source.is_empty())
    );
}

#[test]
fn nothing_is_found_in_honest_data() {
    let findings = find(
        &cases(300, |i, _| format!(",{}", i * 31 % 997)),
        ",z",
        |roles| roles,
    );
    assert!(
        findings.iter().all(|f| f.severity == Severity::Note),
        "{findings:?}"
    );
}

#[test]
fn the_order_of_the_rows_does_not_matter() {
    let cohort = cohort(&flchain(), &plan())
        .expect("the demo derives it")
        .table;
    let backward: Vec<usize> = (0..cohort.rows()).rev().collect();
    let backward = cohort.take(&backward).expect("all rows are there");
    let roles = Roles::of_plan(&plan());
    let found = |table| {
        let report = check(table, &roles, Beside::default()).expect("the roles are there");
        let brief = |f: Finding| (f.check, f.severity, f.columns, f.message);
        report.findings.into_iter().map(brief).collect::<Vec<_>>()
    };
    assert_eq!(found(&cohort), found(&backward));
}

#[test]
fn a_label_that_tells_nothing_apart_is_refused() {
    let refused = |text: &str| check(&table(text), &Roles::of_label("y"), Beside::default()).err();
    assert!(matches!(
        refused("y\n0\n0\n"),
        Some(CheckError::NeverPositive { .. })
    ));
    assert!(matches!(
        refused("y\n1\n1\n"),
        Some(CheckError::OneLabel(_))
    ));
    assert!(matches!(refused("x\n1\n0\n"), Some(CheckError::Column(_))));
}

#[test]
fn two_cases_are_enough_not_to_panic() {
    let roles = Roles {
        groups: vec!["x".into()],
        time: Some("x".into()),
        event_time: Some("z".into()),
        ..Roles::of_label("y")
    };
    assert!(
        check(
            &table("x,y,z\n1,1,\n,0,\n"),
            &roles,
            Beside::of_plan(&plan())
        )
        .is_ok()
    );
}

#[test]
fn the_label_under_another_code_stops_and_a_strong_honest_predictor_is_noted() {
    let code = |i: usize, diseased: bool| {
        let strong = f64::from(u8::from(diseased)) * 1.2 + (i * 13 % 100) as f64 / 50.0;
        format!(
            ",{},{},{strong}",
            if diseased { "R" } else { "N" },
            u8::from(diseased) * 5
        )
    };
    let findings = find(&cases(300, code), ",status,number,strong", |roles| roles);
    for proxy in ["status", "number"] {
        let found = of(&findings, "label_proxy", proxy).expect("it is the label");
        assert_eq!(found.severity, Severity::Stop, "{proxy}");
    }
    let strong = of(&findings, "label_proxy", "strong").expect("its AUC is above 0.85");
    assert_eq!(strong.severity, Severity::Note);
    assert!(of(&findings, "label_proxy", "x").is_none());
}

#[test]
fn an_identifier_separates_nothing() {
    let findings = find(&cases(300, |i, _| format!(",U{i}")), ",other_id", |roles| {
        roles
    });
    assert!(of(&findings, "label_proxy", "other_id").is_none());
}

#[test]
fn the_checks_find_what_is_really_in_the_demo_cohort() {
    let mut plan = plan();
    plan.columns = vec![
        column("futime", KnownAt::Later, Some([0.0, 6000.0])),
        column("creatinine", KnownAt::Score, Some([0.1, 30.0])),
    ];
    let cohort = cohort(&flchain(), &plan).expect("the demo derives it");
    let roles = Roles {
        groups: vec!["mgus".into(), "sex".into()],
        ..Roles::of_plan(&plan)
    };
    let report = check(&cohort.table, &roles, Beside::of_plan(&plan)).expect("the roles are there");
    let severity =
        |check: &str, column: &str| of(&report.findings, check, column).map(|f| f.severity);
    assert!(!report.ok);
    assert_eq!(severity("label_proxy", "chapter"), Some(Severity::Stop));
    assert_eq!(severity("label_proxy", "futime"), Some(Severity::Stop));
    assert_eq!(severity("future_leakage", "futime"), Some(Severity::Stop));
    for honest in [
        "age",
        "kappa",
        "lambda",
        "creatinine",
        "sex",
        "mgus",
        "flc.grp",
        "sample.yr",
    ] {
        assert_eq!(severity("label_proxy", honest), None, "{honest}");
        assert_eq!(severity("future_leakage", honest), None, "{honest}");
    }
    assert_eq!(
        severity("measurement_process", "creatinine"),
        Some(Severity::Warn)
    );
    assert_eq!(
        severity("missingness_by_label", "creatinine"),
        Some(Severity::Warn)
    );
    assert_eq!(severity("group_too_small", "mgus"), Some(Severity::Warn));
    assert_eq!(severity("group_too_small", "sex"), None);
    assert_eq!(severity("near_duplicates", ""), None);
    assert_eq!(severity("implausible_value", "creatinine"), None);
    let shift = of(&report.findings, "prevalence_shift", "sample.yr")
        .expect("fewer died of the last recruits");
    // Expected value from scipy: tests/reference/flchain.out.
    let statistic = shift.evidence["chi_square"]
        .as_f64()
        .expect("it was tested");
    assert!((statistic - 20.5899484421309).abs() < 1e-9);
    assert_eq!(shift.severity, Severity::Warn);
}

#[test]
fn being_measured_for_creatinine_goes_with_death_as_measured_beforehand() {
    let cohort = cohort(&flchain(), &plan())
        .expect("the demo derives it")
        .table;
    let years = cohort.numbers("sample.yr").expect("the column is there");
    let auc = |last: f64| {
        let keep: Vec<bool> = years
            .iter()
            .map(|year| year.is_some_and(|year| year <= last))
            .collect();
        let part = cohort.filter(&keep).expect("one answer a row");
        let report = check(&part, &Roles::of_label("dead_5y"), Beside::default())
            .expect("the label is there");
        let found = of(&report.findings, "measurement_process", "creatinine").expect("it is real");
        let measure = found.measure.clone().expect("it was measured").estimate;
        [measure.value, measure.low, measure.high].map(|v| v.expect("it was measured"))
    };
    let close = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
    // DeLong's interval with numpy: tests/reference/flchain.out.
    assert!(close(
        auc(2003.0),
        [0.5548127549305066, 0.5452413251256134, 0.5643841847353999]
    ));
    assert!(close(
        auc(2001.0),
        [0.5462048707285337, 0.5371084426343902, 0.5553012988226773]
    ));
}

#[test]
fn a_column_that_follows_the_time_of_the_event_is_from_the_future() {
    let rows = cases(300, |i, _| {
        format!(",{},{}", 10 + i * 17 % 301, (i * 17 % 301) * 2)
    });
    let findings = find(&rows, ",days,last_visit", |roles| Roles {
        event_time: Some("days".into()),
        ..roles
    });
    for late in ["days", "last_visit"] {
        let found = of(&findings, "future_leakage", late).expect("nobody knows it");
        assert_eq!(found.severity, Severity::Stop);
    }
    assert!(of(&findings, "future_leakage", "x").is_none());
}

#[test]
fn only_named_inputs_can_leak() {
    let mut plan = plan();
    plan.columns = vec![
        column("late", KnownAt::Later, None),
        column("year", KnownAt::Collection, None),
    ];
    let table = table(&format!(
        "id,x,y,late,year\n{}",
        cases(60, |i, _| format!(",{i},1999"))
    ));
    let found = |inputs: &[&str]| {
        let roles = Roles {
            inputs: Some(inputs.iter().map(|i| (*i).to_owned()).collect()),
            ..Roles::of_label("y")
        };
        let report = check(&table, &roles, Beside::of_plan(&plan)).expect("the roles are there");
        let leaks = report
            .findings
            .into_iter()
            .filter(|f| f.check == "future_leakage");
        leaks.map(|f| f.severity).collect::<Vec<_>>()
    };
    assert_eq!(found(&["x"]), []);
    assert_eq!(found(&["x", "late"]), [Severity::Stop]);
    assert_eq!(found(&["year"]), [Severity::Warn]);
}

#[test]
fn copies_constants_and_implausible_values_are_found() {
    let mut plan = plan();
    plan.columns = vec![column("x", KnownAt::Score, Some([0.0, 8.0]))];
    let rows = cases(30, |_, _| ",k,".to_owned());
    let table = table(&format!("id,x,y,k,empty\n{rows}COPY,0,1,k,\n"));
    let roles = Roles {
        id: Some("id".into()),
        ..Roles::of_label("y")
    };
    let findings = check(&table, &roles, Beside::of_plan(&plan))
        .expect("the roles are there")
        .findings;
    let copies = findings
        .iter()
        .find(|f| f.check == "near_duplicates")
        .expect("one row was copied");
    assert_eq!(copies.severity, Severity::Warn);
    assert!(of(&findings, "constant_column", "k").is_some());
    assert!(of(&findings, "constant_column", "empty").is_some());
    let nines = of(&findings, "implausible_value", "x").expect("3 of 31 are 9");
    assert_eq!(nines.severity, Severity::Stop);
}

#[test]
fn a_patient_in_two_parts_stops_and_one_in_one_part_does_not() {
    let rows = |part_of: fn(usize) -> &'static str| -> String {
        let row = |i: usize| format!("P{},{},{},{}\n", i / 2, part_of(i), i % 3 % 2, i * 7 % 11);
        format!("id,part,y,x\n{}", (0..40).map(row).collect::<String>())
    };
    let roles = Roles {
        id: Some("id".into()),
        split: Some("part".into()),
        ..Roles::of_label("y")
    };
    let by_patient = rows(|i| if i / 2 % 2 == 0 { "train" } else { "test" });
    let report =
        check(&table(&by_patient), &roles, Beside::default()).expect("the roles are there");
    assert!(of(&report.findings, "patient_overlap", "id").is_none());
    let by_row = rows(|i| if i % 2 == 0 { "train" } else { "test" });
    let report = check(&table(&by_row), &roles, Beside::default()).expect("the roles are there");
    let found = of(&report.findings, "patient_overlap", "id").expect("all are in both");
    assert_eq!(found.severity, Severity::Stop);
    assert_eq!(found.evidence["in_parts"]["test + train"], 20);
}

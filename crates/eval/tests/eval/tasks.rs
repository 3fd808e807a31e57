//! Competing risks, several labels, and grades, from tables. What their numbers are is tested where they are computed.

use galen_eval::multilabel::Label;
use galen_eval::survival::Asked;
use galen_eval::{
    Columns, Settings, competing, multiclass, multilabel, ordinal, regression, survival,
};
use galen_stats::survival::competing::{Ended, brier, cumulative_auc, incidence};
use galen_table::{ReadOptions, Table};
use serde_json::json;

fn table(csv: &str) -> Table {
    Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table")
}

fn settings(metrics: &[&str]) -> Settings {
    Settings {
        resamples: 200,
        metrics: metrics.iter().map(|id| (*id).to_owned()).collect(),
        ..Settings::default()
    }
}

/// Rows of 120 cases of 60 patients: time, cause, risk, site.
fn ended() -> Vec<(f64, u32, f64, &'static str)> {
    let row = |i: u32| {
        let risk = f64::from((i * 37) % 101) / 101.0;
        let time = f64::from(1 + (i * 53) % 40) * (1.5 - risk);
        (
            time,
            (i * 7) % 3,
            risk,
            if i.is_multiple_of(3) { "a" } else { "b" },
        )
    };
    (0..120).map(row).collect()
}

fn survival_columns() -> (Columns, Asked) {
    let columns = Columns {
        truth: "time".to_owned(),
        groups: vec!["site".to_owned()],
        cluster: Some("patient".to_owned()),
        ..Columns::default()
    };
    let asked = Asked {
        event: "event".to_owned(),
        scores: vec![(None, "risk".to_owned())],
        horizons: vec![15.0],
    };
    (columns, asked)
}

fn survival_table() -> Table {
    let mut csv = "time,event,risk,site,patient\n".to_owned();
    for (row, (time, cause, risk, site)) in ended().into_iter().enumerate() {
        csv += &format!("{time},{cause},{risk},{site},{}\n", row / 2);
    }
    table(&csv)
}

#[test]
fn a_table_of_two_causes_gives_the_incidence_of_both_and_metrics_of_the_one_asked_for() {
    let (columns, asked) = survival_columns();
    let found = competing::evaluate(&survival_table(), &columns, &asked, 2, &settings(&[]));
    let found = found.expect("competing risks");
    let cases: Vec<Ended> = ended()
        .iter()
        .map(|&(time, cause, _, _)| Ended { time, cause })
        .collect();
    let risk: Vec<f64> = ended().iter().map(|row| row.2).collect();
    let metrics = &found.overall.metrics;
    let value = |id: &str| metrics[id].value;
    // Sums over the same cases in another order.
    let near = |id: &str, wanted: Option<f64>| {
        let apart = value(id).expect("defined") - wanted.expect("defined");
        assert!(apart.abs() < 1e-12, "{id}: {apart}");
    };
    near("incidence_of_1@15", incidence(&cases, 1, 15.0));
    near("incidence_of_2@15", incidence(&cases, 2, 15.0));
    near("auc_t@15", cumulative_auc(&cases, 2, &risk, 15.0));
    near("brier_t@15", brier(&cases, 2, &risk, 15.0));
    let mean = risk.iter().sum::<f64>() / 120.0;
    let ratio = incidence(&cases, 2, 15.0).expect("followed up") / mean;
    assert!((value("o_e_ratio_t@15").expect("defined") - ratio).abs() < 1e-12);
    assert_eq!(metrics.len(), 7);
    assert_eq!(found.clusters, Some(60));
    assert_eq!(found.events.values().sum::<usize>(), 80);
    assert!(
        metrics
            .values()
            .all(|own| own.low.is_some() && own.clusters == Some(60))
    );
    // Groups flatten into one object of text keys.
    let document = serde_json::to_value(&found).expect("plain data");
    assert_eq!(document["groups"][0]["by"]["site"], "a");
    assert_eq!(document["groups"][0]["n"], 40);
    assert!(document["groups"][0]["events"]["1"].is_u64());
}

#[test]
fn a_cause_that_nobody_has_and_one_that_is_no_number_are_refused() {
    let (columns, asked) = survival_columns();
    let found = competing::evaluate(&survival_table(), &columns, &asked, 7, &settings(&[]));
    assert!(found.expect_err("no such cause").to_string().contains('7'));
    let half = table("time,event,risk,site,patient\n1,0.5,0.1,a,1\n");
    let found = competing::evaluate(&half, &columns, &asked, 1, &settings(&[]));
    assert!(found.expect_err("no cause").to_string().contains("0.5"));
}

#[test]
fn incidences_need_no_score_and_a_risk_that_is_no_probability_has_no_error() {
    let (columns, asked) = survival_columns();
    let without = Asked {
        scores: Vec::new(),
        ..asked.clone()
    };
    let found = competing::evaluate(&survival_table(), &columns, &without, 1, &settings(&[]));
    let found = found.expect("incidences");
    assert!(
        found
            .overall
            .metrics
            .keys()
            .all(|id| id.starts_with("incidence_of_"))
    );
    // A column of the probability by one time says nothing of another.
    let other = Asked {
        scores: vec![(Some(30.0), "risk".to_owned())],
        ..asked
    };
    let found = competing::evaluate(
        &survival_table(),
        &columns,
        &other,
        1,
        &settings(&["brier_t"]),
    );
    let metrics = found.expect("errors").overall.metrics;
    assert!(metrics.contains_key("brier_t@30") && !metrics.contains_key("brier_t@15"));
}

/// Findings of films: two labels, of which one is not always reported.
fn films() -> (Table, Vec<Label>, Columns) {
    let mut csv = "patient,sex,nodule,nodule_score,fluid,fluid_score\n".to_owned();
    for i in 0..80_u32 {
        let score = |by: u32| f64::from((i * by) % 83) / 83.0;
        let nodule = u8::from(score(31) + score(17) > 1.0);
        let fluid = match i % 5 {
            0 => String::new(),
            _ => u8::from(score(29) > 0.5).to_string(),
        };
        let sex = if i.is_multiple_of(2) { "f" } else { "m" };
        csv += &format!(
            "{},{sex},{nodule},{},{fluid},{}\n",
            i / 2,
            score(31),
            score(53)
        );
    }
    let label = |name: &str| Label {
        name: name.to_owned(),
        truth: name.to_owned(),
        score: Some(format!("{name}_score")),
        ..Label::default()
    };
    let columns = Columns {
        threshold: Some(0.5),
        cluster: Some("patient".to_owned()),
        groups: vec!["sex".to_owned()],
        ..Columns::default()
    };
    (table(&csv), vec![label("nodule"), label("fluid")], columns)
}

#[test]
fn labels_by_themselves_are_yes_or_no_cases_and_one_that_is_not_reported_is_counted() {
    let (table, labels, columns) = films();
    let found = multilabel::evaluate(&table, &columns, &labels, &settings(&[])).expect("labels");
    assert_eq!((found.n, found.overall.complete), (80, 64));
    assert_eq!(found.left_out_by_label["fluid"].no_truth, 16);
    assert_eq!(found.overall.metrics["coverage_error"].n, 64);
    assert_eq!(found.overall.metrics["hamming_loss"].n, 80);
    assert_eq!(found.overall.metrics["hamming_loss"].clusters, Some(40));
    for label in &labels {
        let alone = Columns {
            truth: label.truth.clone(),
            score: label.score.clone(),
            ..columns.clone()
        };
        let alone = galen_eval::binary::evaluate(&table, &alone, &settings(&[])).expect("a label");
        let own = &found.overall.by_label[&label.name];
        assert_eq!((own.n, own.positives), (alone.n, alone.positives));
        assert_eq!(own.metrics, alone.overall.metrics);
        for (group, of_alone) in found.groups.iter().zip(&alone.groups) {
            assert_eq!(group.part.by_label[&label.name].metrics, of_alone.metrics);
        }
    }
    let area = |name: &str| {
        found.overall.by_label[name].metrics["auroc"]
            .value
            .expect("defined")
    };
    let mean = (area("nodule") + area("fluid")) / 2.0;
    let own = found.overall.metrics["auroc_macro"].value.expect("defined");
    assert!((own - mean).abs() < 1e-12);
}

#[test]
fn metrics_of_all_labels_and_of_each_are_asked_by_name() {
    let (table, labels, columns) = films();
    let found = multilabel::evaluate(&table, &columns, &labels, &settings(&["f1_micro", "auroc"]));
    let found = found.expect("labels").overall;
    assert_eq!(found.metrics.keys().collect::<Vec<_>>(), ["f1_micro"]);
    assert_eq!(
        found.by_label["fluid"].metrics.keys().collect::<Vec<_>>(),
        ["auroc"]
    );
    let none = multilabel::evaluate(&table, &columns, &labels, &settings(&["f1_mikro"]));
    assert!(
        none.expect_err("no metric")
            .to_string()
            .contains("f1_mikro")
    );
    let twice = [labels[0].clone(), labels[0].clone()];
    assert!(multilabel::evaluate(&table, &columns, &twice, &settings(&[])).is_err());
}

const GRADES: &str = "truth,answer,score,site\nnone,mild,0.2,a\nmild,mild,0.4,a\nsevere,mild,0.5,b\nmoderate,severe,0.9,b\nnone,none,0.1,a\nsevere,severe,0.8,b\n";

fn grades() -> (Columns, Vec<String>) {
    let columns = Columns {
        truth: "truth".to_owned(),
        predicted: Some("answer".to_owned()),
        ..Columns::default()
    };
    let levels = ["none", "mild", "moderate", "severe"].map(str::to_owned);
    (columns, levels.to_vec())
}

#[test]
fn grades_in_words_are_in_the_order_that_is_given_and_cut_at_each_level() {
    let (columns, levels) = grades();
    let found = ordinal::evaluate(&table(GRADES), &columns, &levels, &settings(&[]));
    let found = found.expect("grades");
    let value = |id: &str| found.overall.metrics[id].value.expect("defined");
    assert_eq!(value("accuracy"), 0.5);
    assert!((value("mae_levels") - 4.0 / 6.0).abs() < 1e-12);
    assert!((value("over_graded") - 2.0 / 6.0).abs() < 1e-12);
    assert_eq!(found.overall.confusion[3], [0, 1, 0, 1]);
    let cuts: Vec<&str> = found
        .overall
        .cuts
        .iter()
        .map(|cut| cut.level.as_str())
        .collect();
    assert_eq!(cuts, ["mild", "moderate", "severe"]);
    let moderate = &found.overall.cuts[1];
    assert_eq!(moderate.positives, 3);
    let sensitivity = moderate.metrics["sensitivity"].value.expect("defined");
    assert!((sensitivity - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(moderate.metrics["specificity"].value, Some(1.0));
    assert!(!moderate.metrics.contains_key("auroc"));
}

#[test]
fn a_score_alone_has_only_what_looks_at_order_and_with_answers_orders_them() {
    let (columns, levels) = grades();
    let alone = Columns {
        predicted: None,
        score: Some("score".to_owned()),
        ..columns.clone()
    };
    let found = ordinal::evaluate(&table(GRADES), &alone, &levels, &settings(&[])).expect("scores");
    let ids: Vec<&String> = found.overall.metrics.keys().collect();
    assert_eq!(ids, ["auroc_ordinal", "kendall_tau_b", "somers_d"]);
    assert!(found.overall.confusion.is_empty());
    assert!(found.overall.cuts[0].metrics.contains_key("auroc"));
    let both = Columns {
        score: Some("score".to_owned()),
        ..columns
    };
    let both = ordinal::evaluate(&table(GRADES), &both, &levels, &settings(&[])).expect("both");
    let of = |found: &ordinal::Ordinal| found.overall.metrics["somers_d"].value;
    assert_eq!(of(&both), of(&found));
}

#[test]
fn a_level_that_is_not_named_is_refused_and_numbers_are_in_their_order() {
    let (columns, levels) = grades();
    let wrong = ordinal::evaluate(&table(GRADES), &columns, &levels[..3], &settings(&[]));
    assert!(
        wrong
            .expect_err("no level")
            .to_string()
            .contains("`severe`")
    );
    let words = ordinal::evaluate(&table(GRADES), &columns, &[], &settings(&[]));
    assert!(words.expect_err("no order").to_string().contains("levels"));
    let numbers = table("truth,answer\n10,2\n2,2\n1,10\n2,1\n");
    let found = ordinal::evaluate(&numbers, &columns, &[], &settings(&[])).expect("numbers");
    assert_eq!(found.levels, ["1", "2", "10"]);
}

#[test]
fn copies_of_patients_make_no_grade_and_no_incidence_surer() {
    let ends = |copies: usize| {
        let mut csv = "time,event,risk,site,patient\n".to_owned();
        for (row, (time, cause, risk, site)) in ended().into_iter().enumerate() {
            csv += &format!("{time},{cause},{risk},{site},{row}\n").repeat(copies);
        }
        let (columns, asked) = survival_columns();
        let asked = Asked {
            scores: Vec::new(),
            ..asked
        };
        let found = competing::evaluate(&table(&csv), &columns, &asked, 1, &settings(&[]));
        found.expect("incidences").overall.metrics["incidence_of_1@15"].clone()
    };
    let grades = |copies: usize| {
        let mut csv = "truth,answer,patient\n".to_owned();
        for (row, (time, cause, ..)) in ended().into_iter().enumerate() {
            let answer = (cause + time as u32 % 2) % 3;
            csv += &format!("{cause},{answer},{row}\n").repeat(copies);
        }
        let columns = Columns {
            cluster: Some("patient".to_owned()),
            ..self::grades().0
        };
        let found = ordinal::evaluate(&table(&csv), &columns, &[], &settings(&[]));
        found.expect("grades").overall.metrics["kappa_quadratic"].clone()
    };
    for (once, thrice) in [(ends(1), ends(3)), (grades(1), grades(3))] {
        let width = |own: &galen_stats::Estimate| {
            own.high.expect("an interval") - own.low.expect("an interval")
        };
        assert!((once.value.expect("defined") - thrice.value.expect("defined")).abs() < 1e-9);
        assert!((width(&once) - width(&thrice)).abs() < 1e-9);
        assert_eq!((once.n * 3, once.clusters), (thrice.n, thrice.clusters));
    }
}

/// A document whose numbers have nine digits: sums in another order differ in the last ones.
fn nine_digits(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(number) => {
            json!(format!("{:.9}", number.as_f64().unwrap_or_default()))
        }
        serde_json::Value::Array(items) => items.into_iter().map(nine_digits).collect(),
        serde_json::Value::Object(entries) => entries
            .into_iter()
            .map(|(key, entry)| (key, nine_digits(entry)))
            .collect(),
        other => other,
    }
}

/// The same rows, from the last to the first.
fn turned(table: &Table) -> Table {
    let rows: Vec<usize> = (0..table.rows()).rev().collect();
    table.take(&rows).expect("rows of the table")
}

#[test]
fn draws_do_not_depend_on_the_order_of_the_rows() {
    let settings = settings(&[]);
    let same = |one, other| assert_eq!(nine_digits(one), nine_digits(other));
    let table = survival_table();
    let numbers = Columns {
        truth: "time".to_owned(),
        score: Some("risk".to_owned()),
        cluster: Some("patient".to_owned()),
        ..Columns::default()
    };
    let of =
        |table: &Table| json!(regression::evaluate(table, &numbers, &settings).expect("numbers"));
    same(of(&table), of(&turned(&table)));
    let (columns, asked) = survival_columns();
    let of = |table: &Table| {
        json!(competing::evaluate(table, &columns, &asked, 1, &settings).expect("causes"))
    };
    same(of(&table), of(&turned(&table)));
    let seen: Vec<Option<f64>> = ended()
        .iter()
        .map(|(_, cause, ..)| Some(f64::from((*cause).min(1))))
        .collect();
    let one_cause = table
        .without(&["event"])
        .with_column("event", &seen)
        .expect("a column");
    let of = |table: &Table| {
        json!(survival::evaluate(table, &columns, &asked, &settings).expect("times"))
    };
    same(of(&one_cause), of(&turned(&one_cause)));
    let (table, labels, columns) = films();
    let of = |table: &Table| {
        json!(multilabel::evaluate(table, &columns, &labels, &settings).expect("labels"))
    };
    same(of(&table), of(&turned(&table)));
    let scores = [
        ("0".to_owned(), "fluid_score".to_owned()),
        ("1".to_owned(), "nodule_score".to_owned()),
    ];
    let classes = Columns {
        truth: "nodule".to_owned(),
        cluster: Some("patient".to_owned()),
        ..Columns::default()
    };
    let of = |table: &Table| {
        json!(multiclass::evaluate(table, &classes, &scores, &settings).expect("classes"))
    };
    same(of(&table), of(&turned(&table)));
    let (columns, levels) = grades();
    let table = self::table(GRADES);
    let of = |table: &Table| {
        json!(ordinal::evaluate(table, &columns, &levels, &settings).expect("grades"))
    };
    same(of(&table), of(&turned(&table)));
}

//! Alarms over time. The hourly rows are those of the shared folder beside the repository.

use galen_eval::alarms::{Alarms, Asked, evaluate};
use galen_eval::{Columns, EvalError, Indeterminate, Settings};
use galen_table::{ReadOptions, Table};
use serde_json::Value;

fn reference(part: &str) -> Value {
    let document: Value =
        serde_json::from_str(include_str!("../reference/alarms.json")).expect("JSON");
    document[part].clone()
}

fn table(csv: &str) -> Table {
    Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table")
}

fn columns(threshold: Option<f64>) -> Columns {
    Columns {
        truth: "event".to_owned(),
        score: Some("score".to_owned()),
        threshold,
        cluster: Some("patient".to_owned()),
        ..Columns::default()
    }
}

fn asked(rule: &Value) -> Asked {
    let number = |name: &str| rule[name].as_f64().expect("a number");
    Asked {
        time: "time".to_owned(),
        silence: number("silence"),
        horizon: number("horizon"),
        lead_min: number("lead_min"),
        step: None,
        day: number("day"),
    }
}

fn settings(metrics: &[&str]) -> Settings {
    Settings {
        resamples: 200,
        metrics: metrics.iter().map(|id| (*id).to_owned()).collect(),
        ..Settings::default()
    }
}

fn near(what: &str, found: Option<f64>, wanted: &Value) {
    let found = found.unwrap_or_else(|| panic!("{what} is not defined"));
    let wanted = wanted
        .as_f64()
        .unwrap_or_else(|| panic!("{what} is not there"));
    assert!(
        (found - wanted).abs() <= 1e-10 * wanted.abs(),
        "{what}: {found} and not {wanted}"
    );
}

fn same(found: &Alarms, wanted: &Value) {
    let own = serde_json::to_value(found).expect("plain data");
    for name in [
        "n",
        "events",
        "events_unwatched",
        "patients_left_out",
        "rows_after_event",
    ] {
        assert_eq!(own[name], wanted[name], "{name}");
    }
    assert_eq!(own["clusters"], wanted["patients"]);
    assert_eq!(own["overall"]["alarms"], wanted["alarms"]);
    near("step", Some(found.rule.step), &wanted["rule"]["step"]);
    let days = Some(found.overall.patient_days);
    near("patient_days", days, &wanted["patient_days"]);
    let metrics = &found.overall.metrics;
    for (id, wanted) in wanted["metrics"].as_object().expect("metrics") {
        if let Some(own) = metrics.get(id) {
            near(id, own.value, wanted);
            assert!(own.low <= own.value && own.value <= own.high, "{id}");
        }
    }
}

/// The rows of the challenge as one table: the heart rate as the score, an absent one being that of the hour before.
fn challenge() -> String {
    let folder = format!(
        "{}/../../../shared/data/sepsis-2019",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut csv = "patient,site,time,score,event\n".to_owned();
    for site in ["A", "B"] {
        let folder = format!("{folder}/training_set{site}");
        let files = std::fs::read_dir(&folder).unwrap_or_else(|error| {
            panic!("{folder}: {error}; this test needs the folder `shared` beside the repository")
        });
        for file in files {
            let path = file.expect("a file").path();
            let name = path.file_stem().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("a text");
            let rows: Vec<Vec<&str>> = text
                .lines()
                .skip(1)
                .map(|line| line.split('|').collect())
                .collect();
            let onset = rows.iter().position(|row| row.last() == Some(&"1"));
            let onset = onset.map_or_else(String::new, |hour| (hour + 6).to_string());
            let mut rate = "0";
            for (hour, row) in rows.iter().enumerate() {
                rate = if row[0] == "NaN" { rate } else { row[0] };
                csv += &format!("{name},{site},{hour},{rate},{onset}\n");
            }
        }
    }
    csv
}

#[test]
fn alarms_of_heart_rates_of_the_sepsis_challenge_are_those_of_pandas() {
    let (wanted, by_site) = (reference("challenge"), reference("challenge_by_site"));
    let table = table(&challenge());
    let rule = &wanted["rule"];
    let columns = Columns {
        groups: vec!["site".to_owned()],
        ..columns(rule["threshold"].as_f64())
    };
    let found = evaluate(&table, &columns, &asked(rule), &settings(&[])).expect("alarms");
    same(&found, &wanted);
    assert!(!found.overall.metrics.contains_key("utility_cinc2019"));
    assert_eq!(found.groups.len(), 2);
    for group in &found.groups {
        for (id, own) in &group.part.metrics {
            near(id, own.value, &by_site[&group.by["site"]][id]);
        }
    }
    let id = "utility_cinc2019";
    let utility = evaluate(&table, &columns, &asked(rule), &settings(&[id])).expect("utility");
    near(
        id,
        utility.overall.metrics[id].value,
        &wanted["metrics"][id],
    );
}

#[test]
fn alarms_at_uneven_times_in_any_order_are_those_of_pandas_and_lie_on_the_curve() {
    let wanted = reference("uneven");
    let csv = wanted["csv"].as_str().expect("a table");
    let threshold = wanted["rule"]["threshold"].as_f64();
    let found = evaluate(
        &table(csv),
        &columns(threshold),
        &asked(&wanted["rule"]),
        &settings(&[]),
    );
    let found = found.expect("alarms");
    same(&found, &wanted);
    let point = found
        .curve
        .iter()
        .find(|point| Some(point.threshold) == threshold);
    let point = point.expect("every score is a threshold");
    for (id, own) in [
        ("alarms_per_patient_day", point.alarms_per_patient_day),
        (
            "false_alarms_per_patient_day",
            point.false_alarms_per_patient_day,
        ),
        ("event_sensitivity", point.event_sensitivity),
        ("alarm_ppv", point.alarm_ppv),
        ("lead_time_median", point.lead_time_median),
    ] {
        near(id, own, &wanted["metrics"][id]);
    }
    assert!(
        found
            .curve
            .windows(2)
            .all(|pair| pair[0].threshold < pair[1].threshold)
    );
}

const SMALL: &str =
    "patient,time,score,event,site\n1,0,0.9,3,a\n1,1,0.1,3,a\n2,0,0.2,,b\n2,1,0.8,,b\n";

fn refused(csv: &str, change: impl Fn(&mut Columns, &mut Asked)) -> String {
    let mut columns = columns(Some(0.5));
    let mut asked = Asked {
        time: "time".to_owned(),
        silence: 2.0,
        horizon: 6.0,
        lead_min: 0.0,
        step: None,
        day: 24.0,
    };
    change(&mut columns, &mut asked);
    let found = evaluate(&table(csv), &columns, &asked, &settings(&[]));
    found.expect_err("refused").to_string()
}

#[test]
fn what_changes_within_a_patient_or_comes_twice_is_named_with_its_rows() {
    let moved = SMALL.replace("1,1,0.1,3,a", "1,1,0.1,4,a");
    let text = refused(&moved, |_, _| ());
    assert!(
        text.contains("Rows 0 and 1") && text.contains("`event`"),
        "{text}"
    );
    let text = refused(&SMALL.replace("2,1,0.8,,b", "2,1,0.8,,a"), |columns, _| {
        columns.groups = vec!["site".to_owned()];
    });
    assert!(
        text.contains("Rows 2 and 3") && text.contains("`site`"),
        "{text}"
    );
    let text = refused(&SMALL.replace("2,1,0.8", "2,0,0.8"), |_, _| ());
    assert!(text.contains("same time 0"), "{text}");
    let text = refused(&SMALL.replace("2,1,0.8", "2,,0.8"), |_, _| ());
    assert!(text.contains("Row 3") && text.contains("`time`"), "{text}");
}

#[test]
fn alarms_without_a_patient_a_threshold_or_a_possible_time_are_refused() {
    let text = refused(SMALL, |columns, _| columns.cluster = None);
    assert!(text.contains("patient"), "{text}");
    let text = refused(SMALL, |columns, _| columns.threshold = None);
    assert!(text.contains("threshold"), "{text}");
    let text = refused(SMALL, |_, asked| asked.lead_min = 7.0);
    assert!(text.contains("horizon"), "{text}");
    let text = refused(SMALL, |_, asked| asked.silence = f64::NAN);
    assert!(text.contains("silence"), "{text}");
    let one_each = "patient,time,score,event\n1,0,0.9,3\n2,0,0.8,\n";
    assert!(refused(one_each, |_, _| ()).contains("step"));
}

#[test]
fn a_row_without_a_score_is_refused_or_left_out_and_counted() {
    let csv = SMALL.replace("1,1,0.1", "1,1,");
    assert!(refused(&csv, |_, _| ()).contains("1 rows"));
    let columns = Columns {
        indeterminate: Indeterminate::Exclude,
        ..columns(Some(0.5))
    };
    let asked = Asked {
        time: "time".to_owned(),
        silence: 2.0,
        horizon: 6.0,
        lead_min: 0.0,
        step: Some(1.0),
        day: 24.0,
    };
    let found: Result<Alarms, EvalError> = evaluate(&table(&csv), &columns, &asked, &settings(&[]));
    let found = found.expect("alarms");
    assert_eq!((found.n, found.left_out.no_answer, found.events), (3, 1, 1));
    let flags = Columns {
        score: None,
        predicted: Some("score".to_owned()),
        threshold: None,
        ..columns
    };
    let csv = SMALL
        .replace("0.9", "1")
        .replace("0.1", "0")
        .replace("0.2", "0")
        .replace("0.8", "1");
    let found = evaluate(&table(&csv), &flags, &asked, &settings(&[])).expect("alarms of flags");
    assert!(found.curve.is_empty());
    assert_eq!(found.overall.alarms, 2);
    assert_eq!(found.overall.metrics["event_sensitivity"].value, Some(1.0));
    assert_eq!(found.overall.metrics["lead_time_median"].value, Some(3.0));
}

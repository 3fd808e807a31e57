//! Tables in many files, reports for build servers, drift by margin, group and window.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::project::text;
use crate::typed::bare;

const SUITE: &str = "expectations:
  - id: rate
    expectation: expect_column_values_to_be_between
    column: HR
    params: {min_value: 40, max_value: 180}
  - id: patient
    expectation: expect_column_values_to_not_be_null
    column: patient
";

fn stays(place: &Path) {
    fs::create_dir(place.join("stays")).expect("a folder");
    for (name, rows) in [
        ("p1", "HR|Temp\n80|36.6\nNaN|\n"),
        ("p2", "HR|Temp\n30|37\n=9|\n"),
        ("p3", "HR|Temp\n70|37\n71|36\n"),
    ] {
        fs::write(place.join(format!("stays/{name}.psv")), rows).expect("a file");
    }
    fs::write(place.join("stays/LICENSE"), "no table").expect("a file");
    fs::write(place.join("suite.yaml"), SUITE).expect("a file");
}

const VALIDATE: [&str; 8] = [
    "data",
    "validate",
    "stays",
    "--expect",
    "suite.yaml",
    "--file-column",
    "patient",
    "--json",
];

#[test]
fn a_folder_of_one_file_a_patient_is_one_table() {
    let place = TempDir::new().expect("a folder");
    stays(place.path());
    let more = [
        "--id",
        "patient",
        "--out",
        "failing.csv",
        "--report",
        "r.xml",
        "--report",
        "r.sarif",
    ];
    let document = bare(place.path(), &[&VALIDATE[..], &more].concat())
        .exits(1)
        .json();
    assert_eq!(
        (&document["rows"], &document["ok"]),
        (&6.into(), &false.into())
    );
    let rate = &document["results"][0];
    assert_eq!(rate["unexpected"], 2, "{rate:#}");
    assert_eq!(rate["examples"][0]["row"], 2);
    let patients: Vec<&str> = (0..2)
        .map(|at| text(&rate["examples"][at]["patient"]))
        .collect();
    assert_eq!(patients[0], patients[1]);
    assert!(
        patients[0].len() == 16 && !patients[0].contains("p2"),
        "{patients:?}"
    );
    // What a spreadsheet would compute is written as words.
    let failing = fs::read_to_string(place.path().join("failing.csv")).expect("the failing rows");
    assert_eq!(
        failing,
        "row,not_met,HR,Temp,patient\n2,rate,30,37,p2\n3,rate,'=9,,p2\n"
    );
    let junit = fs::read_to_string(place.path().join("r.xml")).expect("the report");
    assert!(
        junit.contains("tests=\"2\"") && junit.contains("failures=\"1\""),
        "{junit}"
    );
    let sarif = fs::read_to_string(place.path().join("r.sarif")).expect("the report");
    let sarif: Value = serde_json::from_str(&sarif).expect("it is JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["level"], "error");
}

#[test]
fn the_first_failing_row_is_shown_at_its_line() {
    let place = TempDir::new().expect("a folder");
    fs::write(
        place.path().join("a.csv"),
        "HR,patient\n80,\"a\nb\"\n\n300,c\n",
    )
    .expect("a file");
    fs::write(place.path().join("suite.yaml"), SUITE).expect("a file");
    let arguments = [
        "data",
        "validate",
        "a.csv",
        "--expect",
        "suite.yaml",
        "--report",
        "r.sarif",
    ];
    bare(place.path(), &arguments).exits(1);
    let sarif = fs::read_to_string(place.path().join("r.sarif")).expect("the report");
    let sarif: Value = serde_json::from_str(&sarif).expect("it is JSON");
    let region = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 5);
}

#[test]
fn a_broken_file_among_many_is_named_and_the_rest_reported() {
    let place = TempDir::new().expect("a folder");
    stays(place.path());
    fs::write(place.path().join("stays/p0.psv"), "HR|Temp\n1|2|3\n").expect("a file");
    let document = bare(place.path(), &VALIDATE).exits(2).json();
    assert_eq!(document["rows"], 6);
    assert!(
        text(&document["skipped"][0]["file"]).ends_with("p0.psv"),
        "{document:#}"
    );
    let may = [&VALIDATE[..], &["--skip-bad"]].concat();
    let document = bare(place.path(), &may).exits(1).json();
    assert!(
        text(&document["skipped"][0]["why"]).contains("Line 2"),
        "{document:#}"
    );
    let none = [
        "data",
        "validate",
        "stays/*.csv",
        "--expect",
        "suite.yaml",
        "--json",
    ];
    bare(place.path(), &none).fails(2, "no_table");
}

#[test]
fn a_report_or_a_file_of_rows_without_a_known_end_is_refused() {
    let place = TempDir::new().expect("a folder");
    stays(place.path());
    let report = [&VALIDATE[..], &["--report", "r.txt"]].concat();
    bare(place.path(), &report).fails(2, "report_format");
    let out = [&VALIDATE[..], &["--out", "rows.docx"]].concat();
    bare(place.path(), &out).fails(2, "format");
}

fn sepsis() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sepsis-2019");
    assert!(
        folder.is_dir(),
        "the sepsis data are not in {}",
        folder.display()
    );
    folder
}

#[test]
fn two_hospitals_are_told_apart_and_the_page_stays_small() {
    let place = TempDir::new().expect("a folder");
    let (a, b) = (
        sepsis().join("training_setA"),
        sepsis().join("training_setB"),
    );
    let (a, b) = (a.display().to_string(), b.display().to_string());
    let arguments = [
        "data",
        "drift",
        "--reference",
        &a,
        "--current",
        &b,
        "--file-column",
        "patient",
        "--without",
        "patient",
        "--without",
        "ICULOS",
        "--margin",
        "0.1",
        "--multiplicity",
        "holm",
        "--rows",
        "--by",
        "Gender",
        "--out",
        "drift.html",
        "--json",
    ];
    let document = bare(place.path(), &arguments).exits(1).json();
    let columns = document["columns"].as_array().expect("columns");
    let dbp = columns
        .iter()
        .find(|one| one["name"] == "DBP")
        .expect("it is compared");
    assert_eq!(
        (&dbp["drifted"], &dbp["effect"]["against_margin"]),
        (&true.into(), &"outside".into())
    );
    let resp = columns
        .iter()
        .find(|one| one["name"] == "Resp")
        .expect("it is compared");
    assert_eq!(resp["effect"]["against_margin"], "inside");
    assert_eq!(document["dataset"]["inconclusive"], true);
    // DBP is missing in half of the hours of one hospital and in a seventh of the other's.
    assert_eq!(document["rows"]["drivers"][0]["column"], "DBP");
    assert!(
        document["rows"]["auc"]["low"]
            .as_f64()
            .expect("an interval")
            > 0.9
    );
    assert_eq!(document["groups"].as_array().map(Vec::len), Some(2));
    let page = fs::metadata(place.path().join("drift.html"))
        .expect("the page")
        .len();
    assert!(page < 2_000_000, "the page has {page} bytes");
}

#[test]
fn a_window_of_the_calendar_is_compared_with_the_whole_reference() {
    let place = TempDir::new().expect("a folder");
    let rows = |shift: i32| -> String {
        let row = |i: i32| {
            let (month, moved) = (1 + i % 3, if i % 3 == 2 { shift } else { 0 });
            format!("2025-{month:02}-15,{}\n", 50 + i % 7 + moved)
        };
        format!("day,age\n{}", (0..600).map(row).collect::<String>())
    };
    fs::write(place.path().join("then.csv"), rows(0)).expect("a file");
    fs::write(place.path().join("now.csv"), rows(20)).expect("a file");
    let arguments = [
        "data",
        "drift",
        "--reference",
        "then.csv",
        "--current",
        "now.csv",
        "--column",
        "age",
        "--margin",
        "0.5",
        "--time",
        "day",
        "--json",
    ];
    let document = bare(place.path(), &arguments).exits(1).json();
    let drifted: Vec<(&str, &Value)> = document["groups"]
        .as_array()
        .expect("windows")
        .iter()
        .map(|group| (text(&group["by"]["day"]), &group["columns"][0]["drifted"]))
        .collect();
    let (yes, no) = (Value::from(true), Value::from(false));
    assert_eq!(
        drifted,
        [("2025-01", &no), ("2025-02", &no), ("2025-03", &yes)]
    );
}

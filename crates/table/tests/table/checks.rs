//! The clinical checks on real data sets, with what is known of them, and with what was planted.

use std::fs;
use std::path::Path;

use galen_spec::data::Severity;
use galen_table::check::{Beside, Finding, Roles, check};
use galen_table::{ReadOptions, Table};

fn shared(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let file = root.join(path);
    fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{} belongs beside the project: {error}", file.display()))
}

fn table(text: &str) -> Table {
    Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("it is a table")
}

fn found(text: &str, roles: &Roles) -> Vec<Finding> {
    check(&table(text), roles, Beside::default())
        .expect("the columns are there")
        .findings
}

fn worst(findings: &[Finding], check: &str, column: &str) -> Option<Severity> {
    let here = findings.iter().filter(|one| one.check == check);
    let here = here.filter(|one| column.is_empty() || one.columns.iter().any(|c| c == column));
    here.map(|one| one.severity).max()
}

fn named(name: &str) -> Option<String> {
    Some(name.to_owned())
}

#[test]
fn dates_after_admission_and_the_other_label_leak_in_the_catheter_study() {
    let roles = Roles {
        positive: "Yes".to_owned(),
        id: named("ptid"),
        time: named("sadmdte"),
        groups: vec!["sex".to_owned(), "ninsclas".to_owned()],
        confounders: vec!["cat1".to_owned()],
        ..Roles::of_label("dth30")
    };
    let findings = found(&shared("rhc-support/rhc.csv"), &roles);
    for date in ["dschdte", "dthdte", "lstctdte"] {
        assert_eq!(
            worst(&findings, "future_leakage", date),
            Some(Severity::Stop),
            "{date}"
        );
    }
    assert!(worst(&findings, "label_proxy", "t3d30") == Some(Severity::Stop));
    assert!(worst(&findings, "label_proxy", "death") >= Some(Severity::Warn));
    assert!(worst(&findings, "missingness_by_label", "adld3p") >= Some(Severity::Warn));
    for honest in ["aps1", "age", "meanbp1", "surv2md1"] {
        assert_eq!(worst(&findings, "future_leakage", honest), None, "{honest}");
        assert!(
            worst(&findings, "label_proxy", honest) <= Some(Severity::Note),
            "{honest}"
        );
    }
}

#[test]
fn strong_honest_predictors_are_noted_and_a_copy_of_the_label_stops() {
    let text = shared("wdbc/wdbc.csv");
    let roles = Roles {
        positive: "malignant".to_owned(),
        id: named("row_id"),
        ..Roles::of_label("diagnosis")
    };
    let findings = found(&text, &roles);
    assert_eq!(worst(&findings, "label_proxy", ""), Some(Severity::Note));
    let lines = text.lines().enumerate().map(|(row, line)| {
        // A score of another reader that is wrong in one of a hundred.
        let is_malignant = line.contains("malignant") != (row % 100 == 7);
        let code = match row {
            0 => "second_reading".to_owned(),
            _ => format!("{}", 40 * i32::from(is_malignant) + row as i32 % 30),
        };
        format!("{line},{code}\n")
    });
    let findings = found(&lines.collect::<String>(), &roles);
    let proxy = worst(&findings, "label_proxy", "second_reading");
    assert_eq!(proxy, Some(Severity::Stop));
    assert_eq!(
        worst(&findings, "label_proxy", "radius_worst"),
        Some(Severity::Note)
    );
}

#[test]
fn flipped_labels_are_listed_to_be_read_again() {
    let text = shared("wdbc/wdbc.csv");
    let flipped: Vec<usize> = (0..569).filter(|row| row % 12 == 5).collect();
    let lines = text.lines().enumerate().map(|(line, text)| {
        let is_flipped = line > 0 && flipped.contains(&(line - 1));
        let text = match (is_flipped, text.contains("malignant")) {
            (true, true) => text.replace("malignant", "benign"),
            (true, false) => text.replace("benign", "malignant"),
            (false, _) => text.to_owned(),
        };
        text + "\n"
    });
    let roles = Roles {
        positive: "malignant".to_owned(),
        id: named("row_id"),
        ..Roles::of_label("diagnosis")
    };
    let findings = found(&lines.collect::<String>(), &roles);
    let noise = findings.iter().find(|one| one.check == "label_noise");
    let noise = noise.expect("one of twelve is wrong");
    assert_eq!(noise.severity, Severity::Warn);
    let listed: Vec<usize> = noise.evidence["suspects"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["row"].as_u64().expect("a row") as usize)
        .collect();
    let right = listed.iter().filter(|row| flipped.contains(row)).count();
    assert!(
        right * 10 >= flipped.len() * 8,
        "{right} of {}",
        flipped.len()
    );
    assert!(
        right * 10 >= listed.len() * 7,
        "{right} right of {}",
        listed.len()
    );
    // The labels as published are contradicted in few places.
    let findings = found(&text, &roles);
    assert!(worst(&findings, "label_noise", "") <= Some(Severity::Note));
}

#[test]
fn a_patient_who_came_twice_is_known_without_an_id() {
    let roles = Roles {
        event_time: named("lenfol"),
        ..Roles::of_label("fstat")
    };
    let findings = found(&shared("survival/whas500.csv"), &roles);
    let near = findings.iter().find(|one| one.check == "near_duplicates");
    let near = near.expect("two rows are of one man of 71");
    assert_eq!(
        near.evidence["pairs"][0]["rows"],
        serde_json::json!([279, 320])
    );
    assert_eq!(near.evidence["pairs"].as_array().map(Vec::len), Some(1));
}

#[test]
fn patients_under_another_id_are_found_on_both_sides_of_a_split() {
    let text = shared("reference-examples/check/gbsg2-clean/data.csv");
    let roles = Roles {
        id: named("patient_id"),
        split: named("split"),
        groups: vec!["menopause".to_owned()],
        ..Roles::of_label("event")
    };
    let clean = found(&text, &roles);
    assert!(
        clean.iter().all(|one| one.severity == Severity::Note),
        "{clean:?}"
    );
    let train = text.lines().filter(|line| line.ends_with(",train"));
    let again = train.take(30).enumerate().map(|(number, line)| {
        let (_, rest) = line.split_once(',').expect("an id first");
        format!("X{number},{}\n", rest.replace(",train", ",test"))
    });
    let again: String = again.collect();
    let findings = found(&format!("{}\n{again}", text.trim_end()), &roles);
    assert_eq!(
        worst(&findings, "patient_overlap", "split"),
        Some(Severity::Stop)
    );
}

#[test]
fn four_hospitals_measure_otherwise_and_the_model_learns_which_it_is() {
    let roles = Roles {
        id: named("row_id"),
        site: named("site"),
        groups: vec!["sex".to_owned()],
        ..Roles::of_label("disease")
    };
    let findings = found(
        &shared("heart-disease-uci/heart_disease_4sites.csv"),
        &roles,
    );
    assert_eq!(worst(&findings, "label_proxy", "num"), Some(Severity::Stop));
    for column in ["ca", "thal", "slope", "fbs"] {
        let by_site = findings
            .iter()
            .find(|one| one.check == "missingness_by_group" && one.columns == [column, "site"]);
        assert_eq!(
            by_site.map(|one| one.severity),
            Some(Severity::Warn),
            "{column}"
        );
    }
    assert!(worst(&findings, "measurement_process", "ca") >= Some(Severity::Warn));
    assert!(worst(&findings, "site_shortcut", "site") >= Some(Severity::Warn));
    assert!(worst(&findings, "confounder", "site") >= Some(Severity::Warn));
}

/// The hourly rows of both hospitals, with patient and hospital.
fn sepsis() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sepsis-2019");
    let mut rows = String::new();
    for hospital in ["A", "B"] {
        let folder = root.join(format!("training_set{hospital}"));
        let files = fs::read_dir(&folder).expect("the data are beside the project");
        let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).expect("a file");
            let mut lines = text.lines();
            let header = lines.next().expect("a header").replace('|', ",");
            if rows.is_empty() {
                rows = format!("patient,hospital,{header}\n");
            }
            let patient = file.file_stem().expect("a name").to_string_lossy();
            for line in lines {
                rows.push_str(&format!(
                    "{patient},{hospital},{}\n",
                    line.replace('|', ",")
                ));
            }
        }
    }
    rows
}

#[test]
fn being_measured_tells_sepsis_and_hospitals_measure_otherwise() {
    let roles = Roles {
        id: named("patient"),
        time: named("ICULOS"),
        site: named("hospital"),
        ..Roles::of_label("SepsisLabel")
    };
    let findings = found(&sepsis(), &roles);
    assert!(worst(&findings, "measurement_process", "Lactate") >= Some(Severity::Warn));
    let together = findings.iter().find(|one| {
        let name = one.measure.as_ref().map(|measure| measure.name);
        name == Some("auroc_of_the_process_alone")
    });
    let measure = together.and_then(|one| one.measure.as_ref());
    let area = &measure.expect("masks, counts and gaps tell").estimate;
    assert!(area.low >= Some(0.6) && area.clusters.is_some(), "{area:?}");
    let dbp = findings
        .iter()
        .find(|one| one.check == "missingness_by_group" && one.columns == ["DBP", "hospital"]);
    assert_eq!(dbp.map(|one| one.severity), Some(Severity::Warn));
    // Vital signs are known at the hour.
    for honest in ["HR", "Temp", "Age"] {
        assert!(
            worst(&findings, "future_leakage", honest) <= Some(Severity::Note),
            "{honest}"
        );
    }
}

//! What stands beside an evaluation: why a group is worse, another prevalence, how many cases a criterion needs.

use std::fmt::Write as _;
use std::fs;

use tempfile::TempDir;

use super::{eval, metric, number, place};
use crate::project::young;
use crate::typed::bare;

#[test]
fn a_gap_between_groups_is_divided_among_what_is_asked() {
    let place = place();
    let line = "gap answers.csv --truth died --score risk --threshold 0.5 --cluster patient --by sex --group F --case-mix weight \
                --rerun window=other --resamples 200";
    let found = eval(place.path(), line).exits(0).json();
    assert_eq!(
        (&found["metric"], &found["group"]["value"]),
        (&"sensitivity".into(), &"F".into())
    );
    let causes = found["causes"].as_array().expect("causes");
    let named: Vec<&str> = causes
        .iter()
        .filter_map(|cause| cause["cause"].as_str())
        .collect();
    let all = [
        "prevalence",
        "case_mix",
        "image_quality",
        "missingness",
        "preprocessing",
        "label_noise",
        "representation",
    ];
    assert_eq!(named, all);
    let sum: f64 = causes[..2]
        .iter()
        .map(|cause| number(&cause["part"]["value"]))
        .sum();
    assert!((sum + number(&found["rest"]["value"]) - number(&found["gap"]["value"])).abs() < 1e-12);
    // Every score of the second run is lower, and so is the sensitivity: it explains none of a gap that is a loss.
    assert!(number(&causes[4]["part"]["value"]) > 0.0);
    let wrong = eval(place.path(), &line.replace("--group F", "--group X")).exits(2);
    assert!(
        wrong
            .out
            .contains("`X` is not among the values of `sex`: F, M"),
        "{}",
        wrong.out
    );
    let two = eval(place.path(), &format!("{line} --metric ppv --metric npv")).exits(2);
    assert!(
        two.out.contains("one gap is explained at a time"),
        "{}",
        two.out
    );
}

#[test]
fn metrics_are_told_at_the_prevalence_of_the_deployment() {
    let place = place();
    let line = "answers.csv --truth died --score risk --threshold 0.5 --cluster patient --deployment-prevalence 0.05 --plot calibration=c.svg";
    let found = eval(place.path(), line).exits(0).json();
    let there = &found["deployment"]["metrics"];
    let here = &found["overall"]["metrics"];
    assert!(number(&there["ppv"]["value"]) < number(&here["ppv"]["value"]));
    assert!(number(&there["o_e_ratio"]["value"]) < 0.5 * number(&here["o_e_ratio"]["value"]));
    assert!(
        (number(&there["calibration_slope"]["value"])
            - number(&here["calibration_slope"]["value"]))
        .abs()
            < 0.2
    );
    let picture = fs::read_to_string(place.path().join("c.svg")).expect("a picture");
    assert!(picture.contains("Observed share where 0.050 are ill"));
    let wrong = eval(place.path(), &line.replace("0.05", "1.5")).exits(2);
    assert!(wrong.out.contains("1.5"), "{}", wrong.out);
}

#[test]
fn a_pilot_tells_the_size_for_any_metric_and_rule() {
    let place = place();
    let pilot =
        "size --pilot answers.csv --truth died --score risk --threshold 0.5 --cluster patient";
    let sized = |asked: &str| {
        eval(place.path(), &format!("{pilot} {asked}"))
            .exits(0)
            .json()
    };
    let f1 = sized("--metric f1 --criterion 0.5 --expected 0.6 --cases 480 --plot power.svg");
    assert!(number(&f1["power_reached"]) >= 0.8 && number(&f1["cases"]) > 0.0);
    // With as many cases as the pilot has, the standard error is that of its own interval.
    let own = eval(
        place.path(),
        "answers.csv --truth died --score risk --threshold 0.5 --cluster patient",
    )
    .exits(0)
    .json();
    let own = metric(&own, "f1");
    let error = (number(&own["high"]) - number(&own["low"])) / 2.0 / 1.959_963_984_540_054;
    assert!((number(&f1["at"]["standard_error"]) - error).abs() < 1e-9);
    assert!(
        fs::read_to_string(place.path().join("power.svg"))
            .expect("a picture")
            .contains("Cases")
    );
    let more = sized("--metric f1 --criterion 0.55 --expected 0.6");
    assert!(number(&more["cases"]) > 3.0 * number(&f1["cases"]));
    let inside = bare(
        place.path(),
        &[
            "eval",
            "size",
            "--pilot",
            "answers.csv",
            "--truth",
            "died",
            "--score",
            "risk",
            "--metric",
            "o_e_ratio",
            "--rule",
            "inside (0.5, 2)",
            "--json",
        ],
    );
    assert!(number(&inside.exits(0).json()["cases"]) > 1.0);
    let pilot_less = eval(
        place.path(),
        "size --metric f1 --expected 0.6 --criterion 0.5",
    )
    .exits(2);
    assert!(
        pilot_less.out.contains("give a --pilot"),
        "{}",
        pilot_less.out
    );
    let never = eval(
        place.path(),
        &format!("{pilot} --metric f1 --criterion 0.7 --expected 0.6"),
    )
    .exits(2);
    assert!(never.out.contains("undecidable"), "{}", never.out);
}

#[test]
fn a_model_is_run_again_with_the_other_sites_units() {
    let project = young();
    let place = TempDir::new().expect("a folder");
    let table =
        fs::read_to_string(project.join("data/development.csv")).expect("a part of the data");
    // One site writes light chains in another unit, which the model is not told.
    let mut lines = table.lines();
    let heads: Vec<&str> = lines.next().expect("heads").split(',').collect();
    let at = |name: &str| {
        heads
            .iter()
            .position(|head| *head == name)
            .expect("a column")
    };
    let mut mixed = format!("{},site\n", heads.join(","));
    for (row, line) in lines.enumerate() {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let north = row % 2 == 0;
        for name in ["kappa", "lambda"] {
            let value: f64 = cells[at(name)].parse().expect("a number");
            cells[at(name)] = (if north { value / 10.0 } else { value }).to_string();
        }
        writeln!(
            mixed,
            "{},{}",
            cells.join(","),
            if north { "north" } else { "south" }
        )
        .expect("a text");
    }
    fs::write(place.path().join("mixed.csv"), mixed).expect("a file");
    let model = project.join("models/release1");
    let model = model.to_str().expect("a name");
    let ask = |again: &str| {
        let words = [
            "eval",
            "gap",
            "mixed.csv",
            "--truth",
            "dead_5y",
            "--threshold",
            "0.15",
            "--by",
            "site",
            "--group",
            "north",
            "--metric",
            "alert_rate",
        ];
        let more = [
            "--model",
            model,
            "--again",
            again,
            "--resamples",
            "200",
            "--json",
        ];
        bare(place.path(), &[&words[..], &more[..]].concat())
    };
    let found = ask("units:kappa=10,lambda=10").exits(0).json();
    let causes = found["causes"].as_array().expect("causes");
    let again = causes
        .iter()
        .find(|cause| cause["cause"] == "preprocessing")
        .expect("it is told");
    assert_eq!(
        (&again["verdict"], &again["columns"][0]),
        (&"explains".into(), &"units".into()),
        "{found:#}"
    );
    let (part, gap) = (
        number(&again["part"]["value"]),
        number(&found["gap"]["value"]),
    );
    assert!(
        gap < -0.05 && (part / gap - 1.0).abs() < 0.5,
        "{part} of {gap}"
    );
    for wrong in ["units:kapa=10", "units", "units:kappa=kapa"] {
        ask(wrong).exits(2);
    }
}

//! `galen eval`: groups, patients, weights, missing answers, two models, other tasks, pictures.

mod beside;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::typed::{Ended, bare};

/// Answers about 240 people with two rows each: risk by a fixed pattern, so that every run sees the same.
fn answers() -> String {
    let mut text = "row,patient,sex,died,risk,other,weight\n".to_owned();
    for row in 0..480_u32 {
        let patient = row / 2;
        let mixed = patient.wrapping_mul(2_654_435_761) >> 8;
        let risk = f64::from(mixed % 1000) / 1000.0;
        let own =
            (risk + f64::from(row.wrapping_mul(40_503) % 200) / 1000.0 - 0.1).clamp(0.001, 0.999);
        let died = f64::from((mixed >> 10) % 1000) / 1000.0 < 0.2 + 0.6 * risk;
        let sex = if patient.is_multiple_of(3) { "F" } else { "M" };
        let other = (own * own + 0.01).min(0.999);
        let weight = 1 + patient % 2;
        writeln!(
            text,
            "r{row},p{patient},{sex},{},{own:.4},{other:.4},{weight}",
            u8::from(died)
        )
        .expect("a text");
    }
    text
}

fn place() -> TempDir {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("answers.csv"), answers()).expect("a file");
    place
}

#[track_caller]
fn eval(place: &Path, line: &str) -> Ended {
    let words: Vec<&str> = line.split_whitespace().collect();
    bare(place, &[&["eval"], words.as_slice(), &["--json"]].concat())
}

fn metric<'a>(document: &'a Value, id: &str) -> &'a Value {
    &document["overall"]["metrics"][id]
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn intervals_count_patients_where_they_are_named_and_warn_where_they_are_not() {
    let place = place();
    let line = "answers.csv --truth died --score risk --threshold 0.5";
    let plain = eval(place.path(), line).exits(0);
    assert!(
        plain.err.contains("`patient` repeats (240 in 480 rows)"),
        "{}",
        plain.err
    );
    let clustered = eval(place.path(), &format!("{line} --cluster patient"))
        .exits(0)
        .json();
    assert_eq!(clustered["clusters"], 240);
    let plain = plain.json();
    for id in ["auroc", "sensitivity", "f1", "auprc", "brier"] {
        let width = |document: &Value| {
            number(&metric(document, id)["high"]) - number(&metric(document, id)["low"])
        };
        let value = |document: &Value| number(&metric(document, id)["value"]);
        assert!((value(&plain) - value(&clustered)).abs() < 1e-12, "{id}");
        assert!(width(&clustered) > 1.1 * width(&plain), "{id}");
    }
    assert_eq!(metric(&clustered, "auroc")["method"], "delong_clustered");
    let refused = eval(place.path(), &format!("{line} --id patient"))
        .exits(2)
        .json();
    assert_eq!(refused["code"], "repeats");
    let refused = eval(
        place.path(),
        &format!("{line} --cluster patient --method delong --metric auroc"),
    );
    assert_eq!(refused.exits(2).json()["code"], "row_wise");
    eval(place.path(), &format!("{line} --id row")).exits(0);
}

#[test]
fn groups_have_gaps_with_adjusted_p_values_and_a_verdict_by_the_margin() {
    let place = place();
    let line =
        "answers.csv --truth died --score risk --threshold 0.5 --group sex --cluster patient";
    let wide = eval(place.path(), &format!("{line} --margin 0.9"))
        .exits(0)
        .json();
    let gap = |document: &Value| {
        let all = document["disparities"].as_array().expect("gaps").iter();
        all.clone()
            .find(|one| one["metric"] == "sensitivity")
            .expect("a gap")
            .clone()
    };
    let sensitivity = gap(&wide);
    assert_eq!(sensitivity["verdict"], "within");
    let (value, low) = (
        number(&sensitivity["difference"]["value"]),
        number(&sensitivity["difference"]["low"]),
    );
    assert!(value >= 0.0 && low < value);
    let p = number(&sensitivity["difference"]["p_value"]);
    assert!(number(&sensitivity["difference"]["p_adjusted"]) >= p);
    let tight = eval(place.path(), &format!("{line} --margin 0.001"))
        .exits(0)
        .json();
    assert_eq!(gap(&tight)["verdict"], "inconclusive");
    let women = &wide["groups"][0];
    assert_eq!(
        (women["by"]["sex"].as_str(), women["decidable"].as_bool()),
        (Some("F"), Some(true))
    );
    // A group of one kind cannot be judged, and how many are missing is told.
    let few = "truth,score,site\n1,0.9,a\n0,0.1,a\n0,0.2,b\n";
    fs::write(place.path().join("few.csv"), few).expect("a file");
    let few = eval(
        place.path(),
        "few.csv --truth truth --score score --group site",
    )
    .exits(0)
    .json();
    assert_eq!(few["groups"][1]["decidable"], false);
    let why = few["groups"][1]["why"].as_str().expect("a reason");
    assert!(
        why.starts_with("14 more diseased and 13 more healthy"),
        "{why}"
    );
    assert_eq!(few["groups"][1]["metrics"]["auroc"]["value"], Value::Null);
    assert_eq!(
        few["groups"][1]["metrics"]["auroc"]["why"],
        "No case is diseased."
    );
}

#[test]
fn weights_count_as_cases_do() {
    let place = place();
    let text = answers();
    let mut doubled = String::new();
    for (at, line) in text.lines().enumerate() {
        doubled.push_str(&format!("{line}\n"));
        if at > 0 && line.ends_with(",2") {
            doubled.push_str(&format!("{line}\n"));
        }
    }
    fs::write(place.path().join("doubled.csv"), doubled).expect("a file");
    let line = "--truth died --score risk --threshold 0.5";
    let weighted = eval(place.path(), &format!("answers.csv {line} --weight weight"))
        .exits(0)
        .json();
    let doubled = eval(place.path(), &format!("doubled.csv {line}"))
        .exits(0)
        .json();
    for (id, own) in weighted["overall"]["metrics"].as_object().expect("metrics") {
        let (a, b) = (
            number(&own["value"]),
            number(&metric(&doubled, id)["value"]),
        );
        assert!((a - b).abs() < 1e-9, "{id}: {a} {b}");
    }
}

#[test]
fn a_case_without_an_answer_is_not_left_out_silently() {
    let place = place();
    let text = answers().replacen(",0.", ",", 0);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for at in [5, 9, 200] {
        let mut cells: Vec<&str> = lines[at].split(',').collect();
        cells[4] = "";
        lines[at] = cells.join(",");
    }
    fs::write(place.path().join("gaps.csv"), lines.join("\n")).expect("a file");
    let line = "gaps.csv --truth died --score risk --threshold 0.5";
    let refused = eval(place.path(), line).exits(2).json();
    assert_eq!(refused["code"], "no_answer");
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|text| text.contains("3 of 480"))
    );
    let left = eval(place.path(), &format!("{line} --indeterminate exclude"))
        .exits(0)
        .json();
    assert_eq!(
        (left["n"].as_u64(), left["left_out"]["no_answer"].as_u64()),
        (Some(477), Some(3))
    );
    let wrong = eval(place.path(), &format!("{line} --indeterminate wrong"))
        .exits(0)
        .json();
    assert_eq!(wrong["n"], 480);
    let accuracy = |document: &Value| number(&metric(document, "accuracy")["value"]);
    assert!((accuracy(&wrong) * 480.0 - accuracy(&left) * 477.0).abs() < 1e-6);
    assert!(number(&metric(&wrong, "auroc")["value"]) < number(&metric(&left, "auroc")["value"]));
}

#[test]
fn two_models_are_compared_on_the_cases_of_both() {
    let place = place();
    let text = answers();
    let second: String = text
        .lines()
        .enumerate()
        .filter(|(at, _)| *at != 7)
        .map(|(_, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            // The other score stands where the first file has its own.
            format!(
                "{},{},{},{},{},x\n",
                cells[0],
                cells[1],
                cells[2],
                cells[3],
                cells[5].replace("other", "risk")
            )
        })
        .collect();
    fs::write(place.path().join("second.csv"), second).expect("a file");
    let line = "compare answers.csv second.csv --truth died --score risk --id row --cluster patient --threshold 0.5 --margin 0.05";
    let compared = eval(place.path(), line).exits(0).json();
    assert_eq!(
        (compared["n"].as_u64(), compared["only_in_a"].as_u64()),
        (Some(479), Some(1))
    );
    let of = |id: &str| {
        let all = compared["comparisons"].as_array().expect("comparisons");
        all.iter()
            .find(|one| one["metric"] == id)
            .expect("a metric")
            .clone()
    };
    // A score that is the square of another has the same order.
    assert_eq!(of("auroc")["verdict"], "equivalent");
    assert_eq!(of("auroc")["method"], "delong_paired");
    let sensitivity = of("sensitivity");
    assert_eq!(sensitivity["verdict"], "superior");
    assert!(number(&sensitivity["difference"]["low"]) > 0.0);
    // Another truth of a case is no comparison.
    let other = text
        .replacen("r0,p0,F,0", "r0,p0,F,1", 1)
        .replacen("r0,p0,F,1", "r0,p0,F,0", 0);
    let turned: String = other.lines().map(|line| format!("{line}\n")).collect();
    let changed = if turned == text {
        text.replacen("r0,p0,F,1", "r0,p0,F,0", 1)
    } else {
        turned
    };
    fs::write(place.path().join("other.csv"), changed).expect("a file");
    let line = "compare answers.csv other.csv --truth died --score risk --id row";
    let refused = eval(place.path(), line).exits(2).json();
    assert_eq!(refused["code"], "not_paired");
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|text| text.contains("`r0`")),
        "{refused}"
    );
}

#[test]
fn classes_numbers_and_times_are_evaluated() {
    let place = place();
    // From scikit-learn 1.9.1 on these twelve rows.
    let classes = "truth,own,a,b,c\na,a,0.7,0.2,0.1\na,a,0.6,0.3,0.1\na,b,0.3,0.4,0.3\nb,b,0.2,0.7,0.1\nb,b,0.1,0.8,0.1\nb,c,0.2,0.3,0.5\n\
                   c,c,0.1,0.2,0.7\nc,c,0.1,0.1,0.8\nc,a,0.5,0.2,0.3\na,a,0.8,0.1,0.1\nb,b,0.3,0.6,0.1\nc,c,0.2,0.2,0.6\n";
    fs::write(place.path().join("classes.csv"), classes).expect("a file");
    let line =
        "classes.csv --task multiclass --truth truth --predicted own --score a --score b --score c";
    let found = eval(place.path(), line).exits(0).json();
    for (id, wanted) in [
        ("accuracy", 0.75),
        ("balanced_accuracy", 0.75),
        ("f1_macro", 0.75),
        ("kappa", 0.625),
        ("auroc_macro", 0.953_125),
        ("kappa_quadratic", 0.625),
    ] {
        let own = number(&metric(&found, id)["value"]);
        assert!((own - wanted).abs() < 1e-9, "{id}: {own}");
    }
    assert_eq!(found["by_class"]["a"]["sensitivity"]["value"], 0.75);
    assert_eq!(found["confusion"][0][1], 1);
    let numbers = "y,own,site\n1,1.5,a\n2,1.5,a\n3,3.5,b\n4,4.5,b\n5,4.0,b\n";
    fs::write(place.path().join("numbers.csv"), numbers).expect("a file");
    let found = eval(
        place.path(),
        "numbers.csv --task regression --truth y --score own --group site",
    )
    .exits(0)
    .json();
    for (id, wanted) in [
        ("mae", 0.6),
        ("rmse", 0.4_f64.sqrt()),
        ("bias", 0.0),
        ("r2", 0.8),
    ] {
        let own = number(&metric(&found, id)["value"]);
        assert!((own - wanted).abs() < 1e-12, "{id}: {own}");
    }
    assert_eq!(found["groups"].as_array().map(Vec::len), Some(2));
    let times = "days,dead,risk\n5,1,0.9\n8,0,0.4\n10,1,0.7\n12,1,0.2\n20,0,0.1\n25,0,0.3\n";
    fs::write(place.path().join("times.csv"), times).expect("a file");
    let line = "times.csv --task survival --truth days --event dead --score risk --horizon 11";
    let found = eval(place.path(), line).exits(0).json();
    // Pairs with a known order: 5 + 3 + 2; the case of 12 days scores above one of the two that follow it.
    assert!((number(&metric(&found, "c_index")["value"]) - 0.9).abs() < 1e-12);
    assert_eq!(number(&metric(&found, "auc_t@11")["value"]), 1.0);
    assert!(metric(&found, "brier_t@11")["value"].is_number());
    eval(
        place.path(),
        "times.csv --task survival --truth days --score risk",
    )
    .exits(2);
    // What a task does not read is refused, and so is a row without an answer unless it is to be left out.
    let line = "numbers.csv --task regression --truth y --score own";
    for option in ["--weight y", "--indeterminate wrong", "--method wilson"] {
        let refused = eval(place.path(), &format!("{line} {option}")).exits(2);
        assert_eq!(refused.json()["code"], "unread", "{option}");
    }
    fs::write(place.path().join("gap.csv"), "y,own\n1,1.5\n2,\n3,3.5\n").expect("a file");
    let line = "gap.csv --task regression --truth y --score own";
    eval(place.path(), line).exits(2);
    let left = eval(place.path(), &format!("{line} --indeterminate exclude"));
    assert_eq!(left.exits(0).json()["left_out"]["no_answer"], 1);
}

#[test]
fn what_cannot_be_evaluated_is_said_with_what_to_do() {
    let place = place();
    for (text, line, code) in [
        (
            "y,s\nsick,1\nwell,0\n",
            "x.csv --truth y --score s",
            "positive",
        ),
        (
            "y,s\n1,0.5\n2,0.1\n3,0.3\n",
            "x.csv --truth y --score s",
            "truth",
        ),
        (
            "y,s\n1,0.5\n0,high\n",
            "x.csv --truth y --score s",
            "number",
        ),
        (
            "y,s\n1,0.5\n0,0.1\n",
            "x.csv --truth y --score scor",
            "column",
        ),
        (
            "y,s\n1,0.5\n0,0.1\n",
            "x.csv --truth y --score s --metric aurok",
            "metric",
        ),
        (
            "y,s\n1,0.5\n0,0.1\n",
            "x.csv --truth y --score s --method exact",
            "method",
        ),
        ("y,s\n1,0.5\n0,0.1\n", "x.csv --truth y", "no_answers"),
        (
            "y,s\n1,0.5\n0,0.1\n",
            "x.csv --truth y --score s --plot picture.png",
            "plot",
        ),
        (
            "y,s\n1,0.5\n0,0.1\n",
            "x.csv --truth y --score s --metric auroc --method wilson",
            "method",
        ),
    ] {
        fs::write(place.path().join("x.csv"), text).expect("a file");
        let refused = eval(place.path(), line).exits(2).json();
        assert_eq!(refused["code"], code, "{line}: {refused}");
        assert!(
            refused["help"]
                .as_str()
                .is_some_and(|help| !help.is_empty())
        );
    }
    for line in [
        "size --metric sensitivity --expected 0.8 --criterion 0.9",
        "size --metric f1 --expected 0.9 --criterion 0.8",
    ] {
        eval(place.path(), line).exits(2);
    }
    let plain = eval(
        place.path(),
        "size --metric sensitivity --expected 0.9 --criterion 0.8 --prevalence 0.1",
    );
    let plain = plain.exits(0).json();
    let line = "size --metric sensitivity --expected 0.9 --criterion 0.8 --prevalence 0.1 --cluster-size 3 --icc 0.5";
    let clustered = eval(place.path(), line).exits(0).json();
    assert_eq!(
        number(&clustered["positives"]),
        2.0 * number(&plain["positives"])
    );
}

#[test]
fn pictures_of_an_evaluation_are_written() {
    let place = place();
    let line = "answers.csv --truth died --score risk --threshold 0.5 --group sex --plot roc=roc.svg --plot pr=pr.svg \
                --plot calibration=calibration.svg --plot decision=decision.svg --plot forest=forest.svg";
    eval(place.path(), line).exits(0);
    for kind in ["roc", "pr", "calibration", "decision", "forest"] {
        let file = place.path().join(format!("{kind}.svg"));
        let text = fs::read_to_string(&file).expect("a picture");
        assert!(
            text.starts_with("<svg") && text.ends_with("</svg>"),
            "{kind}"
        );
        if let Ok(kept) = std::env::var("GALEN_KEEP") {
            fs::copy(&file, format!("{kept}/{kind}.svg")).expect("a copy");
        }
    }
}

#[test]
fn the_reader_study_of_van_dyke_has_its_published_result() {
    let place = TempDir::new().expect("a folder");
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mrmc-classic");
    assert!(here.is_dir(), "the data are not in {}", here.display());
    let columns = "--truth truth --rating rating --reader reader --test treatment --case case";
    let file = |name: &str| here.join(format!("{name}.csv")).display().to_string();
    let line = format!("readers {} {columns}", file("vandyke"));
    let study = eval(place.path(), &format!("{line} --covariance jackknife"))
        .exits(0)
        .json();
    let near = |value: &Value, wanted: f64, by: f64| {
        assert!(
            (number(value) - wanted).abs() <= by,
            "{value} and not {wanted}"
        );
    };
    // Hillis, Berbaum and Metz 2008, Acad Radiol 15:647-661, and the R package MRMCaov on these data.
    let contrast = &study["differences"][0];
    near(&contrast["readers_and_cases"]["value"], -0.043_800_32, 1e-8);
    near(&contrast["readers_and_cases"]["low"], -0.087_959_5, 1e-6);
    near(&contrast["readers_and_cases"]["high"], 0.000_358_9, 1e-6);
    near(&contrast["p_value"], 0.0517, 5e-5);
    near(
        &study["readers_and_cases"]["degrees_of_freedom"][1],
        15.26,
        5e-3,
    );
    near(&study["mean_squares"][0], 0.004_796_17, 1e-8);
    near(&study["mean_squares"][2], 0.000_551_031, 1e-9);
    near(&study["tests"][0]["value"], 0.897, 5e-4);
    near(&study["tests"][1]["value"], 0.941, 5e-4);
    // DeLong's covariances of the same areas are a little larger.
    let by_placements = eval(place.path(), &line).exits(0).json();
    near(&by_placements["differences"][0]["p_value"], 0.0512, 5e-5);
    let refused = eval(
        place.path(),
        &format!("readers {} {columns}", file("kundel")),
    )
    .exits(2)
    .json();
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|text| text.contains("did not read the case")),
        "{refused}"
    );
}

#[test]
fn a_threshold_is_chosen_on_cases_for_that_purpose() {
    let place = place();
    let line = "threshold answers.csv --truth died --score risk --cluster patient --resamples 200";
    let chosen = |aim: &str| {
        eval(place.path(), &format!("{line} --aim {aim}"))
            .exits(0)
            .json()
    };
    let plain = chosen("sensitivity=0.9");
    let value = number(&plain["threshold"]["value"]);
    assert!(number(&plain["metrics"]["sensitivity"]["value"]) >= 0.9);
    assert!(number(&plain["threshold"]["low"]) <= value);
    let sure = chosen("sensitivity=0.9 --surely");
    assert!(number(&sure["threshold"]["value"]) < value);
    assert!(number(&sure["metrics"]["sensitivity"]["low"]) >= 0.9);
    let wrong = eval(place.path(), &format!("{line} --aim sensitivity=2"));
    assert_eq!(wrong.exits(2).json()["code"], "aim");
}

#[test]
fn masks_of_two_folders_are_compared_case_by_case() {
    let place = TempDir::new().expect("a folder");
    let draw = |name: &str, left: u32| {
        let path = place.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let image = image::GrayImage::from_fn(20, 10, |x, _| {
            image::Luma([u8::from(x >= left && x < left + 6) * 255])
        });
        image.save(path).expect("an image");
    };
    let mut cases = "mask,who,site\n".to_owned();
    for case in 0..6 {
        draw(&format!("truth/{case}.png"), if case == 5 { 90 } else { 4 });
        draw(
            &format!("model/{case}.png"),
            if case == 5 { 90 } else { 4 + case % 3 },
        );
        cases += &format!("{case},p{},{}\n", case / 2, ["a", "b"][case as usize % 2]);
    }
    fs::write(place.path().join("cases.csv"), cases).expect("a file");
    let line = "model --truth truth --task segmentation --tolerance 1 --resamples 200";
    let found = eval(
        place.path(),
        &format!("{line} --cases cases.csv --id mask --group site --cluster who"),
    )
    .exits(0)
    .json();
    // Moved by 0, 1 or 2 of 6 columns; the last has nothing to find and nothing found.
    let dice = [1.0, 10.0 / 12.0, 8.0 / 12.0, 1.0, 10.0 / 12.0];
    let mean = dice.iter().sum::<f64>() / 5.0;
    assert!((number(&metric(&found, "dice")["value"]) - mean).abs() < 1e-12);
    assert_eq!(metric(&found, "dice")["n"], 5);
    assert_eq!(
        (
            found["clusters"].as_u64(),
            found["overall"]["both_empty"].as_u64()
        ),
        (Some(3), Some(1))
    );
    assert_eq!(
        number(&metric(&found, "hausdorff95")["value"]),
        (0.0 + 1.0 + 2.0 + 0.0 + 1.0) / 5.0
    );
    assert_eq!(found["groups"].as_array().map(Vec::len), Some(2));
    assert_eq!(found["worst"][0]["case"], "2");
    let asked = format!("{line} --cases cases.csv --id mask --exploratory site");
    let groups = eval(place.path(), &asked).exits(0).json();
    assert_eq!(groups["groups"][0]["exploratory"], true);
    fs::remove_file(place.path().join("model/3.png")).expect("it is there");
    let wrong = eval(place.path(), line).exits(2).json();
    assert_eq!(wrong["code"], "no_answer");
}

#[test]
fn found_boxes_are_held_against_the_true_ones() {
    let place = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| fs::write(place.path().join(name), text).expect("a file");
    write(
        "truth.csv",
        "image,x_min,y_min,x_max,y_max\na,0,0,10,10\na,30,0,40,10\nb,,,,\nc,0,0,10,10\nd,,,,\n",
    );
    write(
        "found.csv",
        "image,x_min,y_min,x_max,y_max,score\na,0,0,10,9,0.9\na,60,0,70,10,0.8\nb,0,0,5,5,0.6\na,31,0,41,10,0.4\nc,1,0,11,10,0.7\n",
    );
    write(
        "images.csv",
        "image,who,site\na,p1,x\nb,p1,y\nc,p2,x\nd,p3,y\n",
    );
    let line = "found.csv --truth truth.csv --task detection --threshold 0.5 --resamples 200";
    let found = eval(
        place.path(),
        &format!("{line} --cases images.csv --cluster who --group site"),
    )
    .exits(0)
    .json();
    let value = |id: &str| number(&metric(&found, id)["value"]);
    // Hits at 0.9, 0.7 and 0.4, false alarms at 0.8 and 0.6, of three boxes.
    assert!((value("ap") - (1.0 + 2.0 / 3.0 + 3.0 / 5.0) / 3.0).abs() < 1e-12);
    assert!((value("sensitivity") - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!((value("false_alarms_per_image"), value("ppv")), (0.5, 0.5));
    // At an eighth of a false alarm an image one of three is hit, at a quarter two, from a half on all.
    assert!((value("froc") - (1.0 / 3.0 + 2.0 / 3.0 + 5.0) / 7.0).abs() < 1e-12);
    assert_eq!(
        (found["clusters"].as_u64(), found["n"].as_u64()),
        (Some(3), Some(4))
    );
    assert_eq!(found["groups"].as_array().map(Vec::len), Some(2));
    // The same as files of COCO.
    write(
        "truth.json",
        r#"{"images": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}], "annotations": [{"image_id": 1, "bbox": [0, 0, 10, 10]},
            {"image_id": 1, "bbox": [30, 0, 10, 10]}, {"image_id": 3, "bbox": [0, 0, 10, 10]}]}"#,
    );
    write(
        "found.json",
        r#"[{"image_id": 1, "bbox": [0, 0, 10, 9], "score": 0.9}, {"image_id": 1, "bbox": [60, 0, 10, 10], "score": 0.8},
            {"image_id": 2, "bbox": [0, 0, 5, 5], "score": 0.6}, {"image_id": 1, "bbox": [31, 0, 10, 10], "score": 0.4},
            {"image_id": 3, "bbox": [1, 0, 10, 10], "score": 0.7}]"#,
    );
    let coco = "found.json --truth truth.json --task detection --threshold 0.5 --resamples 200";
    let coco = eval(place.path(), coco).exits(0).json();
    for id in ["ap", "froc", "ap_coco", "auroc_image", "f1"] {
        assert_eq!(
            metric(&coco, id)["value"],
            metric(&found, id)["value"],
            "{id}"
        );
    }
    write(
        "lost.csv",
        "image,x_min,y_min,x_max,y_max,score\nz,0,0,10,9,0.9\n",
    );
    let lost = eval(place.path(), "lost.csv --truth truth.csv --task detection")
        .exits(2)
        .json();
    assert_eq!(lost["code"], "no_truth");
}

#[test]
fn alarms_labels_and_grades_are_judged_from_the_command_line() {
    let place = TempDir::new().expect("a folder");
    let mut csv = "who,hour,risk,onset,septic,sex\n".to_owned();
    for who in 0..30 {
        for hour in 0..20 {
            // Every third has the event at hour 15 and a risk that rises; every fifth has one alarm for nothing.
            let has = who % 3 == 0;
            let onset = if has { "15" } else { "" };
            let risk = if has && hour >= 11 || who % 5 == 1 && hour == 2 {
                0.8
            } else {
                0.2
            };
            let septic = u8::from(has && hour >= 15);
            writeln!(
                csv,
                "p{who},{hour},{risk},{onset},{septic},{}",
                ["F", "M"][who % 2]
            )
            .expect("a text");
        }
    }
    fs::write(place.path().join("hours.csv"), csv).expect("a file");
    let line = "hours.csv --task alarms --cluster who --time hour --truth onset --score risk --threshold 0.5 --horizon 6 --silence 10 --group sex --resamples 200";
    let found = eval(place.path(), line).exits(0).json();
    let value = |id: &str| number(&metric(&found, id)["value"]);
    assert_eq!(
        (value("event_sensitivity"), value("lead_time_median")),
        (1.0, 4.0)
    );
    assert_eq!(found["groups"].as_array().map(Vec::len), Some(2));
    // The same by a label in each row.
    let label = line.replace("--truth onset", "--truth septic --onset-label");
    let same = eval(place.path(), &label).exits(0).json();
    assert_eq!(same["overall"], found["overall"]);
    assert_eq!(
        eval(place.path(), &line.replace("--horizon 6 ", ""))
            .exits(2)
            .json()["code"],
        "horizon"
    );
    assert_eq!(
        eval(place.path(), &format!("{line} --levels a,b"))
            .exits(2)
            .json()["code"],
        "unread"
    );
    let line = "answers.csv --task multilabel --label first=died,risk --label second=died,other --cluster patient --threshold 0.5 --resamples 200";
    fs::write(place.path().join("answers.csv"), answers()).expect("a file");
    let labels = eval(place.path(), line).exits(0).json();
    assert!(number(&metric(&labels, "auroc_macro")["value"]) > 0.6);
    fs::write(
        place.path().join("grades.csv"),
        "truth,said\nnone,none\nmild,none\nsevere,mild\nmild,mild\nnone,severe\nsevere,severe\n",
    )
    .expect("a file");
    let line = "grades.csv --task ordinal --truth truth --predicted said --levels none,mild,severe --resamples 200";
    let grades = eval(place.path(), line).exits(0).json();
    assert!((number(&metric(&grades, "accuracy")["value"]) - 0.5).abs() < 1e-12);
    assert!((number(&metric(&grades, "within_one")["value"]) - 5.0 / 6.0).abs() < 1e-12);
}

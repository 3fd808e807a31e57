//! `galen data profile|check|drift|validate` on files, without a project.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::project::{flchain, text};
use crate::typed::{Ended, bare};

/// Cases with results of the real packages, beside the repository.
fn examples() -> PathBuf {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/reference-examples");
    assert!(
        folder.is_dir(),
        "the reference examples are not in {}",
        folder.display()
    );
    folder
}

/// Runs every case of a kind and compares what galen says with what the real package says.
#[track_caller]
pub fn agrees_with_the_reference(kind: &str) {
    let mut cases = 0;
    for case in fs::read_dir(examples().join(kind)).expect("there are cases") {
        let case = case.expect("there are cases").path();
        let about = fs::read_to_string(case.join("case.json")).expect("case.json is there");
        let about: Value = serde_json::from_str(&about).expect("case.json is JSON");
        let place = TempDir::new().expect("a folder");
        let ended: Vec<Ended> = about["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .map(|step| run(step, &case, place.path()))
            .collect();
        for check in about["checks"].as_array().expect("checks") {
            let index = check["step"]
                .as_u64()
                .and_then(|at| usize::try_from(at).ok());
            let ended = &ended[index.unwrap_or(ended.len() - 1)];
            if let Err(why) = holds(check, ended) {
                panic!("{}: {why}: {check:#}", about["id"]);
            }
        }
        cases += 1;
    }
    assert!(cases > 0, "no case of {kind}");
}

/// `{tmp}` is one folder for all steps of a case.
fn run(step: &Value, case: &Path, place: &Path) -> Ended {
    let words: Vec<String> = step["argv"][0]
        .as_array()
        .expect("argv")
        .iter()
        .map(|word| text(word).replace("{case}", &case.display().to_string()))
        .map(|word| word.replace("{tmp}", &place.display().to_string()))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = bare(place, &words);
    let allowed: Vec<i64> = step["exit"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_i64)
        .collect();
    assert!(
        ended
            .exit
            .is_some_and(|code| allowed.contains(&i64::from(code))),
        "{words:?}: {ended:#?}"
    );
    ended
}

fn holds(check: &Value, ended: &Ended) -> Result<(), String> {
    let document = ended.json();
    let at = || -> Result<&Value, String> {
        let paths: Vec<&str> = match &check["path"] {
            Value::Array(paths) => paths.iter().map(text).collect(),
            one => vec![text(one)],
        };
        let found = paths.iter().find_map(|path| seek(&document, path));
        found.ok_or_else(|| format!("nothing at {paths:?}"))
    };
    match check["type"].as_str() {
        None => compare(check, at()?),
        Some("count") => {
            let counted = at()?.as_array().map(Vec::len);
            let same = counted.map(|n| n as u64) == check["want"].as_u64();
            same.then_some(()).ok_or(format!("{counted:?} of them"))
        }
        Some("exit_matches") => {
            let key = match at()?.as_bool() {
                Some(true) => "exit_true",
                _ => "exit_false",
            };
            let same = ended.exit.map(i64::from) == check[key].as_i64();
            same.then_some(()).ok_or(format!("exit {:?}", ended.exit))
        }
        Some("exit") => {
            let codes = check["one_of"].as_array().into_iter().flatten();
            let same = codes
                .clone()
                .any(|code| code.as_i64() == ended.exit.map(i64::from));
            same.then_some(()).ok_or(format!("exit {:?}", ended.exit))
        }
        Some("size") => {
            let size = at()?.as_u64();
            let inside = check["min"].as_u64() <= size && size <= check["max"].as_u64();
            inside.then_some(()).ok_or(format!("the size is {size:?}"))
        }
        Some("has_finding") => {
            let rules = check["any"].as_array().into_iter().flatten();
            let found = rules.clone().any(|rule| finds(&document, rule));
            found.then_some(()).ok_or("not found".to_owned())
        }
        Some("no_finding") => {
            let found = finds(&document, &check["rule"]);
            (!found).then_some(()).ok_or("found".to_owned())
        }
        Some(other) => Err(format!("the test does not know `{other}`")),
    }
}

fn compare(check: &Value, found: &Value) -> Result<(), String> {
    let said = Err(format!("galen says {found}"));
    if let Some(range) = check["between"].as_array() {
        let inside = found
            .as_f64()
            .is_some_and(|x| range[0].as_f64() <= Some(x) && Some(x) <= range[1].as_f64());
        return if inside { Ok(()) } else { said };
    }
    let wanted: Vec<&Value> = match check["one_of"].as_array() {
        Some(several) => several.iter().collect(),
        None => vec![&check["want"]],
    };
    let (relative, absolute) = match &check["tol"] {
        Value::Object(tolerance) => (
            tolerance["rel"].as_f64().unwrap_or_default(),
            tolerance["abs"].as_f64().unwrap_or_default(),
        ),
        Value::String(word) => match word.as_str() {
            "tight" => (1e-7, 0.0),
            "p" | "evidently" => (1e-6, 1e-12),
            "fit" => (1e-4, 0.0),
            _ => (1e-9, 1e-12),
        },
        _ => (0.0, 0.0),
    };
    let unsigned = check["abs_value"] == true;
    let same = |wanted: &Value| match (wanted.as_f64(), found.as_f64()) {
        (Some(a), Some(b)) => {
            let (a, b) = if unsigned { (a.abs(), b.abs()) } else { (a, b) };
            (a - b).abs() <= absolute.max(relative * a.abs())
        }
        _ => wanted == found,
    };
    if wanted.into_iter().any(same) {
        Ok(())
    } else {
        said
    }
}

/// Whether a finding has the rule's check, one of its severities and one of its columns.
fn finds(document: &Value, rule: &Value) -> bool {
    let member = |list: &Value, value: &Value| match list.as_array() {
        Some(list) => list.contains(value),
        None => true,
    };
    let findings = document["findings"].as_array().expect("findings");
    findings.iter().any(|one| {
        let columns = one["columns"].as_array();
        one["check"] == rule["check"]
            && member(&rule["severity"], &one["severity"])
            && (rule["columns_any"].is_null()
                || columns
                    .into_iter()
                    .flatten()
                    .any(|column| member(&rule["columns_any"], column)))
    })
}

/// The value at `columns[name=age].quantiles.p01` or `top[0].value`.
fn seek<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(document, |value, part| {
        let (name, select) = match part.split_once('[') {
            Some((name, select)) => (name, Some(select.trim_end_matches(']'))),
            None => (part, None),
        };
        let value = value.get(name)?;
        match select.map(|select| select.split_once('=').ok_or(select)) {
            None => Some(value),
            Some(Err(index)) => value.get(index.parse::<usize>().ok()?),
            Some(Ok((key, wanted))) => {
                let of = |one: &Value| {
                    key.split('/')
                        .fold(one.clone(), |one, key| one[key].clone())
                };
                value.as_array()?.iter().find(|one| of(one) == wanted)
            }
        }
    })
}

#[test]
fn a_profile_agrees_with_pandas() {
    agrees_with_the_reference("profile");
}

#[test]
fn the_checks_find_a_planted_proxy_and_nothing_in_clean_data() {
    agrees_with_the_reference("check");
}

#[test]
fn drift_tests_agree_with_scipy_and_evidently() {
    agrees_with_the_reference("drift");
}

/// A plan of two columns, beside data that meet it or not.
fn validated(rows: &str) -> Ended {
    let place = TempDir::new().expect("a folder");
    let plan = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flchain/data.yaml"),
    )
    .expect("the plan is there");
    fs::write(place.path().join("plan.yaml"), plan).expect("a file");
    fs::write(place.path().join("cohort.csv"), rows).expect("a file");
    let arguments = [
        "data",
        "validate",
        "cohort.csv",
        "--expect",
        "plan.yaml",
        "--json",
    ];
    bare(place.path(), &arguments)
}

#[test]
fn the_cohort_meets_its_data_plan_without_a_project() {
    let rows = fs::read_to_string(flchain()).expect("the cohort is there");
    let document = validated(&rows).exits(0).json();
    assert_eq!(document["kind"], "data validate");
    assert_eq!(document["ok"], true);
    assert_eq!(document["rows"], 7874);
}

#[test]
fn a_person_of_seven_years_is_not_as_the_data_plan_expects() {
    let rows = fs::read_to_string(flchain()).expect("the cohort is there");
    let (header, first) = rows.split_once('\n').expect("a header");
    let (_, after_age) = first.split_once(',').expect("columns");
    let document = validated(&format!("{header}\n7,{after_age}"))
        .exits(1)
        .json();
    assert_eq!(document["ok"], false);
    let results = document["results"].as_array().expect("results");
    let failed: Vec<&Value> = results.iter().filter(|one| one["ok"] == false).collect();
    assert!(!failed.is_empty());
    assert!(
        failed.iter().all(|one| one["column"] == "age"),
        "{failed:#?}"
    );
    let range = failed.iter().find(|one| one["unexpected"] == 1);
    let examples = &range.expect("one value is out of range")["examples"];
    assert_eq!(examples[0]["value"], "7", "{examples:#}");
}

#[test]
fn a_file_without_a_plan_or_a_label_is_not_judged() {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("a.csv"), "x,y\n1,2\n3,4\n").expect("a file");
    bare(place.path(), &["data", "validate", "a.csv", "--json"]).fails(2, "no_expectations");
    bare(place.path(), &["data", "check", "a.csv", "--json"]).fails(2, "no_label");
    let wrong = ["data", "check", "a.csv", "--label", "z", "--json"];
    let error = bare(place.path(), &wrong).exits(2).json();
    assert!(text(&error["message"]).contains('z'), "{error:#}");
}

#[test]
fn commands_that_only_read_files_write_nothing() {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("a.csv"), "x,y\n1,2\n3,4\n").expect("a file");
    bare(place.path(), &["data", "profile", "a.csv"]).exits(0);
    let drift = [
        "data",
        "drift",
        "--reference",
        "a.csv",
        "--current",
        "a.csv",
    ];
    bare(place.path(), &drift).exits(0);
    let left = fs::read_dir(place.path())
        .expect("the folder is read")
        .count();
    assert_eq!(left, 1, "something was written beside a.csv");
}

/// Two files of which each has a column of its own.
fn two_files() -> TempDir {
    let place = TempDir::new().expect("a folder");
    let rows = |head: &str| format!("{head}\n{}", "1,2\n3,4\n5,6\n".repeat(9));
    fs::write(place.path().join("then.csv"), rows("age,ward")).expect("a file");
    fs::write(place.path().join("now.csv"), rows("age,clinic")).expect("a file");
    place
}

const DRIFT: [&str; 6] = [
    "data",
    "drift",
    "--reference",
    "then.csv",
    "--current",
    "now.csv",
];

#[test]
fn drift_at_a_level_that_is_none_is_refused() {
    let place = two_files();
    for alpha in ["7", "1", "0", "-1", "NaN", "inf"] {
        let alpha = format!("--alpha={alpha}");
        let arguments = [&DRIFT[..], &[&alpha, "--json"]].concat();
        let error = bare(place.path(), &arguments).fails(2, "alpha");
        assert!(
            text(&error["message"]).contains("between 0 and 1"),
            "{error:#}"
        );
    }
    bare(place.path(), &[&DRIFT[..], &["--alpha", "0.01"]].concat()).exits(0);
}

#[test]
fn drift_names_the_columns_that_only_one_file_has() {
    let place = two_files();
    let ended = bare(place.path(), &DRIFT).exits(0);
    for said in [
        "Only in the reference file, so not compared: ward.",
        "Only in the current file, so not compared: clinic.",
    ] {
        assert!(ended.out.contains(said), "no `{said}`: {}", ended.out);
    }
    let document = bare(place.path(), &[&DRIFT[..], &["--json"]].concat()).json();
    assert_eq!(document["only_in_reference"], serde_json::json!(["ward"]));
    assert_eq!(document["only_in_current"], serde_json::json!(["clinic"]));
}

#[test]
fn the_report_of_a_check_stands_under_three_heads() {
    let place = TempDir::new().expect("a folder");
    let row = |n: usize| {
        let ill = u8::from(n.is_multiple_of(3));
        let sex = if n.is_multiple_of(20) { "F" } else { "M" };
        format!(
            "P{n},{},{sex},{ill},{}\n",
            40 + n * 7 % 41,
            100 * u32::from(ill) + n as u32 % 7
        )
    };
    let rows: String = (0..300).map(row).collect();
    std::fs::write(
        place.path().join("a.csv"),
        format!("id,age,sex,ill,code\n{rows}"),
    )
    .expect("a file");
    let census = "sex,count\nF,500\nM,500\n";
    std::fs::write(place.path().join("census.csv"), census).expect("a file");
    let words = [
        "data", "check", "a.csv", "--label", "ill", "--id", "id", "--group", "sex",
    ];
    let words = [&words[..], &["--target", "census.csv"]].concat();
    let said = bare(place.path(), &words).exits(1).out;
    for head in [
        "Relevance: 1 stop",
        "Integrity: 0 stop",
        "Representativeness: 0 stop",
    ] {
        assert!(said.contains(head), "{said}");
    }
    assert!(
        said.contains("A claim for sex = F cannot rest on them."),
        "{said}"
    );
    let document = bare(place.path(), &[&words[..], &["--json"]].concat())
        .exits(1)
        .json();
    assert_eq!(document["ok"], false);
    let heads = document["heads"].as_array().expect("three heads");
    assert_eq!(heads.len(), 3);
    assert_eq!(heads[0]["head"], "relevance");
    let first = &document["findings"][0];
    assert_eq!(
        (text(&first["check"]), text(&first["severity"])),
        ("label_proxy", "stop")
    );
}

#[test]
fn a_file_is_divided_by_patient_with_a_receipt_that_names_nobody() {
    let place = TempDir::new().expect("a folder");
    let row =
        |n: usize, visit: usize| format!("NAME{n},{visit},{}\n", u8::from(n.is_multiple_of(5)));
    let rows = (0..100).flat_map(|n| (0..2).map(move |visit| row(n, visit)));
    let rows: String = rows.collect();
    fs::write(place.path().join("a.csv"), format!("who,visit,ill\n{rows}")).expect("a file");
    let words = [
        "data",
        "split",
        "a.csv",
        "--id",
        "who",
        "--stratify",
        "ill",
        "--out",
        "parts",
    ];
    let document = bare(place.path(), &[&words[..], &["--json"]].concat())
        .exits(0)
        .json();
    assert_eq!(document["patients_in_two_parts"], 0);
    let mut seen = std::collections::BTreeMap::new();
    for (part, patients, ill) in [("train", 70, 14), ("tune", 10, 2), ("test", 20, 4)] {
        let text =
            fs::read_to_string(place.path().join(format!("parts/{part}.csv"))).expect("a part");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("who,visit,ill"));
        let lines: Vec<&str> = lines.collect();
        assert_eq!(lines.len(), 2 * patients, "{part}");
        assert_eq!(
            lines.iter().filter(|line| line.ends_with(",1")).count(),
            2 * ill,
            "{part}"
        );
        for line in lines {
            let who = line.split(',').next().expect("an id").to_owned();
            assert_eq!(*seen.entry(who).or_insert(part), part);
        }
    }
    let receipt = fs::read_to_string(place.path().join("parts/receipt.json")).expect("a receipt");
    assert!(!receipt.contains("NAME"));
    // Whoever has the key and an identifier finds the part; written down from RFC 2104 by hand.
    let key = fs::read_to_string(place.path().join("parts/receipt.key")).expect("a key");
    let byte = |at: usize| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).expect("hexadecimal");
    let mut block = [0; 64];
    (0..32).for_each(|at| block[at] = byte(at));
    let padded = |pad: u8| block.map(|byte| byte ^ pad).to_vec();
    let digest = |bytes: Vec<u8>| {
        let text = galen_store::Digest::of(&bytes).to_string();
        let text = text.trim_start_matches("sha256:").to_owned();
        let bytes = (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16));
        (
            text.clone(),
            bytes.collect::<Result<Vec<u8>, _>>().expect("hexadecimal"),
        )
    };
    let inner = digest([padded(0x36), b"NAME7".to_vec()].concat()).1;
    let token = digest([padded(0x5c), inner].concat()).0;
    assert_eq!(receipt.matches(&token).count(), 1);
    let again = bare(place.path(), &words).exits(0);
    assert!(again.out.contains("0 are in two parts"), "{}", again.out);
    bare(place.path(), &["data", "split", "a.csv", "--out", "parts"]).exits(2);
    let wrong = [&words[..], &["--parts", "train=0.5,test=0.6"]].concat();
    let said = bare(place.path(), &wrong).exits(2);
    assert!(said.err.contains("sum to 1"), "{}", said.err);
}

#[test]
fn readers_agree_as_the_real_packages_say_and_their_majority_is_written() {
    let place = TempDir::new().expect("a folder");
    let file = examples().join("agree/mitosis-microscope/data.csv");
    let file = file.to_str().expect("a path");
    let words = [
        "data", "agree", file, "--case", "case", "--reader", "reader", "--label", "label",
    ];
    let more = ["--out", "truth.csv", "--json"];
    let document = bare(place.path(), &[&words[..], &more].concat())
        .exits(0)
        .json();
    // From the reference example, which scikit-learn wrote.
    let kappa = document["pairs"][0]["cohen_kappa"]["value"]
        .as_f64()
        .expect("a kappa");
    assert!((kappa - 0.4867090306990065).abs() < 1e-12, "{kappa}");
    assert_eq!(document["cases"], 155);
    for id in [
        "percent_agreement",
        "fleiss_kappa",
        "krippendorff_alpha",
        "gwet_ac1",
        "icc_2_1",
    ] {
        let found = &document["overall"][id];
        let end = |end: &str| found[end].as_f64().expect("an end");
        assert!(
            end("low") < end("value") && end("value") < end("high"),
            "{id} {found}"
        );
    }
    let truth = fs::read_to_string(place.path().join("truth.csv")).expect("it was written");
    assert_eq!(
        truth.lines().next(),
        Some("case,label,share,readers,rule,resolved")
    );
    assert_eq!(truth.lines().count(), 156);
    let said = bare(place.path(), &words).exits(0).out;
    assert!(
        said.contains("Cohen's kappa") && said.contains("cases are decided"),
        "{said}"
    );
}

#[test]
fn readings_that_contradict_themselves_and_words_without_an_order_are_named() {
    let place = TempDir::new().expect("a folder");
    let rows = "case,reader,label\n1,A,mild\n1,B,severe\n2,A,none\n2,B,none\n";
    fs::write(place.path().join("a.csv"), rows).expect("a file");
    fs::write(place.path().join("b.csv"), format!("{rows}1,A,none\n")).expect("a file");
    let words = |file| {
        [
            "data", "agree", file, "--case", "case", "--reader", "reader", "--label", "label",
        ]
    };
    let twice = bare(place.path(), &words("b.csv")).exits(2);
    assert!(
        twice
            .err
            .contains("says of case `1` both `mild` and `none`"),
        "{}",
        twice.err
    );
    let weighted = [&words("a.csv")[..], &["--weights", "linear"]].concat();
    let unordered = bare(place.path(), &weighted).exits(2);
    assert!(unordered.err.contains("--order"), "{}", unordered.err);
    let ordered = [&weighted[..], &["--order", "none,mild,severe", "--json"]].concat();
    let document = bare(place.path(), &ordered).exits(0).json();
    // Half agreement in one case, whole in the other; by chance 0.5: worked out by hand.
    let found = document["overall"]["percent_agreement"]["value"].as_f64();
    assert_eq!(found, Some(0.75));
    let cluster = "case,reader,label,patient\n1,A,0,P\n1,B,1,Q\n2,A,1,R\n";
    fs::write(place.path().join("d.csv"), cluster).expect("a file");
    let clustered = [&words("d.csv")[..], &["--cluster", "patient"]].concat();
    let two = bare(place.path(), &clustered).exits(2);
    assert!(
        two.err.contains("case `1` is of two patients"),
        "{}",
        two.err
    );
    let wide = "case,one,two\n1,0,1\n2,1,1\n3,0,0\n";
    fs::write(place.path().join("c.csv"), wide).expect("a file");
    let words = [
        "data", "agree", "c.csv", "--case", "case", "--reader", "one", "--reader", "two", "--json",
    ];
    let document = bare(place.path(), &words).exits(0).json();
    assert_eq!(
        (&document["readers"], &document["pairs"][0]["n"]),
        (&serde_json::json!(2), &serde_json::json!(3))
    );
}

#[test]
fn who_read_makes_a_model_less_sure_of_itself() {
    let place = TempDir::new().expect("a folder");
    let mut rows = String::from("case,reader,label,score\n");
    for case in 0..60 {
        for (reader, odd) in [("ann", 59), ("ben", 7), ("cleo", 3)] {
            let truth = (case % 3 == 0) != (case % odd == 1);
            let score = if (case % 3 == 0) != (case % 10 == 3) {
                0.9
            } else {
                0.1
            };
            rows.push_str(&format!("{case},{reader},{},{score}\n", u8::from(truth)));
        }
    }
    fs::write(place.path().join("t.csv"), rows).expect("a file");
    let words = [
        "data", "agree", "t.csv", "--case", "case", "--reader", "reader", "--label", "label",
        "--score", "score", "--json",
    ];
    let document = bare(
        place.path(),
        &[&words[..], &["--threshold", "0.5"]].concat(),
    )
    .exits(0)
    .json();
    let endpoints = document["endpoints"].as_array().expect("endpoints");
    let ids: Vec<&str> = endpoints.iter().map(|one| text(&one["metric"])).collect();
    assert_eq!(ids, ["sensitivity", "specificity", "auroc"]);
    for one in endpoints {
        let width = |of: &str| {
            one[of]["high"].as_f64().expect("high") - one[of]["low"].as_f64().expect("low")
        };
        assert!(width("patients_and_readers") > width("patients"), "{one}");
    }
    let wrong = bare(place.path(), &[&words[..], &["--positive", "yes"]].concat())
        .exits(2)
        .json();
    assert_eq!(wrong["code"], "positive");
}

#[test]
fn who_read_when_in_whose_order_and_what_was_hidden_is_told() {
    let place = TempDir::new().expect("a folder");
    let mut text = "case,reader,label,at,hidden\n".to_owned();
    for case in 0..40 {
        let truth = case % 2;
        // Ben reads in Ada's order and guesses from the 20th case on; Cleo reads backwards and sees the reports of the odd cases.
        let guess = if case >= 20 && case % 4 == 0 {
            1 - truth
        } else {
            truth
        };
        for (reader, label, minute) in [
            ("ada", truth, case),
            ("ben", guess, case),
            ("cleo", truth, 39 - case),
        ] {
            let hidden = if reader == "cleo" && case % 2 == 1 {
                "nothing"
            } else {
                "report"
            };
            text += &format!("c{case:02},{reader},{label},2026-01-05T09:{minute:02}:00,{hidden}\n");
        }
    }
    let file = place.path().join("readings.csv");
    fs::write(&file, text).expect("a file");
    let file = file.to_str().expect("UTF-8");
    let roles = [
        "data", "agree", file, "--case", "case", "--reader", "reader", "--label", "label",
    ];
    let more = [
        "--when",
        "at",
        "--condition",
        "hidden",
        "--resamples",
        "50",
        "--json",
    ];
    let log = bare(place.path(), &[&roles[..], &more].concat())
        .exits(0)
        .json()["log"]
        .clone();
    let ben = &log["readers"][1];
    assert_eq!(
        (&ben["reader"], &ben["readings"]),
        (&"ben".into(), &40.into())
    );
    assert_eq!(ben["first"], "2026-01-05T09:00:00");
    assert_eq!(
        (&ben["first_half"]["value"], &ben["second_half"]["value"]),
        (&1.0.into(), &0.75.into())
    );
    assert!(
        ben["change"]["high"]
            .as_f64()
            .is_some_and(|high| high < 0.0),
        "{ben:#}"
    );
    let orders = log["same_order"].as_array().expect("pairs");
    assert_eq!(orders.len(), 1, "{orders:#?}");
    assert_eq!(
        (&orders[0]["a"], &orders[0]["b"], &orders[0]["cases"]),
        (&"ada".into(), &"ben".into(), &40.into())
    );
    let conditions = log["conditions"].as_array().expect("conditions");
    assert_eq!(conditions.len(), 2);
    assert_eq!(
        (&conditions[0]["condition"], &conditions[0]["readings"]),
        (&"nothing".into(), &20.into())
    );
    assert_eq!(conditions[0]["agrees"]["value"], 1.0);
    // A row a case says nothing of single readings.
    let wide = place.path().join("wide.csv");
    fs::write(
        &wide,
        "case,ada,ben,at\nc1,1,0,2026-01-05\nc2,1,1,2026-01-06\n",
    )
    .expect("a file");
    let wide = wide.to_str().expect("UTF-8");
    let wide = [
        "data", "agree", wide, "--case", "case", "--reader", "ada", "--reader", "ben", "--when",
        "at", "--json",
    ];
    bare(place.path(), &wide).fails(2, "readers");
}

#[test]
fn an_evaluation_agrees_with_scikit_learn_and_proc() {
    agrees_with_the_reference("eval");
}

#[test]
fn the_size_for_a_criterion_is_as_published() {
    agrees_with_the_reference("size");
}

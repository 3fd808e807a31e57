//! Judging and learning on: what was judged is what the evidence says.

use serde_json::{Value, json};

use super::criterion;
use crate::kept::{estimate, evidence, number, of_act, records, shown};
use crate::project::{demo, told};
use crate::typed::galen;

/// The evidence of a verdict on a change.
fn judged(change: &str) -> Value {
    let records = records(&demo().folder);
    let verdict = of_act(&records, "judge").find(|record| record["deed"]["change"] == change);
    let verdict = verdict.unwrap_or_else(|| panic!("{change} was not judged"));
    evidence(&demo().folder, &verdict["deed"]["evidence"])
}

#[test]
fn the_candidate_with_the_follow_up_time_would_pass_by_its_area() {
    let folder = &demo().folder;
    let area = |run: &str| {
        let facts = &shown(folder, run)["facts"];
        let evidence = evidence(folder, &facts["development"]["evidence"]);
        (
            facts["model"]["inputs"].clone(),
            estimate(&evidence, "auroc_all").clone(),
        )
    };
    let (inputs, careless) = area("run-3");
    let (_, honest) = area("run-1");
    assert!(
        inputs
            .as_array()
            .is_some_and(|all| all.contains(&json!("futime")))
    );
    // Its ranking has no error at all, hence no variation that an interval could be computed from.
    assert!(number(&careless["value"]) > 0.99, "{careless:#}");
    assert!(careless["low"].as_f64().is_none_or(|low| low >= 0.75));
    assert!(number(&careless["value"]) > number(&honest["high"]));
    // It is refused for what it needs, whatever its area, and costs no look.
    let refused = demo().step("galen change propose run-3");
    assert_eq!(refused["document"]["code"], "refused.input_not_known");
    let first = demo().step("galen gate change-1");
    assert_eq!(first["document"]["budget"]["used"], 1);
}

#[test]
fn release_2_is_not_inferior_to_release_1() {
    let gate = demo().step("galen gate change-3");
    let asked = criterion(gate, "update_not_inferior");
    assert_eq!(
        (&asked["rule"], &asked["required"]),
        (&json!("lower >= -0.02"), &json!(true))
    );
    assert_eq!(asked["result"], "pass");
    assert!(number(&asked["low"]) >= -0.02);
    // Paired on the reference set, and release 1 is what it was compared with.
    let evidence = judged("change-3");
    let difference = estimate(&evidence, "auroc_update_difference");
    assert_eq!(
        (&difference["low"], &difference["n"]),
        (&asked["low"], &json!(1876))
    );
    assert_eq!(difference["method"], "delong_paired");
    for (subject, release) in [("released", "release-1"), ("model", "release-2")] {
        let model = &shown(&demo().folder, release)["release"]["model"]["digest"];
        let subjects = evidence["subjects"].as_array().expect("subjects");
        let found = subjects.iter().find(|one| one["name"] == subject);
        assert_eq!(&found.expect("is named")["digest"], model, "{subject}");
    }
}

#[test]
fn whether_release_2_is_better_is_said() {
    for change in ["change-3", "change-4"] {
        let gate = demo().step(&format!("galen gate {change}"));
        let asked = criterion(gate, "update_better");
        assert_eq!(
            (&asked["rule"], &asked["required"]),
            (&json!("lower >= 0"), &json!(false))
        );
        let (low, high) = (number(&asked["low"]), number(&asked["high"]));
        let (result, word) = match (low >= 0.0, high < 0.0) {
            (true, _) => ("pass", "pass"),
            (_, true) => ("fail", "FAIL"),
            _ => ("inconclusive", "inconclusive"),
        };
        assert_eq!(asked["result"], result, "{change}");
        let said = told().said(&format!("galen gate {change}"));
        let begins = format!("  {word:<14} update_better ");
        assert!(
            said.iter().any(|line| line.starts_with(&begins)),
            "{said:#?}"
        );
        let limitations = gate["document"]["limitations"].as_array().expect("a list");
        let is_limited = limitations.contains(&json!("update_better"));
        assert_eq!(is_limited, result != "pass", "{change}");
    }
}

#[test]
fn people_and_creatinine_are_shown_apart() {
    let facts = |run: &str| shown(&demo().folder, run)["facts"]["model"].clone();
    let first = facts("run-1");
    // run-5 adds people, run-6 adds creatinine, run-7 adds both.
    for (run, more_people, creatinine) in [
        ("run-5", true, false),
        ("run-6", false, true),
        ("run-7", true, true),
    ] {
        let model = facts(run);
        assert_eq!(model["training"] != first["training"], more_people, "{run}");
        assert_eq!(model["inputs"] != first["inputs"], creatinine, "{run}");
        let document = &demo().step(&format!("galen compare {run} run-1"))["document"];
        assert_eq!(
            (&document["a"], &document["b"]),
            (&json!(run), &json!("run-1"))
        );
        let area = &document["comparisons"][0];
        assert_eq!(
            (&area["metric"], &area["n"]),
            (&json!("auroc"), &json!(704))
        );
        let difference = &area["difference"];
        let (low, high) = (number(&difference["low"]), number(&difference["high"]));
        let value = number(&difference["value"]);
        assert!(low < value && value < high && value != 0.0, "{area:#}");
    }
}

#[test]
fn the_stress_test_shows_fewer_expected_deaths_and_hardly_another_ranking() {
    let evidence = judged("change-3");
    let value = |quantity: &str| number(&estimate(&evidence, quantity)["value"]);
    let events = |quantity: &str| number(&estimate(&evidence, quantity)["events"]);
    // The deaths are the same people's, so a ratio that rises is an expectation that falls.
    assert_eq!(events("oe_all"), events("oe_creatinine_missing"));
    let rise = value("oe_creatinine_missing") / value("oe_all");
    assert!((1.05..1.20).contains(&rise), "{rise}");
    let ranking = value("auroc_all") - value("auroc_creatinine_missing");
    assert!((0.0..0.01).contains(&ranking), "{ranking}");
    // Fewer of those who die are flagged, of the same 210.
    let flagged = |quantity: &str| {
        let of = estimate(&evidence, quantity);
        number(&of["value"]) * number(&of["n"])
    };
    let before = flagged("sensitivity_women") + flagged("sensitivity_men");
    assert!(flagged("sensitivity_creatinine_missing") < before - 1.0);
    // A release without creatinine does not notice.
    let first = judged("change-2");
    let same = |quantity: &str| estimate(&first, quantity)["value"].clone();
    assert_eq!(same("oe_all"), same("oe_creatinine_missing"));
    let said = told().said("galen gate change-3").join("\n");
    for id in [
        "stress_calibration",
        "stress_discrimination",
        "stress_sensitivity",
    ] {
        assert!(said.contains(id), "{id} is not reported");
    }
}

#[test]
fn the_gate_of_an_old_run_is_shown_as_it_was_judged() {
    let gate = galen(&demo().folder, &["gate", "run-1", "--json"])
        .exits(0)
        .json();
    assert_eq!(gate["verdict"], "pass");
    // Release 1 followed the run: then there was nothing to compare with.
    let rows = gate["criteria"].as_array().expect("criteria");
    let update = rows.iter().find(|row| row["id"] == "update_not_inferior");
    assert_eq!(update.expect("it is declared")["result"], "not_applicable");
    let blocks = |row: &&Value| row["required"] == true && row["result"] == "inconclusive";
    assert_eq!(rows.iter().find(blocks), None);
}

#[test]
fn the_next_step_is_named_with_all_that_its_command_needs() {
    let next = &demo().step("galen status")["document"]["next"];
    assert_eq!(
        next["command"],
        "galen finding close finding-1 --correction …"
    );
}

#[test]
fn a_verdict_is_told_in_sentences_and_to_build_servers() {
    let folder = tempfile::tempdir().expect("a folder");
    let (junit, sarif) = (
        folder.path().join("gate.xml"),
        folder.path().join("gate.sarif"),
    );
    let names = [&junit, &sarif].map(|path| path.display().to_string());
    let gate = galen(
        &demo().folder,
        &[
            "gate", "run-2", "--json", "--report", &names[0], "--report", &names[1],
        ],
    );
    let document: Value = serde_json::from_str(&gate.out).expect("one document");
    let all = document["criteria"].as_array().expect("criteria");
    let area = all
        .iter()
        .find(|one| one["metric"] == "auroc" && one["by"].is_null());
    let area = area
        .and_then(|one| one["sentence"].as_str())
        .expect("a sentence");
    assert!(
        area.contains("of 100 pairs of a diseased and a healthy person"),
        "{area}"
    );
    let read = |path: &std::path::Path| std::fs::read_to_string(path).expect("it was written");
    let junit = read(&junit);
    assert_eq!(junit.matches("<testcase ").count(), all.len());
    let blocking = all.iter().filter(|one| {
        one["required"] == true
            && !["pass", "not_applicable", "reported"]
                .iter()
                .any(|ok| one["result"] == **ok)
    });
    assert_eq!(junit.matches("<failure ").count(), blocking.count());
    let sarif: Value = serde_json::from_str(&read(&sarif)).expect("SARIF is JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let plan = std::fs::read_to_string(demo().folder.join("protocol.yaml")).expect("the plan");
    for one in results {
        let line = &one["locations"][0]["physicalLocation"]["region"]["startLine"];
        let line = plan
            .lines()
            .nth(line.as_u64().expect("a line") as usize - 1);
        assert!(line.is_some_and(|line| line.contains("id:")), "{one:#}");
    }
    let wrong = galen(&demo().folder, &["gate", "run-1", "--report", "gate.pdf"]);
    assert_eq!(wrong.exit, Some(2));
}

//! What a person reads of the demo is what its project holds.

use std::fs;

use galen_spec::protocol::{CriterionKind, Protocol};
use galen_store::Digest;
use serde_json::Value;

use crate::kept::{artifact, evidence, number, of_act, records, shown};
use crate::project::{Told, copy, text, told};
use crate::typed::galen;

/// A number as a terminal shows it.
fn shown_number(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.0005 {
        format!("{value:.0e}")
    } else {
        format!("{value:.3}")
    }
}

/// An estimate as a terminal shows it.
fn shown_estimate(estimate: &Value) -> String {
    let Some(value) = estimate["value"].as_f64() else {
        let why = text(&estimate["why"]).trim_end_matches('.');
        return format!("not reported ({why})");
    };
    let interval = match (estimate["low"].as_f64(), estimate["high"].as_f64()) {
        (Some(low), Some(high)) => {
            let to = if low < 0.0 { " to " } else { "–" };
            format!(" ({}{to}{})", shown_number(low), shown_number(high))
        }
        _ => String::new(),
    };
    format!("{}{interval}, n {}", shown_number(value), estimate["n"])
}

/// Whether a printed number is the exact one up to its last digit.
fn is_rounded(printed: &str, exact: f64) -> bool {
    let (digits, exponent) = printed.split_once('e').unwrap_or((printed, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len());
    let exponent: i32 = exponent.parse().expect("an exponent");
    let unit = 10_f64.powi(exponent - i32::try_from(decimals).expect("a few decimals"));
    let read: f64 = printed.parse().expect("a number");
    (read - exact).abs() <= 0.500_001 * unit
}

fn protocol(told: &Told) -> Protocol {
    let frozen = fs::read_to_string(told.folder.join("protocol.yaml")).expect("it is there");
    galen_spec::read("protocol.yaml", &frozen).expect("the protocol reads")
}

/// The row of the evidence that a criterion is judged by.
fn row_of<'a>(evidence: &'a Value, endpoint: &str, level: f64) -> &'a Value {
    let rows = evidence["rows"].as_array().expect("rows");
    let row = rows.iter().find(|row| {
        row["quantity"] == endpoint && row["estimate"]["level"].as_f64() == Some(level)
    });
    &row.expect("every endpoint has a row")["estimate"]
}

#[test]
fn what_the_demo_prints_is_what_its_evidence_holds() {
    let told = told();
    let records = records(&told.folder);
    let verdicts: Vec<&Value> = of_act(&records, "judge").collect();
    assert_eq!(verdicts.len(), 4);
    for verdict in verdicts {
        prints_verdict(told, &verdict["deed"]);
    }
    for run in ["run-5", "run-6", "run-7"] {
        prints_comparison(told, run);
    }
    for (act, command) in [
        ("analyse_finding", "galen finding analyse"),
        ("explain", "galen explain shap --as"),
    ] {
        let record = of_act(&records, act).next().expect("was done");
        prints_rows(told, &record["deed"]["evidence"], command);
    }
}

/// Each criterion stands with the estimate that its evidence holds.
#[track_caller]
fn prints_verdict(told: &Told, deed: &Value) {
    let change = text(&deed["change"]);
    let evidence = evidence(&told.folder, &deed["evidence"]);
    let said = told.said(&format!("galen gate {change}"));
    let (look, allowed, verdict) = (
        &deed["look"],
        &deed["looks_allowed"],
        text(&deed["verdict"]),
    );
    let headline =
        format!("Verdict on {change}, reference set, look {look} of {allowed}: {verdict}.");
    assert_eq!(said[0], headline);
    let criteria = protocol(told).criteria;
    assert!(said.len() > criteria.len(), "{said:#?}");
    for (line, criterion) in said[1..].iter().zip(&criteria) {
        let kind = match criterion.kind {
            CriterionKind::Required => "required",
            CriterionKind::Descriptive => "descriptive",
        };
        let estimate = row_of(&evidence, &criterion.endpoint, criterion.level);
        let ends = format!("{} [{kind}]", shown_estimate(estimate));
        assert!(
            line.contains(&criterion.id) && line.ends_with(&ends),
            "{change}: `{line}` is not {ends}"
        );
    }
}

/// A comparison is not recorded; computed again, it gives the same.
#[track_caller]
fn prints_comparison(told: &Told, run: &str) {
    let again = ["compare", run, "run-1", "--json"];
    let compared = galen(&told.folder, &again).exits(0).json();
    let mut estimate = compared["comparisons"][0]["difference"].clone();
    estimate["n"] = compared["comparisons"][0]["n"].clone();
    let p = shown_number(number(&estimate["p_value"]));
    assert_eq!(
        told.said(&format!("galen compare {run} run-1"))[1],
        format!(
            "  Difference in AUROC: {}, p {p}",
            shown_estimate(&estimate)
        )
    );
}

/// Below its first line a command prints the rows of its evidence, all of them.
#[track_caller]
fn prints_rows(told: &Told, digest: &Value, command: &str) {
    let evidence = evidence(&told.folder, digest);
    let rows = evidence["rows"].as_array().expect("rows");
    let said = &told.said(command)[1..];
    assert_eq!(said.len(), rows.len(), "{command}");
    for (line, row) in said.iter().zip(rows) {
        let estimate = shown_estimate(&row["estimate"]);
        assert!(
            line.contains(&estimate),
            "{command}: `{line}` is not {estimate}"
        );
    }
}

#[test]
fn what_the_demo_prints_of_a_window_is_what_its_evidence_holds() {
    let told = told();
    let records = records(&told.folder);
    let windows: Vec<&Value> = of_act(&records, "window").collect();
    assert!(windows.len() > 10, "{} windows", windows.len());
    for record in windows {
        let (deed, day) = (&record["deed"], text(&record["as_of"]));
        let said = told.said(&format!("galen monitor run --as-of {day}"));
        let headline = format!(
            "Window {} of {}: n {}, labelled {}.",
            text(&deed["window"]),
            text(&deed["release"]),
            deed["n"],
            deed["labelled"]
        );
        let mut lines = said.iter().skip_while(|line| **line != headline);
        assert!(lines.next().is_some(), "{day} does not say `{headline}`");
        let evidence = evidence(&told.folder, &deed["evidence"]);
        let rows = evidence["rows"].as_array().expect("rows");
        let checks = deed["checks"].as_array().expect("checks");
        assert_eq!(checks.len(), rows.len());
        for (check, row) in checks.iter().zip(rows) {
            if check["crossing"] == "no_data" && deed["labelled"] == 0 {
                continue;
            }
            let (crossing, id) = (text(&check["crossing"]), text(&check["check"]));
            let sentence = text(&row["title"]);
            let line = format!("  {crossing:<12} {id}: {sentence}");
            assert_eq!(lines.next(), Some(&line.as_str()), "{day}");
            says(sentence, &row["estimate"], row["p_value"].as_f64());
        }
    }
}

/// Asserts that the numbers of a sentence such as `… is 0.92 (0.76–0.97 at level 0.99; n 48); …` are those of the row.
#[track_caller]
fn says(sentence: &str, estimate: &Value, p_value: Option<f64>) {
    let (_, said) = sentence.split_once(" is ").expect("something is said");
    let (value, doubt) = said.split_once(" (").expect("with its doubt");
    assert!(is_rounded(value, number(&estimate["value"])), "{sentence}");
    let (doubt, _) = doubt.split_once(')').expect("a bracket");
    let (mut p, mut interval) = (None, None);
    for part in doubt.split("; ") {
        if let Some(n) = part.strip_prefix("n ") {
            assert_eq!(n, estimate["n"].to_string(), "{sentence}");
        } else if let Some(printed) = part.strip_prefix("p ") {
            p = Some(printed);
        } else if let Some((bounds, level)) = part.split_once(" at level ") {
            assert_eq!(level, estimate["level"].to_string(), "{sentence}");
            interval = bounds.split_once('–');
        }
    }
    assert_eq!(p.is_some(), p_value.is_some(), "{sentence}");
    if let (Some(printed), Some(exact)) = (p, p_value) {
        assert!(is_rounded(printed, exact), "{sentence}");
    }
    assert_eq!(
        interval.is_some(),
        estimate["low"].is_number(),
        "{sentence}"
    );
    if let Some((low, high)) = interval {
        assert!(is_rounded(low, number(&estimate["low"])), "{sentence}");
        assert!(is_rounded(high, number(&estimate["high"])), "{sentence}");
    }
}

#[test]
fn a_printed_number_is_held_against_its_last_digit() {
    assert!(is_rounded("0.92", 0.9166) && !is_rounded("0.92", 0.9266));
    assert!(is_rounded("4.8e-12", 4.82e-12) && !is_rounded("4.8e-12", 4.92e-12));
    assert!(is_rounded("-0.008", -0.0079) && !is_rounded("0.008", -0.0079));
}

#[test]
fn sealing_says_what_it_proves_and_what_not() {
    let told = told();
    let said = told.said("galen data seal reference").join("\n");
    for sentence in [
        "reference is sealed to fay; the plain artifact is removed.",
        "Sealing shows tampering and counts looks. It hides nothing from who holds the key of fay",
        "or another copy of the plain file",
        "In this demo the plain file lies beside it, in data/reference.csv",
    ] {
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    // And so it is.
    let records = records(&told.folder);
    let seal = &of_act(&records, "seal").next().expect("was sealed")["deed"];
    assert!(!artifact(&told.folder, &seal["plain"]).exists());
    assert!(artifact(&told.folder, &seal["sealed"]).is_file());
    let beside = fs::read(told.folder.join("data/reference.csv")).expect("lies beside it");
    assert_eq!(Digest::of(&beside).to_string(), text(&seal["plain"]));
}

#[test]
fn the_demo_ends_with_three_lines_that_lead_on() {
    let told = told();
    let lines: Vec<&str> = told.text.lines().collect();
    let [done, open, look, change] = lines[lines.len() - 4..] else {
        unreachable!("four lines were taken")
    };
    assert!(
        done.starts_with("Done in ") && done.ends_with("in project."),
        "{done}"
    );
    assert!(open.starts_with("Open ") && look.starts_with("Look ") && change.starts_with("Try "));
    for file in ["technical-file.html", "gmlp.html"] {
        assert!(open.contains(&format!("project/{file}")), "{open}");
        assert!(told.folder.join(file).is_file());
    }
    assert!(open.contains("(or .pdf)") && told.folder.join("technical-file.pdf").is_file());
    assert!(look.contains("galen serve"));
    for words in [&["status"][..], &["releases"], &["monitor", "status"]] {
        assert!(
            look.contains(&format!("galen {}", words.join(" "))),
            "{look}"
        );
        galen(&told.folder, words).exits(0);
    }
    // What is to be tried comes out as promised.
    assert!(change.contains("change one byte below project/.galen and run galen verify"));
    let place = copy(&told.folder);
    let letter = shown(place.path(), "9")["record"]["deed"]["letter"].clone();
    let letter = artifact(place.path(), &letter);
    let mut bytes = fs::read(&letter).expect("the letter is kept");
    bytes[0] ^= 1;
    fs::write(&letter, bytes).expect("the forger writes");
    let proof = galen(place.path(), &["verify", "--json"]).exits(1).json();
    assert_eq!(
        proof["problems"][0]["what"], "artifact_changed",
        "{proof:#}"
    );
    assert!(change.contains("ask galen change sign for one's own proposal"));
    let own = "change sign change-4 --role ml_engineer --reason mine --as ada --json";
    let own: Vec<&str> = own.split(' ').collect();
    galen(place.path(), &own).fails(1, "refused.own_proposal");
}

/// What the README quotes: passages that stand in the demo's output as they are, in this order. A line that is only
/// `…` parts two of them.
fn quoted(readme: &str) -> Vec<String> {
    let mark = "<!-- Printed by galen demo; a test compares every line. -->\n\n```console\n";
    let mut passages = Vec::new();
    for block in readme.split(mark).skip(1) {
        let (block, _) = block.split_once("```\n").expect("the block ends");
        passages.extend(block.split("…\n").map(str::to_owned));
    }
    passages.retain(|passage| !passage.is_empty());
    passages
}

#[test]
fn the_readme_quotes_what_the_demo_prints() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = fs::read_to_string(readme).expect("the README is there");
    let passages = quoted(&readme);
    let (mut rest, all) = (told().text.as_str(), passages.concat());
    for passage in &passages {
        let at = rest.find(&format!("\n{passage}"));
        let at = at
            .unwrap_or_else(|| panic!("README.md quotes what the demo does not print:\n{passage}"));
        rest = &rest[at + passage.len()..];
    }
    for told in [
        "Verdict on change-2, reference set",
        "[required]",
        "system rolled release-2 back",
    ] {
        assert!(all.contains(told), "README.md does not quote `{told}`");
    }
}

#[test]
fn what_the_readme_quotes_is_found_line_by_line() {
    let mark = "<!-- Printed by galen demo; a test compares every line. -->";
    let page =
        format!("# a\n\n{mark}\n\n```console\n$ b\n  c\n…\n  d\n```\n\n```console\n$ e\n```\n");
    assert_eq!(quoted(&page), ["$ b\n  c\n", "  d\n"]);
}

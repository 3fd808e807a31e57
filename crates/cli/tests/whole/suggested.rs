//! A suite is suggested by a profile, reviewed by a person, and frozen with the data plan.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::project::{copy, text, young};
use crate::typed::{Ended, galen};

/// What the profile of the cohort suggests of one column, as entries of a list.
fn suggested(place: &Path, column: &str) -> String {
    let words = ["data", "profile", "flchain.csv", "--suggest", "suite.yaml"];
    galen(place, &words).exits(0);
    let suite = fs::read_to_string(place.join("suite.yaml")).expect("it is written");
    assert!(suite.starts_with("# A first draft"), "{suite}");
    let (_, entries) = suite.split_once("expectations:\n").expect("a suite");
    let entries: Vec<&str> = entries.split_inclusive("suggested: true\n").collect();
    let of_column = format!("column: {column}\n");
    let those = entries.iter().filter(|entry| entry.contains(&of_column));
    those.copied().collect()
}

/// Puts entries at the end of the expectations of data.yaml.
fn add_to_plan(place: &Path, entries: &str) {
    let plan = place.join("data.yaml");
    let text = fs::read_to_string(&plan).expect("it is there");
    let (before, after) = text.split_once("\nparts:").expect("a data plan");
    let indent = if entries.starts_with('-') { "  " } else { "" };
    let entries: String = entries
        .lines()
        .map(|line| format!("\n{indent}{line}"))
        .collect();
    fs::write(&plan, format!("{before}{entries}\nparts:{after}")).expect("it is written");
}

fn freeze(place: &Path) -> Ended {
    galen(place, &["freeze", "data", "--as", "dora", "--json"])
}

#[test]
fn a_suggestion_is_frozen_when_somebody_has_reviewed_it_and_not_before() {
    let place = copy(young());
    let place = place.path();
    // The plan has entries of these names already.
    let entries = suggested(place, "kappa").replace("id: kappa_", "id: suggested_kappa_");
    assert!(entries.matches("suggested: true").count() > 1, "{entries}");
    let before = fs::read_to_string(place.join("data.yaml")).expect("it is there");

    add_to_plan(place, &entries);
    let refused = freeze(place);
    let document = refused.json();
    assert_ne!(refused.exit, Some(0));
    assert_eq!(document["kind"], "error", "{document:#}");
    assert!(
        document.to_string().contains("data.reviewed"),
        "{document:#}"
    );

    fs::write(place.join("data.yaml"), before).expect("it is written");
    let reviewed: Vec<&str> = entries
        .lines()
        .filter(|line| !line.contains("suggested: true"))
        .collect();
    add_to_plan(place, &reviewed.join("\n"));
    let frozen = freeze(place).exits(0).json();
    let plan = fs::read(place.join("data.yaml")).expect("it is there");
    let digest = galen_store::Digest::of(&plan).to_string();
    assert_eq!(text(&frozen["specs"][0]["digest"]), digest);

    let words = ["data", "validate", "flchain", "--as", "gil", "--json"];
    let document = galen(place, &words).exits(0).json();
    let results = document["results"].as_array().expect("results");
    let ids = results.iter().map(|one| text(&one["id"]));
    let asked: Vec<&str> = ids
        .filter(|id| id.starts_with("suggested_kappa_"))
        .collect();
    assert_eq!(
        asked.len(),
        entries.matches("id: suggested_").count(),
        "{asked:?}"
    );
    let verified = galen(place, &["verify", "--json"]).exits(0).json();
    assert_eq!(verified["ok"], true, "{verified:#}");
}

#[test]
fn a_draft_can_be_tried_and_says_that_it_is_one() {
    let place = copy(young());
    suggested(place.path(), "kappa");
    let words = ["data", "validate", "flchain.csv", "--expect", "suite.yaml"];
    let told = galen(place.path(), &words).exits(0);
    let said = "were suggested by a profile, and nobody has reviewed them yet.";
    assert!(told.out.contains(said), "{}", told.out);
    let document: Value = galen(place.path(), &[&words[..], &["--json"]].concat()).json();
    let results = document["results"].as_array().map(Vec::len);
    assert_eq!(document["suggested"].as_u64().map(|n| n as usize), results);
}

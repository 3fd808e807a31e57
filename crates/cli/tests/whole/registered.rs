//! Claims as manifests of another tool, there and back.

use std::fs;

use tempfile::TempDir;

use crate::project::{copy, demo, text, young};
use crate::typed::{bare, galen};

#[test]
fn every_bound_of_the_protocol_is_exported_and_comes_back_as_a_criterion() {
    let project = copy(&demo().folder);
    let written = galen(
        project.path(),
        &["export", "prml", "--out", "registered", "--json"],
    )
    .exits(0)
    .json();
    let manifests = written["manifests"].as_array().expect("manifests");
    // A range is two claims, a report none.
    assert_eq!(manifests.len(), 19);
    assert!(manifests.iter().all(|one| one["version"] == 1));
    let file = project.path().join("registered/discrimination.prml");
    let (claimed, recorded) = (
        fs::read_to_string(&file).expect("a manifest"),
        fs::read_to_string(file.with_extension("prml.sha256")).expect("its hash"),
    );
    assert_eq!(recorded.trim(), text(&manifests[0]["sha256"]));
    assert!(claimed.contains("metric: lower(auroc)\n") && claimed.contains("threshold: 0.75\n"));
    // What depends on nothing but the ledger is the same again.
    let again = galen(project.path(), &["export", "prml", "--json"])
        .exits(0)
        .json();
    assert_eq!(again["manifests"], written["manifests"]);

    let back = bare(
        project.path(),
        &["import", "prml", "registered/discrimination.prml", "--json"],
    )
    .exits(0)
    .json();
    assert_eq!(
        (&back["state"], &back["criterion"]["rule"]),
        (&"locked".into(), &"lower >= 0.75".into())
    );
    assert_eq!(back["endpoint"]["id"], "auroc_all");
}

#[test]
fn a_manifest_that_was_changed_after_it_was_registered_is_tampered() {
    let project = copy(&demo().folder);
    galen(project.path(), &["export", "prml", "--out", "registered"]).exits(0);
    let file = project.path().join("registered/discrimination.prml");
    let claimed = fs::read_to_string(&file).expect("a manifest");
    fs::write(&file, claimed.replace("threshold: 0.75", "threshold: 0.70")).expect("it is changed");
    let found = bare(
        project.path(),
        &[
            "import",
            "prml",
            "registered/discrimination.prml",
            "--out",
            "lines.yaml",
            "--json",
        ],
    );
    let found = found.exits(1).json();
    assert_eq!(found["state"], "tampered");
    assert!(!project.path().join("lines.yaml").exists());
}

#[test]
fn a_changed_criterion_amends_its_claim_and_the_others_stay() {
    let project = copy(&demo().folder);
    let file = project.path().join("protocol.yaml");
    let protocol = fs::read_to_string(&file).expect("the protocol");
    fs::write(
        &file,
        protocol.replacen("rule: lower >= 0.75", "rule: lower >= 0.76", 1),
    )
    .expect("it is changed");
    galen(project.path(), &["freeze", "protocol", "--as", "dora"]).exits(0);
    let written = galen(
        project.path(),
        &["export", "prml", "--out", "registered", "--json"],
    )
    .exits(0)
    .json();
    let manifests = written["manifests"].as_array().expect("manifests");
    let of = |name: &str| {
        manifests
            .iter()
            .filter(|one| one["claim"] == name)
            .collect::<Vec<_>>()
    };
    let [first, second] = of("discrimination")[..] else {
        panic!("two manifests of the claim")
    };
    assert_eq!(second["name"], "discrimination.2");
    assert_eq!(second["manifest"]["prior_hash"], first["sha256"]);
    assert_eq!(
        second["manifest"]["claim_id"],
        first["manifest"]["claim_id"]
    );
    assert_eq!(of("assay_error").len(), 1);
}

#[test]
fn nothing_is_registered_before_the_reference_set_is_sealed() {
    let ended = galen(young(), &["export", "prml"]).exits(2);
    assert!(
        ended.err.contains("galen data seal reference"),
        "{}",
        ended.err
    );
}

#[test]
fn a_claim_of_another_tool_becomes_a_criterion_and_a_wrong_one_is_named_with_its_line() {
    let place = TempDir::new().expect("a folder");
    let claim = "version: \"prml/0.1\"\nclaim_id: \"01900000-0000-7000-8000-000000000000\"\ncreated_at: \"2026-05-01T12:00:00Z\"\nmetric: \"roc_auc\"\n\
                 comparator: \">=\"\nthreshold: 0.85\ndataset:\n  id: \"test-set\"\n  hash: \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n\
                 seed: 42\nproducer:\n  id: \"example.org\"\n";
    fs::write(place.path().join("claim.yaml"), claim).expect("a file");
    let found = bare(
        place.path(),
        &[
            "import",
            "prml",
            "claim.yaml",
            "--out",
            "lines.yaml",
            "--json",
        ],
    )
    .exits(0)
    .json();
    assert_eq!(
        (&found["state"], &found["criterion"]["rule"]),
        (&"unrecorded".into(), &"lower >= 0.85".into())
    );
    let lines = fs::read_to_string(place.path().join("lines.yaml")).expect("lines");
    assert!(lines.contains("metric: auroc"), "{lines}");
    let recorded = [
        "import",
        "prml",
        "claim.yaml",
        "--recorded",
        text(&found["sha256"]),
    ];
    bare(place.path(), &recorded).exits(0);
    bare(
        place.path(),
        &["import", "prml", "claim.yaml", "--recorded", "00"],
    )
    .exits(1);

    let unknown = claim.replace("roc_auc", "bleu");
    fs::write(place.path().join("claim.yaml"), unknown).expect("a file");
    let found = bare(place.path(), &["import", "prml", "claim.yaml"]).exits(0);
    assert!(
        found.out.contains("the manual has no metric bleu"),
        "{}",
        found.out
    );

    fs::write(place.path().join("claim.yaml"), claim.replace(">=", "=>")).expect("a file");
    let wrong = bare(place.path(), &["import", "prml", "claim.yaml"]).exits(2);
    assert!(wrong.err.contains("claim.yaml:5:"), "{}", wrong.err);
}

//! Acts that may not be done, or not by this person, or not with this passphrase.

use std::fs;

use crate::errors::{entries, nothing_is_lost};
use crate::project::{copy, text, young};
use crate::typed::galen;

#[test]
fn who_acts_must_be_named_where_several_have_keys() {
    let error = galen(young(), &["run", "release1", "--json"]).fails(2, "who");
    assert!(text(&error["help"]).contains("--as"), "{error:#}");
}

#[test]
fn who_has_no_key_is_told_how_to_make_one() {
    let error = galen(young(), &["run", "release1", "--as", "emil", "--json"]).fails(2, "no_key");
    assert!(
        text(&error["help"]).contains("galen key new emil"),
        "{error:#}"
    );
}

#[test]
fn a_wrong_passphrase_signs_nothing() {
    let project = copy(young());
    let before = entries(project.path());
    let wrong = "ada: not her passphrase\ndora: nor hers\ngil: nor his\n";
    fs::write(project.path().join("keys/passphrases"), wrong).expect("a file");
    let act = [
        "change",
        "propose",
        "run-1",
        "--summary",
        "x",
        "--as",
        "ada",
        "--json",
    ];
    galen(project.path(), &act).fails(2, "wrong_passphrase");
    nothing_is_lost(project.path(), before);
}

#[test]
fn acts_out_of_order_or_by_the_wrong_person_are_refused_and_leave_no_record() {
    let project = copy(young());
    let before = entries(project.path());
    for (line, code) in [
        ("freeze intent --as dora", "refused.unchanged"),
        ("freeze team --as ada", "refused.role"),
        ("data add team.yaml --as ada", "refused.role"),
        ("data split flchain --as gil", "refused.seed_tried_twice"),
        ("data seal reference --as gil", "refused.role"),
        ("key new ada", "refused.key_exists"),
        ("rollback --reason x --as dora", "refused.nothing_live"),
    ] {
        let mut words: Vec<&str> = line.split(' ').collect();
        words.push("--json");
        let error = galen(project.path(), &words).fails(1, code);
        assert!(!text(&error["help"]).is_empty(), "{line}: {error:#}");
    }
    nothing_is_lost(project.path(), before);
}

#[test]
fn a_pipeline_that_is_not_the_frozen_one_does_not_run() {
    let project = copy(young());
    let before = entries(project.path());
    let path = project.path().join("pipeline.yaml");
    let frozen = fs::read_to_string(&path).expect("it is there");
    fs::write(&path, frozen.replacen("l2: 0.0001", "l2: 0.1", 1)).expect("a file");
    let error = galen(
        project.path(),
        &["run", "release1", "--as", "ada", "--json"],
    );
    let error = error.fails(2, "differs");
    assert!(
        text(&error["help"]).contains("galen freeze pipeline"),
        "{error:#}"
    );
    nothing_is_lost(project.path(), before);
}

#[test]
fn an_id_that_does_not_exist_is_wrong_input() {
    let project = copy(young());
    let before = entries(project.path());
    for line in [
        "change show nope",
        "show change-9",
        "show run-99",
        "show release-9",
        "gate run-99",
        "gate change-1 --as dora",
        "finding show x",
        "compare run-1 run-99",
        "data show nowhere",
        "change propose run-99 --summary x --as ada",
        "release change-1 --as dora",
    ] {
        let mut words: Vec<&str> = line.split(' ').collect();
        words.push("--json");
        let error = galen(project.path(), &words).fails(2, "refused.unknown");
        assert!(
            text(&error["message"]).contains("there is no"),
            "{line}: {error:#}"
        );
    }
    nothing_is_lost(project.path(), before);
}

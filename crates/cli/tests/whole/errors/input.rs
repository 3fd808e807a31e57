//! Files and words that are wrong.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::project::{copy, text, young};
use crate::typed::{Ended, bare, galen};

/// The young project with one declared file changed.
fn changed(file: &str, from: &str, to: &str) -> TempDir {
    let project = copy(young());
    let path = project.path().join(file);
    let before = fs::read_to_string(&path).expect("the file is there");
    assert!(before.contains(from), "{file} has no `{from}`");
    fs::write(path, before.replacen(from, to, 1)).expect("the file is written");
    project
}

#[test]
fn a_wrong_key_in_a_declared_file_is_shown_with_file_line_and_column() {
    let project = changed("intent.yaml", "\nintended_use:", "\nintendeduse:");
    let written = fs::read_to_string(project.path().join("intent.yaml")).expect("it is there");
    let line = written
        .lines()
        .position(|line| line.starts_with("intendeduse:"));
    let line = line.expect("the key is there") + 1;

    let ended = galen(project.path(), &["check"]).exits(2);
    let place = format!("intent.yaml:{line}:1");
    assert!(ended.err.contains(&place), "no {place}: {}", ended.err);
    assert!(ended.err.contains("intendeduse"), "{}", ended.err);
    assert!(ended.out.is_empty(), "{}", ended.out);

    let error = galen(project.path(), &["check", "--json"]).exits(2).json();
    assert_eq!(error["kind"], "error");
    assert_eq!(error["at"]["file"], "intent.yaml");
    assert_eq!(error["at"]["line"], line);
    assert_eq!(error["at"]["column"], 1);
}

#[test]
fn yaml_that_cannot_be_read_is_shown_with_its_place() {
    let project = changed("team.yaml", "roles: [ml_engineer]", "roles: [ml_engineer");
    let error = galen(project.path(), &["check", "--json"]).exits(2).json();
    assert_eq!(error["at"]["file"], "team.yaml", "{error:#}");
    assert!(error["at"]["line"].as_u64() > Some(1), "{error:#}");
}

#[test]
fn declared_files_that_do_not_fit_together_fail_with_the_place() {
    let project = changed(
        "risk.yaml",
        "risk_controls: [",
        "risk_controls: [no_such_control, ",
    );
    let ended = galen(project.path(), &["check"]).exits(1);
    assert!(ended.out.contains("no_such_control"), "{}", ended.out);
    assert!(ended.out.contains("risk.yaml:"), "{}", ended.out);
    let document = galen(project.path(), &["check", "--json"]).exits(1).json();
    assert_eq!(document["ok"], false);
    assert_eq!(document["errors"], 1);
    assert_eq!(document["diagnostics"][0]["at"]["file"], "risk.yaml");
}

/// `galen data profile` of these bytes.
fn profiled(bytes: &[u8]) -> Ended {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("cases.csv"), bytes).expect("a file");
    bare(place.path(), &["data", "profile", "cases.csv", "--json"]).exits(2)
}

#[test]
fn a_table_that_cannot_be_read_is_refused_with_what_is_wrong_and_where() {
    for (bytes, said) in [
        (&b"a,b\n1,2\n3\n"[..], &["Line 3", "1 fields", "has 2"][..]),
        (b"a,a\n1,2\n", &["`a` twice", "columns 1 and 2"]),
        (b"a,b\n1,\xff\n", &["Line 2", "not UTF-8"]),
        (b"", &["empty"]),
        (b"a,b\n", &["no row"]),
    ] {
        let ended = profiled(bytes);
        let error = ended.json();
        assert_eq!(error["kind"], "error");
        for words in said {
            assert!(
                text(&error["message"]).contains(words),
                "no `{words}`: {error:#}"
            );
            assert!(ended.err.contains(words), "no `{words}`: {}", ended.err);
        }
    }
}

#[test]
fn a_file_that_is_not_there_and_a_folder_in_its_place_are_named() {
    let place = TempDir::new().expect("a folder");
    let missing = bare(place.path(), &["data", "profile", "nowhere.csv", "--json"]);
    let error = missing.fails(2, "file_not_found");
    assert!(text(&error["message"]).contains("nowhere.csv"), "{error:#}");
    fs::create_dir(place.path().join("folder")).expect("a folder");
    let error =
        bare(place.path(), &["data", "profile", "folder", "--json"]).fails(2, "is_a_folder");
    assert!(
        text(&error["message"]).contains("folder is a folder"),
        "{error:#}"
    );
}

#[test]
fn a_mistyped_verb_is_told_the_one_that_was_meant() {
    let place = TempDir::new().expect("a folder");
    let ended = bare(place.path(), &["statsu"]).exits(2);
    assert!(ended.out.is_empty(), "{}", ended.out);
    assert!(ended.err.contains("'status'"), "{}", ended.err);
    bare(place.path(), &["--json", "statsu"]).fails(2, "usage");
    let ended = bare(place.path(), &["data", "drift", "--reference", "a.csv"]).exits(2);
    assert!(ended.err.contains("--current <FILE>"), "{}", ended.err);
}

#[test]
fn without_a_project_the_user_is_told_how_to_begin_one() {
    let place = TempDir::new().expect("a folder");
    for verb in [
        &["status"][..],
        &["check"],
        &["releases"],
        &["verify"],
        &["run"],
    ] {
        let arguments = [verb, &["--json"]].concat();
        let error = bare(place.path(), &arguments).fails(2, "no_project");
        assert!(text(&error["help"]).contains("galen init"), "{error:#}");
    }
    let error = bare(place.path(), &["-C", "nowhere", "status", "--json"]).fails(2, "no_folder");
    assert!(text(&error["message"]).contains("nowhere"), "{error:#}");
}

#[test]
fn a_project_is_found_from_a_folder_below_it() {
    let below = young().join("data");
    let mut command = crate::typed::command(&below, &["status", "--json"]);
    command
        .env("GALEN_KEYS", young().join("keys"))
        .env("GALEN_PASSPHRASES", young().join("keys/passphrases"));
    let ended = Ended::of(&command.output().expect("galen is started")).exits(0);
    assert_eq!(ended.json()["kind"], "status");
}

#[test]
fn a_template_writes_over_nothing() {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("team.yaml"), "mine").expect("a file");
    let arguments = ["init", "--template", "laboratory", "--json"];
    let error = bare(place.path(), &arguments).fails(2, "file_exists");
    assert!(text(&error["message"]).contains("team.yaml"), "{error:#}");
    assert_eq!(
        fs::read(place.path().join("team.yaml")).expect("still there"),
        b"mine"
    );
    assert!(!place.path().join("galen.yaml").exists());
    galen(young(), &["init", "--json"]).fails(2, "project_exists");
}

#[test]
fn every_failure_is_one_json_document_with_json() {
    let nowhere = Path::new("nowhere.csv").display().to_string();
    for arguments in [
        &["status", "--nonsense"][..],
        &["freeze"],
        &["freeze", "itent", "--as", "dora"],
        &["data", "add", &nowhere, "--as", "gil"],
        &["show", "run-99"],
        &["run", "no_such_stage", "--as", "ada"],
        &["dossier", "build", "novel", "--as", "dora"],
        &["release", "change-9", "--as", "dora"],
        &["monitor", "run", "--as-of", "yesterday"],
        &["verify", "--checkpoint", &nowhere],
    ] {
        let arguments = [arguments, &["--json"]].concat();
        let ended = galen(young(), &arguments);
        assert!(ended.exit == Some(1) || ended.exit == Some(2), "{ended:#?}");
        let error = ended.json();
        assert_eq!(error["kind"], "error", "{arguments:?}: {error:#}");
        assert!(error["code"].is_string(), "{arguments:?}: {error:#}");
        assert!(
            !text(&error["message"]).is_empty(),
            "{arguments:?}: {error:#}"
        );
        assert!(!ended.err.is_empty(), "{arguments:?} says nothing in words");
    }
}

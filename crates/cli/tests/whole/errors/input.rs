//! Files and words that are wrong.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::errors::{entries, nothing_is_lost};
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
fn a_file_that_is_not_there_and_a_folder_without_a_table_are_named() {
    let place = TempDir::new().expect("a folder");
    let missing = bare(place.path(), &["data", "profile", "nowhere.csv", "--json"]);
    let error = missing.fails(2, "file_not_found");
    assert!(text(&error["message"]).contains("nowhere.csv"), "{error:#}");
    fs::create_dir(place.path().join("folder")).expect("a folder");
    let error = bare(place.path(), &["data", "profile", "folder", "--json"]).fails(2, "no_table");
    assert!(
        text(&error["message"]).contains("folder has no file of a table"),
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

#[test]
fn a_file_that_is_no_checkpoint_or_holds_no_fingerprints_says_nothing_of_the_project() {
    let project = copy(young());
    let write = |name: &str, bytes: &[u8]| {
        fs::write(project.path().join(name), bytes).expect("a file");
    };
    let verify =
        |option: &str, file: &str| galen(project.path(), &["verify", option, file, "--json"]);
    for bytes in [&b"Dear Sir,\n"[..], b"", b"\xff\xfe"] {
        write("letter.txt", bytes);
        let error = verify("--checkpoint", "letter.txt").fails(2, "no_checkpoint");
        assert!(text(&error["message"]).contains("letter.txt is no checkpoint"));
        assert!(text(&error["help"]).contains(".galen/ledger/checkpoint"));
        let error = verify("--trust", "letter.txt").fails(2, "no_fingerprints");
        assert!(text(&error["message"]).contains("letter.txt holds no fingerprints"));
        assert!(text(&error["help"]).contains("galen key list"));
    }
    let listed = galen(project.path(), &["key", "list"]).exits(0).out;
    let cut = format!(
        "got by telephone\n{}\n",
        &listed.trim_end()[..listed.len() - 3]
    );
    write("cut.txt", cut.as_bytes());
    let error = verify("--trust", "cut.txt").fails(2, "no_fingerprints");
    assert!(
        text(&error["message"]).contains("no fingerprint in line"),
        "{error:#}"
    );
    write(
        "trusted.txt",
        format!("got by telephone\n{listed}").as_bytes(),
    );
    verify("--trust", "trusted.txt").exits(0);
    verify("--checkpoint", ".galen/ledger/checkpoint").exits(0);
}

#[test]
fn the_file_of_passphrases_is_read_only_where_something_is_signed() {
    let project = copy(young());
    fs::remove_file(project.path().join("keys/passphrases")).expect("it is there");
    for verb in [
        &["data", "profile", "flchain.csv"][..],
        &["status"],
        &["verify"],
    ] {
        galen(project.path(), verb).exits(0);
    }
    let sign = ["data", "add", "team.yaml", "--as", "gil", "--json"];
    let error = galen(project.path(), &sign).fails(2, "no_passphrase");
    let message = text(&error["message"]);
    assert!(message.contains("keys/passphrases"), "{error:#}");

    // Keys and passphrases are seen from the folder of -C, as if galen had been started there.
    let above = TempDir::new().expect("a folder");
    let there = young().display().to_string();
    let project = copy(young());
    let here = project.path().display().to_string();
    assert_ne!(here, there);
    let sign = ["-C", &here, "data", "add", "team.yaml", "--as", "gil"];
    galen(above.path(), &sign).exits(0);
    assert_eq!(fs::read_dir(above.path()).expect("a folder").count(), 0);
}

#[test]
fn a_window_that_is_none_is_refused_before_anything_is_read() {
    let project = copy(young());
    for window in ["../../../x", "2o1o", "2008-03", "08", "", "+2008", "2008 "] {
        let arguments = ["monitor", "label", "data/development.csv", "--json"];
        let arguments = [&arguments[..], &["--window", window]].concat();
        let error = galen(project.path(), &arguments).fails(2, "window");
        let said = "a window is YEAR or YEAR-MONTH as monitor.yaml declares";
        assert!(text(&error["message"]).contains(said), "{error:#}");
        assert!(text(&error["help"]).contains("--window 2008"), "{error:#}");
    }
}

#[test]
fn a_version_that_is_no_number_is_not_the_first_one() {
    for name in [
        "flchain@x",
        "flchain@1@2",
        "flchain@",
        "flchain@+1",
        "flchain@-1",
    ] {
        let error = galen(young(), &["data", "show", name, "--json"]).fails(2, "version");
        assert!(text(&error["help"]).contains("flchain@1"), "{error:#}");
    }
    for name in ["flchain@0", "flchain@2"] {
        galen(young(), &["data", "show", name, "--json"]).fails(2, "unknown");
    }
    galen(young(), &["data", "show", "flchain@1"]).exits(0);
}

#[test]
fn the_store_and_the_keys_are_no_data() {
    let project = copy(young());
    let before = entries(project.path());
    galen(
        project.path(),
        &["data", "add", ".galen", "--as", "gil", "--json"],
    )
    .fails(2, "galens_own");
    for path in [
        ".",
        ".galen",
        ".galen/secret",
        "data/../.galen/ledger",
        "keys",
        "keys/passphrases",
        "..",
    ] {
        let arguments = [
            "data", "add", path, "--name", "all", "--as", "gil", "--json",
        ];
        let error = galen(project.path(), &arguments).fails(2, "galens_own");
        let message = text(&error["message"]);
        assert!(
            message.contains("the project's store") || message.contains("private keys"),
            "{error:#}"
        );
    }
    nothing_is_lost(project.path(), before);
    galen(project.path(), &["data", "add", "data", "--as", "gil"]).exits(0);
}

#[test]
fn a_dataset_has_a_name_that_can_be_asked_for() {
    let project = copy(young());
    let before = entries(project.path());
    for name in [
        "a/b", "..", "a..b", "a@1", "a b", " a", "", "-a", ".a", "a\tb", "a\\b",
    ] {
        let name = format!("--name={name}");
        let arguments = ["data", "add", "team.yaml", &name, "--as", "gil", "--json"];
        let error = galen(project.path(), &arguments).fails(2, "dataset_name");
        assert!(text(&error["help"]).contains("--name NAME"), "{error:#}");
    }
    nothing_is_lost(project.path(), before);
    for name in ["cohort-1995", "cohort_2", "größen", "v1.2"] {
        let arguments = ["data", "add", "team.yaml", "--name", name, "--as", "gil"];
        galen(project.path(), &arguments).exits(0);
    }
}

#[test]
fn a_mistake_in_the_arguments_is_told_on_one_line_with_json() {
    let place = TempDir::new().expect("a folder");
    for (arguments, message, help) in [
        (
            &["data", "drift"][..],
            "the following required arguments were not provided: --reference <FILE>, --current <FILE>",
            "usage: galen data drift --reference <FILE> --current <FILE>",
        ),
        (
            &["status", "--nonsense"],
            "unexpected argument '--nonsense' found",
            "usage: galen status [OPTIONS]",
        ),
        (
            &["statsu"],
            "unrecognized subcommand 'statsu'",
            "a similar subcommand exists: 'status'; usage: galen [OPTIONS] <COMMAND>",
        ),
        (
            &["key"],
            "a command is missing: new, list",
            "usage: galen key [OPTIONS] <COMMAND>",
        ),
        (
            &["explain", "shap", "--row", "x"],
            "invalid value 'x' for '--row <ROW>': invalid digit found in string",
            "see galen --help",
        ),
    ] {
        let arguments = [&["--json"][..], arguments].concat();
        let error = bare(place.path(), &arguments).fails(2, "usage");
        let said = text(&error["message"]);
        assert!(said.starts_with(message), "{error:#}");
        assert!(!said.contains('\n'), "{error:#}");
        assert_eq!(error["help"], help);
    }
}

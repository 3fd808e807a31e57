//! The folder of the demo: what it may remove, and what it never does.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::project::{copy, demo, text};
use crate::typed::{Ended, bare};

/// A table that is recognised as the cohort, and of which no template makes a story: it ends early.
pub const TINY: &str = "age,sex,sample.yr,kappa,lambda,flc.grp,creatinine,mgus,futime,death,chapter\n\
                        51,F,1997,1.1,1.2,5,0.9,no,4000,alive,\n";

/// `galen demo` with a tiny cohort, which makes the folder `own` and then fails.
fn tried(place: &Path) -> Ended {
    fs::write(place.join("tiny.csv"), TINY).expect("a file");
    let arguments = ["demo", "--json", "--dir", "own", "--data", "tiny.csv"];
    let ended = bare(place, &arguments);
    assert_ne!(ended.exit, Some(0), "such data make no story");
    ended
}

#[test]
fn the_demo_leaves_a_folder_alone_that_is_not_its_own() {
    let place = TempDir::new().expect("a folder");
    let mine = place.path().join("mine");
    fs::create_dir(&mine).expect("a folder");
    fs::write(mine.join("thesis.txt"), "all my work").expect("a file");
    let ended = bare(place.path(), &["demo", "--json", "--dir", "mine"]);
    ended.fails(2, "not_the_demos");
    assert_eq!(
        fs::read(mine.join("thesis.txt")).expect("still there"),
        b"all my work"
    );
    assert_eq!(fs::read_dir(&mine).expect("still there").count(), 1);
}

#[test]
fn the_demo_says_which_data_file_is_missing_before_it_touches_its_folder() {
    let place = TempDir::new().expect("a folder");
    let arguments = ["demo", "--json", "--dir", "new", "--data", "nowhere.csv"];
    let error = bare(place.path(), &arguments).fails(2, "file_not_found");
    assert!(text(&error["message"]).contains("nowhere.csv"), "{error:#}");
    assert!(!place.path().join("new").exists());
}

#[test]
fn the_demo_makes_its_own_folder_anew() {
    let place = TempDir::new().expect("a folder");
    let own = place.path().join("own");
    assert_ne!(tried(place.path()).json()["code"], "not_the_demos");
    assert!(own.join("galen.yaml").is_file());
    // What a story that ended early left is the demo's as well, and a step that was removed is no matter.
    fs::remove_file(own.join("galen.yaml")).expect("the file is there");
    fs::remove_dir_all(own.join(".galen")).expect("the store is there");
    assert_ne!(tried(place.path()).json()["code"], "not_the_demos");
    assert!(own.join("galen.yaml").is_file());
}

#[test]
fn the_demo_removes_no_file_that_it_did_not_make() {
    let place = TempDir::new().expect("a folder");
    let own = place.path().join("own");
    tried(place.path());
    for theirs in ["thesis.txt", "data/thesis.csv", "models/mine/model.onnx"] {
        let path = own.join(theirs);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, "all my work").expect("a file");
        let error = tried(place.path()).fails(2, "not_the_demos");
        assert!(text(&error["message"]).contains(theirs), "{error:#}");
        assert!(text(&error["help"]).contains("--dir DIR"), "{error:#}");
        assert_eq!(fs::read(&path).expect("still there"), b"all my work");
        assert!(own.join("galen.yaml").is_file(), "nothing else was removed");
        fs::remove_file(path).expect("the file is there");
    }
    fs::write(own.join("intent.yaml"), "my own intent").expect("a file");
    let error = tried(place.path()).fails(2, "not_the_demos");
    assert!(text(&error["message"]).contains("intent.yaml was changed"));
    assert_eq!(
        fs::read(own.join("intent.yaml")).expect("still there"),
        b"my own intent"
    );
}

#[test]
fn the_whole_demo_knows_all_that_it_made() {
    let place = copy(&demo().folder);
    let arguments = ["demo", "--json", "--dir", ".", "--data", "flchain.csv"];
    // Its folder is the demo's, so it comes as far as the one file that was added to it.
    fs::write(place.path().join("zzz.txt"), "mine").expect("a file");
    let error = bare(place.path(), &arguments).fails(2, "not_the_demos");
    assert!(text(&error["message"]).contains("zzz.txt"), "{error:#}");
}

#[test]
fn the_demo_takes_no_data_but_its_cohort_and_removes_nothing_before() {
    let place = TempDir::new().expect("a folder");
    tried(place.path());
    for (bytes, said) in [
        (&b"age,sex\n50,F\n"[..], "no column sample.yr"),
        (b"a,b\n1\n", "1 fields"),
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "other.csv"),
    ] {
        fs::write(place.path().join("other.csv"), bytes).expect("a file");
        for dir in ["own", "new"] {
            let arguments = ["demo", "--json", "--dir", dir, "--data", "other.csv"];
            let error = bare(place.path(), &arguments).fails(2, "not_the_cohort");
            assert!(text(&error["message"]).contains(said), "{error:#}");
            assert!(text(&error["help"]).contains("kappa, lambda"), "{error:#}");
        }
        assert!(place.path().join("own/galen.yaml").is_file());
        assert!(!place.path().join("new").exists());
    }
}

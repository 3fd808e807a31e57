//! Where the demo finds its data.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::demo::folder::TINY;
use crate::project::{demo, flchain};
use crate::typed::GALEN;

/// `bin/galen` in a folder of its own, on the disk of the binary so that it can be a link.
fn installed() -> (TempDir, PathBuf) {
    let place = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let binary = place.path().join("bin/galen");
    fs::create_dir(place.path().join("bin")).expect("a folder");
    if fs::hard_link(GALEN, &binary).is_err() {
        fs::copy(GALEN, &binary).expect("the binary is copied");
    }
    (place, binary)
}

/// The data in the folder of a demo that this binary made.
fn data_of(binary: &Path, place: &Path, options: &[&str]) -> String {
    let made = Command::new(binary)
        .args(["demo", "--json", "--dir", "own"])
        .args(options)
        .current_dir(place)
        .env("HOME", place)
        .env_remove("GALEN_KEYS")
        .env_remove("GALEN_PASSPHRASES")
        .output()
        .expect("galen is started");
    assert!(!made.status.success(), "such data make no story");
    fs::read_to_string(place.join("own/flchain.csv")).expect("the data were copied")
}

#[test]
fn the_data_of_the_demo_are_found_beside_the_binary_in_the_tree_or_by_option() {
    let (place, binary) = installed();
    let beside = place.path().join("share/galen/flchain");
    fs::create_dir_all(&beside).expect("a folder");
    let (one, other) = (TINY.to_owned(), TINY.replace("51,F", "52,M"));
    fs::write(beside.join("flchain.csv"), &one).expect("a file");
    // Beside the binary comes before the tree, which is there as well.
    assert!(flchain().is_file());
    assert_eq!(data_of(&binary, place.path(), &[]), one);

    fs::write(place.path().join("named.csv"), &other).expect("a file");
    assert_eq!(
        data_of(&binary, place.path(), &["--data", "named.csv"]),
        other
    );

    // The demo of these tests has nothing beside its binary.
    let share = Path::new(GALEN)
        .ancestors()
        .nth(2)
        .expect("a folder above")
        .join("share/galen");
    assert!(!share.exists(), "{} is there", share.display());
    let copied = fs::read(demo().folder.join("flchain.csv")).expect("the data were copied");
    assert_eq!(copied, fs::read(flchain()).expect("the cohort is there"));
}

//! Pages that are executed: the tutorial, and those of real data sets.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use crate::page::run;
use crate::project::flchain;

#[test]
fn what_the_tutorial_says_is_what_happens() {
    let place = TempDir::new().expect("a folder");
    fs::copy(flchain(), place.path().join("flchain.csv")).expect("the data are there");
    let commands = run("tutorial.md", place.path());
    assert!(commands > 20, "{commands} commands");
}

/// Runs the page of a data set where `data` is the folder of the shared ones.
#[track_caller]
fn of_data(name: &str) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    assert!(data.is_dir(), "the data are not in {}", data.display());
    let place = TempDir::new().expect("a folder");
    symlink(&data, place.path().join("data")).expect("a link");
    assert!(run(&format!("data/{name}.md"), place.path()) > 0);
}

#[test]
fn a_paper_is_audited_as_its_tutorial_says() {
    let papers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/papers");
    assert!(
        papers.is_dir(),
        "the papers are not in {}",
        papers.display()
    );
    let place = TempDir::new().expect("a folder");
    symlink(&papers, place.path().join("papers")).expect("a link");
    assert!(run("audit-tutorial.md", place.path()) > 8);
}

#[test]
fn four_hospitals_are_looked_at_as_their_page_says() {
    of_data("heart-disease-uci");
}

#[test]
fn blood_cells_are_looked_at_as_their_page_says() {
    of_data("blood-cells-multisite");
}

#[test]
fn readers_of_nodules_are_looked_at_as_their_page_says() {
    of_data("lidc-readers");
}

#[test]
fn hours_of_intensive_care_are_looked_at_as_their_page_says() {
    of_data("sepsis-2019");
}

#[test]
fn catheters_are_looked_at_as_their_page_says() {
    of_data("rhc-support");
}

#[test]
fn views_of_the_chest_are_looked_at_as_their_page_says() {
    of_data("cxr-nih-metadata");
}

#[test]
fn light_chains_are_looked_at_as_their_page_says() {
    of_data("survival");
}

#[test]
fn readers_at_a_microscope_are_looked_at_as_their_page_says() {
    of_data("htt-tils");
}

#[test]
fn readmissions_are_looked_at_as_their_page_says() {
    of_data("diabetes-130");
}

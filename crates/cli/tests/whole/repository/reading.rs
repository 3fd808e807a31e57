//! What a reader finds: no place of somebody's machine, and no way that leads nowhere.

use super::{Text, root, texts};

fn pages() -> Vec<Text> {
    let mut pages = texts("docs");
    let tops = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ];
    pages.extend(tops.iter().flat_map(|top| texts(top)));
    pages.retain(|page| page.path.ends_with(".md"));
    assert!(pages.len() > 20, "the pages were not found");
    pages
}

#[test]
fn nothing_names_a_place_of_somebodys_machine() {
    // Put together here, so that this file does not name them.
    let places = ["work", "root", "home", "Users"].map(|folder| format!("/{folder}/"));
    let mut found = Vec::new();
    for file in texts("") {
        for (number, line) in file.text.lines().enumerate() {
            if places.iter().any(|place| line.contains(place.as_str())) {
                found.push(format!("{}:{}: {line}", file.path, number + 1));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn what_a_user_runs_needs_nothing_beside_the_repository() {
    let beside = ["..", "shared"].join("/");
    let mut found = Vec::new();
    for folder in ["crates", "adapters", "examples", "share", "schemas"] {
        let run = |file: &Text| !file.path.contains("/tests/") && file.text.contains(&beside);
        found.extend(texts(folder).into_iter().filter(run).map(|file| file.path));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_link_of_a_page_leads_to_a_file() {
    let mut lost = Vec::new();
    for page in pages() {
        let place = root().join(&page.path);
        let folder = place.parent().expect("a page lies in a folder");
        for link in page.text.split("](").skip(1) {
            let target = link.split([')', '#', ' ']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !folder.join(target).exists() {
                lost.push(format!("{}: {target}", page.path));
            }
        }
    }
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn every_path_that_a_page_names_is_there() {
    let tops = [
        "crates/",
        "adapters/",
        "docs/",
        "examples/",
        "schemas/",
        "share/",
    ];
    let mut lost = Vec::new();
    for page in pages() {
        for quoted in page.text.split('`').skip(1).step_by(2) {
            let is_path = tops.iter().any(|top| quoted.starts_with(top))
                && !quoted.contains(['*', '<', ' ', '…'])
                && !quoted.contains("NAME");
            if is_path && !root().join(quoted).exists() {
                lost.push(format!("{}: {quoted}", page.path));
            }
        }
    }
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn the_way_in_has_ten_files_in_order() {
    let page = texts("docs/start-here.md");
    let page = page.first().expect("the page is there");
    let numbered = |line: &&str| {
        line.split_once(". ")
            .is_some_and(|(number, _)| number.parse::<u8>().is_ok())
    };
    let stops: Vec<&str> = page.text.lines().filter(numbered).collect();
    assert_eq!(stops.len(), 10, "ten files: {stops:?}");
    for (number, stop) in stops.iter().enumerate() {
        assert!(stop.starts_with(&format!("{}. [", number + 1)), "{stop}");
    }
}

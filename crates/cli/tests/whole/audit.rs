//! `galen audit`: papers, one and many, good and bad.

mod proposed;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::project::text;
use crate::typed::bare;

fn paper(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/papers")
        .join(name)
        .join("paper.pdf");
    assert!(
        path.is_file(),
        "the shared papers are missing: {}",
        path.display()
    );
    path
}

fn items(document: &Value) -> &Vec<Value> {
    document["items"].as_array().expect("items")
}

/// Whether words stand in a text, perhaps with a running head between the pages that they go over.
fn stands(words: &str, text: &str) -> bool {
    if text.contains(&letters(words)) {
        return true;
    }
    // The end of a page can part a word.
    let mut places = words.char_indices().map(|(at, _)| at);
    places.any(|at| text.contains(&letters(&words[..at])) && text.contains(&letters(&words[at..])))
}

/// Letters and digits alone, as text survives hyphens, ligatures and columns.
fn letters(text: &str) -> String {
    let plain = |letter: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|raised| raised == letter);
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .map(|letter| if letter == 'µ' { 'μ' } else { letter })
        .map(|letter| plain(letter).map_or(letter, |digit| char::from(b'0' + digit as u8)))
        .flat_map(char::to_lowercase)
        .collect()
}

#[test]
fn every_quote_of_a_paper_stands_in_it_with_its_page() {
    let place = TempDir::new().expect("a folder");
    for name in ["chen21a", "moor19a", "nestor20a", "saha19a"] {
        let path = paper(name);
        let words = fs::read_to_string(path.with_file_name("paper.txt")).expect("its text");
        // Ligatures are letters in a quote.
        let words = words
            .replace('ﬁ', "fi")
            .replace('ﬂ', "fl")
            .replace('ﬀ', "ff")
            .replace('ﬃ', "ffi")
            .replace('ﬄ', "ffl")
            .replace('↵', "ff");
        let words = letters(&words);
        let found = bare(
            place.path(),
            &["audit", path.to_str().expect("a name"), "--json"],
        )
        .exits(0)
        .json();
        assert_eq!(items(&found).len(), 59, "{name}");
        assert_eq!(found["subject"], "model", "{name}");
        for item in items(&found) {
            for quote in item["evidence"].as_array().expect("evidence") {
                let cells: Vec<&str> = text(&quote["quote"]).split(" | ").collect();
                let is_there = cells.iter().all(|cell| stands(cell, &words));
                assert!(is_there, "{name} {}: {quote}", item["id"]);
                assert!(quote["page"].is_u64(), "{name} {}: {quote}", item["id"]);
            }
            let verdict = text(&item["verdict"]);
            let has_quote = !item["evidence"].as_array().expect("evidence").is_empty();
            assert!(
                verdict == "not_reported" || has_quote,
                "{name} {}",
                item["id"]
            );
        }
    }
}

#[test]
fn a_report_is_written_in_every_format_and_is_the_same_again() {
    let place = TempDir::new().expect("a folder");
    let path = paper("saha19a");
    let path = path.to_str().expect("a name");
    let outs = ["gaps.html", "gaps.pdf", "gaps.md", "gaps.json"];
    let mut words = vec!["audit", path];
    outs.iter().for_each(|out| words.extend(["--out", out]));
    bare(place.path(), &words).exits(0);
    let read = |out: &str| fs::read(place.path().join(out)).expect("it was written");
    let first: Vec<Vec<u8>> = outs.iter().map(|out| read(out)).collect();
    bare(place.path(), &words).exits(0);
    for (out, first) in outs.iter().zip(&first) {
        assert!(read(out) == *first, "{out} differs");
    }
    let markdown = String::from_utf8(read("gaps.md")).expect("UTF-8");
    assert!(markdown.starts_with("# Learning with Multitask Adversaries"));
    for heading in [
        "## Strengths",
        "## Gaps",
        "## What does not add up",
        "## Questions for the developers",
    ] {
        assert!(markdown.contains(heading), "{heading}");
    }
    // The careful reader's find: F1 and Jaccard of one row do not fit.
    assert!(
        markdown.contains("0.9286") && markdown.contains("0.9202"),
        "{markdown}"
    );
    assert!(!markdown.to_lowercase().contains("compliant"));
    let wrong = bare(place.path(), &["audit", path, "--out", "gaps.docx"]).exits(2);
    assert!(
        wrong.err.contains("ends in .html, .pdf, .md or .json"),
        "{}",
        wrong.err
    );
}

#[test]
fn papers_stand_side_by_side_and_a_broken_one_is_named() {
    let place = TempDir::new().expect("a folder");
    let folder = place.path().join("papers");
    fs::create_dir(&folder).expect("a folder");
    for name in ["saha19a", "chen21a"] {
        fs::copy(paper(name), folder.join(format!("{name}.pdf"))).expect("a copy");
    }
    fs::write(folder.join("cut.pdf"), b"%PDF-1.7\n1 0 obj <<").expect("a file");
    fs::write(folder.join("notes.csv"), "a,b\n").expect("a file");
    let found = bare(place.path(), &["audit", "papers", "--json"])
        .exits(2)
        .json();
    assert_eq!(found["papers"].as_array().map(Vec::len), Some(2));
    assert_eq!(found["skipped"].as_array().map(Vec::len), Some(1));
    assert!(text(&found["skipped"][0]["file"]).ends_with("cut.pdf"));
    let told = bare(
        place.path(),
        &["audit", "papers", "--skip-bad", "--out", "side.md"],
    )
    .exits(0);
    assert!(
        told.out.contains("saha19a.pdf") && told.out.contains("chen21a.pdf"),
        "{}",
        told.out
    );
    let side = fs::read_to_string(place.path().join("side.md")).expect("a page");
    assert!(
        side.contains("**LEAK-1**") && side.contains("Papers side by side"),
        "{side}"
    );
}

#[test]
fn what_is_no_paper_on_a_model_is_told() {
    let place = TempDir::new().expect("a folder");
    let bread = "On bread\n\nAbstract\n\nWe describe how bread is baked. Flour and water are mixed. The dough rests for an hour.\n\n\
                 1 Introduction\n\nBread is old. It was baked in Egypt.\n\n2 Methods\n\nWe baked 12 loaves at 220 degrees.\n";
    fs::write(place.path().join("bread.txt"), bread).expect("a file");
    let told = bare(place.path(), &["audit", "bread.txt"]).exits(0);
    assert!(
        told.out.contains("This does not describe a model"),
        "{}",
        told.out
    );
    fs::write(place.path().join("empty.pdf"), b"").expect("a file");
    let empty = bare(place.path(), &["audit", "empty.pdf"]).exits(2);
    assert!(empty.err.contains("empty.pdf is empty"), "{}", empty.err);
    let missing = bare(place.path(), &["audit", "none.pdf"]).exits(2);
    assert!(missing.err.contains("none.pdf"), "{}", missing.err);
}

#[test]
fn the_report_of_each_paper_fits_one_sheet() {
    let place = TempDir::new().expect("a folder");
    for name in ["chen21a", "moor19a", "nestor20a", "saha19a"] {
        let path = paper(name);
        let path = path.to_str().expect("a name");
        bare(place.path(), &["audit", path, "--out", "sheet.pdf"]).exits(0);
        let read = bare(place.path(), &["audit", "sheet.pdf", "--json"])
            .exits(0)
            .json();
        assert_eq!(read["pages"], 1, "{name}");
    }
}

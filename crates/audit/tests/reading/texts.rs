//! Plain text: wrapped and paged, as programs take it out of a PDF or a person types it.

use galen_audit::{Format, Kind, Paper, read};

fn paper(text: &str) -> Paper {
    read(text.as_bytes(), "paper.txt").expect("text can be read")
}

fn blocks(paper: &Paper) -> Vec<(&Kind, &str)> {
    let blocks = paper.blocks.iter();
    blocks
        .map(|block| (&block.kind, paper.words(block)))
        .collect()
}

const TYPED: &str = "\
Early warning of sepsis in four hospitals

Ada Example, Max Sample
Department of Medicine, University of Somewhere

Abstract

We trained a network on 570 cases and tested it in a second hospi-
tal. Its sensitivity was 0.85 (95% CI 0.80\u{2013}0.90).

1 Introduction

Sepsis kills. Early treat-
ment helps (Moor et al.
2019).

2 Methods
2.1 Data
- All stays of adults were
  admitted.
- Stays below 6 h were not.

Table 1: Patients
Group      Cases    Controls
Women      236      2,548
Men        334      3,070

References

[1] Moor M. Early recognition of sepsis. 2019.
[2] Singer M. Sepsis-3. JAMA
    2016;315:801.
";

#[test]
fn typed_text_has_its_title_sections_lists_tables_and_references() {
    let paper = paper(TYPED);
    assert_eq!(paper.format, Format::Text);
    assert_eq!(paper.pages, None);
    assert_eq!(
        paper.title.as_deref(),
        Some("Early warning of sepsis in four hospitals")
    );
    let caption = Kind::Caption {
        of: galen_audit::Piece::Table,
        label: "Table 1".to_owned(),
    };
    assert_eq!(
        blocks(&paper),
        [
            (&Kind::Title, "Early warning of sepsis in four hospitals"),
            (&Kind::Furniture, "Ada Example, Max Sample"),
            (
                &Kind::Furniture,
                "Department of Medicine, University of Somewhere"
            ),
            (&Kind::Heading { level: 1 }, "Abstract"),
            (
                &Kind::Abstract,
                "We trained a network on 570 cases and tested it in a second hospital. Its sensitivity was 0.85 (95% CI 0.80–0.90)."
            ),
            (&Kind::Heading { level: 1 }, "1 Introduction"),
            (
                &Kind::Paragraph,
                "Sepsis kills. Early treatment helps (Moor et al. 2019)."
            ),
            (&Kind::Heading { level: 1 }, "2 Methods"),
            (&Kind::Heading { level: 2 }, "2.1 Data"),
            (&Kind::ListItem, "- All stays of adults were admitted."),
            (&Kind::ListItem, "- Stays below 6 h were not."),
            (&caption, "Table 1: Patients"),
            (&Kind::Row, "Group\tCases\tControls"),
            (&Kind::Row, "Women\t236\t2,548"),
            (&Kind::Row, "Men\t334\t3,070"),
            (&Kind::Heading { level: 1 }, "References"),
            (
                &Kind::Reference,
                "[1] Moor M. Early recognition of sepsis. 2019."
            ),
            (
                &Kind::Reference,
                "[2] Singer M. Sepsis-3. JAMA 2016;315:801."
            ),
        ]
    );
    assert_eq!(paper.blocks[9].section, ["2 Methods", "2.1 Data"]);
}

#[test]
fn a_form_feed_parts_pages_and_their_heads_are_furniture() {
    let text = "A journal 2019\nSepsis in four hospitals over time\n\n1 Introduction\nThe model was trained on all stays of adult\npatients that were admitted before the first\n1\n\
                \u{c}A journal 2019\nof January and tested on the others.\n2\n\u{c}";
    let paper = paper(text);
    assert_eq!(paper.pages, Some(2));
    assert!(
        paper
            .text
            .contains("before the first of January and tested"),
        "{}",
        paper.text
    );
    let furniture = paper
        .blocks
        .iter()
        .filter(|b| b.kind == Kind::Furniture)
        .count();
    assert_eq!(furniture, 4, "{:#?}", blocks(&paper));
}

#[test]
fn letters_of_another_encoding_are_read_and_said() {
    let paper =
        read(b"Age was 67.2 \xb1 15.3 years in Z\xfcrich.", "old.txt").expect("text can be read");
    assert!(paper.text.contains("67.2 ± 15.3 years in Zürich"));
    assert_eq!(paper.warnings.len(), 1);
}

#[test]
fn sentences_know_their_block_and_bytes() {
    let paper = paper(TYPED);
    let sentences = paper.sentences();
    let texts: Vec<&str> = sentences
        .iter()
        .map(|s| &paper.text[s.range.clone()])
        .collect();
    assert!(texts.contains(&"Its sensitivity was 0.85 (95% CI 0.80–0.90)."));
    assert!(texts.contains(&"Early treatment helps (Moor et al. 2019)."));
    for sentence in &sentences {
        let block = &paper.blocks[sentence.block];
        assert!(block.range.start <= sentence.range.start && sentence.range.end <= block.range.end);
    }
}

#[test]
fn what_a_converter_wrote_as_markdown_has_its_parts() {
    let markdown = "# **Early warning of sepsis**\n\nAda Example1, Max Sample2\n\n## **Abstract**\n\nWe trained a network.\n\n\
        ## 1. Introduction\n\nSepsis kills.\n\n## 2. Methods\n\nStays of *adults* at ~20 sites, p<sub>0</sub> < 0.05, were taken.\n\n\
        | Group | Cases |\n|---|---|\n| Women | 236 |\n\n## 3. Results\n\n- The AUC was **0.85**.\n\n\
        ##### **References**\n\n1. Moor M. Labels by two readers. 2019.\n\n2. Singer M. Sepsis-3. 2016.\n";
    let read = paper;
    let paper = read(markdown);
    assert_eq!(paper.format, Format::Markdown);
    assert_eq!(paper.title.as_deref(), Some("Early warning of sepsis"));
    let blocks = blocks(&paper);
    for (kind, words) in [
        (Kind::Abstract, "We trained a network."),
        (
            Kind::Paragraph,
            "Stays of adults at ~20 sites, p0 < 0.05, were taken.",
        ),
        (Kind::Row, "Women\t236"),
        (Kind::ListItem, "The AUC was 0.85."),
        (Kind::Reference, "Moor M. Labels by two readers. 2019."),
    ] {
        assert!(
            blocks.contains(&(&kind, words)),
            "{words} is no {kind:?}: {blocks:?}"
        );
    }
    // Two headings make no Markdown of a text that begins lines with a number sign.
    let plain = "#1 of all\n\n# Abstract\n\nWe trained a network.\n";
    assert_eq!(read(plain).format, Format::Text);
}

#[test]
fn an_abstract_below_another_heading_ends_where_the_text_begins() {
    let section = |markdown: &str, words: &str| {
        let paper = paper(markdown);
        let block = paper
            .blocks
            .iter()
            .find(|block| paper.words(block) == words);
        block.expect("the words are there").kind.clone()
    };
    let nested = "# Research\n\n# A network for sepsis\n\n### Abstract\n\n#### Methods\n\nWe trained it.\n\n### Introduction\n\nSepsis kills.\n\n\
        ### Methods\n\nStays of adults were taken.\n\n### Results\n\nThe AUC was 0.8.\n";
    assert_eq!(section(nested, "We trained it."), Kind::Abstract);
    for words in [
        "Sepsis kills.",
        "Stays of adults were taken.",
        "The AUC was 0.8.",
    ] {
        assert_eq!(section(nested, words), Kind::Paragraph, "{words}");
    }
    // All headings of one level, those of the abstract as well.
    let flat = "# A network for sepsis\n\n## Abstract\n\n## Background\n\nSepsis kills.\n\n## Methods\n\nWe trained it.\n\n## Results\n\nIt works.\n\n\
        ## Introduction\n\nMany die.\n\n## Methods\n\nStays of adults were taken.\n";
    for words in ["Sepsis kills.", "We trained it.", "It works."] {
        assert_eq!(section(flat, words), Kind::Abstract, "{words}");
    }
    for words in ["Many die.", "Stays of adults were taken."] {
        assert_eq!(section(flat, words), Kind::Paragraph, "{words}");
    }
    let plain = "# A network\n\n## Abstract\n\nWe trained it.\n\n## Background\n\nMany die.\n\n## Methods\n\nStays were taken.\n";
    assert_eq!(section(plain, "Many die."), Kind::Paragraph);
}

/// Lines of running text.
fn prose(of: &str, end: char, lines: usize) -> String {
    format!(
        "The {of} of all the patients were taken from the archive of one hospital in Hanoi{end}\n"
    )
    .repeat(lines)
}

#[test]
fn a_number_above_its_heading_belongs_to_it() {
    let prose = prose("recordings", ',', 4);
    let text = format!(
        "A network for recordings of the heart in short leads\nAn Author\nAbstract\n{prose}1\nIntroduction\n{prose}2\n\nData of Two Wards\n{prose}2.1\nCohort\n{prose}\
         7\nPatients\n{prose}3\n{prose}"
    );
    let paper = paper(&text);
    let headings: Vec<&str> = paper
        .blocks
        .iter()
        .filter(|block| matches!(block.kind, Kind::Heading { .. }))
        .map(|block| paper.words(block))
        .collect();
    assert_eq!(
        headings,
        [
            "Abstract",
            "1 Introduction",
            "2 Data of Two Wards",
            "2.1 Cohort"
        ]
    );
}

#[test]
fn a_heading_with_a_colon_is_none_of_a_list() {
    let prose = |of: &str| prose(of, '.', 3);
    let text = format!(
        "## Page 1\n\nA network for recordings of the heart in short leads\nAn Author\nAbstract\n{}1. Introduction:\n{}## Page 2\n2. Set-up: The window\n{}\
         3. Results and Discussion:\n{}",
        prose("words"),
        prose("films"),
        prose("leads"),
        prose("scores")
    );
    let paper = read(text.as_bytes(), "paper.md").expect("a paper");
    let sections: Vec<(Option<u32>, String)> = paper
        .blocks
        .iter()
        .filter(|block| block.kind == Kind::Paragraph)
        .map(|block| (block.page, block.section.join(" > ")))
        .collect();
    let found = |page, section: &str| sections.contains(&(Some(page), section.to_owned()));
    assert!(found(1, "1. Introduction:"), "{sections:?}");
    assert!(found(2, "2. Set-up:"), "{sections:?}");
    assert!(found(2, "3. Results and Discussion:"), "{sections:?}");
}

#[test]
fn a_page_number_above_a_running_head_is_no_heading() {
    let prose = |of: &str| prose(of, ',', 5);
    let text = format!(
        "Early warning of sepsis in four hospitals of one land\nAn Author\nAbstract\n{}1 Introduction\n{}\u{c}2\nDeep Learning for Sepsis\n{}\u{c}3\nDeep Learning for Sepsis\n{}",
        prose("words"),
        prose("films"),
        prose("leads"),
        prose("scores"),
    );
    let paper = paper(&text);
    let headings = blocks(&paper)
        .into_iter()
        .filter(|(kind, _)| matches!(kind, Kind::Heading { .. }));
    let headings: Vec<&str> = headings.map(|(_, words)| words).collect();
    assert_eq!(headings, ["Abstract", "1 Introduction"]);
}

#[test]
fn only_where_a_page_ends_is_a_seam() {
    const OF: [&str; 14] = [
        "films", "leads", "words", "scores", "notes", "slides", "scans", "tracings", "letters",
        "tubes", "swabs", "cells", "plates", "teeth",
    ];
    let line = |at: usize| {
        let of = OF[at];
        format!("the {of} of those who came to the only hospital of a town near Hanoi in {of}\n")
    };
    let lines = |from: usize, to: usize| (from..to).map(line).collect::<String>();
    let text = format!(
        "Early warning of sepsis in four hospitals of one land\n\nAn Author\n\nAbstract\n\nIn this paper {}1\n\u{c}{}2\n\u{c}Methods\n\nWe {}",
        lines(1, 5),
        lines(5, 9),
        lines(10, 14),
    );
    let paper = paper(&text);
    let seams: Vec<usize> = paper.blocks.iter().map(|block| block.seams.len()).collect();
    assert_eq!(seams.iter().sum::<usize>(), 1, "{:?}", blocks(&paper));
}

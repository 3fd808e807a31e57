//! Pages that are printed here: preprints with numbered lines, two columns, tables, scans.

use galen_audit::{Kind, Paper, Piece, Unreadable, read};

use crate::print::{Font, Print, prose, wrap};

fn paper(print: &Print) -> Paper {
    read(&print.pdf(), "printed.pdf").expect("the page can be read")
}

fn of_kind<'p>(paper: &'p Paper, kind: &Kind) -> Vec<&'p str> {
    let blocks = paper.blocks.iter().filter(|block| block.kind == *kind);
    blocks.map(|block| paper.words(block)).collect()
}

fn kind_of<'p>(paper: &'p Paper, words: &str) -> &'p Kind {
    let block = paper
        .blocks
        .iter()
        .find(|block| paper.words(block).contains(words));
    let block = block.unwrap_or_else(|| panic!("{words:?} is not in {}", paper.text));
    &block.kind
}

fn title(print: &mut Print) {
    print.text(
        90.0,
        100.0,
        18.0,
        Font::Bold,
        "Finding sepsis early in four hospitals",
    );
    print.text(
        200.0,
        130.0,
        11.0,
        Font::Roman,
        "Ada Example and Max Sample",
    );
    print.text(
        180.0,
        145.0,
        9.0,
        Font::Italic,
        "Department of Medicine, University of Somewhere",
    );
    print.text(270.0, 180.0, 12.0, Font::Bold, "Abstract");
}

/// Three pages as a preprint server prints them: stamped, double spaced, every line numbered.
fn preprint() -> Print {
    let mut print = Print::new();
    let mut number = 1;
    for page in 0..3 {
        print.page();
        print.text(40.0, 24.0, 7.0, Font::Roman,
            "medRxiv preprint doi: https://doi.org/10.1101/2020.01.01; this version posted January 2, 2020. The copyright holder for this preprint");
        print.text(120.0, 33.0, 7.0, Font::Roman,
            "(which was not certified by peer review) is the author/funder, who has granted medRxiv a license to display it.");
        print.text(
            180.0,
            42.0,
            7.0,
            Font::Roman,
            "It is made available under a CC-BY 4.0 International license .",
        );
        let mut y = 80.0;
        if page == 0 {
            title(&mut print);
            y = 205.0;
        }
        for line in wrap(&prose(page * 20, 17), 80) {
            print.text(60.0, y, 8.0, Font::Roman, &number.to_string());
            print.text(90.0, y, 11.0, Font::Roman, &line);
            number += 1;
            y += 24.0;
        }
        print.text(303.0, 770.0, 10.0, Font::Roman, &(page + 1).to_string());
    }
    print
}

#[test]
fn a_preprint_reads_without_its_stamps_and_the_numbers_of_its_lines() {
    let paper = paper(&preprint());
    assert_eq!(
        paper.title.as_deref(),
        Some("Finding sepsis early in four hospitals")
    );
    assert_eq!(paper.pages, Some(3));
    let texts = of_kind(&paper, &Kind::Abstract).join(" ");
    for page in 0..3 {
        let whole = prose(page * 20, 17);
        assert!(texts.contains(&whole), "{whole:?} is not in {texts:?}");
    }
    assert_eq!(*kind_of(&paper, "medRxiv preprint"), Kind::Furniture);
    assert_eq!(*kind_of(&paper, "CC-BY 4.0"), Kind::Furniture);
    assert_eq!(*kind_of(&paper, "Ada Example"), Kind::Furniture);
    assert_eq!(*kind_of(&paper, "University of Somewhere"), Kind::Furniture);
    assert!(of_kind(&paper, &Kind::Furniture).contains(&"2"));
}

/// A page of two columns below what spans them, a table with intervals or a figure.
fn two_columns() -> Print {
    let mut print = Print::new();
    print.page();
    title(&mut print);
    print.lines(54.0, 200.0, 10.0, 12.0, &wrap(&prose(0, 8), 110));
    print.text(54.0, 290.0, 12.0, Font::Bold, "1 Introduction");
    print.lines(54.0, 310.0, 10.0, 12.0, &wrap(&prose(100, 26), 50));
    print.lines(318.0, 290.0, 10.0, 12.0, &wrap(&prose(200, 27), 50));
    print.page();
    print.text(
        54.0,
        70.0,
        9.0,
        Font::Roman,
        "Table 1: Performance at the first site and at the second one, all patients",
    );
    print.rule(54.0, 560.0, 76.0);
    let rows = [
        ["Model", "AUROC (95% CI)", "Sensitivity (95% CI)", "n"],
        [
            "Clinical score",
            "0.71 (0.68–0.74)",
            "0.55 (0.50–0.60)",
            "1,204",
        ],
        ["Network", "0.85 (0.80–0.90)", "0.78 (0.71–0.84)", "1,204"],
        ["Network, site 2", "0.79 ± 0.03", "—", "388"],
    ];
    for (row, cells) in (0_u8..).zip(rows) {
        let y = 88.0 + 12.0 * f64::from(row);
        for (x, cell) in [60.0, 200.0, 340.0, 500.0].into_iter().zip(cells) {
            print.text(x, y, 9.0, Font::Roman, cell);
        }
    }
    print.rule(54.0, 560.0, 130.0);
    print.lines(54.0, 160.0, 10.0, 12.0, &wrap(&prose(300, 35), 50));
    print.lines(318.0, 160.0, 10.0, 12.0, &wrap(&prose(400, 35), 50));
    print
}

#[test]
fn two_columns_are_read_one_after_the_other() {
    let paper = paper(&two_columns());
    let place = |words: &str| {
        paper
            .text
            .find(words)
            .unwrap_or_else(|| panic!("{words:?} is not in {}", paper.text))
    };
    let order = [
        place(&prose(0, 8)),
        place("1 Introduction"),
        place(&prose(100, 26)),
        place(&prose(200, 27)),
        place("Table 1"),
        place(&prose(300, 35)),
        place(&prose(400, 35)),
    ];
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn three_columns_are_read_from_left_to_right() {
    let mut print = Print::new();
    print.page();
    print.text(
        50.0,
        60.0,
        18.0,
        Font::Bold,
        "Finding sepsis early in four hospitals",
    );
    for (seed, x) in [(0, 50.0), (100, 225.0), (200, 400.0)] {
        print.lines(x, 120.0, 9.0, 11.0, &wrap(&prose(seed, 25), 38));
    }
    let paper = paper(&print);
    let places: Vec<Option<usize>> = [0, 100, 200]
        .into_iter()
        .map(|seed| paper.text.find(&prose(seed, 25)))
        .collect();
    assert!(places.iter().all(Option::is_some), "{}", paper.text);
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_narrow_column_of_matter_beside_the_text_is_furniture() {
    let mut print = Print::new();
    print.page();
    print.text(
        50.0,
        80.0,
        18.0,
        Font::Bold,
        "Finding sepsis early in four hospitals",
    );
    print.text(
        50.0,
        110.0,
        10.0,
        Font::Roman,
        "Ada Example 1 and Max Sample 2",
    );
    let citation = "Citation: Example, A.; Sample, M. Finding sepsis early in four hospitals. Journal 2021, 3, 14. \
                    Received: 3 May 2021 Accepted: 7 June 2021 Published: 9 June 2021 Copyright: 2021 by the authors.";
    print.lines(50.0, 300.0, 7.5, 9.0, &wrap(citation, 34));
    print.text(200.0, 160.0, 10.0, Font::Bold, "Abstract:");
    print.lines(244.0, 160.0, 10.0, 12.0, &wrap(&prose(0, 1), 66));
    print.lines(200.0, 172.0, 10.0, 12.0, &wrap(&prose(1, 8), 75));
    print.text(200.0, 290.0, 11.0, Font::Bold, "1. Introduction");
    print.lines(200.0, 310.0, 10.0, 12.0, &wrap(&prose(100, 30), 75));
    let paper = paper(&print);
    assert_eq!(*kind_of(&paper, "Citation: Example"), Kind::Furniture);
    assert_eq!(of_kind(&paper, &Kind::Abstract).join(" "), prose(0, 9));
    assert_eq!(of_kind(&paper, &Kind::Paragraph), [prose(100, 30)]);
}

#[test]
fn a_table_over_both_columns_keeps_its_cells_and_their_intervals() {
    let paper = paper(&two_columns());
    assert_eq!(
        of_kind(&paper, &Kind::Row),
        [
            "Model\tAUROC (95% CI)\tSensitivity (95% CI)\tn",
            "Clinical score\t0.71 (0.68–0.74)\t0.55 (0.50–0.60)\t1,204",
            "Network\t0.85 (0.80–0.90)\t0.78 (0.71–0.84)\t1,204",
            "Network, site 2\t0.79 ± 0.03\t—\t388",
        ]
    );
    let caption = kind_of(&paper, "Performance at the first site");
    let expected = Kind::Caption {
        of: Piece::Table,
        label: "Table 1".to_owned(),
    };
    assert_eq!(*caption, expected);
}

#[test]
fn an_interval_below_its_estimate_is_in_the_same_cell() {
    let mut print = Print::new();
    print.page();
    print.lines(72.0, 80.0, 10.0, 12.0, &wrap(&prose(0, 12), 95));
    print.text(72.0, 240.0, 9.0, Font::Roman, "Table 2. Subgroups");
    print.rule(72.0, 400.0, 246.0);
    for (row, cells) in (0_u8..).zip([
        ["Group", "Sensitivity", "Specificity"],
        ["Women", "0.81", "0.90"],
        ["", "(0.74–0.87)", "(0.86–0.93)"],
        ["Men", "0.79", "0.91"],
        ["", "(0.70–0.86)", "(0.88–0.94)"],
    ]) {
        for (x, cell) in [80.0, 180.0, 290.0].into_iter().zip(cells) {
            print.text(x, 258.0 + 11.0 * f64::from(row), 9.0, Font::Roman, cell);
        }
    }
    print.rule(72.0, 400.0, 308.0);
    print.lines(72.0, 340.0, 10.0, 12.0, &wrap(&prose(50, 12), 95));
    assert_eq!(
        of_kind(&paper(&print), &Kind::Row),
        [
            "Group\tSensitivity\tSpecificity",
            "Women\t0.81 (0.74–0.87)\t0.90 (0.86–0.93)",
            "Men\t0.79 (0.70–0.86)\t0.91 (0.88–0.94)",
        ]
    );
}

#[test]
fn a_paragraph_goes_on_behind_the_figure_that_interrupts_it() {
    let mut print = Print::new();
    print.page();
    let text = prose(0, 40);
    let lines = wrap(&text, 95);
    let (first, second) = lines.split_at(20);
    print.lines(72.0, 80.0, 10.0, 12.0, first);
    print.picture(150.0, 340.0, 300.0, 180.0);
    print.text(72.0, 540.0, 9.0, Font::Roman, "Figure 1: Flow of patients.");
    print.text(250.0, 760.0, 9.0, Font::Roman, "1");
    print.page();
    print.lines(72.0, 80.0, 10.0, 12.0, second);
    print.text(250.0, 760.0, 9.0, Font::Roman, "2");
    let paper = paper(&print);
    assert_eq!(of_kind(&paper, &Kind::Paragraph), [text]);
    assert!(
        matches!(kind_of(&paper, "Flow of patients"), Kind::Caption { of: Piece::Figure, label } if label == "Figure 1")
    );
}

#[test]
fn a_raised_mark_behind_a_number_is_no_digit_of_it() {
    let mut print = Print::new();
    print.page();
    print.lines(72.0, 80.0, 10.0, 12.0, &wrap(&prose(0, 9), 95));
    print.text(72.0, 200.0, 10.0, Font::Roman, "The sensitivity was 0.85");
    print.text(172.2, 196.5, 6.0, Font::Roman, "12");
    print.text(180.0, 200.0, 10.0, Font::Roman, "in all patients.");
    let paper = paper(&print);
    assert!(paper.text.contains("¹² in all patients"), "{}", paper.text);
    assert!(!paper.text.contains("8512"), "{}", paper.text);
}

#[test]
fn pages_without_text_are_refused_with_what_to_do() {
    let mut print = Print::new();
    for _ in 0..4 {
        print.page().picture(0.0, 0.0, 612.0, 792.0);
    }
    let refused = read(&print.pdf(), "scan.pdf").expect_err("there is no text");
    assert_eq!(
        refused,
        Unreadable::NoText {
            name: "scan.pdf".to_owned(),
            pages: 4
        }
    );
    let message = refused.to_string();
    assert!(
        message.contains("there is no text in scan.pdf"),
        "{message}"
    );
    assert!(message.contains("ocrmypdf"), "{message}");
}

#[test]
fn one_page_without_text_is_a_warning() {
    let mut print = Print::new();
    print.page();
    print.lines(72.0, 80.0, 10.0, 12.0, &wrap(&prose(0, 30), 95));
    print.page().picture(50.0, 50.0, 500.0, 600.0);
    let paper = paper(&print);
    assert_eq!(
        paper.warnings,
        ["Page 2 is a picture without text; what it shows was not read."]
    );
}

#[test]
fn a_file_with_a_password_is_refused() {
    let mut print = Print::new();
    print.page();
    print.lines(72.0, 80.0, 10.0, 12.0, &wrap(&prose(0, 30), 95));
    let key = "ab".repeat(32);
    print.trailer = format!(
        "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] \
         /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O <{key}> /U <{key}> >>"
    );
    let refused = read(&print.pdf(), "secret.pdf").expect_err("there is a password");
    assert!(
        matches!(refused, Unreadable::Password { .. }),
        "{refused:?}"
    );
}

#[test]
fn three_hundred_pages_take_no_more_than_their_share() {
    let pages = |count: usize| {
        let mut print = Print::new();
        for page in 0..count {
            print.page();
            print.text(72.0, 40.0, 9.0, Font::Italic, "Sepsis in four hospitals");
            print.lines(72.0, 80.0, 10.0, 12.0, &wrap(&prose(page * 7, 50), 95));
            print.text(300.0, 760.0, 9.0, Font::Roman, &(page + 1).to_string());
        }
        print.pdf()
    };
    let timed = |bytes: &[u8]| {
        let start = std::time::Instant::now();
        let paper = read(bytes, "long.pdf").expect("the pages can be read");
        (start.elapsed().as_secs_f64(), paper)
    };
    let (few, _) = timed(&pages(30));
    let long = pages(300);
    let (many, paper) = timed(&long);
    assert!(
        many < 40.0 * few.max(0.02),
        "30 pages take {few} s and 300 take {many} s"
    );
    assert_eq!(paper.pages, Some(300));
    assert_eq!(paper, read(&long, "long.pdf").expect("again"));
    let heads = of_kind(&paper, &Kind::Furniture);
    assert_eq!(
        heads
            .iter()
            .filter(|text| text.starts_with("Sepsis"))
            .count(),
        300
    );
}

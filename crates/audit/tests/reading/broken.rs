//! Files that are cut off, damaged, or no papers.

use std::io::{Cursor, Write};

use galen_audit::{Unreadable, read};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::markup::{DOCUMENT, HTML, JATS, STYLES, docx};
use crate::print::{Font, Print, prose, wrap};

fn printed() -> Vec<u8> {
    let mut print = Print::new();
    print.page();
    print.text(90.0, 100.0, 18.0, Font::Bold, "Finding sepsis early");
    print.lines(54.0, 200.0, 10.0, 12.0, &wrap(&prose(0, 20), 50));
    print.lines(318.0, 200.0, 10.0, 12.0, &wrap(&prose(100, 20), 50));
    print.pdf()
}

#[test]
fn no_bytes_are_no_paper() {
    let refused = read(b"", "empty.pdf").expect_err("there is nothing");
    assert_eq!(
        refused.to_string(),
        "empty.pdf is empty; give the file of a paper"
    );
}

#[test]
fn a_pdf_that_is_only_its_beginning_is_refused() {
    let bytes = printed();
    let refused = read(&bytes[..200], "cut.pdf").expect_err("there is no page");
    assert!(
        matches!(refused, Unreadable::BrokenPdf { .. }),
        "{refused:?}"
    );
}

#[test]
fn elements_nested_without_end_are_read_or_refused() {
    let deep = |open: &str, close: &str| {
        let many = 20_000;
        format!("{}sepsis{}", open.repeat(many), close.repeat(many))
    };
    let xml = format!(
        "<article><body>{}</body></article>",
        deep("<sec>", "</sec>")
    );
    let refused = read(xml.as_bytes(), "deep.xml").expect_err("it is nested too deeply");
    assert!(
        refused.to_string().contains("nested too deeply"),
        "{refused}"
    );
    for tag in ["div", "table", "b", "ul"] {
        let page = format!(
            "<html><body>{}",
            deep(&format!("<{tag}>"), &format!("</{tag}>"))
        );
        let paper = read(page.as_bytes(), "deep.html").expect("a page can be read");
        assert!(paper.text.contains("sepsis"), "{tag}");
    }
}

#[test]
fn a_file_of_word_that_unpacks_without_end_is_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("word/document.xml", packed)
        .expect("a name is free");
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..80 {
        zip.write_all(&blanks).expect("memory takes all");
    }
    let bytes = zip.finish().expect("memory takes all").into_inner();
    assert!(bytes.len() < 1 << 20);
    let refused = read(&bytes, "bomb.docx").expect_err("it is too large");
    assert!(refused.to_string().contains("more than 64 MB"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(&bytes, "any");
    }

    #[test]
    fn a_pdf_cut_anywhere_is_read_or_refused(at in 0_usize..6_000) {
        let bytes = printed();
        let _ = read(&bytes[..at.min(bytes.len())], "cut.pdf");
    }

    #[test]
    fn a_pdf_with_other_bytes_in_it_is_read_or_refused(
        places in proptest::collection::vec((0_usize..6_000, any::<u8>()), 1..40)
    ) {
        let mut bytes = printed();
        let length = bytes.len();
        for (at, byte) in places {
            bytes[at % length] = byte;
        }
        let _ = read(&bytes, "damaged.pdf");
    }

    #[test]
    fn markup_with_other_bytes_in_it_is_read_or_refused(
        which in 0_usize..3,
        cut in 0_usize..8_000,
        places in proptest::collection::vec((0_usize..8_000, any::<u8>()), 0..20)
    ) {
        let mut bytes = match which {
            0 => JATS.as_bytes().to_vec(),
            1 => HTML.as_bytes().to_vec(),
            _ => docx(&[("word/document.xml", DOCUMENT), ("word/styles.xml", STYLES)]),
        };
        bytes.truncate(cut);
        let length = bytes.len().max(1);
        for (at, byte) in places {
            if let Some(place) = bytes.get_mut(at % length) {
                *place = byte;
            }
        }
        let _ = read(&bytes, "damaged");
    }

    #[test]
    fn any_text_has_its_blocks_in_order_and_its_sentences_in_their_blocks(text in "[ -~\\n\\t\u{c}±–…“”’²é]{0,600}") {
        let Ok(paper) = read(text.as_bytes(), "any.txt") else {
            return Ok(());
        };
        let mut end = 0;
        for block in &paper.blocks {
            prop_assert!(block.range.start >= end && block.range.end > block.range.start);
            end = block.range.end;
            prop_assert!(!paper.words(block).contains('\n'));
        }
        for sentence in paper.sentences() {
            let block = &paper.blocks[sentence.block];
            prop_assert!(block.range.start <= sentence.range.start && sentence.range.end <= block.range.end);
            prop_assert!(paper.text.get(sentence.range).is_some());
        }
    }
}

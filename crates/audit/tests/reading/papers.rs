//! The four papers of the shared folder.

use std::path::PathBuf;

use galen_audit::{Format, Kind, Paper, read};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

const NAMES: [&str; 4] = ["chen21a", "moor19a", "nestor20a", "saha19a"];

fn shared(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/papers")
        .join(name)
}

fn bytes(path: &std::path::Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; this test needs the folder `shared` beside the repository",
            path.display()
        )
    })
}

fn paper(name: &str) -> Paper {
    let path = shared(name).join("paper.pdf");
    read(&bytes(&path), "paper.pdf").expect("the paper can be read")
}

fn yaml<T: for<'de> Deserialize<'de>>(path: &std::path::Path) -> T {
    let text = String::from_utf8(bytes(path)).expect("the file is UTF-8");
    serde_saphyr::from_str(&text).expect("the file has its fields")
}

#[derive(Deserialize)]
struct Meta {
    title: String,
    pages: u32,
}

#[derive(Deserialize)]
struct Gold {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    quote: Option<String>,
}

/// Letters and digits alone, so that hyphens, ligatures and accents of a quote do not matter.
fn bare(text: &str) -> String {
    let text: String = text.nfkd().filter(|c| c.is_alphanumeric()).collect();
    text.to_lowercase()
}

#[test]
fn titles_and_pages_are_those_of_the_publisher() {
    for name in NAMES {
        let meta: Meta = yaml(&shared(name).join("meta.yaml"));
        let paper = paper(name);
        assert_eq!(paper.format, Format::Pdf);
        assert_eq!(paper.pages, Some(meta.pages), "{name}");
        assert_eq!(
            paper.title.as_deref().map(bare),
            Some(bare(&meta.title)),
            "{name}"
        );
        assert_eq!(paper.warnings, [""; 0], "{name}");
    }
}

#[test]
fn every_quote_that_readers_took_from_a_paper_is_in_its_text() {
    for name in NAMES {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/gold")
            .join(name);
        let folder = if here.exists() { here } else { shared(name) };
        let gold: Gold = yaml(&folder.join("gold.yaml"));
        let text = bare(&paper(name).text);
        let mut missing = Vec::new();
        for item in &gold.items {
            let quotes = item.quote.iter().flat_map(|quote| quote.split("[...]"));
            missing.extend(
                quotes
                    .filter(|q| !text.contains(&bare(q)))
                    .map(|q| (&item.id, q)),
            );
        }
        assert!(missing.is_empty(), "{name}: {missing:#?}");
    }
}

#[test]
fn sections_are_the_numbered_ones() {
    let sections = |name: &str, level: u8| -> Vec<String> {
        let paper = paper(name);
        let heads = paper
            .blocks
            .iter()
            .filter(|b| b.kind == Kind::Heading { level });
        heads.map(|block| paper.words(block).to_owned()).collect()
    };
    assert_eq!(
        sections("saha19a", 1),
        [
            "Abstract",
            "1. Introduction",
            "2. Related Work",
            "3. Methodology",
            "4. Experiments",
            "5. Results",
            "6. Conclusion",
            "References",
            "Appendix"
        ]
    );
    assert_eq!(
        sections("moor19a", 1),
        [
            "Abstract",
            "1. Introduction",
            "2. Related Work",
            "3. Methods",
            "4. Experiments",
            "5. Conclusion",
            "6. Future Work",
            "Funding",
            "References",
            "Appendix A. Supplementary Material",
            "References"
        ]
    );
    assert_eq!(
        sections("moor19a", 2)[..4],
        [
            "Technical Significance",
            "Clinical Relevance",
            "2.1. Supervised Learning on Medical Time Series",
            "2.2. Algorithms for the Early Detection of Sepsis"
        ]
    );
}

#[test]
fn rows_of_tables_keep_their_cells() {
    let rows = |name: &str| -> Vec<String> {
        let paper = paper(name);
        let rows = paper.blocks.iter().filter(|b| b.kind == Kind::Row);
        rows.map(|block| paper.words(block).to_owned()).collect()
    };
    let moor = rows("moor19a");
    for row in [
        "Variable\tSepsis Cases\tControls",
        "Female\t236 (41.4%)\t2,548 (45.4%)",
        "Age (μ ± σ)\t67.2 ± 15.3\t64.2 ± 17.3",
        "Method\tRaw-TCN\tMGP-RNN\tMGP-TCN\tDTW-KNN",
    ] {
        assert!(moor.iter().any(|r| r == row), "{row:?} is not in {moor:#?}");
    }
    let chen = rows("chen21a");
    for row in [
        "\tCardiomegaly\tEdema\tConsolidation",
        "Misclassification Ground Truth\t0\t1\t0",
        "Consolidation\t0.008 [0.005, 0.010]\t0.003 [-0.001, 0.006]",
    ] {
        assert!(chen.iter().any(|r| r == row), "{row:?} is not in {chen:#?}");
    }
    let nestor = rows("nestor20a");
    for row in [
        "Sensitivity\t0.25\t0.40",
        "Age Median\t66.96\t66.16\t65.19\t67.64\t67.42\t67.13\t66.74\t66.97\t66.40\t66.74",
        "All Outcomes\t0.950 (0.230)\t0.943 (0.185)",
    ] {
        assert!(
            nestor.iter().any(|r| r == row),
            "{row:?} is not in {nestor:#?}"
        );
    }
    let saha = rows("saha19a");
    let row = "Multi-ADV\t0.7906\t0.9839\t0.9641\t0.7925\t0.9812";
    assert!(saha.iter().any(|r| r == row), "{saha:#?}");
}

#[test]
fn captions_and_references_are_counted() {
    let counts = |name: &str| {
        let paper = paper(name);
        // The parts of a figure may have captions of their own.
        let labels = paper.blocks.iter().filter_map(|block| match &block.kind {
            Kind::Caption { label, .. } => Some(label),
            _ => None,
        });
        let captions: std::collections::BTreeSet<&String> = labels.collect();
        let references = paper.blocks.iter().filter(|b| b.kind == Kind::Reference);
        (captions.len(), references.count())
    };
    assert_eq!(counts("chen21a"), (10, 34));
    assert_eq!(counts("moor19a"), (10, 59));
    assert_eq!(counts("nestor20a"), (15, 45));
    assert_eq!(counts("saha19a"), (11, 34));
}

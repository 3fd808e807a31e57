//! A paper judged item by item, with the quotes that the verdicts rest on.

use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

use crate::item::Item;
use crate::items;
use crate::judging::index::Index;
use crate::judging::section::Section;
use crate::judging::{Finding, Judge, Passage, Verdict};
use crate::numbers::{self, Remark};
use crate::paper::{Block, Format, Kind, Paper, Piece};
use crate::proposal::Proposals;
use crate::subject::{Subject, subject};

/// Bytes of an introduction that has no heading.
const INTRODUCTION: usize = 5_000;
/// Bytes of text without a heading that are more than an introduction: a letter.
const LETTER: usize = 12_000;

/// What a paper reports, leaves out, and what does not add up in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    pub title: Option<String>,
    pub format: Format,
    pub pages: Option<u32>,
    /// Whether the paper is of a kind that the rubric is for.
    pub subject: Subject,
    /// In the order of the rubric.
    pub items: Vec<Judged>,
    pub remarks: Vec<Doubt>,
    /// What a language model was asked, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposals: Option<Proposals>,
    /// What reading could not do.
    pub warnings: Vec<String>,
}

/// An item with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    #[serde(flatten)]
    pub asked: Asked,
    pub verdict: Verdict,
    /// The paper itself says that it was not done.
    pub declared: bool,
    pub evidence: Vec<Quote>,
    /// Passages that a language model proposes, if one was asked; they count for no verdict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proposed: Vec<Quote>,
}

impl Judged {
    /// Whether it is missing or told in part only.
    pub fn is_open(&self) -> bool {
        matches!(self.verdict, Verdict::NotReported | Verdict::Partial)
    }
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Asked {
    pub id: String,
    pub group: String,
    pub what: String,
    pub weight: u8,
    pub gmlp: Vec<u8>,
    pub maps: std::collections::BTreeMap<String, Vec<String>>,
    pub question: String,
    pub why: String,
}

impl From<&Item> for Asked {
    fn from(item: &Item) -> Asked {
        Asked {
            id: item.id.clone(),
            group: item.group.clone(),
            what: item.what.clone(),
            weight: item.weight,
            gmlp: item.gmlp.clone(),
            maps: item.maps.clone(),
            question: item.question.clone(),
            why: item.why.clone(),
        }
    }
}

/// Words of the paper and where they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    pub quote: String,
    /// What it tells: a fact of the item, `declared`, or `proposed` by a language model.
    pub tells: String,
    /// The innermost heading above it, or the label of the table or figure.
    pub section: Option<String>,
    /// From 1.
    pub page: Option<u32>,
    /// Of its first byte in the paper's text.
    pub offset: usize,
    /// The bytes of the quote that tell it.
    #[serde(skip)]
    pub cue: Range<usize>,
}

/// Numbers that do not go together, with where they stand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Doubt {
    #[serde(flatten)]
    pub remark: Remark,
    pub quotes: Vec<Quote>,
}

/// A passage with its place in the paper.
pub(crate) struct Place<'a> {
    pub passage: Passage<'a>,
    pub offset: usize,
    block: &'a Block,
}

/// Audits a paper.
pub fn audit(paper: &Paper) -> Audit {
    let mut audits = audits(std::slice::from_ref(paper));
    audits
        .pop()
        .unwrap_or_else(|| unreachable!("one paper has one audit"))
}

/// Audits papers, in their order; each item is made ready once for all of them.
pub fn audits(papers: &[Paper]) -> Vec<Audit> {
    audits_by(papers, items::files())
}

/// Audits papers by items of these files, as who writes an item tries it.
///
/// # Panics
/// A file is no item.
pub fn audits_by(papers: &[Paper], files: &[(&str, &str)]) -> Vec<Audit> {
    let places: Vec<Vec<Place>> = papers.par_iter().map(places).collect();
    let passages: Vec<Vec<Passage>> = places
        .iter()
        .map(|places| places.iter().map(|place| place.passage.clone()).collect())
        .collect();
    let indexes: Vec<Index> = passages.par_iter().map(|one| Index::of(one)).collect();
    // By item, then by paper.
    let judged: Vec<Vec<Judged>> = items::each(files, |judge| {
        let papers = places.par_iter().zip(&passages).zip(&indexes);
        papers
            .map(|((places, passages), index)| of_item(judge, places, passages, index))
            .collect()
    });
    let mut of_papers: Vec<Vec<Judged>> = papers.iter().map(|_| Vec::new()).collect();
    for item in judged {
        let both = of_papers.iter_mut().zip(item);
        both.for_each(|(items, item)| items.push(item));
    }
    let all = papers
        .par_iter()
        .zip(of_papers)
        .zip(places.par_iter().zip(&passages));
    all.map(|((paper, items), (places, passages))| Audit {
        title: paper.title.clone(),
        format: paper.format,
        pages: paper.pages,
        subject: subject(paper.title.as_deref(), passages),
        items,
        remarks: doubts(places, passages),
        proposals: None,
        warnings: paper.warnings.clone(),
    })
    .collect()
}

fn of_item(judge: &Judge, places: &[Place], passages: &[Passage], index: &Index) -> Judged {
    let Finding {
        verdict,
        declared,
        question,
        evidence,
    } = judge.judge(passages, index);
    let told = evidence.iter();
    let quotes = told.map(|one| quote(&places[one.passage], &one.fact, one.at.clone()));
    Judged {
        asked: Asked {
            question,
            ..Asked::from(&judge.item)
        },
        verdict,
        declared,
        evidence: quotes.collect(),
        proposed: Vec::new(),
    }
}

fn doubts(places: &[Place], passages: &[Passage]) -> Vec<Doubt> {
    let doubt = |remark: Remark| Doubt {
        quotes: remark
            .passages
            .iter()
            .map(|&at| quote(&places[at], remark.check, 0..0))
            .collect(),
        remark,
    };
    let remarks = numbers::check(passages).remarks.into_iter();
    remarks.map(doubt).collect()
}

/// The passages that can be evidence: sentences, captions and rows, without references, running heads and headings.
pub(crate) fn places(paper: &Paper) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    let mut section = Section::Abstract;
    let mut paragraph = 0;
    let mut is_after_table = false;
    let mut last_block = usize::MAX;
    // Bytes of text under no heading, of all and so far.
    let bare = |block: &&Block| block.section.is_empty() && block.kind == Kind::Paragraph;
    let is_letter = paper
        .blocks
        .iter()
        .filter(bare)
        .map(|block| block.range.len())
        .sum::<usize>()
        > LETTER;
    let mut before = 0;
    let has_methods = paper.blocks.iter().any(|block| {
        matches!(
            Section::of(&block.section),
            Some(Section::Methods | Section::Results)
        )
    });
    for sentence in paper.sentences() {
        let block = &paper.blocks[sentence.block];
        let is_table = matches!(
            block.kind,
            Kind::Row
                | Kind::Caption {
                    of: Piece::Table,
                    ..
                }
        );
        match &block.kind {
            Kind::Title | Kind::Heading { .. } | Kind::Reference | Kind::Furniture => continue,
            Kind::Abstract => section = Section::Abstract,
            // Before the first heading stands what an introduction says, in a letter without headings all else as well; behind the last
            // one tables and notes without a place.
            _ if block.section.is_empty() && has_methods => {
                before += sentence.range.len();
                section = match section {
                    Section::Abstract | Section::Introduction
                        if !is_letter || before < INTRODUCTION =>
                    {
                        Section::Introduction
                    }
                    _ => Section::Results,
                };
            }
            _ => {
                if let Some(own) = Section::of(&block.section) {
                    section = own;
                } else if section == Section::Abstract && !block.section.is_empty() {
                    // A heading that says nothing known, after the abstract.
                    section = Section::Methods;
                }
            }
        }
        if sentence.block != last_block && !(is_table && is_after_table) {
            paragraph += 1;
        }
        last_block = sentence.block;
        is_after_table = is_table;
        found.push(Place {
            passage: Passage {
                text: &paper.text[sentence.range.clone()],
                section,
                paragraph,
                is_table: is_table || matches!(block.kind, Kind::Caption { .. }),
                is_parted: is_parted(block, &sentence.range),
            },
            offset: sentence.range.start,
            block,
        });
    }
    found
}

fn is_parted(block: &Block, words: &Range<usize>) -> bool {
    let inside = |seam: &usize| (words.start + 1..words.end).contains(seam);
    block.seams.iter().any(inside)
}

/// A passage as a quote, of which the bytes `at` tell something.
pub(crate) fn quote(place: &Place, tells: &str, at: Range<usize>) -> Quote {
    let shown = |text: &str| text.replace('\t', " | ");
    let text = place.passage.text;
    let start = shown(&text[..at.start]).len();
    let section = match &place.block.kind {
        Kind::Caption { label, .. } => Some(label.clone()),
        Kind::Abstract => Some("Abstract".to_owned()),
        _ => place.block.section.last().cloned(),
    };
    Quote {
        cue: start..start + shown(&text[at]).len(),
        quote: shown(text),
        tells: tells.to_owned(),
        section,
        page: place.block.page,
        offset: place.offset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    fn of(words: &str, id: &str) -> Judged {
        let text = format!(
            "A network for films\n\nAbstract\n\nWe trained a network on films.\n\nMethods\n\n{words}\n"
        );
        let paper = read(text.as_bytes(), "paper.txt").expect("a paper");
        let items = audit(&paper).items.into_iter();
        let mut own = items.filter(|item| item.asked.id == id);
        own.next().expect("an item")
    }

    #[test]
    fn what_a_paper_tells_in_part_is_asked_by_what_is_missing() {
        for (words, verdict, asked) in [
            (
                "The films were collected from 2011 to 2019.",
                Verdict::Partial,
                "Which hospital",
            ),
            (
                "We used the films of MIMIC-CXR.",
                Verdict::Partial,
                "which years",
            ),
            ("We used films.", Verdict::NotReported, "Where and when"),
        ] {
            let item = of(words, "PROV-1");
            assert_eq!(item.verdict, verdict, "{words}");
            assert!(
                item.asked.question.contains(asked),
                "{}",
                item.asked.question
            );
        }
    }

    #[test]
    fn a_quote_keeps_the_place_of_what_tells() {
        let item = of(
            "Between the two wars\tno one knows, we used the films of MIMIC-CXR for it.",
            "PROV-1",
        );
        let quote = &item.evidence[0];
        assert!(
            quote.quote[quote.cue.clone()].contains("MIMIC"),
            "{quote:?}"
        );
    }
}

//! An audit as a page: what a paper claims, what is strong, what is missing, what does not add up, what to ask. No total score.

use std::ops::Range;

use galen_dossier::{Badge, Block, Cell, Column, NoteKind, Page, Span, Table, Tone};

use crate::audit::{Audit, Judged, Quote};
use crate::judging::Verdict;
use crate::numbers::Severity;
use crate::proposal::Proposals;

/// Strengths, gaps and questions on a page that is to stay one.
const STRENGTHS: usize = 5;
const GAPS: usize = 7;
const QUESTIONS: usize = 7;
const DOUBTS: usize = 3;
const PROPOSED: usize = 6;
/// Words of a quote on the page; the document has all.
const WORDS: usize = 25;
/// Words of a quote beside a question.
const ASKED: usize = 12;

/// The principles of Good Machine Learning Practice, in a few words.
///
/// # Source
/// FDA, Health Canada, MHRA 2021; IMDRF N88 2025.
pub const PRINCIPLES: [&str; 10] = [
    "Intended use and expertise",
    "Engineering, security, data rights",
    "Representative patients",
    "Training and test independent",
    "Reference standard",
    "Model fits data and use",
    "Human and AI as a team",
    "Tested in clinical conditions",
    "Clear information for users",
    "Monitoring and retraining",
];

/// How many items of a principle have each verdict: reported, partial, not reported.
pub fn coverage(audit: &Audit) -> [[usize; 3]; 10] {
    let mut found = [[0; 3]; 10];
    for item in &audit.items {
        let place = match item.verdict {
            Verdict::Reported => 0,
            Verdict::Partial => 1,
            Verdict::NotReported => 2,
            Verdict::NotApplicable => continue,
        };
        for principle in &item.asked.gmlp {
            if let Some(counts) = found.get_mut(usize::from(*principle).wrapping_sub(1)) {
                counts[place] += 1;
            }
        }
    }
    found
}

/// What is reported in words, the weightiest first, no more than two of a group. What only a row of a table tells is hard to judge by itself
/// and no praise.
pub fn strengths(audit: &Audit) -> Vec<&Judged> {
    let reported = audit.items.iter().filter(|item| {
        item.verdict == Verdict::Reported && best(item).is_some_and(|quote| !is_row(quote))
    });
    spread(reported.collect(), STRENGTHS)
}

/// The quote to show for an item: words rather than a row of a table.
pub fn best(item: &Judged) -> Option<&Quote> {
    let words = item.evidence.iter().find(|quote| !is_row(quote));
    words.or(item.evidence.first())
}

/// Whether it is a row of a table, or rows that a program took out of a page as words.
fn is_row(quote: &Quote) -> bool {
    let is_number = |word: &&str| word.starts_with(|letter: char| letter.is_ascii_digit());
    let words = quote.quote.split_whitespace();
    let numbers = words.clone().filter(is_number).count();
    quote.quote.contains(" | ") || numbers * 3 > words.count()
}

/// What is missing, then what is weak, the weightiest first; of one weight what is declared comes last, since it is at least known.
pub fn gaps(audit: &Audit) -> Vec<&Judged> {
    let mut found: Vec<&Judged> = audit.items.iter().filter(|item| item.is_open()).collect();
    found.sort_by_key(|item| {
        (
            std::cmp::Reverse(item.asked.weight),
            item.verdict != Verdict::NotReported,
            item.declared,
        )
    });
    found
}

/// Questions to the developers, by risk: numbers that cannot be, then what is missing.
pub fn questions(audit: &Audit) -> Vec<String> {
    let doubts = audit
        .remarks
        .iter()
        .filter(|doubt| doubt.remark.severity != Severity::WorthAsking);
    let doubts = doubts.take(2).map(|doubt| {
        format!(
            "How do these numbers fit together? {}",
            doubt.remark.message
        )
    });
    let asked = gaps(audit).into_iter().map(question);
    doubts.chain(asked).take(QUESTIONS).collect()
}

/// What to ask, beside what is said already.
fn question(item: &Judged) -> String {
    let asked = &item.asked.question;
    match item.evidence.first() {
        Some(quote) => format!("{asked} Said is only: {}", cited(quote, ASKED)),
        None => asked.clone(),
    }
}

/// The weightiest, and of each group no more than two.
fn spread(mut items: Vec<&Judged>, most: usize) -> Vec<&Judged> {
    items.sort_by_key(|item| std::cmp::Reverse(item.asked.weight));
    let mut found: Vec<&Judged> = Vec::new();
    for item in items {
        let same = found
            .iter()
            .filter(|other| other.asked.group == item.asked.group)
            .count();
        if same < 2 && found.len() < most {
            found.push(item);
        }
    }
    found
}

/// What a language model proposes, the weightiest first.
pub fn proposed(audit: &Audit) -> impl Iterator<Item = (&Judged, &Quote)> {
    let items = gaps(audit).into_iter();
    items.flat_map(|item| item.proposed.iter().map(move |quote| (item, quote)))
}

/// What became of a model's proposals, in a sentence.
pub fn proposals(done: &Proposals) -> String {
    let Proposals {
        questions,
        kept,
        dropped,
        unreadable,
        failed,
        ..
    } = done;
    let words = match unreadable {
        0 => String::new(),
        many => format!(" Answers that were no list of quotes: {many}."),
    };
    let end = failed.as_ref().map_or(String::new(), |why| {
        format!(" The rest of the paper was not asked: {why}.")
    });
    format!(
        "A language model was asked for what was not found or in part, with the paper in {questions} piece(s). Quotes that stand in the paper and are new: {kept}, on which no verdict rests. Dropped, since they stand nowhere in it or answer nothing that was asked: {dropped}.{words}{end}"
    )
}

/// The page of one paper; `file` is its name and `digest` that of its bytes.
pub fn page(audit: &Audit, file: &str, digest: &str) -> Page {
    let mut page = Page::new(audit.title.clone().unwrap_or_else(|| file.to_owned()));
    page.dense = true;
    page.subtitle = "Preliminary GMLP gap report, from the published text only. A paper is not a technical file.".to_owned();
    page.foot = vec![
        ("File".to_owned(), file.to_owned()),
        ("SHA-256".to_owned(), digest.to_owned()),
        ("galen".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ];
    if let Some(warning) = audit.subject.warning() {
        page.push(Block::note(NoteKind::Warn, warning));
    }
    for warning in &audit.warnings {
        page.push(Block::note(NoteKind::Info, warning.clone()));
    }
    claims(audit, &mut page);
    let reported = strengths(audit);
    if !reported.is_empty() {
        page.push(Block::heading(1, "Strengths"));
        page.push(Block::List(
            reported.iter().map(|item| told(item)).collect(),
        ));
    }
    page.push(Block::heading(1, "Gaps"));
    page.push(Block::List(
        gaps(audit).into_iter().take(GAPS).map(missing).collect(),
    ));
    if let Some(done) = &audit.proposals {
        page.push(Block::heading(1, format!("Proposed by {}", done.model)));
        page.push(Block::note(NoteKind::Info, proposals(done)));
        let quotes = proposed(audit).take(PROPOSED).map(|(item, quote)| {
            vec![
                Span::strong(format!("{}. ", capital(&item.asked.what))),
                Span::text(quoted(quote)),
            ]
        });
        page.push(Block::List(quotes.collect()));
    }
    if !audit.remarks.is_empty() {
        page.push(Block::heading(1, "What does not add up"));
        let remark = |doubt: &crate::audit::Doubt| {
            let mut spans = vec![Span::text(doubt.remark.message.clone())];
            spans.extend(
                doubt
                    .quotes
                    .first()
                    .map(|quote| Span::text(format!(" {}", place(quote)))),
            );
            spans
        };
        page.push(Block::List(
            audit.remarks.iter().take(DOUBTS).map(remark).collect(),
        ));
    }
    page.push(Block::heading(1, "Questions for the developers"));
    page.push(Block::List(
        questions(audit)
            .into_iter()
            .map(|question| vec![Span::text(question)])
            .collect(),
    ));
    page.push(principles(audit));
    page
}

/// The intended use, the data and the main result, as the paper says them.
fn claims(audit: &Audit, page: &mut Page) {
    let said = |id: &str, in_part: bool| {
        let item = audit.items.iter().find(|item| item.asked.id == id)?;
        let is_said =
            item.verdict == Verdict::Reported || in_part && item.verdict == Verdict::Partial;
        item.evidence.first().filter(|_| is_said)
    };
    // What is told of use and data in part is told below, with what is missing.
    let named = [
        ("Use", "USE-1", false),
        ("Data", "PROV-1", false),
        ("Result", "PERF-2", true),
        ("Result", "PERF-1", true),
    ];
    let mut rows: Vec<(String, Cell)> = Vec::new();
    for (name, id, in_part) in named {
        let is_known = rows.iter().any(|(known, _)| known == name);
        if let Some(quote) = said(id, in_part).filter(|_| !is_known) {
            rows.push((name.to_owned(), Cell(vec![Span::text(quoted(quote))])));
        }
    }
    if !rows.is_empty() {
        page.push(Block::KeyValues(rows));
    }
}

fn told(item: &Judged) -> Vec<Span> {
    let mut spans = vec![Span::strong(format!("{}. ", capital(&item.asked.what)))];
    if let Some(quote) = best(item) {
        spans.push(Span::text(quoted(quote)));
    }
    spans.push(Span::text(format!(" {}", principles_of(item))));
    spans
}

fn missing(item: &Judged) -> Vec<Span> {
    let (tone, word) = match (item.verdict, item.declared) {
        (Verdict::Partial, _) => (Tone::Doubt, "partial"),
        (_, true) => (Tone::Bad, "not done, and said so"),
        _ => (Tone::Bad, "not reported"),
    };
    let quote = item
        .evidence
        .first()
        .map_or(String::new(), |quote| format!("{} ", quoted(quote)));
    vec![
        Span::strong(format!("{} ", capital(&item.asked.what))),
        Span::Status(Badge::new(tone, word)),
        Span::text(format!(
            " {quote}{} {}",
            item.asked.why,
            principles_of(item)
        )),
    ]
}

/// How many items of each principle are reported, partial, not reported; two principles a row.
fn principles(audit: &Audit) -> Block {
    let numbers = coverage(audit);
    let each = |at: usize| {
        let title = format!("{}. {}", at + 1, PRINCIPLES[at]);
        let counts = numbers[at].iter().map(usize::to_string);
        std::iter::once(title).chain(counts)
    };
    let half = PRINCIPLES.len() / 2;
    let row = |at: usize| {
        let both = each(at).chain(each(at + half));
        both.map(|text| Cell(vec![Span::text(text)])).collect()
    };
    let columns = [
        Column::text("GMLP principle"),
        Column::number("Reported"),
        Column::number("Partial"),
        Column::number("Not"),
    ];
    Block::Table(Table {
        caption: String::new(),
        columns: [columns.clone(), columns].concat(),
        rows: (0..half).map(row).collect(),
    })
}

fn principles_of(item: &Judged) -> String {
    let numbers: Vec<String> = item.asked.gmlp.iter().map(u8::to_string).collect();
    format!("[GMLP {}]", numbers.join(", "))
}

/// A quote in marks, cut to some words, and where it stands.
pub fn quoted(quote: &Quote) -> String {
    cited(quote, WORDS)
}

fn cited(quote: &Quote, most: usize) -> String {
    format!(
        "“{}” {}",
        window(&quote.quote, &quote.cue, most),
        place(quote)
    )
}

/// The first words of a text, or if what tells lies behind them, those around it.
fn window(text: &str, cue: &Range<usize>, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let before = |byte: usize| text[..byte].split_whitespace().count();
    let end = before(cue.end);
    let from = match end > most {
        // The words before what tells are its subject more often than those behind are its object.
        true => before(cue.start).saturating_sub(1 + most / 4),
        false => 0,
    };
    let to = words.len().min(from + most);
    // Near the end there is room for more of what stands before.
    let from = to.saturating_sub(most).min(from);
    let mark = |is_cut: bool| if is_cut { "…" } else { "" };
    let parts = [
        mark(from > 0),
        &words[from..to].join(" "),
        mark(to < words.len()),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Where a quote stands: `(4.2 Data Filtering, p. 7)`.
fn place(quote: &Quote) -> String {
    let page = quote.page.map(|page| format!("p. {page}"));
    let parts: Vec<String> = quote.section.clone().into_iter().chain(page).collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!("({})", parts.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Several papers side by side: an item a row, the weightiest first.
pub fn side_by_side(audits: &[(&str, &Audit)]) -> Page {
    let mut page = Page::new("Papers side by side");
    page.subtitle = "Preliminary, from the published texts only. R reported, P partial, N not reported, D not done and said so.".to_owned();
    let mut columns = vec![Column::text("Item"), Column::number("Weight")];
    columns.extend(
        audits
            .iter()
            .map(|(name, audit)| Column::text(audit.title.as_deref().unwrap_or(name))),
    );
    let Some((_, first)) = audits.first() else {
        return page;
    };
    let mut order: Vec<usize> = (0..first.items.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(first.items[at].asked.weight));
    let row = |at: usize| {
        let asked = &first.items[at].asked;
        let mut row = vec![
            Cell(vec![
                Span::strong(asked.id.clone()),
                Span::text(format!(" {}", asked.what)),
            ]),
            Cell(vec![Span::text(asked.weight.to_string())]),
        ];
        row.extend(audits.iter().map(|(_, audit)| {
            let (tone, letter) = letter(&audit.items[at]);
            Cell(vec![Span::Status(Badge::new(tone, letter))])
        }));
        row
    };
    page.push(Block::Table(Table {
        caption: String::new(),
        columns,
        rows: order.into_iter().map(row).collect(),
    }));
    page
}

/// The verdict as a letter.
pub fn letter(item: &Judged) -> (Tone, &'static str) {
    match (item.verdict, item.declared) {
        (Verdict::Reported, _) => (Tone::Good, "R"),
        (Verdict::Partial, _) => (Tone::Doubt, "P"),
        (Verdict::NotReported, true) => (Tone::Bad, "D"),
        (Verdict::NotReported, false) => (Tone::Bad, "N"),
        (Verdict::NotApplicable, _) => (Tone::Neutral, "–"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Quote, is_row, window};

    #[test]
    fn numbers_in_a_row_are_no_sentence() {
        let of = |words: &str| Quote {
            quote: words.to_owned(),
            tells: String::new(),
            section: None,
            page: None,
            offset: 0,
            cue: 0..0,
        };
        assert!(is_row(&of("AUC | 0.91")) && is_row(&of("Haemorrhages PPV 0.6804 0.7338 0.9655")));
        assert!(
            !is_row(&of("The AUC was 0.91 (95% CI 0.88 to 0.94) in 412 women."))
                && !is_row(&of(""))
        );
    }

    #[test]
    fn what_tells_is_not_cut_away() {
        let text = "After training on all the films of two hospitals the area under the curve was 0.91 in women";
        let at = text.find("0.91").expect("the number");
        assert_eq!(window(text, &(0..5), 4), "After training on all …");
        assert_eq!(
            window(text, &(at..at + 4), 8),
            "… area under the curve was 0.91 in women"
        );
        assert_eq!(window(text, &(at..at + 4), 4), "… curve was 0.91 in …");
        assert_eq!(window(text, &(at..at + 4), 30), text);
        assert_eq!(window("", &(0..0), 3), "");
    }
}

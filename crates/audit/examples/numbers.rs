//! Prints what is odd about the numbers of a paper: `cargo run -p galen-audit --example numbers -- paper.txt [all]`.
//!
//! A stand-in for the reader of papers: lines are joined, sentences end at full stops, headings are lines that begin with a number. Lines of
//! `pdftotext -layout` in which wide gaps part three or more cells, or two that are numbers, are rows of a table, as are lines with tabs.

use galen_audit::judging::Passage;
use galen_audit::judging::section::Section;
use galen_audit::numbers::check;
use regex::Regex;

struct Owned {
    text: String,
    section: Section,
    paragraph: usize,
    is_table: bool,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("the text of a paper");
    let is_all = arguments.next().is_some();
    let text = std::fs::read_to_string(&path)
        .expect("it can be read")
        .replace('\u{c}', "\n");
    let owned = passages(&text);
    let passages: Vec<Passage> = owned
        .iter()
        .map(|one| Passage {
            text: &one.text,
            section: one.section,
            paragraph: one.paragraph,
            is_table: one.is_table,
            is_parted: false,
        })
        .collect();
    let numbers = check(&passages);
    println!(
        "{} passages, {} counts, {} fractions, {} metrics",
        passages.len(),
        numbers.counts.len(),
        numbers.fractions.len(),
        numbers.metrics.len()
    );
    if is_all {
        for count in &numbers.counts {
            println!("{} {count:?}", count.passage);
        }
        for fraction in &numbers.fractions {
            println!("{} {fraction:?}", fraction.passage);
        }
        for metric in &numbers.metrics {
            let interval = metric.interval.map_or(String::new(), |interval| {
                format!(" ({} to {})", interval.low, interval.high)
            });
            println!(
                "{} {:?} {}{interval}",
                metric.passage, metric.measure, metric.value
            );
        }
    }
    for remark in &numbers.remarks {
        println!("{:?} {}: {}", remark.severity, remark.check, remark.message);
        for &passage in &remark.passages {
            let passage = &passages[passage];
            let text: String = passage.text.chars().take(300).collect();
            println!("    ({:?}) {text}", passage.section);
        }
    }
}

/// Lines of a paper as passages.
fn passages(text: &str) -> Vec<Owned> {
    let of = |text| Regex::new(text).expect("a pattern");
    let heading = of(
        r"^(\d+(\.\d+)*\.?|Appendix \w\.?|[A-Z](\.\d+)*\.) [A-Z][^.]{2,70}$|^(Abstract|References|Appendix|Acknowledg\w+)$",
    );
    let caption = of(r"^(Table|Figure) \w+(\.\d+)?: ");
    let gap = of(r"\t| {2,}");
    let digit = of(r"\d");
    let mut passages: Vec<Owned> = Vec::new();
    let mut section = Section::Abstract;
    let mut headings: Vec<String> = Vec::new();
    let mut prose = String::new();
    let mut paragraph = 0;
    let mut is_caption = false;
    for raw in text.lines().chain(["", "References"]) {
        let line = raw.trim_matches(' ');
        let is_reference = headings.first().is_some_and(|first| first == "References");
        let cells: Vec<&str> = gap.split(line).collect();
        let numbers = cells
            .iter()
            .skip(1)
            .filter(|cell| digit.is_match(cell))
            .count();
        let is_row = line.contains('\t')
            || cells.len() >= 3
            || cells.len() == 2 && numbers == 1 && line.len() < 60;
        let is_heading = heading.is_match(line) && !is_row;
        let begins_caption = caption.is_match(line);
        let was_row = passages
            .last()
            .is_some_and(|last| last.is_table && last.text.contains('\t'));
        if is_heading || begins_caption || is_row || (line.is_empty() && is_caption) {
            if !prose.trim().is_empty() && !is_reference {
                // A caption belongs to the rows beside it.
                if !(is_caption && was_row) {
                    paragraph += 1;
                }
                sentences(&prose, section, paragraph, is_caption, &mut passages);
            }
            prose.clear();
            if !line.is_empty() {
                is_caption = begins_caption;
            }
        }
        if line.is_empty() {
            is_caption = false;
            continue;
        }
        if is_heading {
            if line.starts_with("References") {
                headings = vec!["References".to_owned()];
                continue;
            }
            let is_inner = line
                .split_whitespace()
                .next()
                .is_some_and(|number| number.trim_end_matches('.').contains('.'));
            headings.truncate(usize::from(is_inner));
            headings.push(line.to_owned());
            section = Section::of(&headings).unwrap_or(section);
            continue;
        }
        if is_reference {
            continue;
        }
        if is_row {
            if !passages.last().is_some_and(|last| last.is_table) {
                paragraph += 1;
            }
            passages.push(Owned {
                text: cells.join("\t"),
                section,
                paragraph,
                is_table: true,
            });
            continue;
        }
        match prose.strip_suffix('-') {
            Some(cut) => prose = format!("{cut}{line}"),
            None => prose = format!("{prose} {line}"),
        }
    }
    passages
}

fn sentences(
    text: &str,
    section: Section,
    paragraph: usize,
    is_table: bool,
    into: &mut Vec<Owned>,
) {
    let end = Regex::new(r"[.!?]\s+(?:[A-Z0-9])").expect("a pattern");
    let abbreviation = Regex::new(
        r"(?i)(\bal|\bfig|\be\.g|\bi\.e|\bvs|\bcf|\bref|\bsec|\btab|\bno|\beq|\s[a-z])$",
    )
    .expect("a pattern");
    let mut push = |text: &str| {
        if !text.trim().is_empty() {
            into.push(Owned {
                text: text.trim().to_owned(),
                section,
                paragraph,
                is_table,
            });
        }
    };
    let mut from = 0;
    for found in end.find_iter(text) {
        if !abbreviation.is_match(&text[..found.start()]) {
            push(&text[from..=found.start()]);
            from = found.end() - 1;
        }
    }
    push(&text[from..]);
}

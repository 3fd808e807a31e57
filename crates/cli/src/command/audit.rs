//! `galen audit`: what published papers on clinical models report, leave out, and what does not add up in them.

use std::path::{Path, PathBuf};

use galen_audit::proposal::{Proposals, propose};
use galen_audit::report::{self, letter, quoted};
use galen_audit::{Audit, Paper, Verdict, audits, markdown, read};
use galen_chat::Chat;
use galen_dossier::{Links, Page, Printer, html};
use galen_store::Digest;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::args::Audit as Arguments;
use crate::outside::{read_file, write_file};
use crate::place::Place;
use crate::reading::{Broken, named};
use crate::report::{Failure, Report};
use crate::words::table;

/// Endings of files that are papers, in a folder.
const ENDINGS: [&str; 9] = [
    "pdf", "xml", "nxml", "html", "htm", "docx", "md", "txt", "xhtml",
];
/// Gaps and questions on a terminal.
const SHOWN: usize = 8;

/// A paper that was read.
struct Read {
    name: String,
    digest: String,
    audit: Audit,
}

pub fn audit(args: &Arguments, place: &Place) -> Result<Report, Failure> {
    for out in &args.out {
        format_of(out)?;
    }
    let mut files = Vec::new();
    for paper in &args.papers {
        files.extend(files_of(&place.path(paper))?);
    }
    let chat = args.llm.as_deref().map(|url| chat(url, args)).transpose()?;
    let (read, broken) = all(&files, chat.as_ref())?;
    if let ([], [first]) = (read.as_slice(), broken.as_slice()) {
        return Err(Failure::usage(
            "paper",
            format!("{}: {}", first.file, first.why),
            "name a paper as PDF, JATS XML, HTML, DOCX or text",
        ));
    }
    let page = match read.as_slice() {
        [one] if files.len() == 1 => report::page(&one.audit, &one.name, &one.digest),
        many => {
            let audits = many.iter().map(|one| (one.name.as_str(), &one.audit));
            report::side_by_side(&audits.collect::<Vec<_>>())
        }
    };
    let documents: Vec<Value> = read.iter().map(document).collect();
    let document = match documents.as_slice() {
        [one] if files.len() == 1 => one.clone(),
        all => json!({"papers": all}),
    };
    for out in &args.out {
        write_file(&place.path(out), &bytes_of(out, &page, &document)?)?;
    }
    let text = match read.as_slice() {
        [one] if files.len() == 1 => in_words(one),
        many => beside(many),
    };
    let report = Report::new("audit", document, text).without(&broken, args.skip_bad);
    Ok(match unanswered(&read) {
        Some(why) => report.unfinished(&why),
        None => report,
    })
}

/// The papers on which a language model stopped answering; what the rules found of them is reported all the same.
fn unanswered(read: &[Read]) -> Option<String> {
    let why = |one: &Read| {
        let why = one.audit.proposals.as_ref()?.failed.as_ref()?;
        Some(format!("  {}: {why}", one.name))
    };
    let lines: Vec<String> = read.iter().filter_map(why).collect();
    (!lines.is_empty()).then(|| {
        format!(
            "The language model did not answer to the end on {} paper(s); the audit itself is whole:\n{}",
            lines.len(),
            lines.join("\n")
        )
    })
}

/// The environment's name for the key of a server of a language model, which is no argument: others can read those.
const KEY: &str = "GALEN_LLM_KEY";

fn chat(url: &str, args: &Arguments) -> Result<Chat, Failure> {
    let key = std::env::var(KEY).ok().filter(|key| !key.is_empty());
    Chat::open(url, args.llm_model.as_deref(), key).map_err(|error| no_answer(&error))
}

fn no_answer(error: &dyn std::fmt::Display) -> Failure {
    Failure::environment(
        "llm",
        error.to_string(),
        "start the server or correct --llm and --llm-model; without --llm no server is asked",
    )
}

/// A file itself, or the papers in a folder and below it, by name.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let is_paper = |name: &str| {
        let end = Path::new(name).extension().and_then(|end| end.to_str());
        end.is_some_and(|end| ENDINGS.contains(&end.to_lowercase().as_str()))
    };
    let found = named(path, is_paper)?;
    match found.is_empty() {
        true => Err(Failure::usage(
            "no_papers",
            format!("{} holds no paper", path.display()),
            format!("papers end in {}", ENDINGS.join(", ")),
        )),
        false => Ok(found),
    }
}

/// Papers that are held at a time: enough for all cores and for the patterns that each run makes ready, few enough for the memory.
const HELD: usize = 250;

/// Reads every file, on all cores, and judges what could be read; then a language model, if there is one, is asked paper by paper.
fn all(files: &[PathBuf], chat: Option<&Chat>) -> Result<(Vec<Read>, Vec<Broken>), Failure> {
    let bar = match files.len() {
        0..10 => ProgressBar::hidden(),
        many => ProgressBar::new(many as u64),
    };
    let style = "{wide_bar} {human_pos} of {human_len} papers read, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    let one = |path: &PathBuf| {
        let done = one(path);
        bar.inc(1);
        done
    };
    let mut asking = chat.map(Asking::new);
    let (mut read, mut broken) = (Vec::new(), Vec::new());
    for files in files.chunks(HELD) {
        let done: Vec<Result<(String, String, Paper), Broken>> =
            files.par_iter().map(one).collect();
        let (mut named, mut papers) = (Vec::new(), Vec::new());
        for one in done {
            match one {
                Ok((name, digest, paper)) => {
                    named.push((name, digest));
                    papers.push(paper);
                }
                Err(one) => broken.push(one),
            }
        }
        let mut audits = audits(&papers);
        if let Some(asking) = &mut asking {
            for (paper, audit) in papers.iter().zip(&mut audits) {
                asking.ask(paper, audit)?;
            }
        }
        let both = named.into_iter().zip(audits);
        read.extend(both.map(|((name, digest), audit)| Read {
            name,
            digest,
            audit,
        }));
    }
    bar.finish_and_clear();
    Ok((read, broken))
}

/// Asking a language model, paper by paper.
struct Asking<'c> {
    chat: &'c Chat,
    has_answered: bool,
    /// Why the last papers got no answer at all.
    silent: Vec<String>,
}

impl<'c> Asking<'c> {
    fn new(chat: &'c Chat) -> Asking<'c> {
        Asking {
            chat,
            has_answered: false,
            silent: Vec::new(),
        }
    }

    /// Asks for proposals on a paper. A server that answers nothing from the first is an error; one that stops later ends the asking, not the
    /// report: one paper can be too long for a model, and two in a row without an answer mean that nothing comes any more.
    fn ask(&mut self, paper: &Paper, audit: &mut Audit) -> Result<(), Failure> {
        let model = self.chat.model();
        let done = match self.silent.as_slice() {
            [_, why, ..] => Proposals {
                model: model.to_owned(),
                failed: Some(format!(
                    "not asked, since the papers before got no answer: {why}"
                )),
                ..Proposals::default()
            },
            _ => propose(paper, audit, model, self.chat),
        };
        self.has_answered |= done.questions > 0;
        match &done.failed {
            Some(why) if !self.has_answered => return Err(no_answer(why)),
            Some(why) if done.questions == 0 => self.silent.push(why.clone()),
            _ if done.questions > 0 => self.silent.clear(),
            _ => {}
        }
        audit.proposals = Some(done);
        Ok(())
    }
}

/// A paper with its name and digest.
fn one(path: &Path) -> Result<(String, String, Paper), Broken> {
    let name = path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let broken = |why: String| Broken {
        file: path.display().to_string(),
        why,
    };
    let bytes = read_file(path).map_err(|error| broken(error.message))?;
    let paper = read(&bytes, &name).map_err(|error| broken(error.to_string()))?;
    Ok((name, Digest::of(&bytes).hex(), paper))
}

#[derive(Clone, Copy)]
enum Format {
    Html,
    Pdf,
    Markdown,
    Json,
}

fn format_of(out: &Path) -> Result<Format, Failure> {
    match out.extension().and_then(|end| end.to_str()) {
        Some("html") => Ok(Format::Html),
        Some("pdf") => Ok(Format::Pdf),
        Some("md") => Ok(Format::Markdown),
        Some("json") => Ok(Format::Json),
        _ => Err(Failure::usage(
            "format",
            format!("{} is no report", out.display()),
            "name a file that ends in .html, .pdf, .md or .json",
        )),
    }
}

fn bytes_of(out: &Path, page: &Page, document: &Value) -> Result<Vec<u8>, Failure> {
    Ok(match format_of(out)? {
        Format::Html => html::document(page, &Links::Appendix).into_bytes(),
        Format::Markdown => markdown::markdown(page).into_bytes(),
        Format::Json => serde_json::to_vec_pretty(document).unwrap_or_default(),
        Format::Pdf => {
            let printed = galen_pdf::Typesetter::new().pdf(page);
            printed.map_err(|error| {
                Failure::usage("pdf", error.to_string(), "report this, with the paper")
            })?
        }
    })
}

fn document(read: &Read) -> Value {
    let audit = &read.audit;
    let ids = |items: Vec<&galen_audit::Judged>| {
        items
            .iter()
            .map(|item| item.asked.id.clone())
            .collect::<Vec<_>>()
    };
    let mut document = json!(audit);
    let coverage = report::coverage(audit);
    let principles = report::PRINCIPLES.iter().zip(coverage).enumerate();
    document["file"] = json!(read.name);
    document["sha256"] = json!(read.digest);
    document["strengths"] = json!(ids(report::strengths(audit)));
    document["weaknesses"] = json!(ids(report::gaps(audit)));
    document["questions"] = json!(report::questions(audit));
    document["coverage"] = principles
        .map(|(at, (title, [reported, partial, not_reported]))| {
            json!({"gmlp": at + 1, "title": title, "reported": reported, "partial": partial, "not_reported": not_reported})
        })
        .collect();
    document
}

/// How many items have each verdict.
fn counts(audit: &Audit) -> [usize; 3] {
    [Verdict::Reported, Verdict::Partial, Verdict::NotReported].map(|verdict| {
        audit
            .items
            .iter()
            .filter(|item| item.verdict == verdict)
            .count()
    })
}

fn in_words(read: &Read) -> String {
    let audit = &read.audit;
    let [reported, partial, missing] = counts(audit);
    let mut lines = vec![
        audit.title.clone().unwrap_or_else(|| read.name.clone()),
        format!(
            "{reported} items are reported, {partial} in part, {missing} not. Preliminary, from the published text only."
        ),
    ];
    lines.extend(audit.subject.warning().map(str::to_owned));
    lines.extend(audit.warnings.iter().cloned());
    let strengths = report::strengths(audit);
    if !strengths.is_empty() {
        lines.push("\nStrengths".to_owned());
    }
    for item in strengths {
        let quote = report::best(item).map_or(String::new(), quoted);
        lines.push(format!("  {} {}: {quote}", item.asked.id, item.asked.what));
    }
    lines.push("\nGaps".to_owned());
    for item in report::gaps(audit).into_iter().take(SHOWN) {
        let (_, letter) = letter(item);
        let quote = item
            .evidence
            .first()
            .map_or("nothing was found".to_owned(), quoted);
        lines.push(format!(
            "  {letter} {} {}: {quote}",
            item.asked.id, item.asked.what
        ));
    }
    if let Some(done) = &audit.proposals {
        lines.push(format!("\nProposed by {}", done.model));
        lines.push(format!("  {}", report::proposals(done)));
        lines.extend(report::proposed(audit).take(SHOWN).map(|(item, quote)| {
            format!("  {} {}: {}", item.asked.id, item.asked.what, quoted(quote))
        }));
    }
    if !audit.remarks.is_empty() {
        lines.push("\nWhat does not add up".to_owned());
        lines.extend(
            audit
                .remarks
                .iter()
                .map(|doubt| format!("  {}", doubt.remark.message)),
        );
    }
    lines.push("\nQuestions for the developers".to_owned());
    lines.extend(
        report::questions(audit)
            .into_iter()
            .map(|question| format!("  {question}")),
    );
    lines.join("\n")
}

fn beside(papers: &[Read]) -> String {
    let row = |read: &Read| {
        let [reported, partial, missing] = counts(&read.audit).map(|count| count.to_string());
        let gap = report::gaps(&read.audit)
            .first()
            .map_or(String::new(), |item| {
                format!("{} {}", item.asked.id, item.asked.what)
            });
        let note = match read.audit.subject.warning() {
            Some(warning) => warning.split('.').next().unwrap_or_default().to_owned(),
            None => gap,
        };
        vec![
            read.name.clone(),
            reported,
            partial,
            missing,
            read.audit.remarks.len().to_string(),
            note,
        ]
    };
    let rows: Vec<Vec<String>> = papers.iter().map(row).collect();
    table(
        &[
            "paper",
            "reported",
            "partial",
            "not",
            "do not add up",
            "first gap",
        ],
        &rows,
    )
}

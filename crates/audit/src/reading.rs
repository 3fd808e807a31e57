//! Reading a paper from the bytes of a file.

mod captions;
mod docx;
mod encoding;
mod grid;
mod headings;
mod html;
mod jats;
mod kind;
mod layout;
mod markdown;
mod marks;
mod part;
mod passages;
mod pdf;
mod plain;
mod prose;
mod words;
mod xml;

use thiserror::Error;

use self::kind::Markup;
use crate::paper::Paper;

/// Why a file gives no paper: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    #[error("{name} is empty; give the file of a paper")]
    Empty { name: String },
    #[error(
        "there are no words in {name}; if it is a page that a script fills, save it from the browser once it is shown"
    )]
    NoWords { name: String },
    #[error(
        "{name} is {what}, not a paper that galen reads; give it as PDF, JATS XML, HTML, DOCX or text"
    )]
    Unknown { name: String, what: String },
    #[error(
        "{name} is no whole file of Word: {why}; save it again, or give another format of the paper"
    )]
    BrokenDocx { name: String, why: String },
    #[error(
        "{name}:{line}:{column}: this is no XML any more: {why}; fetch the file again, or give another format of the paper"
    )]
    BrokenXml {
        name: String,
        line: usize,
        column: usize,
        why: String,
    },
    #[error(
        "{name} is protected by a password; save a copy without one (`qpdf --decrypt --password=… {name} open.pdf`) and give that"
    )]
    Password { name: String },
    #[error(
        "{name} is encrypted in a way that galen does not know; save a copy without encryption (`qpdf --decrypt {name} open.pdf`) and give that"
    )]
    Cipher { name: String },
    #[error(
        "{name} begins as a PDF, but its pages cannot be found: the file is cut off or damaged; fetch it again, or repair it (`qpdf {name} whole.pdf`)"
    )]
    BrokenPdf { name: String },
    #[error(
        "{name} has {pages} pages and galen reads {most}; give the pages of the paper alone (`qpdf {name} --pages . 1-50 -- paper.pdf`)"
    )]
    TooManyPages {
        name: String,
        pages: usize,
        most: usize,
    },
    #[error(
        "there is no text in {name}: {pages} pages are pictures, as a scanner makes them; let a program recognise their letters (`ocrmypdf {name} text.pdf`), or give the publisher's file"
    )]
    NoText { name: String, pages: usize },
    #[error(
        "the fonts of {name} do not say which letters they draw ({unknown} of {letters} signs); let a program recognise them (`ocrmypdf --force-ocr {name} text.pdf`), or give another format of the paper"
    )]
    NoLetters {
        name: String,
        unknown: usize,
        letters: usize,
    },
}

/// Reads a paper. What format it has is told by its content alone; `name` is for messages.
///
/// The same bytes always give the same paper.
///
/// # Errors
/// [`Unreadable`].
pub fn read(bytes: &[u8], name: &str) -> Result<Paper, Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::Empty {
            name: name.to_owned(),
        });
    }
    let paper = by_kind(bytes, name)?;
    if paper.text.chars().any(char::is_alphanumeric) {
        Ok(paper)
    } else {
        Err(Unreadable::NoWords {
            name: name.to_owned(),
        })
    }
}

fn by_kind(bytes: &[u8], name: &str) -> Result<Paper, Unreadable> {
    let unknown = |what: String| Unreadable::Unknown {
        name: name.to_owned(),
        what,
    };
    if let Some(what) = kind::foreign(bytes) {
        return Err(unknown(what));
    }
    if kind::is_pdf(bytes) {
        return layout::read(bytes, name);
    }
    if docx::is_archive(bytes) {
        return docx::read(bytes, name);
    }
    if kind::is_binary(bytes) {
        return Err(unknown("a file of no text".to_owned()));
    }
    let decoded = encoding::decode(bytes);
    match Markup::of(&decoded.text) {
        Markup::Xml => {
            let tree = xml::parse(&decoded.text).map_err(|broken| broken_xml(broken, name))?;
            let root = tree.root().local();
            jats::read(&tree, decoded.warnings).ok_or_else(|| unknown(format!("XML of <{root}>")))
        }
        Markup::Html => Ok(html::read(&decoded.text, decoded.warnings)),
        Markup::None => {
            let pages = marks::with_pages(&decoded.text).unwrap_or(decoded.text);
            // Behind the marks of pages: these can be all that looks like headings.
            Ok(match markdown::is_markdown(&pages) {
                true => markdown::read(&pages.replace('\u{c}', "\n"), decoded.warnings),
                false => plain::read(&pages, decoded.warnings),
            })
        }
    }
}

fn broken_xml(broken: xml::Broken, name: &str) -> Unreadable {
    Unreadable::BrokenXml {
        name: name.to_owned(),
        line: broken.line,
        column: broken.column,
        why: broken.why,
    }
}

/// Numbers as a list: `3, 4 and 9`.
fn listed(numbers: &[u32]) -> String {
    let texts: Vec<String> = numbers.iter().map(u32::to_string).collect();
    match texts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => texts.concat(),
    }
}

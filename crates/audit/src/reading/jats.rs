//! JATS, the XML of PubMed Central: every passage says what it is.
//!
//! # Source
//! Journal Article Tag Suite, ANSI/NISO Z39.96-2019; its predecessors of the NLM up to 3.0.

mod citation;
mod formula;
mod front;
mod line;
mod table;

use self::line::Line;
use super::captions;
use super::passages::{self, Passage};
use super::words;
use super::xml::{Child, Element, Tree};
use crate::paper::{Format, Kind, Paper, Piece};

/// Reads the first article of a tree; `None` if there is none.
pub(super) fn read(tree: &Tree, warnings: Vec<String>) -> Option<Paper> {
    let article = tree.root().all("article").into_iter().next()?;
    let mut reader = Reader {
        out: Vec::new(),
        warnings,
        above: Vec::new(),
        running: Kind::Paragraph,
        notes: Vec::new(),
    };
    reader.article(article);
    Some(passages::paper(
        Format::Jats,
        None,
        reader.out,
        reader.warnings,
    ))
}

struct Reader<'t> {
    out: Vec<Passage>,
    warnings: Vec<String>,
    /// The headings above what is read now, outermost first. Each holds to the end of its element.
    above: Vec<String>,
    /// What running text is now.
    running: Kind,
    /// Notes inside the passage that is read now. They come behind it.
    notes: Vec<Element<'t>>,
}

impl<'t> Reader<'t> {
    fn article(&mut self, article: Element<'t>) {
        let front = article.first("front");
        if let Some(meta) = front.and_then(|front| front.first("article-meta")) {
            self.meta(meta);
        }
        if let Some(body) = article.first("body") {
            self.section(body);
        }
        for floats in article.elements() {
            if matches!(floats.local(), "floats-group" | "floats-wrap") {
                self.section(floats);
            }
        }
        // Journals print these at the end, whatever their place in the file.
        if let Some(front) = front {
            self.statements(front);
        }
        if let Some(back) = article.first("back") {
            self.section(back);
        }
        let others = article
            .named("sub-article")
            .chain(article.named("response"))
            .count();
        if others > 0 {
            self.warnings.push(format!(
                "{others} parts of the file are letters or reviews beside the article; they were not read."
            ));
        }
    }

    fn push(&mut self, kind: Kind, text: impl Into<String>) {
        let mut passage = Passage::new(kind, None, text);
        passage.section = Some(self.above.clone());
        self.out.push(passage);
    }

    /// The words of an element. The notes among them wait for [`Self::push_notes`].
    fn words(&mut self, element: Element<'t>) -> String {
        let mut line = Line::default();
        line.inside(element);
        self.finish(line)
    }

    fn finish(&mut self, line: Line<'t>) -> String {
        let (text, mut notes) = line.finish();
        self.notes.append(&mut notes);
        text
    }

    fn push_words(&mut self, kind: Kind, element: Element<'t>) {
        let text = self.words(element);
        self.push(kind, text);
    }

    fn push_notes(&mut self) {
        while !self.notes.is_empty() {
            for note in std::mem::take(&mut self.notes) {
                self.push_words(Kind::Footnote, note);
            }
        }
    }

    /// Reads what stands under a heading. Behind it the outer headings hold again.
    fn under(&mut self, heading: &str, inside: impl FnOnce(&mut Self)) {
        if heading.is_empty() {
            inside(self);
            return;
        }
        let level = u8::try_from(self.above.len() + 1).unwrap_or(u8::MAX).min(6);
        self.push(Kind::Heading { level }, heading);
        self.push_notes();
        self.above.push(heading.to_owned());
        inside(self);
        self.above.pop();
    }

    /// The passages of a section; its title was read.
    fn section(&mut self, section: Element<'t>) {
        for part in section.elements() {
            self.block(part);
        }
    }

    fn block(&mut self, part: Element<'t>) {
        match part.local() {
            "title" | "label" | "sec-meta" | "object-id" | "alt-text" | "long-desc" => {}
            // Its title was read as the heading of what it stands in.
            "caption" => self.section(part),
            "sec" | "app" | "boxed-text" | "app-group" | "notes" | "glossary" | "bio"
            | "fn-group" => self.titled(part, ""),
            "ack" => self.titled(part, "Acknowledgements"),
            "p" => self.paragraph(part),
            "list" => self.list(part),
            "def-list" => self.definitions(part),
            "fig" | "fig-group" => self.float(part, Piece::Figure),
            "table-wrap" | "table-wrap-group" => self.float(part, Piece::Table),
            "supplementary-material" => self.supplement(part),
            "fn" => self.push_words(Kind::Footnote, part),
            "ref-list" => self.references(part),
            "disp-formula" | "disp-formula-group" => self.push_words(self.running.clone(), part),
            "alternatives" => {
                let table = part.first("table");
                if let Some(best) = table.or_else(|| part.elements().next()) {
                    self.block(best);
                }
            }
            "table" | "array" => self.rows(part),
            "graphic" | "media" | "inline-graphic" => {
                self.caption(part, Piece::Figure);
            }
            _ if part.elements().any(is_block) => self.titled(part, ""),
            _ => self.push_words(self.running.clone(), part),
        }
        self.push_notes();
    }

    /// A part with a title of its own, or one that it is given.
    fn titled(&mut self, part: Element<'t>, otherwise: &str) {
        let label = self.first(part, "label");
        let mut title = self.first(part, "title");
        if let Some(caption) = part.first("caption").filter(|_| title.is_empty()) {
            title = self.first(caption, "title");
        }
        if title.is_empty() {
            otherwise.clone_into(&mut title);
        }
        let heading = format!("{label} {title}");
        self.under(heading.trim(), |reader| reader.section(part));
    }

    /// The words of the first child of a name.
    fn first(&mut self, part: Element<'t>, name: &'t str) -> String {
        part.first(name)
            .map(|found| self.words(found))
            .unwrap_or_default()
    }

    /// A paragraph. A list parts it; a figure or table inside it comes behind it.
    fn paragraph(&mut self, part: Element<'t>) {
        let mut line = Line::default();
        let mut behind = Vec::new();
        for child in part.children() {
            match child {
                Child::Element(inside) if is_list(inside) => {
                    self.run(self.running.clone(), std::mem::take(&mut line));
                    self.block(inside);
                }
                Child::Element(inside) if is_float(inside) => {
                    line.blank();
                    behind.push(inside);
                }
                child => line.child(&child),
            }
        }
        self.run(self.running.clone(), line);
        for float in behind {
            self.block(float);
        }
    }

    fn run(&mut self, kind: Kind, line: Line<'t>) {
        let text = self.finish(line);
        self.push(kind, text);
        self.push_notes();
    }

    /// An item of a list inside the abstract is a part of the abstract.
    fn item(&self) -> Kind {
        match &self.running {
            Kind::Paragraph => Kind::ListItem,
            other => other.clone(),
        }
    }

    fn list(&mut self, list: Element<'t>) {
        if let Some(title) = list.first("title") {
            self.push_words(self.running.clone(), title);
        }
        for item in list.named("list-item") {
            let mut line = Line::default();
            let mut behind = Vec::new();
            gather(item, &mut line, &mut behind);
            self.run(self.item(), line);
            for inside in behind {
                self.block(inside);
            }
        }
    }

    fn definitions(&mut self, list: Element<'t>) {
        if let Some(title) = list.first("title") {
            self.push_words(self.running.clone(), title);
        }
        for part in list.elements() {
            match part.local() {
                "def-item" => {
                    let term = self.first(part, "term");
                    let meanings: Vec<String> =
                        part.named("def").map(|def| self.words(def)).collect();
                    self.push(self.item(), format!("{term}: {}", meanings.join(" ")));
                }
                "def-list" => self.definitions(part),
                _ => {}
            }
        }
    }

    /// The caption of a part, if it has one, and its label.
    fn caption(&mut self, part: Element<'t>, of: Piece) -> String {
        let label = self.first(part, "label");
        let caption = self.first(part, "caption");
        let text = format!("{label} {caption}");
        let label = label.trim_end_matches(['.', ':']).to_owned();
        let kind = Kind::Caption {
            of,
            label: label.clone(),
        };
        self.push(kind, text);
        label
    }

    /// A figure or table: its caption, what it holds, its notes.
    fn float(&mut self, part: Element<'t>, of: Piece) {
        let label = self.caption(part, of);
        let before = self.out.len();
        let is_foot = |inside: &Element<'_>| inside.local() == "table-wrap-foot";
        for inside in part.elements().filter(|inside| !is_foot(inside)) {
            match inside.local() {
                "caption" => {}
                "attrib" => self.push_words(Kind::Footnote, inside),
                "permissions" => self.push_words(Kind::Furniture, inside),
                _ => self.block(inside),
            }
        }
        let is_empty = self.out[before..].iter().all(|p| p.text.trim().is_empty());
        if of == Piece::Table && is_empty && !part.all("graphic").is_empty() {
            let table = if label.is_empty() { "A table" } else { &label };
            self.warnings
                .push(format!("{table} is a picture; its cells were not read."));
        }
        self.push_notes();
        for note in part.elements().filter(is_foot).flat_map(notes_of) {
            self.push_words(Kind::Footnote, note);
        }
    }

    /// A file beside the paper: its caption, if it has one of its own, and what is said of how to fetch it.
    fn supplement(&mut self, part: Element<'t>) {
        let label = part.first("label").map(words_of).unwrap_or_default();
        let caption = part.first("caption").map(words_of).unwrap_or_default();
        if label.is_empty() && caption.starts_with("Click here") {
            self.push(Kind::Furniture, caption);
        } else {
            // `S1 Table` is a label of PLOS.
            let of = if label.ends_with("Table") {
                Piece::Table
            } else {
                captions::label(&label).map_or(Piece::Figure, |label| label.of)
            };
            self.caption(part, of);
        }
        for inside in part.elements() {
            match inside.local() {
                "caption" => {}
                "media" | "graphic" => self.push_words(Kind::Furniture, inside),
                _ => self.block(inside),
            }
        }
    }
}

/// The words of an element without the notes among them.
fn words_of(element: Element<'_>) -> String {
    let mut line = Line::default();
    line.inside(element);
    line.finish().0
}

/// The words of an item, and the lists, figures and tables in it.
fn gather<'t>(part: Element<'t>, line: &mut Line<'t>, behind: &mut Vec<Element<'t>>) {
    for child in part.children() {
        match child {
            Child::Element(inside) if is_float(inside) || is_list(inside) => {
                line.blank();
                behind.push(inside);
            }
            Child::Element(inside) if inside.local() == "p" => {
                line.blank();
                gather(inside, line, behind);
                line.blank();
            }
            child => line.child(&child),
        }
    }
}

/// The notes at the foot of a table, in a group or not.
fn notes_of(foot: Element<'_>) -> Vec<Element<'_>> {
    let mut notes = Vec::new();
    for note in foot.elements() {
        if note.local() == "fn-group" {
            notes.extend(note.elements().filter(|inside| inside.local() != "title"));
        } else {
            notes.push(note);
        }
    }
    notes
}

/// Whether an element inside a paragraph is none of its words.
fn is_float(element: Element<'_>) -> bool {
    match element.local() {
        "fig"
        | "fig-group"
        | "table-wrap"
        | "table-wrap-group"
        | "table"
        | "array"
        | "boxed-text"
        | "statement"
        | "supplementary-material" => true,
        "graphic" | "media" => {
            element.first("label").is_some() || element.first("caption").is_some()
        }
        _ => false,
    }
}

/// Whether an element inside a paragraph parts it.
fn is_list(element: Element<'_>) -> bool {
    matches!(element.local(), "list" | "def-list" | "disp-quote")
}

fn is_block(element: Element<'_>) -> bool {
    is_float(element)
        || is_list(element)
        || matches!(element.local(), "p" | "sec" | "fn" | "ref-list")
}

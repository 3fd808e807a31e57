//! Lines with their labels become passages: paragraphs that go on over columns and pages, lists, entries of the reference
//! list. What interrupts a paragraph, a figure or the foot of a page, comes behind it.

use std::ops::Range;

use super::heading::Heading;
use super::label::{Label, Labels};
use super::line::{self, Line};
use super::word::Word;
use super::{Document, figure, note, reference, table};
use crate::paper::Kind;
use crate::reading::headings::Name;
use crate::reading::passages::{Passage, Seams};
use crate::reading::prose::{ends_sentence, is_item, is_licence, is_matter};

/// The passages of a document, and sentences about tables that were not found.
pub(super) fn passages(document: Document, declared: Option<&str>) -> (Vec<Passage>, Vec<String>) {
    let labels = Labels::new(&document, declared);
    let warnings = labels.warnings();
    let mut flow = Flow {
        document: &document,
        out: Vec::new(),
        open: None,
        waiting: Vec::new(),
        part: Part::Before,
        abstract_head: None,
        titled: labels.is_titled(&document),
        starts: vec![false; document.lines.len()],
    };
    flow.run(&labels);
    (flow.out, warnings)
}

/// Where in a paper the flow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Before the first heading.
    Before,
    Abstract,
    Body,
    References,
}

/// Few abstracts are longer; what comes then under a heading of its own is the text.
const ABSTRACT_WORDS: usize = 450;

/// A passage that the next line may continue.
struct Open {
    kind: Kind,
    page: u32,
    text: String,
    first: usize,
    last: usize,
    seams: Seams,
}

struct Flow<'d> {
    document: &'d Document,
    out: Vec<Passage>,
    open: Option<Open>,
    /// What came while a passage was open.
    waiting: Vec<Passage>,
    part: Part,
    abstract_head: Option<Heading>,
    /// There is a title, and a heading soon after it.
    titled: bool,
    /// Lines that begin an entry of the reference list.
    starts: Vec<bool>,
}

impl Flow<'_> {
    fn run(&mut self, labels: &Labels) {
        let mut page = 1;
        let mut at = 0;
        while at < self.document.lines.len() {
            while page < self.document.lines[at].page {
                self.end_page(page);
                page += 1;
            }
            at = self.step(labels, at);
        }
        while page as usize <= self.document.sides.len() {
            self.end_page(page);
            page += 1;
        }
        self.close();
    }

    /// Takes in what begins at a line, and gives the line behind it.
    fn step(&mut self, labels: &Labels, at: usize) -> usize {
        let page = Some(self.document.lines[at].page);
        match labels.of[at] {
            Label::Text | Label::Taken => {
                self.add_line(at);
                at + 1
            }
            Label::Title => {
                let end = self.run_of(labels, at, Label::Taken);
                self.close();
                let text = self.joined(at..end);
                self.out.push(Passage::new(Kind::Title, page, text));
                end
            }
            Label::Matter => {
                self.close();
                let text = self.document.lines[at].text();
                self.out.push(Passage::new(Kind::Furniture, page, text));
                at + 1
            }
            Label::Caption(index) => {
                let caption = &labels.captions[index];
                let kind = Kind::Caption {
                    of: caption.of,
                    label: caption.label.clone(),
                };
                let text = self.joined(caption.lines.clone());
                self.waiting.push(Passage::new(kind, page, text));
                caption.lines.end
            }
            Label::Table(index) => {
                let table = &labels.tables[index];
                let lines = &self.document.lines[table.rows.clone()];
                if table.side_by_side {
                    for text in self.columns(lines) {
                        self.waiting.push(Passage::new(Kind::Paragraph, page, text));
                    }
                } else {
                    for row in table::rows(lines) {
                        self.waiting.push(Passage::new(Kind::Row, page, row));
                    }
                }
                table.rows.end
            }
            Label::Figure => {
                let mut end = at + 1;
                while end < labels.of.len()
                    && labels.of[end] == Label::Figure
                    && Some(self.document.lines[end].page) == page
                {
                    end += 1;
                }
                let lines = &self.document.lines[at..end];
                let text: Vec<String> = lines.iter().map(Line::text).collect();
                self.waiting
                    .push(Passage::new(Kind::Furniture, page, text.join(" ")));
                end
            }
            Label::Part(index) => self.add_parts(labels, index, at),
            Label::Note => self.add_notes(labels, at),
            Label::Heading(index) => self.add_heading(labels, index),
        }
    }

    fn run_of(&self, labels: &Labels, at: usize, label: Label) -> usize {
        let more = labels.of[at + 1..].iter().take_while(|l| **l == label);
        at + 1 + more.count()
    }

    fn joined(&self, lines: Range<usize>) -> String {
        let mut text = String::new();
        for line in &self.document.lines[lines] {
            self.document.append(&mut text, &line.text());
        }
        text
    }

    /// Texts that stand side by side, each joined over its lines.
    fn columns(&self, lines: &[Line]) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for row in table::lines(lines) {
            columns.resize(columns.len().max(row.len()), String::new());
            for (column, cell) in columns.iter_mut().zip(row) {
                self.document.append(column, &cell);
            }
        }
        columns
    }

    fn add_parts(&mut self, labels: &Labels, index: usize, at: usize) -> usize {
        let same = labels.of[at..].iter().take_while(|l| **l == labels.of[at]);
        let end = at + same.count();
        let caption = &labels.captions[index];
        let page = Some(self.document.lines[at].page);
        for part in figure::parts(&self.document.lines[at..end]) {
            let mut text = String::new();
            for piece in part {
                self.document.append(&mut text, &piece.text());
            }
            let kind = Kind::Caption {
                of: caption.of,
                label: caption.label.clone(),
            };
            self.waiting.push(Passage::new(kind, page, text));
        }
        end
    }

    fn add_notes(&mut self, labels: &Labels, at: usize) -> usize {
        let mut end = at + 1;
        let column = self.document.lines[at].column;
        while end < labels.of.len()
            && labels.of[end] == Label::Note
            && self.document.lines[end].column == column
            && !note::begins(self.document, end)
            && self.document.gap(end) < 1.5 * self.document.lines[end].size
        {
            end += 1;
        }
        let page = Some(self.document.lines[at].page);
        let text = self.joined(at..end);
        let kind = if is_licence(&text) {
            Kind::Furniture
        } else {
            Kind::Footnote
        };
        self.waiting.push(Passage::new(kind, page, text));
        end
    }

    fn add_heading(&mut self, labels: &Labels, index: usize) -> usize {
        let heading = &labels.headings[index];
        let at = heading.lines.start;
        if self.part == Part::References && !ends_references(heading, labels) {
            for line in heading.lines.clone() {
                self.add_line(line);
            }
            return heading.lines.end;
        }
        self.close();
        self.enter(labels, index);
        let page = self.document.lines[at].page;
        let kind = Kind::Heading {
            level: heading.level,
        };
        self.out
            .push(Passage::new(kind, Some(page), heading.text.clone()));
        if let Some(count) = heading.run_in {
            let last = heading.lines.end - 1;
            let line = &self.document.lines[last];
            let rest: Vec<Word> = line.words().skip(count).cloned().collect();
            let text = line::text(&rest, line.y, line.size);
            self.open(self.text_kind(), last, text);
        }
        heading.lines.end
    }

    /// Says which part of the paper a heading opens.
    fn enter(&mut self, labels: &Labels, index: usize) {
        let heading = &labels.headings[index];
        match heading.name() {
            Some(Name::Abstract) if self.part == Part::Before => {
                self.part = Part::Abstract;
                self.abstract_head = Some(heading.clone());
            }
            Some(Name::References) if heading.run_in.is_none() => {
                self.part = Part::References;
                self.mark_starts(labels, index);
            }
            _ => {
                let inside = self.part == Part::Abstract
                    && heading.number().is_none()
                    && !self.ends_abstract(heading)
                    && self
                        .abstract_head
                        .as_ref()
                        .is_some_and(|head| !heading.outweighs(head));
                if !inside {
                    self.part = Part::Body;
                }
            }
        }
    }

    /// Whether a heading is of the text, though it is set like one inside the abstract.
    fn ends_abstract(&self, heading: &Heading) -> bool {
        let own = self
            .out
            .iter()
            .filter(|passage| passage.kind == Kind::Abstract);
        let words: usize = own.map(|passage| passage.text.split(' ').count()).sum();
        let page = self.document.lines[heading.lines.start].page;
        let alone = heading.run_in.is_none();
        let begins = alone && words > 0 && heading.name() == Some(Name::Introduction);
        begins || (alone && (words > ABSTRACT_WORDS || page > 2))
    }

    fn mark_starts(&mut self, labels: &Labels, index: usize) {
        let from = labels.headings[index].lines.end;
        let until = labels.headings[index + 1..]
            .iter()
            .find(|heading| ends_references(heading, labels))
            .map_or(labels.of.len(), |heading| heading.lines.start);
        let entry = |at: &usize| {
            matches!(
                labels.of[*at],
                Label::Text | Label::Heading(_) | Label::Taken
            )
        };
        let lines: Vec<usize> = (from..until).filter(entry).collect();
        let starts = reference::starts(self.document, &lines);
        for (at, start) in lines.into_iter().zip(starts) {
            self.starts[at] = start;
        }
    }

    fn text_kind(&self) -> Kind {
        match self.part {
            Part::Body => Kind::Paragraph,
            // Running text between the authors and the first heading.
            Part::Before if self.titled => Kind::Abstract,
            Part::Before => Kind::Paragraph,
            Part::Abstract => Kind::Abstract,
            Part::References => Kind::Reference,
        }
    }

    fn open(&mut self, kind: Kind, at: usize, text: String) {
        self.close();
        let page = self.document.lines[at].page;
        self.open = Some(Open {
            kind,
            page,
            text,
            first: at,
            last: at,
            seams: Seams::on(Some(page)),
        });
    }

    fn add_line(&mut self, at: usize) {
        let text = self.document.lines[at].text();
        let continues = self
            .open
            .as_ref()
            .is_some_and(|open| self.continues(open, at, &text));
        if continues {
            let open = self.open.as_mut().expect("a passage is open");
            let page = self.document.lines[at].page;
            open.seams
                .line(open.text.len(), Some(page), self.waiting.len());
            self.document.append(&mut open.text, &text);
            open.last = at;
            return;
        }
        let kind = match self.text_kind() {
            Kind::Paragraph if is_item(&text) => Kind::ListItem,
            kind => kind,
        };
        self.open(kind, at, text);
    }

    fn continues(&self, open: &Open, at: usize, text: &str) -> bool {
        if self.part == Part::References {
            return open.kind == Kind::Reference && !self.starts[at];
        }
        let lines = &self.document.lines;
        let (first, last, line) = (&lines[open.first], &lines[open.last], &lines[at]);
        let ended = ends_sentence(&open.text);
        let lower = text.chars().next().is_some_and(char::is_lowercase);
        // Within a sentence a line of code or of a formula may be what gives a line its size.
        let tolerance = if lower && !ended { 0.2 } else { 0.08 };
        if (last.size - line.size).abs() > tolerance * last.size {
            return false;
        }
        if is_item(text) && (line.x0 > line.left + 2.0 || ended) {
            return false;
        }
        if open.last + 1 != at || last.column != line.column {
            return if ended {
                lower
            } else {
                lower || last.is_full()
            };
        }
        if self.document.gap(at) > 1.35 * self.document.body.leading(line.size) {
            return false;
        }
        let hanging = open.kind == Kind::ListItem;
        if hanging {
            return line.x0 > first.x0 + 2.0 || !ended;
        }
        let indented = line.x0 > last.x0 + 0.7 * line.size;
        let short = last.x1 < last.right - 0.2 * last.column_width();
        let breaks = (indented && (ended || !last.is_full())) || (ended && short && !lower);
        !breaks
    }

    /// Ends the open passage, and lets out what waited.
    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            let kind = if is_licence(&open.text) || is_matter(&open.text) {
                Kind::Furniture
            } else {
                open.kind
            };
            let passage = Passage::new(kind, Some(open.page), open.text);
            self.out.push(passage.parted(open.seams));
        }
        self.out.append(&mut self.waiting);
    }

    fn end_page(&mut self, page: u32) {
        for text in &self.document.sides[page as usize - 1].furniture {
            self.waiting
                .push(Passage::new(Kind::Furniture, Some(page), text.clone()));
        }
    }
}

/// In a reference list a bold volume or a name alone on its line is no heading.
fn ends_references(heading: &Heading, labels: &Labels) -> bool {
    let references = labels
        .headings
        .iter()
        .find(|h| h.name() == Some(Name::References) && h.run_in.is_none());
    heading.run_in.is_none()
        && (heading.name().is_some() || references.is_none_or(|head| heading.outweighs(head)))
}

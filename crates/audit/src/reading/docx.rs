//! DOCX: paragraphs with the names of their styles, tables, footnotes.
//!
//! # Source
//! ECMA-376 part 1, WordprocessingML (17).

mod archive;
mod run;
mod style;

use std::collections::HashMap;

use self::archive::Archive;
use self::style::{Look, Styles};
use super::Unreadable;
use super::captions::{self, Mark};
use super::grid::Grid;
use super::headings::{self, Name};
use super::part::Part;
use super::passages::{self, Passage};
use super::prose::{is_licence, is_matter};
use super::words;
use super::xml::{self, Element};
use crate::paper::{Format, Kind, Paper, Piece};

/// Whether bytes are a ZIP archive, as DOCX is.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads a file of Word.
pub(super) fn read(bytes: &[u8], name: &str) -> Result<Paper, Unreadable> {
    let mut archive = Archive::open(bytes, name)?;
    let main = archive.main()?;
    let document = archive.tree(&main)?;
    let styles = match archive.optional("word/styles.xml")? {
        Some(tree) => Styles::new(tree.root()),
        None => Styles::default(),
    };
    let mut reader = Reader {
        styles,
        out: Vec::new(),
        part: Part::Before,
        notes: Vec::new(),
    };
    let body = document.root().first("body").unwrap_or(document.root());
    reader.blocks(body);
    for (file, of) in [
        ("word/footnotes.xml", "footnote"),
        ("word/endnotes.xml", "endnote"),
    ] {
        if let Some(tree) = archive.optional(file)? {
            reader.notes(tree.root(), of);
        }
    }
    let mut passages = reader.out;
    find_title(&mut passages);
    Ok(passages::paper(Format::Docx, None, passages, Vec::new()))
}

struct Reader {
    styles: Styles,
    out: Vec<Passage>,
    part: Part,
    /// The kind and number of the notes in the order in which the text names them.
    notes: Vec<(&'static str, String)>,
}

impl Reader {
    fn blocks(&mut self, parent: Element<'_>) {
        for part in parent.elements() {
            match part.local() {
                "p" => self.paragraph(part),
                "tbl" => self.table(part),
                "sdt" => {
                    if let Some(content) = part.first("sdtContent") {
                        self.blocks(content);
                    }
                }
                "ins" | "moveTo" | "smartTag" | "customXml" => self.blocks(part),
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, paragraph: Element<'_>) {
        let runs = run::read(paragraph, &mut self.notes);
        let words: Vec<&str> = runs.text.split_whitespace().collect();
        let text = words::plain(&words.join(" "));
        if !text.is_empty() {
            let look = self.styles.look(paragraph);
            self.passage(&look, runs.bold, text);
        }
        for content in runs.boxes {
            self.blocks(content);
        }
    }

    fn passage(&mut self, look: &Look, bold: bool, text: String) {
        let kind = match look {
            Look::Title => Kind::Title,
            Look::Heading(level) => Kind::Heading { level: *level },
            Look::Caption => caption(&text),
            Look::Note => Kind::Footnote,
            Look::Item | Look::Text => match self.heading_by_words(bold, &text) {
                Some(level) => Kind::Heading { level },
                None => self.running(*look == Look::Item, &text),
            },
        };
        if matches!(kind, Kind::Heading { .. }) {
            let under = Part::under(&text);
            let inner = matches!(kind, Kind::Heading { level: 2.. });
            if !(self.part == Part::Abstract && under == Part::Body && inner) {
                self.part = under;
            }
        } else if kind == Kind::Title {
            self.part = Part::Authors;
        }
        self.out.push(Passage::new(kind, None, text));
    }

    /// A paragraph that no style calls a heading and that is one: bold, or of a name that papers share.
    fn heading_by_words(&self, bold: bool, text: &str) -> Option<u8> {
        if !headings::reads_as_heading(text) || captions::label(text).is_some() || is_matter(text) {
            return None;
        }
        let number = headings::number(text).map(|(number, _)| number);
        let bare = headings::number(text).map_or(text, |(_, rest)| rest);
        let name = headings::name(bare);
        let level = match (number, name) {
            (Some(headings::Number::Parts(parts)), _) => parts.clamp(1, 6),
            (_, Some(Name::Sub) | None) => 2,
            _ => 1,
        };
        let counts = match self.part {
            Part::Before | Part::Authors => name.is_some(),
            Part::References => name.is_some(),
            _ => bold || name.is_some_and(|name| name != Name::Sub),
        };
        counts.then_some(level)
    }

    fn running(&mut self, item: bool, text: &str) -> Kind {
        if captions::label(text).is_some_and(|label| label.mark == Mark::Stop)
            && self.part != Part::Before
        {
            return caption(text);
        }
        if is_licence(text) || is_matter(text) {
            return Kind::Furniture;
        }
        if self.part == Part::Authors {
            if text.split(' ').count() < 25 || !text.contains(". ") {
                return Kind::Furniture;
            }
            self.part = Part::Abstract;
        }
        match self.part.kind() {
            Kind::Paragraph if item => Kind::ListItem,
            kind => kind,
        }
    }

    fn table(&mut self, table: Element<'_>) {
        let cells: usize = table.named("tr").map(|row| row.named("tc").count()).sum();
        if cells == 1 {
            // A frame around text.
            for cell in table.named("tr").flat_map(|row| row.named("tc")) {
                self.blocks(cell);
            }
            return;
        }
        let mut grid = Grid::default();
        for row in table.named("tr") {
            for cell in row.named("tc") {
                let mut text = String::new();
                for paragraph in cell.all("p") {
                    text.push(' ');
                    text.push_str(&run::read(paragraph, &mut self.notes).text);
                }
                let span = cell
                    .first("tcPr")
                    .and_then(|of| of.first("gridSpan"))
                    .and_then(|of| of.attribute("w:val"))
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(1);
                grid.cell(&words::plain(text.trim()), span, 1);
            }
            grid.end_row();
        }
        for row in grid.rows() {
            self.out.push(Passage::new(Kind::Row, None, row));
        }
    }

    /// The notes that the text names, behind it and numbered as there.
    fn notes(&mut self, root: Element<'_>, of: &'static str) {
        let texts: HashMap<&str, Element<'_>> = root
            .named(of)
            .filter_map(|note| Some((note.attribute("w:id")?, note)))
            .collect();
        let named: Vec<(usize, String)> = (1..)
            .zip(&self.notes)
            .filter(|(_, (kind, _))| *kind == of)
            .map(|(number, (_, id))| (number, id.clone()))
            .collect();
        for (number, id) in named {
            let Some(note) = texts.get(id.as_str()) else {
                continue;
            };
            let mut text = words::raised(&number.to_string());
            for paragraph in note.all("p") {
                text.push(' ');
                text.push_str(run::read(paragraph, &mut Vec::new()).text.trim());
            }
            self.out
                .push(Passage::new(Kind::Footnote, None, words::plain(&text)));
        }
    }
}

fn caption(text: &str) -> Kind {
    let label = captions::label(text);
    Kind::Caption {
        of: label.as_ref().map_or(Piece::Figure, |label| label.of),
        label: label.map(|label| label.label).unwrap_or_default(),
    }
}

/// Without a style for it, the first short paragraph is the title, and what follows before the first heading is authors.
fn find_title(passages: &mut [Passage]) {
    if passages.iter().any(|passage| passage.kind == Kind::Title) {
        return;
    }
    let end = passages
        .iter()
        .position(|passage| matches!(passage.kind, Kind::Heading { .. }));
    let Some(first) = passages.first_mut() else {
        return;
    };
    let words = first.text.split(' ').count();
    let heads = matches!(first.kind, Kind::Paragraph | Kind::Heading { .. });
    if !heads
        || !(3..=30).contains(&words)
        || first.text.ends_with('.')
        || headings::name(&first.text).is_some()
    {
        return;
    }
    first.kind = Kind::Title;
    for passage in &mut passages[1..end.unwrap_or(1).max(1)] {
        if passage.kind == Kind::Paragraph && passage.text.split(' ').count() < 40 {
            passage.kind = Kind::Furniture;
        }
    }
}

fn broken(broken: xml::Broken, name: &str, file: &str) -> Unreadable {
    Unreadable::BrokenXml {
        name: format!("{name} ({file})"),
        line: broken.line,
        column: broken.column,
        why: broken.why,
    }
}

//! JATS, the XML of PubMed Central: every passage says what it is.
//!
//! # Source
//! Journal Article Tag Suite, ANSI/NISO Z39.96-2019.

mod formula;

use super::grid::Grid;
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
    };
    reader.article(article);
    Some(passages::paper(
        Format::Jats,
        None,
        reader.out,
        reader.warnings,
    ))
}

struct Reader {
    out: Vec<Passage>,
    warnings: Vec<String>,
}

impl Reader {
    fn push(&mut self, kind: Kind, text: impl Into<String>) {
        self.out.push(Passage::new(kind, None, text));
    }

    fn article(&mut self, article: Element<'_>) {
        if let Some(meta) = article
            .first("front")
            .and_then(|front| front.first("article-meta"))
        {
            self.meta(meta);
        }
        if let Some(body) = article.first("body") {
            self.section(body, 1, &Kind::Paragraph);
        }
        for floats in article.named("floats-group") {
            self.section(floats, 2, &Kind::Paragraph);
        }
        if let Some(back) = article.first("back") {
            self.back(back);
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

    fn meta(&mut self, meta: Element<'_>) {
        if let Some(title) = meta.first("title-group") {
            let parts: Vec<String> = title
                .elements()
                .filter(|part| matches!(part.local(), "article-title" | "subtitle"))
                .map(words_of)
                .collect();
            self.push(Kind::Title, parts.join(": "));
        }
        for group in meta.named("contrib-group") {
            let names: Vec<String> = group.all("name").into_iter().map(name).collect();
            self.push(Kind::Furniture, names.join(", "));
        }
        for address in meta.all("aff") {
            self.push(Kind::Furniture, words_of(address));
        }
        for part in meta.named("abstract") {
            let heading = part
                .first("title")
                .map_or_else(|| "Abstract".to_owned(), words_of);
            self.push(Kind::Heading { level: 1 }, heading);
            self.section(part, 2, &Kind::Abstract);
        }
        for group in meta.named("kwd-group") {
            let keywords: Vec<String> = group.all("kwd").into_iter().map(words_of).collect();
            self.push(
                Kind::Furniture,
                format!("Keywords: {}", keywords.join("; ")),
            );
        }
        for licence in meta
            .all("license")
            .into_iter()
            .chain(meta.all("copyright-statement"))
        {
            self.push(Kind::Furniture, words_of(licence));
        }
        for notes in meta.named("author-notes") {
            for note in notes.elements() {
                self.push(Kind::Furniture, words_of(note));
            }
        }
    }

    /// The passages of a section; its title was read.
    fn section(&mut self, section: Element<'_>, level: u8, text: &Kind) {
        for part in section.elements() {
            self.block(part, level, text);
        }
    }

    fn block(&mut self, part: Element<'_>, level: u8, text: &Kind) {
        match part.local() {
            "title" | "label" | "sec-meta" | "object-id" => {}
            "sec" | "app" | "boxed-text" | "app-group" | "ack" | "notes" | "glossary" | "bio" => {
                self.titled(part, level, text, None);
            }
            "p" => self.paragraph(part, level, text),
            "list" => self.list(part),
            "def-list" => {
                for item in part.named("def-item") {
                    let term = item.first("term").map(words_of).unwrap_or_default();
                    let meaning = item.first("def").map(words_of).unwrap_or_default();
                    self.push(Kind::ListItem, format!("{term}: {meaning}"));
                }
            }
            "fig" => self.caption(part, Piece::Figure),
            "table-wrap" => self.table(part),
            "fig-group" | "table-wrap-group" => {
                let of = if part.local() == "fig-group" {
                    Piece::Figure
                } else {
                    Piece::Table
                };
                if part.first("caption").is_some() {
                    self.caption(part, of);
                }
                for one in part.elements().filter(|e| e.local() != "caption") {
                    self.block(one, level, text);
                }
            }
            "fn-group" => {
                if let Some(title) = part.first("title") {
                    self.push(Kind::Heading { level }, words_of(title));
                }
                for note in part.named("fn") {
                    self.push(Kind::Footnote, words_of(note));
                }
            }
            "fn" => self.push(Kind::Footnote, words_of(part)),
            "ref-list" => self.references(part, level),
            "disp-formula" | "disp-formula-group" => self.push(text.clone(), words_of(part)),
            "alternatives" => {
                if let Some(first) = part.elements().next() {
                    self.block(first, level, text);
                }
            }
            "table" => {
                for row in rows(part) {
                    self.push(Kind::Row, row);
                }
            }
            "graphic" | "media" | "inline-graphic" => {}
            _ if part.elements().any(|inside| is_block(inside.local())) => {
                self.titled(part, level, text, None);
            }
            _ => self.push(text.clone(), words_of(part)),
        }
    }

    /// A part with a title of its own, or one that it is given.
    fn titled(&mut self, part: Element<'_>, level: u8, text: &Kind, otherwise: Option<&str>) {
        let label = part.first("label").map(words_of);
        let title = part
            .first("title")
            .map(words_of)
            .or_else(|| otherwise.map(str::to_owned));
        let heading: Vec<String> = label
            .into_iter()
            .chain(title)
            .filter(|t| !t.is_empty())
            .collect();
        let inside = if heading.is_empty() {
            level
        } else {
            self.push(Kind::Heading { level }, heading.join(" "));
            level.saturating_add(1).min(6)
        };
        self.section(part, inside, text);
    }

    /// A paragraph. A list parts it; a figure or table inside it comes behind it.
    fn paragraph(&mut self, part: Element<'_>, level: u8, text: &Kind) {
        let mut run = String::new();
        let mut behind = Vec::new();
        for child in part.children() {
            match child {
                Child::Element(inside)
                    if matches!(inside.local(), "list" | "def-list" | "disp-quote") =>
                {
                    self.push(text.clone(), std::mem::take(&mut run));
                    self.block(inside, level, text);
                }
                Child::Element(inside) if is_float(inside.local()) => behind.push(inside),
                child => push_words(&child, &mut run),
            }
        }
        self.push(text.clone(), words::plain(&run));
        for float in behind {
            self.block(float, level, text);
        }
    }

    fn list(&mut self, list: Element<'_>) {
        for item in list.named("list-item") {
            let mut run = item.first("label").map(words_of).unwrap_or_default();
            let mut lists = Vec::new();
            for part in item.elements().filter(|part| part.local() != "label") {
                if part.local() == "list" {
                    lists.push(part);
                    continue;
                }
                run.push(' ');
                for child in part.children() {
                    match child {
                        Child::Element(inside) if inside.local() == "list" => lists.push(inside),
                        child => push_words(&child, &mut run),
                    }
                }
            }
            self.push(Kind::ListItem, words::plain(&run));
            for inside in lists {
                self.list(inside);
            }
        }
    }

    fn caption(&mut self, part: Element<'_>, of: Piece) {
        let label = part.first("label").map(words_of).unwrap_or_default();
        let caption = part.first("caption");
        let mut texts = vec![label.clone()];
        for piece in caption.iter().flat_map(|caption| caption.elements()) {
            texts.push(words_of(piece));
        }
        texts.retain(|text| !text.trim().is_empty());
        let label = label.trim().trim_end_matches(['.', ':']).to_owned();
        self.push(Kind::Caption { of, label }, texts.join(" "));
    }

    fn table(&mut self, part: Element<'_>) {
        self.caption(part, Piece::Table);
        let tables = part.all("table");
        if tables.is_empty() && !part.all("graphic").is_empty() {
            let label = part
                .first("label")
                .map_or_else(|| "A table".to_owned(), words_of);
            self.warnings
                .push(format!("{label} is a picture; its cells were not read."));
        }
        for table in tables {
            for row in rows(table) {
                self.push(Kind::Row, row);
            }
        }
        for foot in part.named("table-wrap-foot") {
            for note in foot.elements() {
                let notes = note.all("fn");
                if notes.is_empty() {
                    self.push(Kind::Footnote, words_of(note));
                }
                for note in notes {
                    self.push(Kind::Footnote, words_of(note));
                }
            }
        }
    }

    fn back(&mut self, back: Element<'_>) {
        for part in back.elements() {
            match part.local() {
                "ack" => self.titled(part, 1, &Kind::Paragraph, Some("Acknowledgements")),
                _ => self.block(part, 1, &Kind::Paragraph),
            }
        }
    }

    fn references(&mut self, list: Element<'_>, level: u8) {
        let title = list.first("title").map(words_of);
        let title = title.filter(|title| !title.is_empty());
        self.push(
            Kind::Heading { level },
            title.unwrap_or_else(|| "References".to_owned()),
        );
        for entry in list.named("ref") {
            let parts: Vec<String> = entry
                .elements()
                .filter(|part| part.local() != "note")
                .map(citation)
                .collect();
            self.push(Kind::Reference, parts.join(" "));
        }
        for inside in list.named("ref-list") {
            self.references(inside, level.saturating_add(1).min(6));
        }
    }
}

fn is_float(name: &str) -> bool {
    matches!(
        name,
        "fig"
            | "fig-group"
            | "table-wrap"
            | "table-wrap-group"
            | "boxed-text"
            | "supplementary-material"
    )
}

fn is_block(name: &str) -> bool {
    is_float(name)
        || matches!(
            name,
            "p" | "sec" | "list" | "def-list" | "fn" | "ref-list" | "disp-quote"
        )
}

/// A citation; where its parts are fields, they are parted by a stop.
fn citation(part: Element<'_>) -> String {
    if part.local() != "element-citation" && part.local() != "citation-alternatives" {
        return words_of(part);
    }
    if part.local() == "citation-alternatives" {
        return part.elements().next().map(citation).unwrap_or_default();
    }
    let mut fields = Vec::new();
    for field in part.elements() {
        match field.local() {
            "person-group" | "collab" => {
                let names: Vec<String> = field.all("name").into_iter().map(name).collect();
                fields.push(if names.is_empty() {
                    words_of(field)
                } else {
                    names.join(", ")
                });
            }
            "name" => fields.push(name(field)),
            _ => fields.push(words_of(field)),
        }
    }
    fields.retain(|field| !field.trim().is_empty());
    fields.join(". ")
}

fn name(name: Element<'_>) -> String {
    let part = |of: &'static str| name.first(of).map(words_of);
    let parts: Vec<String> = part("given-names")
        .into_iter()
        .chain(part("surname"))
        .collect();
    parts.join(" ")
}

fn rows(table: Element<'_>) -> Vec<String> {
    let mut grid = Grid::default();
    for row in table.all("tr") {
        for cell in row
            .elements()
            .filter(|cell| matches!(cell.local(), "td" | "th"))
        {
            let span = |of: &str| {
                cell.attribute(of)
                    .and_then(|n| n.trim().parse().ok())
                    .unwrap_or(1)
            };
            grid.cell(&words_of(cell), span("colspan"), span("rowspan"));
        }
        grid.end_row();
    }
    grid.rows()
}

/// All words in an element.
fn words_of(element: Element<'_>) -> String {
    let mut text = String::new();
    for child in element.children() {
        push_words(&child, &mut text);
    }
    let text: Vec<&str> = text.split_whitespace().collect();
    words::plain(&text.join(" "))
}

fn push_words(child: &Child<'_>, text: &mut String) {
    let element = match child {
        Child::Text(words) => {
            text.push_str(words);
            return;
        }
        Child::Element(element) => *element,
    };
    match element.local() {
        "math" => formula::push(element, text),
        "tex-math" => text.push_str(&formula::tex(&all_text(element))),
        "alternatives" => {
            // The formula itself rather than its picture or its source.
            let best = element
                .first("math")
                .or_else(|| element.first("tex-math"))
                .or_else(|| element.elements().next());
            if let Some(best) = best {
                push_words(&Child::Element(best), text);
            }
        }
        "sup" => text.push_str(&words::raised(&words_of(element))),
        "break" => text.push(' '),
        "alt-text" | "long-desc" | "object-id" | "graphic" | "inline-graphic" => {}
        name => {
            let apart = matches!(
                name,
                "p" | "title"
                    | "label"
                    | "list-item"
                    | "td"
                    | "th"
                    | "institution"
                    | "addr-line"
                    | "country"
                    | "disp-formula"
                    | "disp-quote"
                    | "sec"
                    | "def"
                    | "term"
                    | "attrib"
            );
            if apart {
                text.push(' ');
            }
            for child in element.children() {
                push_words(&child, text);
            }
            if apart {
                text.push(' ');
            }
        }
    }
}

fn all_text(element: Element<'_>) -> String {
    let mut text = String::new();
    for child in element.children() {
        match child {
            Child::Text(words) => text.push_str(words),
            Child::Element(inside) => text.push_str(&all_text(inside)),
        }
    }
    text
}

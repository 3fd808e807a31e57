//! What stands before the text: title, authors, abstract, and the statements that some publishers keep there.

use super::{Reader, citation};
use crate::paper::Kind;
use crate::reading::xml::Element;

const FUNDING: &str = "Funding";
const DATA: &str = "Data availability";
const INTERESTS: &str = "Competing interests";
const CONTRIBUTIONS: &str = "Contributions";

impl<'t> Reader<'t> {
    pub(super) fn meta(&mut self, meta: Element<'t>) {
        if let Some(group) = meta.first("title-group") {
            self.title(group);
        }
        for group in meta.named("contrib-group") {
            let names: Vec<String> = group.all("name").into_iter().map(citation::name).collect();
            self.push(Kind::Furniture, names.join(", "));
        }
        for address in meta.all("aff") {
            self.push_words(Kind::Furniture, address);
        }
        for part in meta.named("abstract") {
            let mut title = self.first(part, "title");
            if title.is_empty() {
                "Abstract".clone_into(&mut title);
            }
            self.running = Kind::Abstract;
            self.under(&title, |reader| reader.section(part));
            self.running = Kind::Paragraph;
        }
        for group in meta.named("kwd-group") {
            let keywords: Vec<String> = group
                .all("kwd")
                .into_iter()
                .map(|word| self.words(word))
                .collect();
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
            self.push_words(Kind::Furniture, licence);
        }
        for note in meta.named("author-notes").flat_map(Element::elements) {
            if statement(note).is_none() {
                self.push_words(Kind::Furniture, note);
            }
        }
        self.push_notes();
    }

    fn title(&mut self, group: Element<'t>) {
        let mut title = String::new();
        for part in group.elements() {
            if !matches!(part.local(), "article-title" | "subtitle") {
                continue;
            }
            let words = self.words(part);
            if !title.is_empty() {
                let is_parted = title.ends_with([':', ';', '.', '?', '!', '–', '—', '-']);
                title.push_str(if is_parted { " " } else { ": " });
            }
            title.push_str(&words);
        }
        self.push(Kind::Title, title);
        self.push_notes();
    }

    /// The statements of the front matter, each under the heading that the page of the journal gives it.
    pub(super) fn statements(&mut self, front: Element<'t>) {
        let mut found: Vec<(&str, Element<'t>)> = Vec::new();
        for funding in front.all("funding-statement") {
            found.push((FUNDING, funding));
        }
        for meta in front.all("custom-meta") {
            let name = meta.first("meta-name").map(|name| self.words(name));
            let says = |text: &str| {
                let text = text.to_lowercase().replace([' ', '_'], "-");
                text.starts_with("data-availability")
            };
            let is_data =
                meta.attribute("id").is_some_and(says) || name.is_some_and(|name| says(&name));
            if let Some(value) = meta.first("meta-value").filter(|_| is_data) {
                found.push((DATA, value));
            }
        }
        for note in front
            .all("author-notes")
            .into_iter()
            .flat_map(Element::elements)
        {
            if let Some(heading) = statement(note) {
                found.push((heading, note));
            }
        }
        for heading in [FUNDING, DATA, INTERESTS, CONTRIBUTIONS] {
            let mut of_it = found.iter().filter(|(of, _)| *of == heading).peekable();
            if of_it.peek().is_none() {
                continue;
            }
            self.under(heading, |reader| {
                for (_, statement) in of_it {
                    reader.push_words(Kind::Paragraph, *statement);
                    reader.push_notes();
                }
            });
        }
        for notes in front.named("notes") {
            let of = notes.attribute("notes-type").and_then(heading);
            self.titled(notes, of.unwrap_or(""));
        }
    }
}

/// The heading of a note of the authors that is a statement.
fn statement(note: Element<'_>) -> Option<&'static str> {
    if note.local() == "fn" {
        note.attribute("fn-type").and_then(heading)
    } else {
        None
    }
}

/// The heading of a statement by what its file calls it.
fn heading(kind: &str) -> Option<&'static str> {
    Some(match kind.to_lowercase().as_str() {
        "conflict" | "coi-statement" => INTERESTS,
        "con" => CONTRIBUTIONS,
        "financial-disclosure" | "supported-by" | "funding" | "funding-statement" => FUNDING,
        "data-availability" => DATA,
        _ => return None,
    })
}

//! The reference list.

use super::Reader;
use super::line::Line;
use crate::paper::Kind;
use crate::reading::xml::{Child, Element};

impl<'t> Reader<'t> {
    pub(super) fn references(&mut self, list: Element<'t>) {
        let mut title = self.first(list, "title");
        if title.is_empty() {
            "References".clone_into(&mut title);
        }
        self.under(&title, |reader| {
            for entry in list.named("ref") {
                let parts: Vec<String> = entry
                    .elements()
                    .filter(|part| part.local() != "note")
                    .map(citation)
                    .collect();
                reader.push(Kind::Reference, parts.join(" "));
            }
            for inside in list.named("ref-list") {
                reader.references(inside);
            }
        });
    }
}

/// A citation; where its parts are fields, they are parted by a stop.
fn citation(part: Element<'_>) -> String {
    match part.local() {
        "element-citation" => {
            let mut fields: Vec<String> = part.elements().map(field).collect();
            fields.retain(|field| !field.is_empty());
            fields.join(". ")
        }
        "citation-alternatives" => part.elements().next().map(citation).unwrap_or_default(),
        _ => parted(part),
    }
}

fn field(field: Element<'_>) -> String {
    match field.local() {
        "person-group" => {
            let mut names: Vec<String> = field.elements().map(name).collect();
            names.retain(|name| !name.is_empty());
            if names.is_empty() {
                parted(field)
            } else {
                names.join(", ")
            }
        }
        _ => name(field),
    }
}

/// A name as it is spoken; anything else as it stands.
pub(super) fn name(name: Element<'_>) -> String {
    if name.local() == "etal" {
        return "et al".to_owned();
    }
    let part = |of: &'static str| name.first(of).map(parted);
    let parts: Vec<String> = ["given-names", "surname", "suffix"]
        .into_iter()
        .filter_map(part)
        .collect();
    if parts.is_empty() {
        parted(name)
    } else {
        parts.join(" ")
    }
}

/// The words of a part, a blank where two elements touch: many files leave the signs between them to the page.
fn parted(part: Element<'_>) -> String {
    let mut line = Line::default();
    push_parted(part, &mut line);
    line.finish().0
}

fn push_parted<'t>(part: Element<'t>, line: &mut Line<'t>) {
    let mut is_behind_element = false;
    for child in part.children() {
        let Child::Element(inside) = child else {
            line.child(&child);
            is_behind_element = false;
            continue;
        };
        let is_raised = matches!(inside.local(), "sup" | "sub" | "xref");
        if is_behind_element && !is_raised {
            line.blank();
        }
        match inside.local() {
            "person-group" | "name" | "string-name" | "date" | "date-in-citation" => {
                push_parted(inside, line);
            }
            _ => line.element(inside),
        }
        is_behind_element = !is_raised;
    }
}

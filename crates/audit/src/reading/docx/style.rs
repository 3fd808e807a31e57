//! What the styles of a file of Word make of a paragraph.

use std::collections::HashMap;

use crate::reading::xml::Element;

/// What a paragraph is by its style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    Title,
    /// From 1.
    Heading(u8),
    Caption,
    Note,
    Item,
    Text,
}

#[derive(Debug, Default)]
pub(super) struct Styles {
    looks: HashMap<String, Look>,
}

struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
}

impl Styles {
    pub(super) fn new(root: Element<'_>) -> Self {
        let styles: HashMap<String, Style> = root
            .named("style")
            .filter_map(|style| Some((style.attribute("w:styleId")?.to_owned(), Style::new(style))))
            .collect();
        let looks = styles
            .keys()
            .map(|id| (id.clone(), look(id, &styles)))
            .collect();
        Self { looks }
    }

    /// What a paragraph is by its style, its outline level and its list.
    pub(super) fn look(&self, paragraph: Element<'_>) -> Look {
        let Some(properties) = paragraph.first("pPr") else {
            return Look::Text;
        };
        if let Some(level) = outline(properties) {
            return Look::Heading(level);
        }
        let style = properties
            .first("pStyle")
            .and_then(|s| s.attribute("w:val"));
        let known = style.and_then(|id| self.looks.get(id));
        match known {
            Some(look) if *look != Look::Text => look.clone(),
            _ if properties.first("numPr").is_some() => Look::Item,
            // The names of the built-in styles serve where the file does not define them.
            None => style.and_then(named).unwrap_or(Look::Text),
            Some(_) => Look::Text,
        }
    }
}

impl Style {
    fn new(style: Element<'_>) -> Self {
        let value = |of: &'static str| style.first(of).and_then(|e| e.attribute("w:val"));
        Self {
            name: value("name").unwrap_or_default().to_owned(),
            based_on: value("basedOn").map(str::to_owned),
            outline: style.first("pPr").and_then(outline),
        }
    }
}

/// Levels of the outline count from 0; 9 is running text.
fn outline(properties: Element<'_>) -> Option<u8> {
    let level: u8 = properties
        .first("outlineLvl")?
        .attribute("w:val")?
        .parse()
        .ok()?;
    (level < 6).then_some(level + 1)
}

fn look(id: &str, styles: &HashMap<String, Style>) -> Look {
    let mut at = Some(id.to_owned());
    // A style that is based on itself would not end.
    for _ in 0..20 {
        let Some(style) = at.as_ref().and_then(|id| styles.get(id)) else {
            break;
        };
        if let Some(look) = named(&style.name) {
            return look;
        }
        if let Some(level) = style.outline {
            return Look::Heading(level);
        }
        at.clone_from(&style.based_on);
    }
    Look::Text
}

/// What a style is by its name; those of Word are English in the file, whatever the reader's language.
fn named(name: &str) -> Option<Look> {
    let name = name.to_lowercase().replace([' ', '-', '_'], "");
    if let Some(level) = name.strip_prefix("heading") {
        let level: u8 = level.get(..1)?.parse().ok()?;
        return Some(Look::Heading(level.clamp(1, 6)));
    }
    Some(match name.as_str() {
        "title" => Look::Title,
        "caption" => Look::Caption,
        "footnotetext" | "endnotetext" => Look::Note,
        _ if name.starts_with("list") => Look::Item,
        _ => return None,
    })
}

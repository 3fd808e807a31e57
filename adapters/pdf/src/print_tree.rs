use std::collections::{HashMap, HashSet};

use galen_dossier::{Align, Badge, Block, Cell, Column, Exhibit, Links, Page, Source, Span, Table};
use serde_json::{Value, json};

/// The page as the template reads it: every choice is made, links are resolved, pictures are drawn. What stays is words and places.
pub fn print_tree(page: &Page) -> Value {
    let appendix = page.appendix();
    let mut printing = Printing {
        numbers: appendix
            .iter()
            .enumerate()
            .map(|(i, (source, _))| (*source, i + 1))
            .collect(),
        headings: page.blocks.iter().filter_map(heading_id).collect(),
        placed: HashSet::new(),
        level: 0,
    };
    let blocks = printing.blocks(&page.blocks);
    printing.level = 1;
    let exhibits: Vec<Value> = appendix
        .iter()
        .enumerate()
        .map(|(i, (source, exhibit))| printing.exhibit(i + 1, source, *exhibit))
        .collect();
    json!({
        "title": page.title,
        "subtitle": page.subtitle,
        "notice": page.notice,
        "at": page.at,
        "foot": page.foot,
        "contents": page.contents,
        "dense": page.dense,
        "blocks": blocks,
        "appendix": exhibits,
    })
}

fn heading_id(block: &Block) -> Option<&str> {
    match block {
        Block::Heading { id, .. } if !id.is_empty() => Some(id),
        _ => None,
    }
}

struct Printing<'a> {
    /// The number of each source in the appendix.
    numbers: HashMap<&'a Source, usize>,
    /// Anchors that a link may lead to.
    headings: HashSet<&'a str>,
    /// Anchors that stand already: Typst refuses a link whose anchor stands twice.
    placed: HashSet<String>,
    /// The level of the last heading.
    level: u8,
}

impl Printing<'_> {
    fn blocks(&mut self, blocks: &[Block]) -> Vec<Value> {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&mut self, block: &Block) -> Value {
        match block {
            Block::Heading { level, text, id } => {
                self.level = (*level).clamp(1, 3).min(self.level + 1);
                let first = self.headings.contains(id.as_str()) && self.placed.insert(id.clone());
                let anchor = first.then(|| anchor(id));
                json!({"is": "heading", "level": self.level, "text": text, "anchor": anchor})
            }
            Block::Paragraph(spans) => json!({"is": "paragraph", "spans": self.spans(spans)}),
            Block::List(items) => {
                let items: Vec<Value> = items.iter().map(|item| self.spans(item)).collect();
                json!({"is": "list", "items": items})
            }
            Block::Table(table) => self.table(table),
            Block::VerdictCard(card) => json!({
                "is": "card",
                "title": card.title,
                "badge": badge(&card.badge),
                "sentence": self.spans(&card.sentence),
                "rows": self.pairs(&card.rows),
            }),
            Block::KeyValues(pairs) => json!({"is": "facts", "rows": self.pairs(pairs)}),
            Block::Figure { caption, plot, alt } => {
                json!({"is": "figure", "caption": caption, "svg": plot.svg(alt), "alt": alt})
            }
            Block::Note { kind, text } => json!({
                "is": "note",
                "kind": kind.name(),
                "word": kind.word(),
                "spans": self.spans(text),
            }),
            Block::Code(text) => json!({"is": "code", "text": text}),
        }
    }

    fn exhibit(&mut self, number: usize, source: &Source, exhibit: Option<&Exhibit>) -> Value {
        let title = match (exhibit, source) {
            (Some(exhibit), _) => exhibit.title.as_str(),
            (None, Source::Artifact(_)) => "Artifact",
            (None, Source::Entry(_)) => "Record",
        };
        let blocks = exhibit.map_or(&[] as &[Block], |exhibit| &exhibit.blocks);
        json!({
            "number": number,
            "title": title,
            "name": source.name(),
            "blocks": self.blocks(blocks),
        })
    }

    fn table(&self, table: &Table) -> Value {
        let empty = Cell::default();
        let columns: Vec<Value> = table
            .columns
            .iter()
            .map(|column| {
                let align = match column.align {
                    Align::Start => "start",
                    Align::Center => "center",
                    Align::End => "end",
                };
                json!({"title": column.title, "align": align})
            })
            .collect();
        let rows: Vec<Vec<Value>> = table
            .rows
            .iter()
            .map(|row| {
                (0..table.columns.len())
                    .map(|i| self.cell(&row.get(i).unwrap_or(&empty).0))
                    .collect()
            })
            .collect();
        json!({
            "is": "table",
            "caption": table.caption,
            "columns": columns,
            "rows": rows,
            "leaves-room": letters_across(table) <= LINE_LETTERS,
        })
    }

    fn pairs(&self, pairs: &[(String, Cell)]) -> Vec<Value> {
        pairs
            .iter()
            .map(|(name, cell)| json!([name, self.spans(&cell.0)]))
            .collect()
    }

    fn spans(&self, spans: &[Span]) -> Value {
        spans.iter().map(|span| self.span(span)).collect()
    }

    /// The spans of a table's cell: there is little room, so long code may break anywhere that a reader would pause.
    fn cell(&self, spans: &[Span]) -> Value {
        spans
            .iter()
            .map(|span| match span {
                Span::Code(text) => self.span(&Span::Code(breakable(text))),
                other => self.span(other),
            })
            .collect()
    }

    fn span(&self, span: &Span) -> Value {
        match span {
            Span::Text(text) => json!({"is": "text", "text": text}),
            Span::Strong(text) => json!({"is": "strong", "text": text}),
            Span::Code(text) => json!({"is": "code", "text": text}),
            Span::Link { text, href } => self.link(text, href),
            Span::Number { text, evidence } => {
                let number = evidence
                    .as_ref()
                    .and_then(|source| self.numbers.get(source));
                json!({"is": "number", "text": text, "exhibit": number})
            }
            Span::Status(status) => json!({"is": "status", "badge": badge(status)}),
        }
    }

    /// A link leads on only to a heading of this document or to an address that is whole: paper has no place to be relative to.
    fn link(&self, text: &str, href: &str) -> Value {
        if let Some(id) = href
            .strip_prefix('#')
            .filter(|id| self.headings.contains(id))
        {
            return json!({"is": "jump", "text": text, "anchor": anchor(id)});
        }
        let whole = ["http:", "https:", "mailto:"]
            .iter()
            .any(|scheme| href.to_ascii_lowercase().starts_with(scheme));
        if whole && Links::allow(href) && href.len() < 2000 {
            json!({"is": "link", "text": text, "href": href})
        } else {
            json!({"is": "text", "text": text})
        }
    }
}

/// Headings and exhibits share one space of anchors in Typst; this keeps them apart.
fn anchor(id: &str) -> String {
    format!("heading {id}")
}

fn badge(badge: &Badge) -> Value {
    json!({"tone": badge.tone.name(), "symbol": badge.tone.symbol(), "label": badge.label})
}

/// Letters of a table's type that fit beside each other on a page.
const LINE_LETTERS: usize = 95;

/// The letters of the longest cells of all columns, beside each other.
fn letters_across(table: &Table) -> usize {
    let letters = |cell: &Cell| {
        cell.0
            .iter()
            .map(|span| letters_of(span) + 1)
            .sum::<usize>()
    };
    let widest = |(i, column): (usize, &Column)| {
        let cells = table.rows.iter().filter_map(|row| row.get(i)).map(letters);
        cells.max().unwrap_or(0).max(column.title.chars().count())
    };
    table.columns.iter().enumerate().map(widest).sum()
}

fn letters_of(span: &Span) -> usize {
    match span {
        Span::Text(text) | Span::Strong(text) | Span::Code(text) => text.chars().count(),
        Span::Link { text, .. } => text.chars().count(),
        // A number has the small mark of its evidence, a status its frame.
        Span::Number { text, .. } => text.chars().count() + 2,
        Span::Status(badge) => badge.label.chars().count() + 4,
    }
}

/// Long code with places to break: after marks, and every eighth letter of a word.
fn breakable(text: &str) -> String {
    const WORD_MAX: usize = 8;
    if text.chars().count() <= 2 * WORD_MAX {
        return text.to_owned();
    }
    let mut broken = String::with_capacity(text.len() + text.len() / 2);
    let mut word = 0;
    for letter in text.chars() {
        broken.push(letter);
        word += 1;
        if word == WORD_MAX || "._/:-=".contains(letter) {
            broken.push('\u{200b}');
            word = 0;
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_only_to_what_is_there() {
        let mut page = Page::new("t");
        page.push(Block::heading(1, "Risk"));
        page.push(Block::Paragraph(vec![
            Span::link("a", "#risk"),
            Span::link("b", "#nowhere"),
            Span::link("c", "/releases"),
            Span::link("d", "javascript:x"),
            Span::link("e", "https://example.org"),
        ]));
        let tree = print_tree(&page);
        let kinds: Vec<_> = tree["blocks"][1]["spans"]
            .as_array()
            .expect("spans")
            .iter()
            .map(|span| span["is"].as_str().expect("a kind"))
            .collect();
        assert_eq!(kinds, ["jump", "text", "text", "text", "link"]);
    }

    #[test]
    fn a_number_carries_the_number_of_its_exhibit() {
        let mut page = Page::new("t");
        page.push(Block::Paragraph(vec![
            Span::number("1", Source::Entry(5)),
            Span::number("2", Source::Entry(4)),
            Span::number("3", Source::Entry(5)),
        ]));
        let tree = print_tree(&page);
        let spans = &tree["blocks"][0]["spans"];
        let numbers: Vec<_> = (0..3).map(|i| spans[i]["exhibit"].as_u64()).collect();
        assert_eq!(numbers, [Some(1), Some(2), Some(1)]);
        assert_eq!(tree["appendix"][0]["name"], "ledger entry 5");
    }
}

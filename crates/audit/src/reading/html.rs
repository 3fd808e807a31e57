//! HTML, as journals and archives show a paper: the article alone, without what the page has around it.

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{ElementRef, Html, Node, Selector};

use super::captions;
use super::grid::Grid;
use super::headings::{self, Name};
use super::part::Part;
use super::passages::{self, Passage};
use super::prose::{is_licence, is_matter};
use super::words;
use crate::paper::{Format, Kind, Paper, Piece};

/// Reads a page.
pub(super) fn read(text: &str, warnings: Vec<String>) -> Paper {
    let page = Html::parse_document(text);
    let title = title(&page);
    let root = root(&page);
    let mut reader = Reader {
        out: Vec::new(),
        run: String::new(),
        part: if title.is_some() {
            Part::Authors
        } else {
            Part::Before
        },
        summary: Summary::at(1),
        top: top_level(root),
        open: Vec::new(),
        raised: Vec::new(),
        table: None,
    };
    if let Some(title) = &title {
        reader
            .out
            .push(Passage::new(Kind::Title, None, title.clone()));
    }
    reader.walk(root, title.as_deref());
    passages::paper(Format::Html, None, reader.out, warnings)
}

fn select(selectors: &str) -> Selector {
    Selector::parse(selectors).expect("the selectors are well formed")
}

fn title(page: &Html) -> Option<String> {
    let declared =
        select("meta[name='citation_title'], meta[name='DC.Title'], meta[name='dc.title']");
    let declared = page.select(&declared).find_map(|meta| meta.attr("content"));
    let heading = || {
        page.select(&select("h1"))
            .next()
            .map(|h| h.text().collect::<String>())
    };
    let named = || {
        page.select(&select("title"))
            .next()
            .map(|t| t.text().collect())
    };
    let title = declared
        .map(str::to_owned)
        .or_else(heading)
        .or_else(named)?;
    let words: Vec<&str> = title.split_whitespace().collect();
    (!words.is_empty()).then(|| words::plain(&words.join(" ")))
}

/// The element that holds the article: the one of its kind with most text.
fn root(page: &Html) -> ElementRef<'_> {
    for kind in ["article", "main, [role='main']", "body"] {
        let length = |element: &ElementRef<'_>| element.text().map(str::len).sum::<usize>();
        let found = page.select(&select(kind)).max_by_key(length);
        if let Some(found) = found.filter(|element| length(element) > 500 || kind == "body") {
            return found;
        }
    }
    page.root_element()
}

/// The level of the headings of sections, the title's `h1` aside.
fn top_level(root: ElementRef<'_>) -> u8 {
    let headings = select("h1, h2, h3, h4, h5, h6");
    let levels = || {
        root.select(&headings)
            .filter_map(|h| heading_level(h.value().name()))
    };
    let first = levels().filter(|level| *level == 1).count();
    levels()
        .filter(|level| *level > 1 || first > 1)
        .min()
        .unwrap_or(1)
}

fn heading_level(name: &str) -> Option<u8> {
    match name {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        "h4" => Some(4),
        "h5" => Some(5),
        "h6" => Some(6),
        _ => None,
    }
}

/// What an open element makes of the words in it.
#[derive(Debug, Clone, PartialEq)]
enum Role {
    Block,
    Heading(u8),
    Item,
    Caption(Piece),
    Note,
    Cell { columns: usize, rows: usize },
    Row,
    Table,
}

struct Reader {
    out: Vec<Passage>,
    /// Words since the last passage.
    run: String,
    part: Part,
    summary: Summary,
    top: u8,
    /// Open elements that part passages.
    open: Vec<Role>,
    /// Where raised words begin in the run.
    raised: Vec<usize>,
    /// The table that is open, and how many there are in it.
    table: Option<(Grid, usize)>,
}

impl Reader {
    fn walk(&mut self, root: ElementRef<'_>, title: Option<&str>) {
        let mut skipped: Option<ego_tree::NodeId> = None;
        for edge in root.traverse() {
            match edge {
                Edge::Open(node) if skipped.is_none() => match node.value() {
                    Node::Text(text) => self.run.push_str(text),
                    Node::Element(element) if is_skipped(element) => skipped = Some(node.id()),
                    Node::Element(element) => self.enter(node, element),
                    _ => {}
                },
                Edge::Close(node) if skipped == Some(node.id()) => skipped = None,
                Edge::Close(node) if skipped.is_none() => {
                    if let Node::Element(element) = node.value() {
                        self.leave(node, element, title);
                    }
                }
                _ => {}
            }
        }
        self.flush(None);
    }

    fn enter(&mut self, node: NodeRef<'_, Node>, element: &Element) {
        match element.name() {
            "sup" => self.raised.push(self.run.len()),
            "br" | "img" => self.run.push(' '),
            _ => {}
        }
        if let Some((_, inside)) = &mut self.table {
            match role(node, element) {
                Some(Role::Table) => *inside += 1,
                Some(role @ (Role::Cell { .. } | Role::Row)) if *inside == 1 => {
                    self.run.clear();
                    self.open.push(role);
                }
                Some(_) => self.run.push(' '),
                None => {}
            }
            return;
        }
        let Some(role) = role(node, element) else {
            return;
        };
        self.flush(None);
        if is_abstract(element) && self.part != Part::References {
            self.part = Part::Abstract;
        }
        if is_bibliography(element) {
            self.part = Part::References;
        }
        if role == Role::Table {
            self.table = Some((Grid::default(), 1));
        }
        self.open.push(role);
    }

    fn leave(&mut self, node: NodeRef<'_, Node>, element: &Element, title: Option<&str>) {
        if element.name() == "sup"
            && let Some(start) = self.raised.pop()
            && start <= self.run.len()
        {
            let words = words::raised(self.run[start..].trim());
            self.run.truncate(start);
            self.run.push_str(&words);
        }
        let Some(role) = role(node, element) else {
            return;
        };
        if self.table.is_some() {
            self.leave_in_table(&role);
            return;
        }
        self.flush(title);
        self.open.pop();
    }

    fn leave_in_table(&mut self, role: &Role) {
        let Some((grid, inside)) = &mut self.table else {
            return;
        };
        match role {
            Role::Table if *inside > 1 => *inside -= 1,
            Role::Table => {
                let (grid, _) = self.table.take().expect("a table is open");
                for row in grid.rows() {
                    self.out.push(Passage::new(Kind::Row, None, row));
                }
                self.run.clear();
                self.open.pop();
            }
            Role::Cell { columns, rows } if *inside == 1 => {
                grid.cell(&words::plain(&self.run), *columns, *rows);
                self.run.clear();
                self.open.pop();
            }
            Role::Row if *inside == 1 => {
                grid.end_row();
                self.run.clear();
                self.open.pop();
            }
            Role::Caption(_) if *inside == 1 => {
                let text = std::mem::take(&mut self.run);
                self.caption(Piece::Table, &text);
            }
            _ => self.run.push(' '),
        }
    }

    /// Ends the passage under way; `title` if its element closes, and it may be the title again.
    fn flush(&mut self, title: Option<&str>) {
        let run = std::mem::take(&mut self.run);
        self.raised.clear();
        let words: Vec<&str> = run.split_whitespace().collect();
        let text = words::plain(&words.join(" "));
        if text.is_empty() {
            return;
        }
        let role = self.open.iter().rev().find(|role| **role != Role::Block);
        match role.cloned() {
            Some(Role::Heading(level)) => self.heading(level, text, title),
            Some(Role::Caption(of)) => self.caption(of, &text),
            Some(Role::Note) => self.out.push(Passage::new(Kind::Footnote, None, text)),
            Some(Role::Item) => {
                let kind = match self.part.kind() {
                    Kind::Reference => Kind::Reference,
                    _ => Kind::ListItem,
                };
                self.out.push(Passage::new(kind, None, text));
            }
            _ => self.paragraph(text),
        }
    }

    fn heading(&mut self, level: u8, text: String, title: Option<&str>) {
        if level == 1 && title == Some(text.as_str()) {
            return;
        }
        let under = Part::under(&text);
        let level = (level + 1).saturating_sub(self.top).clamp(1, 6);
        if self.part != Part::Abstract
            || under != Part::Body
            || self.summary.ends(level, &text, &self.out)
        {
            self.part = under;
        }
        if under == Part::Abstract {
            self.summary = Summary::at(level);
        }
        self.out
            .push(Passage::new(Kind::Heading { level }, None, text));
    }

    fn paragraph(&mut self, text: String) {
        let label = captions::label(&text).filter(|label| label.mark == captions::Mark::Stop);
        if let Some(label) = label.filter(|_| self.part == Part::Body) {
            self.caption(label.of, &text);
            return;
        }
        let is_heading = match headings::name(&text) {
            Some(Name::Introduction | Name::References) => true,
            // The parts of an abstract have such names.
            Some(Name::Top) => self.part != Part::Abstract,
            _ => false,
        };
        if is_heading {
            // A converter did not see that it is one.
            self.heading(self.top, text, None);
            return;
        }
        let prose = text.split(' ').count() >= 25 && text.contains(". ");
        let early = matches!(self.part, Part::Authors | Part::Before);
        let kind = if is_licence(&text) || is_matter(&text) || (early && !prose) {
            Kind::Furniture
        } else {
            if early {
                self.part = Part::Abstract;
            }
            self.part.kind()
        };
        self.out.push(Passage::new(kind, None, text));
    }

    fn caption(&mut self, of: Piece, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words::plain(&words.join(" "));
        let label = captions::label(&text);
        let of = label.as_ref().map_or(of, |label| label.of);
        let label = label.map(|label| label.label).unwrap_or_default();
        self.out
            .push(Passage::new(Kind::Caption { of, label }, None, text));
    }
}

/// The abstract that is open: `Methods` inside a structured one does not end it.
struct Summary {
    /// The level of its heading.
    level: u8,
    /// Its parts have headings of the same level, the first of them right behind its own.
    flat: bool,
    /// Headings of its parts.
    parts: Vec<String>,
}

impl Summary {
    fn at(level: u8) -> Summary {
        Summary {
            level,
            flat: false,
            parts: Vec::new(),
        }
    }

    /// Whether a heading of running text ends it.
    fn ends(&mut self, level: u8, heading: &str, before: &[Passage]) -> bool {
        let name = heading.to_lowercase();
        self.flat |= before
            .last()
            .is_some_and(|last| matches!(last.kind, Kind::Heading { .. }) && self.parts.is_empty());
        let ends = headings::name(heading) == Some(Name::Introduction) && name != "background"
            || headings::number(heading).is_some()
            || self.parts.contains(&name)
            || level < self.level
            || level == self.level && !self.flat;
        self.parts.push(name);
        ends
    }
}

/// What an element does to the words in it; `None` if it stands in the line.
fn role(node: NodeRef<'_, Node>, element: &Element) -> Option<Role> {
    let span = |of: &str| {
        element
            .attr(of)
            .and_then(|n| n.trim().parse().ok())
            .unwrap_or(1)
    };
    let name = element.name();
    if let Some(level) = heading_level(name) {
        return Some(Role::Heading(level));
    }
    let class = |part: &str| {
        element
            .classes()
            .any(|class| class.to_lowercase().contains(part))
    };
    Some(match name {
        "table" if is_data(node, element) => Role::Table,
        "tr" => Role::Row,
        "td" | "th" => Role::Cell {
            columns: span("colspan"),
            rows: span("rowspan"),
        },
        "figcaption" => Role::Caption(Piece::Figure),
        "caption" => Role::Caption(Piece::Table),
        "li" | "dt" | "dd" => Role::Item,
        _ if element.attr("role") == Some("doc-footnote") || class("footnote") => Role::Note,
        "p" | "div" if class("caption") => Role::Caption(Piece::Figure),
        "p" | "div" | "section" | "article" | "main" | "body" | "blockquote" | "pre" | "ul"
        | "ol" | "dl" | "figure" | "table" | "tbody" | "thead" | "tfoot" | "hr" | "center"
        | "address" | "details" | "summary" => Role::Block,
        _ => return None,
    })
}

/// A table that holds headings or tables, or that says so, only arranges a page.
fn is_data(node: NodeRef<'_, Node>, element: &Element) -> bool {
    let arranges = |inside: NodeRef<'_, Node>| match inside.value() {
        Node::Element(e) => e.name() == "table" || heading_level(e.name()).is_some(),
        _ => false,
    };
    element.attr("role") != Some("presentation") && !node.descendants().skip(1).any(arranges)
}

fn is_skipped(element: &Element) -> bool {
    let hidden = element.attr("hidden").is_some()
        || element.attr("aria-hidden") == Some("true")
        || matches!(
            element.attr("role"),
            Some("navigation" | "banner" | "search" | "contentinfo" | "complementary" | "menu")
        );
    let name = matches!(
        element.name(),
        "script"
            | "style"
            | "noscript"
            | "template"
            | "svg"
            | "nav"
            | "footer"
            | "aside"
            | "button"
            | "form"
            | "select"
            | "iframe"
            | "annotation"
            | "annotation-xml"
            | "head"
    );
    name || hidden
}

fn is_abstract(element: &Element) -> bool {
    let named =
        |of: Option<&str>| of.is_some_and(|name| name.to_lowercase().starts_with("abstract"));
    matches!(element.name(), "section" | "div")
        && (named(element.attr("id"))
            || named(element.attr("class"))
            || element.attr("role") == Some("doc-abstract"))
}

fn is_bibliography(element: &Element) -> bool {
    let class = |name: &str| element.classes().any(|class| class.to_lowercase() == name);
    element.attr("role") == Some("doc-bibliography")
        || [
            "ref-list",
            "references",
            "bibliography",
            "reference-list",
            "citation-list",
        ]
        .iter()
        .any(|name| class(name))
}

/// Whether a text is a page: it begins with a tag of one.
pub(super) fn is_html(head: &str) -> bool {
    let head = head.trim_start().to_lowercase();
    let begins = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<article class",
        "<div",
        "<h1",
        "<p>",
        "<p ",
    ]
    .iter()
    .any(|tag| head.starts_with(tag));
    begins || super::kind::behind_prologue(&head).starts_with("<html")
}

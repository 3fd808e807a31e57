//! XML as a tree, with the line and column of what is broken.

use quick_xml::Reader;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Elements inside elements. No paper needs a quarter of it, and who walks the tree may call itself.
const DEPTH_MAX: usize = 200;
/// Elements and texts.
const NODES_MAX: usize = 5_000_000;

/// Where a file stops being XML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    /// From 1.
    pub(super) line: usize,
    /// From 1, in letters.
    pub(super) column: usize,
    pub(super) why: String,
}

/// The elements of a file. The first node is the root.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Element {
        name: String,
        attributes: Vec<(String, String)>,
        children: Vec<usize>,
    },
    Text(String),
}

/// A place in a tree.
#[derive(Clone, Copy)]
pub(super) struct Element<'t> {
    tree: &'t Tree,
    at: usize,
}

/// What is inside an element.
pub(super) enum Child<'t> {
    Element(Element<'t>),
    Text(&'t str),
}

/// Reads XML. Entities of HTML are known, those of a document type are not: their names stay.
pub(super) fn parse(text: &str) -> Result<Tree, Broken> {
    let mut reader = Reader::from_str(text);
    let mut builder = Builder {
        nodes: Vec::new(),
        open: Vec::new(),
    };
    loop {
        let before = reader.buffer_position();
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(broken(text, reader.error_position(), error.to_string())),
        };
        let stop = |why: &str| broken(text, before, why.to_owned());
        match event {
            Event::Start(start) => builder.start(&start, true).map_err(stop)?,
            Event::Empty(start) => builder.start(&start, false).map_err(stop)?,
            Event::End(_) => {
                builder.open.pop();
            }
            Event::Text(part) => builder.text(&part),
            Event::CData(part) => builder.text(&part),
            Event::GeneralRef(part) => builder.text(&reference(&part)),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    let end = text.len() as u64;
    match builder.open.last() {
        Some(&at) => {
            let Node::Element { name, .. } = &builder.nodes[at] else {
                unreachable!("only elements are open");
            };
            Err(broken(text, end, format!("the file ends inside <{name}>")))
        }
        None if builder.nodes.is_empty() => {
            Err(broken(text, end, "there is no element".to_owned()))
        }
        None => Ok(Tree {
            nodes: builder.nodes,
        }),
    }
}

struct Builder {
    nodes: Vec<Node>,
    open: Vec<usize>,
}

impl Builder {
    fn start(&mut self, start: &BytesStart<'_>, opens: bool) -> Result<(), &'static str> {
        if self.open.len() >= DEPTH_MAX {
            return Err("elements are nested too deeply");
        }
        if self.open.is_empty() && !self.nodes.is_empty() {
            return Err("there is a second root element");
        }
        let attributes = start
            .html_attributes()
            .with_checks(false)
            .flatten()
            .map(|a| (a.key.as_ref().to_owned(), unescaped(&a.value)))
            .collect();
        let at = self.add(Node::Element {
            name: start.name().as_ref().to_owned(),
            attributes,
            children: Vec::new(),
        })?;
        if opens {
            self.open.push(at);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let Some(&parent) = self.open.last() else {
            return;
        };
        if let Node::Element { children, .. } = &self.nodes[parent]
            && let Some(&last) = children.last()
            && let Node::Text(before) = &mut self.nodes[last]
        {
            before.push_str(text);
            return;
        }
        // Beyond the limit the next element ends the reading.
        let _ = self.add(Node::Text(text.to_owned()));
    }

    fn add(&mut self, node: Node) -> Result<usize, &'static str> {
        let at = self.nodes.len();
        if at >= NODES_MAX {
            return Err("there are too many elements");
        }
        self.nodes.push(node);
        if let Some(&parent) = self.open.last()
            && let Node::Element { children, .. } = &mut self.nodes[parent]
        {
            children.push(at);
        }
        Ok(at)
    }
}

fn reference(part: &BytesRef<'_>) -> String {
    if let Ok(Some(letter)) = part.resolve_char_ref() {
        return letter.to_string();
    }
    let name = part.xml10_content();
    resolve_html5_entity(&name).map_or_else(|| format!("&{name};"), str::to_owned)
}

fn unescaped(value: &str) -> String {
    quick_xml::escape::unescape(value)
        .map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned)
}

fn broken(text: &str, at: u64, why: String) -> Broken {
    let mut at = usize::try_from(at).unwrap_or(text.len()).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    Broken {
        line: before.matches('\n').count() + 1,
        column: before[start..].chars().count() + 1,
        why,
    }
}

impl Tree {
    pub(super) fn root(&self) -> Element<'_> {
        Element { tree: self, at: 0 }
    }
}

impl<'t> Element<'t> {
    /// With its prefix, as written.
    pub(super) fn name(self) -> &'t str {
        match &self.tree.nodes[self.at] {
            Node::Element { name, .. } => name,
            Node::Text(_) => unreachable!("an element is no text"),
        }
    }

    /// Without its prefix.
    pub(super) fn local(self) -> &'t str {
        let name = self.name();
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    }

    pub(super) fn attribute(self, key: &str) -> Option<&'t str> {
        let Node::Element { attributes, .. } = &self.tree.nodes[self.at] else {
            return None;
        };
        let found = attributes.iter().find(|(name, _)| name == key)?;
        Some(&found.1)
    }

    /// The address that it links to, whatever the prefix.
    pub(super) fn link(self) -> Option<&'t str> {
        let Node::Element { attributes, .. } = &self.tree.nodes[self.at] else {
            return None;
        };
        let is_link = |name: &str| name == "href" || name.ends_with(":href");
        let found = attributes.iter().find(|(name, _)| is_link(name))?;
        Some(&found.1)
    }

    pub(super) fn children(self) -> impl Iterator<Item = Child<'t>> {
        let Node::Element { children, .. } = &self.tree.nodes[self.at] else {
            unreachable!("an element is no text");
        };
        children.iter().map(move |&at| match &self.tree.nodes[at] {
            Node::Text(text) => Child::Text(text),
            Node::Element { .. } => Child::Element(Element { at, ..self }),
        })
    }

    pub(super) fn elements(self) -> impl Iterator<Item = Element<'t>> {
        self.children().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// Its children of a name.
    pub(super) fn named(self, name: &'t str) -> impl Iterator<Item = Element<'t>> {
        self.elements().filter(move |e| e.local() == name)
    }

    pub(super) fn first(self, name: &'t str) -> Option<Element<'t>> {
        self.named(name).next()
    }

    /// All elements of a name in it, in the order of the file.
    pub(super) fn all(self, name: &str) -> Vec<Element<'t>> {
        let mut found = Vec::new();
        let mut todo = vec![self];
        while let Some(element) = todo.pop() {
            if element.local() == name {
                found.push(element);
            }
            let mut inside: Vec<Element<'t>> = element.elements().collect();
            inside.reverse();
            todo.append(&mut inside);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> (usize, usize, String) {
        let broken = parse(text).expect_err("the file is broken");
        (broken.line, broken.column, broken.why)
    }

    #[test]
    fn entities_are_letters_and_unknown_ones_keep_their_names() {
        let tree =
            parse("<p a='1 &lt; 2'>67 &plusmn; 15 &#x2013; 3 &own; &amp;<![CDATA[ <b> ]]></p>")
                .expect("it is XML");
        let root = tree.root();
        assert_eq!(root.attribute("a"), Some("1 < 2"));
        let Some(Child::Text(text)) = root.children().next() else {
            panic!("there is text");
        };
        assert_eq!(text, "67 ± 15 – 3 &own; & <b> ");
    }

    #[test]
    fn what_is_broken_has_its_line_and_column() {
        let (line, column, why_) = why("<article>\n  <p>one</article>");
        assert_eq!((line, column), (2, 9));
        assert!(why_.contains("</p>"), "{why_}");
        assert_eq!(
            why("<article>\n<sec>"),
            (2, 6, "the file ends inside <sec>".to_owned())
        );
        assert_eq!(
            why("<a/><b/>"),
            (1, 5, "there is a second root element".to_owned())
        );
        assert_eq!(why(""), (1, 1, "there is no element".to_owned()));
        let deep = "<a>".repeat(DEPTH_MAX + 1);
        assert_eq!(why(&deep).2, "elements are nested too deeply");
    }
}

//! The words of an element as a line of text: raised marks raised, numbers apart.

use super::{formula, words};
use crate::reading::xml::{Child, Element};

/// A line under way.
#[derive(Default)]
pub(super) struct Line<'t> {
    text: String,
    /// Notes that stand among the words and are none of them.
    notes: Vec<Element<'t>>,
    /// Whether all of it is raised, so that a mark in it need not be.
    is_raised: bool,
    /// Whether a digit that follows begins another number: `log10` and 5 are not `log105`.
    is_closed: bool,
}

impl<'t> Line<'t> {
    /// The words, every white space as one blank, and the notes among them.
    pub(super) fn finish(self) -> (String, Vec<Element<'t>>) {
        let text = words::plain(&self.text);
        let text: Vec<&str> = text.split_whitespace().collect();
        (text.join(" "), self.notes)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.is_closed && text.starts_with(|c: char| c.is_ascii_digit()) {
            self.blank();
        }
        self.is_closed = false;
        self.text.push_str(text);
    }

    pub(super) fn blank(&mut self) {
        if !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
        self.is_closed = false;
    }

    /// Says that the number that was pushed ends here.
    pub(super) fn close(&mut self) {
        self.is_closed = self.ends_in_digit();
    }

    pub(super) fn ends_in_digit(&self) -> bool {
        self.text.ends_with(|c: char| c.is_ascii_digit())
    }

    /// Letters below the line. `CO2` and `HbA1c` are one word; two numbers stay apart.
    pub(super) fn push_below(&mut self, below: &str) {
        if self.ends_in_digit() && below.starts_with(|c: char| c.is_ascii_digit()) {
            self.blank();
        }
        self.push(below);
        self.close();
    }

    pub(super) fn inside(&mut self, element: Element<'t>) {
        for child in element.children() {
            self.child(&child);
        }
    }

    pub(super) fn child(&mut self, child: &Child<'t>) {
        match child {
            Child::Text(words) => self.push(words),
            Child::Element(element) => self.element(*element),
        }
    }

    pub(super) fn element(&mut self, element: Element<'t>) {
        match element.local() {
            "math" => formula::push(element, self),
            "tex-math" => self.push(&formula::tex(&all_text(element))),
            "alternatives" => {
                // The formula itself rather than its picture or its source.
                let best = element
                    .first("math")
                    .or_else(|| element.first("tex-math"))
                    .or_else(|| element.elements().next());
                if let Some(best) = best {
                    self.element(best);
                }
            }
            "sup" => {
                let above = self.apart(element, true);
                self.push(&words::raised_behind(&self.text, &above));
            }
            "sub" => {
                let below = self.apart(element, self.is_raised);
                self.push_below(&below);
            }
            "xref" if is_mark(element) => self.mark(element),
            "ext-link" | "uri" if all_text(element).trim().is_empty() => {
                self.push(element.link().unwrap_or(""));
            }
            "fn" => self.notes.push(element),
            "break" => self.blank(),
            "alt-text" | "long-desc" | "object-id" | "graphic" | "inline-graphic" => {}
            name if is_apart(name) => {
                self.blank();
                self.inside(element);
                self.blank();
            }
            _ => self.inside(element),
        }
    }

    /// The words of an element that are not yet in the line.
    fn apart(&mut self, element: Element<'t>, is_raised: bool) -> String {
        let mut line = Line {
            is_raised,
            ..Line::default()
        };
        line.inside(element);
        let (text, mut notes) = line.finish();
        self.notes.append(&mut notes);
        text
    }

    /// The mark of a reference or note. Publishers leave it to the page to raise it.
    fn mark(&mut self, element: Element<'t>) {
        let is_raised = self.is_raised || !element.all("sup").is_empty();
        if is_raised || !touches(&self.text) {
            self.inside(element);
            return;
        }
        let mark = self.apart(element, true);
        let above = words::raised(&mark);
        if is_year(&mark) {
            self.blank();
            self.push(&mark);
        } else if above != mark || !mark.starts_with(char::is_alphanumeric) {
            self.push(&above);
        } else if mark.chars().count() > 3 {
            // Names are words.
            self.blank();
            self.push(&mark);
        } else {
            self.push(&words::each_raised(&mark));
        }
    }
}

fn is_year(mark: &str) -> bool {
    let year = mark.trim_matches(['(', ')']).parse();
    year.is_ok_and(|year: u16| (1900..2100).contains(&year))
}

/// Whether a mark behind this text would be read as a part of its last word or number.
fn touches(text: &str) -> bool {
    let Some(last) = text.chars().next_back() else {
        return false;
    };
    if last.is_alphanumeric() || ".)]%”’".contains(last) {
        return true;
    }
    // `3,4` with the 3 raised: the 4 is raised too. In brackets none is.
    let list = [',', ';', '–', '-', '−'];
    let before = text.trim_end_matches(list);
    let in_brackets = || text.rfind(['[', '(']) > text.rfind([']', ')']);
    before.ends_with(words::is_raised) || (matches!(last, ',' | ';' | ':') && !in_brackets())
}

fn is_mark(xref: Element<'_>) -> bool {
    matches!(xref.attribute("ref-type"), Some("bibr" | "fn" | "table-fn"))
}

/// Whether an element is words of their own, even where no blank stands before it.
fn is_apart(name: &str) -> bool {
    matches!(
        name,
        "p" | "title"
            | "label"
            | "list-item"
            | "tr"
            | "td"
            | "th"
            | "row"
            | "entry"
            | "institution"
            | "addr-line"
            | "country"
            | "disp-formula"
            | "disp-quote"
            | "sec"
            | "def"
            | "term"
            | "attrib"
            | "speaker"
            | "verse-line"
    )
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

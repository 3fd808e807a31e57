//! What kind of file bytes are, by what is in them.

/// Whether bytes are a PDF; some begin with a few bytes of something else.
pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1_024)];
    head.windows(5).any(|five| five == b"%PDF-")
}

/// What a file is that holds no paper, by its first bytes.
pub(super) fn foreign(bytes: &[u8]) -> Option<String> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
        (b"II*\0", "a picture"),
        (b"MM\0*", "a picture"),
        (b"{\\rtf", "a file in Rich Text Format"),
        (
            b"\xd0\xcf\x11\xe0",
            "a file of Word before 2007, or one with a password; save it as DOCX without",
        ),
        (b"\x1f\x8b", "a packed file; unpack it first"),
        (b"7z\xbc\xaf", "a packed file; unpack it first"),
        (b"%!PS", "PostScript; convert it first (`ps2pdf`)"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
    ];
    KINDS
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|(_, what)| (*what).to_owned())
}

/// How a text is marked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    Xml,
    Html,
    /// Text, or Markdown.
    None,
}

impl Markup {
    pub(super) fn of(text: &str) -> Self {
        let head: String = text.trim_start().chars().take(4_000).collect();
        let declares = ["<?xml", "<!DOCTYPE", "<article"]
            .iter()
            .any(|start| head.starts_with(start));
        // A collection of articles has an element of its own around them.
        let holds = head.starts_with('<') && head.contains("<article");
        if super::html::is_html(&head) {
            Self::Html
        } else if declares || holds || is_article(text) {
            Self::Xml
        } else {
            Self::None
        }
    }
}

/// A text from its first element on, without the declaration, comments and document type before it. What a comment says
/// does not tell what a file is.
pub(super) fn behind_prologue(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let behind = if rest.starts_with("<!--") {
            rest.split_once("-->")
        } else if rest.starts_with("<?") {
            rest.split_once("?>")
        } else if rest.starts_with("<!") {
            // A document type may declare entities in brackets.
            let brackets = rest
                .split_once('[')
                .filter(|(before, _)| !before.contains('>'));
            let inside = brackets.and_then(|(_, inside)| inside.split_once(']'));
            inside.map_or(rest, |(_, behind)| behind).split_once('>')
        } else {
            None
        };
        let Some((_, behind)) = behind else {
            return rest;
        };
        rest = behind.trim_start();
    }
}

/// Whether the first element is an article, with a prefix or without.
fn is_article(text: &str) -> bool {
    let tag = behind_prologue(text).strip_prefix('<').unwrap_or("");
    let name = tag.split(|c: char| c.is_whitespace() || c == '>').next();
    name.is_some_and(|name| name == "article" || name.ends_with(":article"))
}

/// Whether bytes are no text in any encoding: many of them are control signs.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4_096)];
    let control = |b: &&u8| **b < 9 || (14..32).contains(*b);
    let controls = head.iter().filter(control).count();
    let empty = head.iter().filter(|b| **b == 0).count();
    // UTF-16 has empty bytes and no other.
    (controls - empty) * 20 > head.len() || (empty > 0 && controls > empty)
}

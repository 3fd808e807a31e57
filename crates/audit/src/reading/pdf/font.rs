//! The fonts of a PDF: which letters a code stands for, how wide they are, and whether they are bold.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use hayro_font::kurbo::Vec2;
use hayro_font::{
    CMapResolverFn, Font, FontCache, FontData, FontGlyph, FontQuery, FontResolverFn,
    hayro_cmap::BfString,
};
use hayro_syntax::object::{Dict, Name};

use super::{Letters, UNKNOWN};

/// How the letters of a font look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Style {
    pub(crate) bold: bool,
    pub(crate) italic: bool,
}

/// The fonts of one document.
pub(super) struct Fonts<'a> {
    cache: FontCache<'a>,
    faces: HashMap<&'a [u8], Option<Rc<Face<'a>>>>,
    pub(super) styles: Vec<Style>,
    resolve: FontResolverFn,
    resolve_cmap: CMapResolverFn,
}

/// A font with what was asked of it.
pub(super) struct Face<'a> {
    pub(super) font: Font<'a>,
    pub(super) id: u16,
    pub(super) horizontal: bool,
    bitmaps: bool,
    seen: RefCell<HashMap<u32, Seen>>,
}

#[derive(Clone)]
pub(super) struct Seen {
    pub(super) letters: Letters,
    /// In thousandths of the size.
    pub(super) advance: Vec2,
}

impl<'a> Fonts<'a> {
    pub(super) fn new() -> Self {
        Self {
            cache: FontCache::new(),
            faces: HashMap::new(),
            styles: Vec::new(),
            resolve: Arc::new(standard),
            resolve_cmap: Arc::new(|_| None),
        }
    }

    /// The font of a dictionary; `None` if it cannot be read.
    pub(super) fn face(&mut self, dict: &Dict<'a>) -> Option<Rc<Face<'a>>> {
        let key = dict.data();
        if let Some(known) = self.faces.get(key) {
            return known.clone();
        }
        let face = self
            .cache
            .font(dict, &self.resolve, &self.resolve_cmap)
            .map(|font| {
                let id = u16::try_from(self.styles.len()).unwrap_or(u16::MAX);
                self.styles.push(style(dict));
                Rc::new(Face {
                    horizontal: font.is_horizontal(),
                    bitmaps: is_bitmaps(dict),
                    font,
                    id,
                    seen: RefCell::default(),
                })
            });
        self.faces.insert(key, face.clone());
        face
    }
}

impl Face<'_> {
    /// What a code draws.
    pub(super) fn glyph(&self, code: u32) -> Seen {
        if let Some(seen) = self.seen.borrow().get(&code) {
            return seen.clone();
        }
        let glyph = self.font.glyph(self.font.map_code(code), code);
        let unicode = match &glyph {
            FontGlyph::Outline(outline) => outline.as_unicode(),
            FontGlyph::Type3(drawn) => drawn.as_unicode(),
        };
        let letters = match unicode {
            Some(BfString::Char(c)) => known(Letters::One(c)),
            Some(BfString::String(s)) => known(s.into()),
            None if self.bitmaps => ot1(code).map_or(Letters::One(UNKNOWN), Letters::from),
            None => Letters::One(UNKNOWN),
        };
        let seen = Seen {
            letters,
            advance: self.font.code_advance(code),
        };
        self.seen.borrow_mut().insert(code, seen.clone());
        seen
    }
}

/// Whether a font is TeX's bitmaps: its glyphs have no names but `a` and their code.
fn is_bitmaps(dict: &Dict<'_>) -> bool {
    let Some(drawn) = dict.get::<Dict<'_>>(b"CharProcs") else {
        return false;
    };
    let numbered = |name: &Name<'_>| {
        let digits = name.as_str().strip_prefix('a');
        digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
    };
    !drawn.is_empty() && drawn.keys().all(|name| numbered(&name))
}

/// The letters of a code of TeX's old text fonts, of 128 letters (OT1) or of 256 (T1).
fn ot1(code: u32) -> Option<&'static str> {
    const ASCII: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    Some(match code {
        11 | 27 => "ff",
        12 | 28 => "fi",
        13 | 29 => "fl",
        14 | 30 => "ffi",
        15 | 31 => "ffl",
        16 => "“",
        17 => "”",
        21 => "–",
        22 => "—",
        25 => "ß",
        34 => "”",
        39 => "’",
        92 => "“",
        96 => "‘",
        123 => "–",
        124 => "—",
        33..=126 => {
            let at = code as usize - 33;
            &ASCII[at..=at]
        }
        _ => return None,
    })
}

/// Control characters and private areas are codes that nobody else reads.
fn known(letters: Letters) -> Letters {
    let unreadable =
        |c: char| (c.is_control() && !c.is_whitespace()) || ('\u{e000}'..='\u{f8ff}').contains(&c);
    match &letters {
        Letters::One(c) if unreadable(*c) => Letters::One(UNKNOWN),
        Letters::Many(s) if s.chars().all(unreadable) => Letters::One(UNKNOWN),
        _ => letters,
    }
}

/// The fonts that every reader of PDF must have, where a file does not carry them.
fn standard(query: &FontQuery) -> Option<(FontData, u32)> {
    let font = match query {
        FontQuery::Standard(font) => *font,
        FontQuery::Fallback(asked) => asked.pick_standard_font(),
    };
    Some(font.get_font_data())
}

fn style(dict: &Dict<'_>) -> Style {
    let descendant = dict
        .get::<hayro_syntax::object::Array<'_>>(b"DescendantFonts")
        .and_then(|all| all.iter::<Dict<'_>>().next());
    let descriptor = dict
        .get::<Dict<'_>>(b"FontDescriptor")
        .or_else(|| descendant?.get::<Dict<'_>>(b"FontDescriptor"));
    let name = dict
        .get::<Name<'_>>(b"BaseFont")
        .map(|name| name.as_str().to_owned())
        .unwrap_or_default();
    let named = named_style(&name);
    let (weight, flags, angle) = descriptor.map_or((400.0, 0, 0.0), |of| {
        (
            of.get::<f64>(b"FontWeight").unwrap_or(400.0),
            of.get::<u32>(b"Flags").unwrap_or(0),
            of.get::<f64>(b"ItalicAngle").unwrap_or(0.0),
        )
    });
    // Bits 19 and 7 of the flags, ISO 32000-1 table 123.
    Style {
        bold: named.bold || weight >= 600.0 || flags & (1 << 18) != 0,
        italic: named.italic || flags & (1 << 6) != 0 || angle.abs() > 1.0,
    }
}

/// What the name of a font says of its style; those of TeX abbreviate.
fn named_style(name: &str) -> Style {
    let name = name.split_once('+').map_or(name, |(_, rest)| rest);
    let lower = name.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let tex = |prefixes: &[&str]| prefixes.iter().any(|prefix| lower.starts_with(prefix));
    Style {
        bold: any(&["bold", "black", "heavy", "demi", "-medi", "-bd"])
            || lower.ends_with(".b")
            || tex(&[
                "cmbx", "cmb1", "sfbx", "ecbx", "lmbx", "cmssbx", "txb", "ptmb", "phvb",
            ]),
        italic: any(&["ital", "oblique", "slanted"])
            || lower.ends_with("-it")
            || lower.ends_with(".i")
            || tex(&["cmti", "cmsl", "sfti", "ecti", "cmbxti", "cmmi"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bold_and_italic_fonts_are_known_by_their_names() {
        for name in [
            "ABCDEF+CMBX12",
            "NimbusRomNo9L-Medi",
            "Arial-BoldMT",
            "AdvOT46.B",
        ] {
            assert!(named_style(name).bold, "{name}");
        }
        for name in ["CMTI10", "NimbusRomNo9L-ReguItal", "Times-Italic"] {
            assert!(named_style(name).italic, "{name}");
        }
        for name in ["CMR10", "NimbusRomNo9L-Regu", "ABCDEF+Helvetica", "Medium"] {
            assert_eq!(named_style(name), Style::default(), "{name}");
        }
    }
}

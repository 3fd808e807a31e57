//! The letters of a PDF, where they stand on its pages.

mod content;
pub(super) mod font;

use hayro_font::kurbo::Rect;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use self::font::{Fonts, Style};

/// What stands for a code that no table of the file turns into a letter.
pub(super) const UNKNOWN: char = '\u{fffd}';

/// More pages than any paper with its supplement.
pub(super) const PAGES_MAX: usize = 3_000;

/// One page: what it draws, in the order in which the file draws it. Points from the top left corner.
pub(super) struct Sheet {
    /// From 1.
    pub(super) number: u32,
    pub(super) area: Rect,
    pub(super) glyphs: Vec<Glyph>,
    pub(super) rules: Vec<Rule>,
    /// Images, and boxes around drawn shapes.
    pub(super) pictures: Vec<Rect>,
}

/// A letter, ligature or sign.
pub(super) struct Glyph {
    pub(super) letters: Letters,
    /// Which way the text runs: 0 to the right, then by quarters clockwise.
    pub(super) turn: u8,
    /// Where it begins and ends on its baseline.
    pub(super) x0: f64,
    pub(super) y0: f64,
    pub(super) x1: f64,
    pub(super) y1: f64,
    pub(super) size: f64,
    /// Index among the styles of the document.
    pub(super) font: u16,
    /// The file says that it is a running head, a page number or the like.
    pub(super) artifact: bool,
}

/// A horizontal line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) y: f64,
}

/// What a glyph stands for; nearly always one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Letters {
    One(char),
    Many(Box<str>),
}

impl Letters {
    pub(super) fn push_to(&self, text: &mut String) {
        match self {
            Self::One(c) => text.push(*c),
            Self::Many(s) => text.push_str(s),
        }
    }

    pub(super) fn as_char(&self) -> Option<char> {
        match self {
            Self::One(c) => Some(*c),
            Self::Many(_) => None,
        }
    }
}

impl From<&str> for Letters {
    fn from(text: &str) -> Self {
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(c), None) => Self::One(c),
            _ => Self::Many(text.into()),
        }
    }
}

impl From<String> for Letters {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

/// Why a PDF gives no letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// A password is asked for.
    Password,
    /// Encrypted in a way that is not known here.
    Cipher,
    /// Not a PDF, or one without its pages.
    Broken,
    TooLong(usize),
}

/// Opens a PDF and hands over its pages one after the other, so that one is in memory at a time.
///
/// Gives the styles of its fonts and its title as the file declares it.
pub(super) fn sheets(
    bytes: &[u8],
    mut take: impl FnMut(Sheet),
) -> Result<(Vec<Style>, Option<String>), Closed> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Closed::Password,
        LoadPdfError::Decryption(_) => Closed::Cipher,
        LoadPdfError::Invalid => Closed::Broken,
    })?;
    let pages = pdf.pages();
    if pages.is_empty() {
        return Err(Closed::Broken);
    }
    if pages.len() > PAGES_MAX {
        return Err(Closed::TooLong(pages.len()));
    }
    let mut fonts = Fonts::new();
    for (number, page) in (1..).zip(pages.iter()) {
        take(content::sheet(page, number, &mut fonts));
    }
    let title = pdf.metadata().title.as_deref().map(text_string);
    Ok((fonts.styles, title))
}

/// A text string (ISO 32000-1, 7.9.2.2): UTF-16 with its mark, UTF-8 with its mark, or bytes that are nearly Latin-1.
fn text_string(bytes: &[u8]) -> String {
    if let Some(utf16) = bytes.strip_prefix(b"\xfe\xff") {
        let units = utf16
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        return char::decode_utf16(units)
            .map(|c| c.unwrap_or(UNKNOWN))
            .collect();
    }
    if let Some(utf8) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8_lossy(utf8).into_owned();
    }
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

//! Letters that stand together are a word.

use std::collections::{HashMap, HashSet};

use hayro_font::kurbo::Rect;
use unicode_normalization::UnicodeNormalization;

use crate::reading::pdf::{Glyph, Letters, Rule, Sheet, UNKNOWN};
use crate::reading::words;

/// Letters without a gap. Points, from the top left corner of the page as it is read.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) x0: f64,
    pub(super) x1: f64,
    /// The baseline.
    pub(super) y: f64,
    pub(super) size: f64,
    /// Index among the styles of the document.
    pub(super) font: u16,
    /// The file says that it is a running head, a page number or the like.
    pub(super) artifact: bool,
    /// The file draws a blank before it.
    pub(super) spaced: bool,
}

impl Word {
    pub(super) fn letters(&self) -> usize {
        self.text.chars().count()
    }

    pub(super) fn middle(&self) -> f64 {
        (self.x0 + self.x1) / 2.0
    }

    /// Whether a blank belongs between a word and this one behind it.
    pub(super) fn is_apart_from(&self, before: &Word) -> bool {
        self.spaced || self.x0 - before.x1 > SPACE_MIN * self.size.max(before.size)
    }
}

/// A page as words, in the order in which the file draws them.
pub(super) struct Page {
    pub(super) number: u32,
    pub(super) area: Rect,
    pub(super) words: Vec<Word>,
    pub(super) rules: Vec<Rule>,
    pub(super) pictures: Vec<Rect>,
    /// Text that runs another way than that of the page, such as the name of an axis or the stamp of an archive.
    pub(super) turned: Vec<Word>,
    /// How many letters there are, and how many that the file does not name.
    pub(super) letters: usize,
    pub(super) unknown: usize,
}

/// The smallest blank, as a part of the size, in a font of which the file draws no blanks.
const SPACE_MIN: f64 = 0.12;
/// The same where it draws them: a gap without a blank is then a matter of looks.
const SPACE_MIN_DRAWN: f64 = 0.25;

/// The words of a page.
pub(super) fn page(sheet: Sheet) -> Page {
    let turn = main_turn(&sheet.glyphs);
    let all = sheet.area;
    let frame = |turn: u8, x: f64, y: f64| match turn {
        0 => (x, y),
        1 => (y, all.width() - x),
        2 => (all.width() - x, all.height() - y),
        _ => (all.height() - y, x),
    };
    let framed_box = |r: &Rect| {
        let (ax, ay) = frame(turn, r.x0, r.y0);
        let (bx, by) = frame(turn, r.x1, r.y1);
        Rect::from_points((ax, ay), (bx, by))
    };
    let letters = sheet
        .glyphs
        .iter()
        .filter(|g| !is_blank(&g.letters))
        .count();
    let unknown = |g: &&Glyph| g.letters == Letters::One(UNKNOWN);
    let unknown = sheet.glyphs.iter().filter(unknown).count();
    let blanks = fonts_with_blanks(&sheet.glyphs);
    let mut main = Builder::new(&blanks);
    let mut turned = Builder::new(&blanks);
    let mut drawn = HashSet::new();
    for glyph in &sheet.glyphs {
        if glyph.size < 0.5 || !is_first(&mut drawn, glyph) {
            continue;
        }
        let (x0, y) = frame(glyph.turn, glyph.x0, glyph.y0);
        let (x1, _) = frame(glyph.turn, glyph.x1, glyph.y1);
        let builder = if glyph.turn == turn {
            &mut main
        } else {
            &mut turned
        };
        builder.add(glyph, x0, x1, y);
    }
    Page {
        number: sheet.number,
        area: framed_box(&all),
        words: main.finish(),
        rules: if turn == 0 { sheet.rules } else { Vec::new() },
        pictures: sheet.pictures.iter().map(framed_box).collect(),
        turned: turned.finish(),
        letters,
        unknown,
    }
}

/// A table set sideways fills its page: most letters say which way the page is read.
fn main_turn(glyphs: &[Glyph]) -> u8 {
    let mut counts = [0_usize; 4];
    for glyph in glyphs {
        counts[usize::from(glyph.turn)] += 1;
    }
    (0..4_u8)
        .rev()
        .max_by_key(|&turn| counts[usize::from(turn)])
        .expect("there are four ways")
}

fn is_blank(letters: &Letters) -> bool {
    match letters {
        Letters::One(c) => c.is_whitespace(),
        Letters::Many(s) => s.chars().all(char::is_whitespace),
    }
}

/// The fonts of a page of which the file draws blanks between words. TeX draws none, but in its listings.
fn fonts_with_blanks(glyphs: &[Glyph]) -> HashSet<u16> {
    let mut counts: HashMap<u16, (usize, usize)> = HashMap::new();
    for glyph in glyphs {
        let (all, blanks) = counts.entry(glyph.font).or_default();
        *all += 1;
        *blanks += usize::from(is_blank(&glyph.letters));
    }
    counts
        .into_iter()
        .filter(|(_, (all, blanks))| blanks * 20 > *all)
        .map(|(font, _)| font)
        .collect()
}

/// Bold letters are at times drawn twice at one place.
fn is_first(drawn: &mut HashSet<(char, i64, i64, i64)>, glyph: &Glyph) -> bool {
    let Some(c) = glyph.letters.as_char().filter(|c| !c.is_whitespace()) else {
        return true;
    };
    let step = 0.2 * glyph.size;
    let cell = |v: f64| v.round() as i64;
    drawn.insert((
        c,
        cell(glyph.size * 10.0),
        cell(glyph.x0 / step),
        cell(glyph.y0 / step),
    ))
}

/// Puts letters together in the order in which they are drawn.
struct Builder<'b> {
    words: Vec<Word>,
    current: Option<Word>,
    spaced: bool,
    /// An accent that waits for its letter: TeX draws it first.
    accent: Option<(char, Word)>,
    blanks: &'b HashSet<u16>,
}

impl<'b> Builder<'b> {
    fn new(blanks: &'b HashSet<u16>) -> Self {
        Self {
            words: Vec::new(),
            current: None,
            spaced: false,
            accent: None,
            blanks,
        }
    }

    fn add(&mut self, glyph: &Glyph, x0: f64, x1: f64, y: f64) {
        if is_blank(&glyph.letters) {
            self.end_word();
            self.spaced = true;
            return;
        }
        let mut text = String::new();
        glyph.letters.push_to(&mut text);
        let mut word = Word {
            text,
            x0,
            x1: x1.max(x0),
            y,
            size: glyph.size,
            font: glyph.font,
            artifact: glyph.artifact,
            spaced: false,
        };
        if let Some(mark) = glyph.letters.as_char().and_then(combining) {
            if self.accents_last(mark, &word) {
                return;
            }
            self.flush_accent();
            self.accent = Some((mark, word));
            return;
        }
        if let Some((mark, accent)) = self.accent.take() {
            if overlaps(&accent, &word) {
                word.text = accented(&word.text, mark);
                word.x0 = word.x0.min(accent.x0);
            } else {
                self.place(accent);
            }
        }
        self.place(word);
    }

    /// Puts a mark on the letter that was drawn before it, if it stands over or under it.
    fn accents_last(&mut self, mark: char, accent: &Word) -> bool {
        let Some(word) = self.current.as_mut() else {
            return false;
        };
        let near = (accent.y - word.y).abs() < 0.5 * word.size;
        // Only the last letter can carry it, and that is as wide as a letter is.
        let last = word.x1 - 0.6 * word.size;
        let over =
            accent.middle() < word.x1 && accent.x0 > last && accent.x1 <= word.x1 + 0.1 * word.size;
        let letter = word
            .text
            .chars()
            .next_back()
            .is_some_and(char::is_alphabetic);
        if !(near && over && letter) {
            return false;
        }
        let letter = word.text.pop().expect("there is a letter");
        word.text.push_str(&accented(&letter.to_string(), mark));
        true
    }

    fn place(&mut self, glyph: Word) {
        if let Some(word) = self.current.as_mut() {
            let size = word.size.max(glyph.size);
            let gap = glyph.x0 - word.x1;
            let level = (glyph.y - word.y).abs() <= 0.06 * size;
            let least = if self.blanks.contains(&glyph.font) {
                SPACE_MIN_DRAWN
            } else {
                SPACE_MIN
            };
            if level && !self.spaced && gap <= least * size && gap >= -0.5 * size {
                word.text.push_str(&glyph.text);
                word.x1 = word.x1.max(glyph.x1);
                word.size = size;
                word.artifact &= glyph.artifact;
                return;
            }
        }
        self.end_word();
        self.current = Some(Word {
            spaced: std::mem::take(&mut self.spaced),
            ..glyph
        });
    }

    fn flush_accent(&mut self) {
        if let Some((_, accent)) = self.accent.take() {
            self.place(accent);
        }
    }

    fn end_word(&mut self) {
        self.flush_accent();
        if let Some(mut word) = self.current.take() {
            word.text = words::plain(&word.text);
            if !word.text.trim().is_empty() {
                self.words.push(word);
            }
        }
    }

    fn finish(mut self) -> Vec<Word> {
        self.end_word();
        self.words
    }
}

fn overlaps(accent: &Word, letter: &Word) -> bool {
    let near = (accent.y - letter.y).abs() < 0.5 * letter.size;
    let shared = accent.x1.min(letter.x1) - accent.x0.max(letter.x0);
    let alphabetic = letter.text.chars().next().is_some_and(char::is_alphabetic);
    near && alphabetic && shared > 0.4 * (accent.x1 - accent.x0).min(letter.x1 - letter.x0)
}

/// The mark that goes over or under a letter, of an accent that stands alone.
fn combining(c: char) -> Option<char> {
    Some(match c {
        '`' => '\u{300}',
        '´' => '\u{301}',
        'ˆ' => '\u{302}',
        '˜' => '\u{303}',
        '¯' => '\u{304}',
        '˘' => '\u{306}',
        '˙' => '\u{307}',
        '¨' => '\u{308}',
        '˚' => '\u{30a}',
        '˝' => '\u{30b}',
        'ˇ' => '\u{30c}',
        '¸' => '\u{327}',
        '˛' => '\u{328}',
        _ => return None,
    })
}

fn accented(letter: &str, mark: char) -> String {
    let mut letters = letter.chars();
    let base = match letters.next() {
        Some('ı') => 'i',
        Some('ȷ') => 'j',
        Some(c) => c,
        None => return letter.to_owned(),
    };
    [base, mark].into_iter().chain(letters).nfc().collect()
}

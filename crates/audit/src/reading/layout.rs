//! From letters on pages to passages in reading order.
//!
//! The road: letters are [`word`]s, words on a baseline [`line`]s; what is [`furniture`] is set aside; the lines of each
//! [`column`] come one after the other over all pages. Then lines get their [`label`]: [`caption`], row of a [`table`], text in a
//! [`figure`], [`heading`], [`front`] matter, [`note`]; and the [`flow`] puts what is left together as paragraphs.

mod caption;
mod column;
mod figure;
mod flow;
mod front;
mod furniture;
mod heading;
mod label;
mod line;
mod note;
mod reference;
mod table;
mod word;

use std::collections::HashMap;

use hayro_font::kurbo::Rect;

use super::Unreadable;
use super::passages;
use super::pdf::font::Style;
use super::pdf::{self, Closed, Rule};
use super::words::Vocabulary;
use crate::paper::{Format, Paper};

use self::line::{Line, Piece};
use self::word::Page;

/// Fewer letters than this on a page are a stamp or a number, not text.
const LETTERS_MIN: usize = 40;

/// Reads a PDF.
pub(super) fn read(bytes: &[u8], name: &str) -> Result<Paper, Unreadable> {
    let mut pages = Vec::new();
    let (styles, declared) = pdf::sheets(bytes, |sheet| pages.push(word::page(sheet)))
        .map_err(|closed| refusal(closed, name))?;
    refuse_without_text(&pages, name)?;
    let warnings = warnings(&pages);
    let count = u32::try_from(pages.len()).expect("pages are limited");
    let document = Document::new(pages, styles);
    let (passages, more) = flow::passages(document, declared.as_deref());
    let warnings = warnings.into_iter().chain(more).collect();
    Ok(passages::paper(
        Format::Pdf,
        Some(count),
        passages,
        warnings,
    ))
}

fn refusal(closed: Closed, name: &str) -> Unreadable {
    let name = name.to_owned();
    match closed {
        Closed::Password => Unreadable::Password { name },
        Closed::Cipher => Unreadable::Cipher { name },
        Closed::Broken => Unreadable::BrokenPdf { name },
        Closed::TooLong(pages) => Unreadable::TooManyPages {
            name,
            pages,
            most: pdf::PAGES_MAX,
        },
    }
}

fn refuse_without_text(pages: &[Page], name: &str) -> Result<(), Unreadable> {
    let letters: usize = pages.iter().map(|page| page.letters).sum();
    let unknown: usize = pages.iter().map(|page| page.unknown).sum();
    let name = name.to_owned();
    if letters < LETTERS_MIN || letters < 10 * pages.len() {
        return Err(Unreadable::NoText {
            name,
            pages: pages.len(),
        });
    }
    if unknown * 2 > letters {
        return Err(Unreadable::NoLetters {
            name,
            unknown,
            letters,
        });
    }
    Ok(())
}

fn warnings(pages: &[Page]) -> Vec<String> {
    let mut warnings = Vec::new();
    let without: Vec<u32> = pages
        .iter()
        .filter(|page| page.letters < LETTERS_MIN && !page.pictures.is_empty())
        .map(|page| page.number)
        .collect();
    match without[..] {
        [] => {}
        [page] => warnings.push(format!(
            "Page {page} is a picture without text; what it shows was not read."
        )),
        _ => warnings.push(format!(
            "Pages {} are pictures without text; what they show was not read.",
            super::listed(&without)
        )),
    }
    let unknown: usize = pages.iter().map(|page| page.unknown).sum();
    let letters: usize = pages.iter().map(|page| page.letters).sum();
    if unknown * 500 > letters {
        warnings.push(format!(
            "{unknown} of {letters} signs have no letter in the file's fonts; they read \u{fffd}, and a formula or a sign such \
             as ≤ may be among them."
        ));
    }
    warnings
}

/// A document as lines in reading order, with what its pages draw besides.
struct Document {
    lines: Vec<Line>,
    sides: Vec<PageSide>,
    body: Body,
    styles: Vec<Style>,
    vocabulary: Vocabulary,
}

/// What a page has beside its lines.
struct PageSide {
    rules: Vec<Rule>,
    pictures: Vec<Rect>,
    furniture: Vec<String>,
}

/// How the running text of a document is set.
struct Body {
    size: f64,
    /// From line to line, for each size in half points.
    leadings: HashMap<i64, f64>,
    /// Whether most of it is bold or italic, so that this says nothing.
    bold: bool,
    italic: bool,
}

impl Body {
    /// From line to line of running text in a size.
    fn leading(&self, size: f64) -> f64 {
        let known = self.leadings.get(&half_points(size));
        known.copied().unwrap_or(1.2 * size)
    }

    /// Whether two sizes are one to the eye.
    fn same_size(a: f64, b: f64) -> bool {
        (a - b).abs() <= 0.05 * a.max(b)
    }
}

fn half_points(size: f64) -> i64 {
    (size * 2.0).round() as i64
}

impl Document {
    fn new(pages: Vec<Page>, styles: Vec<Style>) -> Self {
        let size = body_size(&pages);
        let mut sides = Vec::with_capacity(pages.len());
        let mut numbers = Vec::with_capacity(pages.len());
        let mut areas = Vec::with_capacity(pages.len());
        let mut all = Vec::with_capacity(pages.len());
        for page in pages {
            let turned = turned_text(page.turned);
            numbers.push(page.number);
            areas.push(page.area);
            all.push(line::pieces(page.words));
            sides.push(PageSide {
                rules: page.rules,
                pictures: figure::regions(&page.pictures, page.area),
                furniture: turned,
            });
        }
        let cleared = furniture::clear(all, size);
        let habit = column_habit(&cleared, size);
        let mut lines = Vec::new();
        let mut column = 0;
        for (at, page) in cleared.into_iter().enumerate() {
            sides[at].furniture.splice(0..0, page.furniture);
            let edges = text_edges(&page.pieces, size).unwrap_or((areas[at].x0, areas[at].x1));
            for strip in column::strips(page.pieces, &sides[at].rules, size, edges, &habit) {
                let edges = (strip.left, strip.right);
                add_lines(
                    &mut lines,
                    strip.pieces,
                    numbers[at],
                    column,
                    edges,
                    &styles,
                );
                column += 1;
            }
        }
        let mut vocabulary = Vocabulary::default();
        for line in &lines {
            vocabulary.learn(&line.text());
        }
        Self {
            body: body(&lines, size),
            lines,
            sides,
            styles,
            vocabulary,
        }
    }

    /// Appends a line to a passage.
    fn append(&self, text: &mut String, line: &str) {
        self.vocabulary.append(text, line);
    }

    fn side(&self, line: &Line) -> &PageSide {
        &self.sides[line.page as usize - 1]
    }

    /// From the line above in its column; infinite for the first.
    fn gap(&self, at: usize) -> f64 {
        let line = &self.lines[at];
        match at.checked_sub(1).map(|above| &self.lines[above]) {
            Some(above) if above.column == line.column => line.y - above.y,
            _ => f64::INFINITY,
        }
    }

    fn style(&self, word: &word::Word) -> Style {
        let style = self.styles.get(usize::from(word.font));
        style.copied().unwrap_or_default()
    }
}

/// The size in which most letters are set.
fn body_size(pages: &[Page]) -> f64 {
    let mut letters: HashMap<i64, (usize, f64)> = HashMap::new();
    for word in pages.iter().flat_map(|page| &page.words) {
        let count = word.letters();
        let entry = letters.entry(half_points(word.size)).or_default();
        entry.0 += count;
        entry.1 += word.size * count as f64;
    }
    letters
        .into_iter()
        .max_by_key(|(key, (count, _))| (*count, *key))
        .map_or(10.0, |(_, (count, sum))| sum / count as f64)
}

fn turned_text(words: Vec<word::Word>) -> Vec<String> {
    line::pieces(words).iter().map(Piece::text).collect()
}

/// Where right columns begin on the pages that have them beyond doubt. Where few pages have any, captions side by side
/// are more likely than columns.
fn column_habit(pages: &[furniture::Cleared], body: f64) -> column::Habit {
    let found: Vec<f64> = pages
        .iter()
        .filter_map(|page| column::gutter(&page.pieces, body, &column::Habit::NONE))
        .map(|gutter| gutter.right)
        .collect();
    let often = |edge: &&f64| {
        let near = found.iter().filter(|other| (*other - **edge).abs() < 3.0);
        near.count() * 4 >= pages.len()
    };
    column::Habit {
        edges: found.iter().filter(often).copied().collect(),
        least: if found.len() * 10 < pages.len() * 3 {
            15
        } else {
            column::Habit::NONE.least
        },
    }
}

/// The left and right edge of the text of a page.
fn text_edges(pieces: &[Piece], body: f64) -> Option<(f64, f64)> {
    let long = |piece: &&Piece| piece.width() > 4.0 * body;
    let from = pieces.iter().filter(long).map(|p| p.x0).reduce(f64::min)?;
    let to = pieces.iter().filter(long).map(|p| p.x1).reduce(f64::max)?;
    Some((from, to))
}

fn add_lines(
    lines: &mut Vec<Line>,
    pieces: Vec<Piece>,
    page: u32,
    column: usize,
    edges: (f64, f64),
    styles: &[Style],
) {
    let rows = line::rows(&pieces, |p| p.y, |p| p.size);
    let mut slots: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    for row in rows {
        let row = row
            .into_iter()
            .map(|at| slots[at].take().expect("a piece is in one row"))
            .collect();
        lines.push(Line::new(row, page, column, edges, styles));
    }
}

fn body(lines: &[Line], size: f64) -> Body {
    let mut gaps: HashMap<i64, Vec<f64>> = HashMap::new();
    let (mut all, mut bold, mut italic) = (0, 0, 0);
    for pair in lines.windows(2) {
        let (above, line) = (&pair[0], &pair[1]);
        let gap = line.y - above.y;
        let same = above.column == line.column && Body::same_size(above.size, line.size);
        if same && gap > 0.8 * line.size && gap < 3.5 * line.size {
            gaps.entry(half_points(line.size)).or_default().push(gap);
        }
        if Body::same_size(line.size, size) {
            all += 1;
            bold += usize::from(line.bold > 0.8);
            italic += usize::from(line.italic > 0.8);
        }
    }
    let leadings = gaps
        .into_iter()
        .filter(|(_, gaps)| gaps.len() >= 4)
        .map(|(key, gaps)| (key, most_common(&gaps)))
        .collect();
    Body {
        size,
        leadings,
        bold: bold * 2 > all,
        italic: italic * 2 > all,
    }
}

/// The value that most others are near; the smaller of two.
fn most_common(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut best = (0, sorted[0]);
    let mut from = 0;
    for (at, value) in sorted.iter().enumerate() {
        while value - sorted[from] > 0.8 {
            from += 1;
        }
        if at - from + 1 > best.0 {
            best = (at - from + 1, sorted[usize::midpoint(from, at)]);
        }
    }
    best.1
}

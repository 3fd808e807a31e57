//! Headings: by their letters, their numbers, their names and the space around them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::line::{self, Line};
use super::word::Word;
use super::{Body, Document, half_points};
use crate::reading::captions;
use crate::reading::headings::{self, Name, Number};

/// A heading of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heading {
    pub(super) lines: Range<usize>,
    pub(super) text: String,
    /// From 1.
    pub(super) level: u8,
    /// How many words of its last line it has, if its paragraph goes on behind it.
    pub(super) run_in: Option<usize>,
    number: Option<Number>,
    look: Look,
}

/// How a heading is set; headings of one level look the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Look {
    size: i64,
    bold: bool,
    capitals: bool,
    italic: bool,
}

impl Heading {
    pub(super) fn name(&self) -> Option<Name> {
        let bare = headings::number(&self.text).map_or(self.text.as_str(), |(_, rest)| rest);
        headings::name(bare)
    }

    pub(super) fn number(&self) -> Option<Number> {
        self.number
    }

    /// Whether it is set at least as prominently as another.
    pub(super) fn outweighs(&self, other: &Heading) -> bool {
        self.run_in.is_none() && weight(self.look) >= weight(other.look)
    }
}

/// The headings of a document among its free lines, with their levels.
pub(super) fn find(document: &Document, free: &[bool]) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < document.lines.len() {
        let heading = if free[at] {
            wrapped_run_in(document, free, at)
                .or_else(|| run_in(document, at))
                .or_else(|| alone(document, free, at))
        } else {
            None
        };
        at = heading.as_ref().map_or(at, |h| h.lines.end - 1) + 1;
        found.extend(heading);
    }
    set_levels(&mut found);
    found
}

/// A heading on lines of its own.
fn alone(document: &Document, free: &[bool], at: usize) -> Option<Heading> {
    let line = &document.lines[at];
    let text = line.text();
    let number = headings::number(&text);
    let parted = match line.cells() {
        1 => false,
        2 => number.is_none() || line.pieces[0].words.len() > 2,
        _ => true,
    };
    let other = captions::label(&text).is_some() || is_matter(&text);
    if parted || other || !headings::reads_as_heading(&text) {
        return None;
    }
    let name = headings::name(number.map_or(text.as_str(), |(_, rest)| rest));
    let look = look(document, line);
    if !stands_out(document, at, number.map(|(number, _)| number), name, look) {
        return None;
    }
    let mut end = at + 1;
    while end < document.lines.len() && end < at + 3 && free[end] && goes_on(document, at, end) {
        end += 1;
    }
    let mut text = line.text();
    for line in &document.lines[at + 1..end] {
        document.append(&mut text, &line.text());
    }
    // What seems a heading of many lines is a paragraph in bold.
    if end < document.lines.len() && end == at + 3 && goes_on(document, at, end) {
        return None;
    }
    Some(Heading {
        lines: at..end,
        text,
        level: 1,
        run_in: None,
        number: number.map(|(number, _)| number),
        look,
    })
}

fn look(document: &Document, line: &Line) -> Look {
    let text = line.text();
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    Look {
        size: half_points(line.size),
        bold: line.bold > 0.8 && !document.body.bold,
        capitals: letters().count() >= 4 && letters().all(|c| !c.is_lowercase()),
        italic: line.italic > 0.8 && !document.body.italic,
    }
}

fn stands_out(
    document: &Document,
    at: usize,
    number: Option<Number>,
    name: Option<Name>,
    look: Look,
) -> bool {
    let line = &document.lines[at];
    let body = &document.body;
    let words = line.words().count();
    let gap = document.gap(at);
    let roomy = gap > 1.25 * body.leading(body.size);
    let above_ended = at > 0 && {
        let above = &document.lines[at - 1];
        !above.is_full() || above.text().ends_with(['.', ':', '?', '!'])
    };
    let apart = roomy || (gap > 0.9 * body.leading(body.size) && above_ended);
    let short = line.width() < 0.9 * line.column_width();
    let large = line.size > 1.07 * body.size;
    let small = line.size < 0.85 * body.size;
    let deep = matches!(number, Some(Number::Parts(2..)));
    if !apart {
        return false;
    }
    if large || (look.bold && !small) {
        return true;
    }
    if look.capitals && !small {
        return short && words <= 12 && (name.is_some() || number.is_some() || roomy);
    }
    if name.is_some() && words <= 6 && !small {
        return roomy || number.is_some() || line.width() < 0.5 * line.column_width();
    }
    if number.is_some() && roomy && (short || look.italic || wraps(document, at)) {
        return deep || look.italic;
    }
    look.italic && roomy && short && words <= 12 && !small
}

/// Whether a line ends with a short one below it, before a gap: a numbered heading in the letters of the text.
fn wraps(document: &Document, at: usize) -> bool {
    let (line, Some(next)) = (&document.lines[at], document.lines.get(at + 1)) else {
        return false;
    };
    let leading = document.body.leading(line.size);
    let close = next.column == line.column && document.gap(at + 1) < 1.2 * leading;
    let parted = at + 2 >= document.lines.len() || document.gap(at + 2) > 1.2 * leading;
    let short = next.width() < 0.7 * next.column_width() && !next.text().ends_with('.');
    close && parted && short && line.is_full()
}

fn goes_on(document: &Document, first: usize, at: usize) -> bool {
    let (head, line) = (&document.lines[first], &document.lines[at]);
    let close = document.gap(at) < 1.5 * head.size;
    let same =
        Body::same_size(head.size, line.size) && look(document, head) == look(document, line);
    let above = &document.lines[at - 1];
    let wrapped = above.width() > 0.6 * above.column_width() || (above.x0 - line.x0).abs() > 2.0;
    let emphatic = look(document, head).bold
        || look(document, head).italic
        || head.size > 1.07 * document.body.size
        || (at == first + 1 && wraps(document, first));
    let fresh = headings::number(&line.text()).is_some() || line.pieces.len() > 1;
    close && same && wrapped && emphatic && !fresh
}

/// A heading at the start of its paragraph's first line: `Clinical Relevance   The delayed …`.
fn run_in(document: &Document, at: usize) -> Option<Heading> {
    let line = &document.lines[at];
    if !begins_paragraph(document, at) || line.size < 0.85 * document.body.size {
        return None;
    }
    let words: Vec<&Word> = line.words().collect();
    let style = |word: &&Word| document.style(word);
    let bold = !document.body.bold && style(&words[0]).bold;
    let italic = !document.body.italic && style(&words[0]).italic;
    let same = |word: &&&Word| {
        if bold {
            style(word).bold
        } else {
            italic && style(word).italic
        }
    };
    let count = words.iter().take_while(same).count();
    let plain = names_abstract(&words);
    let count = if count == 0 { plain? } else { count };
    let behind = words[count..]
        .iter()
        .map(|word| word.letters())
        .sum::<usize>();
    if behind < 4 || count > 12 {
        return None;
    }
    let own: Vec<Word> = words[..count].iter().map(|&word| word.clone()).collect();
    let text = line::text(&own, line.y, line.size);
    let last = own.last()?;
    let gap = words[count].x0 - last.x1;
    let stop = text.ends_with(['.', ':', '—', '–', '?']);
    let opens =
        bold && (stop || gap > 0.7 * line.size || (count <= 6 && begins_sentence(words[count])));
    let leans = !bold && italic && stop && count <= 8;
    let text = text.trim_end_matches(['.', ':', '—', '–']).trim_end();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capital = text
        .chars()
        .find(|c| c.is_alphanumeric())
        .is_some_and(char::is_uppercase);
    let fits = letters >= 3 && (capital || headings::number(text).is_some());
    if !(opens || leans || plain.is_some())
        || !fits
        || is_matter(text)
        || captions::label(text).is_some()
    {
        return None;
    }
    Some(Heading {
        lines: at..at + 1,
        text: text.to_owned(),
        level: 1,
        run_in: Some(count),
        number: headings::number(text).map(|(number, _)| number),
        look: look(document, line),
    })
}

/// One that fills its line and ends within the next.
fn wrapped_run_in(document: &Document, free: &[bool], at: usize) -> Option<Heading> {
    let (line, next) = (&document.lines[at], document.lines.get(at + 1)?);
    let bold = |line: &Line| !document.body.bold && line.bold > 0.95;
    let below = next.column == line.column
        && document.gap(at + 1) < 1.4 * document.body.leading(line.size)
        && Body::same_size(line.size, next.size);
    if !(free[at + 1] && below && bold(line) && line.is_full() && begins_paragraph(document, at)) {
        return None;
    }
    let words: Vec<Word> = next.words().cloned().collect();
    let count = words
        .iter()
        .take_while(|word| document.style(word).bold)
        .count();
    let ends = count > 0 && count < words.len() && words[count - 1].text.ends_with(['.', ':', '?']);
    if !ends || next.bold > 0.9 {
        return None;
    }
    let mut text = line.text();
    document.append(&mut text, &line::text(&words[..count], next.y, next.size));
    let text = text.trim_end_matches(['.', ':']).to_owned();
    (text.split(' ').count() <= 25).then(|| Heading {
        lines: at..at + 2,
        number: headings::number(&text).map(|(number, _)| number),
        text,
        level: 1,
        run_in: Some(count),
        look: look(document, line),
    })
}

fn begins_sentence(word: &Word) -> bool {
    word.text.chars().next().is_some_and(char::is_uppercase)
}

fn begins_paragraph(document: &Document, at: usize) -> bool {
    let line = &document.lines[at];
    let roomy = document.gap(at) > 1.2 * document.body.leading(line.size);
    let above = at.checked_sub(1).map(|above| &document.lines[above]);
    let ended = above.is_some_and(|above| {
        let ends = above.text().ends_with(['.', ':', '?', '!']);
        ends && (!above.is_full() || line.x0 > above.x0 + 0.7 * line.size)
    });
    roomy || ended
}

/// `Abstract—We …` in the letters of the text.
fn names_abstract(words: &[&Word]) -> Option<usize> {
    let first = words.first()?.text.as_str();
    let stop = first.find(['—', '–', ':', '.'])?;
    let alone = stop + first[stop..].chars().next()?.len_utf8() == first.len();
    (headings::name(&first[..stop]) == Some(Name::Abstract) && alone).then_some(1)
}

static MATTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(?: key\s?words? | index\ terms | ccs\ concepts | acm\ reference | correspond | e-?mails?\b | doi\b | citation\b
        | copyright\b | (?:received|accepted|published|revised)\b\s*(?:[:\d]|on\b|$)
        | (?:theorem|lemma|definition|proposition|remark|corollary|proof|note)\b\s*(?:[\d(.:]|$) )",
    )
    .expect("the pattern is well formed")
});

/// What begins like a heading and heads nothing.
fn is_matter(text: &str) -> bool {
    MATTER.is_match(text)
}

/// Gives headings their levels: by number, by name, and by looking like one that is known.
fn set_levels(found: &mut [Heading]) {
    let roman = found.iter().any(|h| h.number == Some(Number::Roman));
    let mut looks: HashMap<Look, u8> = HashMap::new();
    for heading in found.iter_mut() {
        let known = match (heading.number, heading.name()) {
            // `1.` stands under `A.` where `A.` stands under `I.`
            (Some(Number::Parts(parts)), _) => Some(if roman { parts + 2 } else { parts }),
            (Some(Number::Letter), _) => Some(if roman { 2 } else { 1 }),
            (Some(Number::Roman), _) => Some(1),
            (None, Some(name)) if name != Name::Sub && heading.run_in.is_none() => Some(1),
            _ => None,
        };
        if let Some(level) = known {
            heading.level = level;
            if heading.run_in.is_none() {
                let seen = looks.entry(heading.look).or_insert(level);
                *seen = (*seen).min(level);
            }
        }
    }
    let top = looks.iter().filter(|(_, level)| **level == 1);
    let top = top.map(|(look, _)| weight(*look)).min();
    let mut others: Vec<Look> = found
        .iter()
        .filter(|h| h.run_in.is_none() && h.number.is_none() && !looks.contains_key(&h.look))
        .map(|h| h.look)
        .collect();
    others.sort_by_key(|look| std::cmp::Reverse(weight(*look)));
    others.dedup();
    let mut next = 1;
    for look in others {
        if top.is_none_or(|top| weight(look) < top) {
            next += 1;
        }
        looks.insert(look, next.min(4));
    }
    let mut alone = 0;
    for heading in found.iter_mut() {
        let unknown = heading.number.is_none() && heading.name().is_none_or(|n| n == Name::Sub);
        if heading.run_in.is_some() {
            if heading.name() == Some(Name::Abstract) {
                heading.level = 1;
            } else if !matches!(heading.number, Some(Number::Parts(_))) {
                heading.level = alone + 1;
            }
        } else {
            if unknown {
                heading.level = looks.get(&heading.look).copied().unwrap_or(2);
            }
            alone = heading.level;
        }
        heading.level = heading.level.clamp(1, 6);
    }
}

/// Larger is more prominent.
fn weight(look: Look) -> i64 {
    look.size * 4 + i64::from(look.bold) * 2 + i64::from(look.capitals) - i64::from(look.italic)
}

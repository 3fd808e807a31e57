//! Plain text: lines that a program broke, pages that a form feed parts, no fonts.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::captions::{self, Label, Mark};
use super::headings::{self, Name, Number, Sequence};
use super::part::Part;
use super::passages::{self, Passage, Seams};
use super::prose::{ends_sentence, is_item, is_licence, is_matter};
use super::words::{self, Vocabulary};
use crate::paper::{Format, Kind, Paper};

/// Reads text.
pub(super) fn read(text: &str, warnings: Vec<String>) -> Paper {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let paged = text.contains('\u{c}');
    let pages: Vec<Vec<Line<'_>>> = text
        .trim_end_matches('\u{c}')
        .split('\u{c}')
        .zip(1..)
        .map(|(page, number)| lines(page, paged.then_some(number)))
        .collect();
    let count = u32::try_from(pages.len()).ok().filter(|_| paged);
    let running = running_heads(&pages);
    let mut vocabulary = Vocabulary::default();
    for line in pages.iter().flatten() {
        vocabulary.learn(&line.words);
    }
    let mut flow = Flow {
        wrap: wrap_width(&pages),
        vocabulary,
        out: Vec::new(),
        open: None,
        waiting: Vec::new(),
        part: Part::Before,
        title: None,
        numbers: Sequence::default(),
        has_colons: false,
    };
    for page in &pages {
        flow.page(page, &running);
    }
    flow.close();
    passages::paper(Format::Text, count, flow.out, warnings)
}

struct Line<'t> {
    raw: &'t str,
    /// Its words with single blanks.
    words: String,
    page: Option<u32>,
    /// How many written lines lie between it and the nearer edge of its page.
    depth: usize,
}

fn lines(page: &str, number: Option<u32>) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = page
        .lines()
        .map(|raw| Line {
            raw,
            words: words::plain(&raw.split_whitespace().collect::<Vec<_>>().join(" ")),
            page: number,
            depth: usize::MAX,
        })
        .collect();
    let written: Vec<usize> = (0..lines.len())
        .filter(|&at| !lines[at].is_blank())
        .collect();
    for (rank, &at) in written.iter().enumerate() {
        lines[at].depth = rank.min(written.len() - 1 - rank);
    }
    lines
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.words.is_empty()
    }

    /// Its cells, if gaps of two blanks or tabs part it.
    fn cells(&self) -> Vec<&str> {
        GAP.split(self.raw.trim())
            .filter(|cell| !cell.is_empty())
            .collect()
    }

    /// Whether it is a line of authors: commas between words that begin with a capital.
    fn is_of_names(&self) -> bool {
        let words: Vec<&str> = self.words.split(' ').collect();
        let small = words
            .iter()
            .filter(|word| word.starts_with(char::is_lowercase));
        self.words.matches(',').count() >= 2 && small.count() * 4 <= words.len()
    }

    fn key(&self) -> String {
        self.words
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .collect::<String>()
            .to_lowercase()
    }

    fn is_number(&self) -> bool {
        let bare = self.words.trim_matches(|c: char| "-–— ".contains(c));
        !bare.is_empty()
            && bare.len() <= 5
            && (bare.chars().all(|c| c.is_ascii_digit())
                || bare.chars().all(|c| "ivxlcIVXLC".contains(c)))
    }
}

static GAP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\t+| {2,}").expect("the pattern is well formed"));

/// First and last lines that several pages share.
fn running_heads(pages: &[Vec<Line<'_>>]) -> HashMap<String, usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let mut keys: Vec<String> = page
            .iter()
            .filter(|line| line.depth < 3)
            .map(Line::key)
            .collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    counts.retain(|key, count| *count >= 2 && key.chars().any(char::is_alphabetic));
    counts
}

/// How long a full line is; zero if lines are not broken.
fn wrap_width(pages: &[Vec<Line<'_>>]) -> usize {
    let mut lengths: Vec<usize> = pages
        .iter()
        .flatten()
        .filter(|line| !line.is_blank())
        .map(|line| line.words.chars().count())
        .collect();
    lengths.sort_unstable();
    match lengths.get(lengths.len() * 4 / 5) {
        Some(&width) if width <= 200 => width,
        _ => 0,
    }
}

struct Open {
    kind: Kind,
    page: Option<u32>,
    text: String,
    /// The length of its last line.
    last: usize,
    seams: Seams,
}

struct Flow {
    wrap: usize,
    vocabulary: Vocabulary,
    out: Vec<Passage>,
    open: Option<Open>,
    waiting: Vec<Passage>,
    part: Part,
    /// Whether its next line may go on with the title.
    title: Option<usize>,
    /// Of the headings so far.
    numbers: Sequence,
    /// Whether the last heading had a number and ended with a colon.
    has_colons: bool,
}

impl Flow {
    fn page(&mut self, page: &[Line<'_>], running: &HashMap<String, usize>) {
        let mut at = 0;
        let mut blank = true;
        while at < page.len() {
            let line = &page[at];
            if line.is_blank() {
                blank = true;
                at += 1;
                continue;
            }
            let edge = line.page.is_some() && line.depth < 3;
            if edge && (running.contains_key(&line.key()) || (line.depth == 0 && line.is_number()))
            {
                self.waiting
                    .push(Passage::new(Kind::Furniture, line.page, line.words.clone()));
                at += 1;
                continue;
            }
            if let Some((level, text, lines)) = self.parted_heading(&page[at..], running) {
                self.open_section(level, text, line.page);
                at += lines;
                blank = true;
                continue;
            }
            let rows = table_rows(&page[at..]);
            if rows > 0 {
                for row in page[at..at + rows].iter().filter(|row| !row.is_blank()) {
                    self.waiting
                        .push(Passage::new(Kind::Row, row.page, row.cells().join("\t")));
                }
                at += rows;
                blank = true;
                continue;
            }
            let above = at.checked_sub(1).map(|above| &page[above]);
            self.line(line, above, page.get(at + 1), blank);
            blank = false;
            at += 1;
        }
        // A caption does not go on over the page.
        if self
            .open
            .as_ref()
            .is_some_and(|open| matches!(open.kind, Kind::Caption { .. }))
        {
            self.close();
        }
    }

    fn line(
        &mut self,
        line: &Line<'_>,
        above: Option<&Line<'_>>,
        below: Option<&Line<'_>>,
        blank: bool,
    ) {
        if self.take_title(line, below, blank) {
            return;
        }
        if let Some((level, text, rest)) = self.heading(line, below, blank) {
            self.open_section(level, text, line.page);
            if let Some(rest) = rest {
                self.begin(self.part.kind(), line, rest);
            }
            return;
        }
        if self.part == Part::Authors && !self.is_prose(line, below) {
            self.close();
            self.out
                .push(Passage::new(Kind::Furniture, line.page, line.words.clone()));
            return;
        }
        if self.part == Part::Authors {
            self.part = Part::Abstract;
        }
        if let Some(Label {
            of,
            label,
            mark: Mark::Stop,
        }) = captions::label(&line.words)
            && (blank || self.ended(above))
        {
            self.close_into_waiting();
            self.begin(Kind::Caption { of, label }, line, line.words.clone());
            return;
        }
        if self.continues(line, blank) {
            let open = self.open.as_mut().expect("a passage is open");
            open.seams
                .line(open.text.len(), line.page, self.waiting.len());
            self.vocabulary.append(&mut open.text, &line.words);
            open.last = line.words.chars().count();
            return;
        }
        let kind = match self.part.kind() {
            Kind::Paragraph if is_item(&line.words) => Kind::ListItem,
            kind => kind,
        };
        self.begin(kind, line, line.words.clone());
    }

    /// The first line of several words is the title, with the full lines behind it.
    fn take_title(&mut self, line: &Line<'_>, below: Option<&Line<'_>>, blank: bool) -> bool {
        let words = line.words.split(' ').count();
        let plain = words >= 3
            && !line.words.contains(['@', '©'])
            && !YEAR.is_match(&line.words)
            && headings::name(&line.words).is_none();
        match self.title {
            None if self.part == Part::Before => {
                let heading = headings::number(&line.words).is_some()
                    || headings::name(&line.words).is_some();
                if heading
                    || line.words.ends_with('.')
                    || self.is_full(line) && self.wrap > 0 && line.words.len() > 90
                {
                    self.part = Part::Body;
                    return false;
                }
                // A journal's name of a few words stands above a longer title.
                let stands_alone =
                    below.is_none_or(|below| below.is_blank() || below.is_of_names());
                if plain && (words >= 5 || stands_alone) {
                    self.title = Some(line.words.chars().count());
                    self.begin(Kind::Title, line, line.words.clone());
                } else {
                    self.close();
                    self.out
                        .push(Passage::new(Kind::Furniture, line.page, line.words.clone()));
                }
                true
            }
            Some(last) if self.part == Part::Before => {
                if !blank && plain && last * 2 > self.wrap && words >= 3 {
                    let open = self.open.as_mut().expect("the title is open");
                    self.vocabulary.append(&mut open.text, &line.words);
                    self.title = Some(line.words.chars().count());
                    return true;
                }
                self.close();
                self.part = Part::Authors;
                false
            }
            _ => false,
        }
    }

    fn open_section(&mut self, level: u8, text: String, page: Option<u32>) {
        self.close();
        self.part = Part::under(&text);
        self.numbers.take(&text);
        self.has_colons = text.ends_with(':') && headings::number(&text).is_some();
        let heading = Kind::Heading { level };
        self.out.push(Passage::new(heading, page, text));
    }

    /// A heading whose number stands in a line of its own, as many programs take it out of a page: its level, its text and its lines.
    fn parted_heading(
        &self,
        lines: &[Line<'_>],
        running: &HashMap<String, usize>,
    ) -> Option<(u8, String, usize)> {
        let number = &lines.first()?.words;
        let is_elsewhere = matches!(self.part, Part::Before | Part::References);
        if is_elsewhere || number.contains(' ') || !self.numbers.is_next(number) {
            return None;
        }
        let at = 1 + lines[1..]
            .iter()
            .take(2)
            .position(|line| !line.is_blank())?;
        let text = &lines[at].words;
        let whole = format!("{number} {text}");
        let is_short = text.split(' ').count() <= 10 && !self.is_full(&lines[at]);
        let is_heading = headings::number(text).is_none()
            && captions::label(text).is_none()
            && headings::reads_as_heading(text)
            && text.starts_with(char::is_uppercase);
        // A number could be anything where no name of a heading follows: a cell of a table, say.
        let is_known = headings::name(text).is_some() || self.goes_on(lines.get(at + 1));
        // A page's number stands above its running head, and an address has a number too.
        let is_other = running.contains_key(&lines[at].key())
            || self.part == Part::Authors && headings::is_address(&whole);
        let counts = is_short && is_heading && is_known && !is_other;
        let level = headings::level(&whole)?;
        counts.then_some((level, whole, at + 1))
    }

    /// Whether a line is running text.
    fn goes_on(&self, line: Option<&Line<'_>>) -> bool {
        line.is_some_and(|line| self.is_full(line) && line.words.split(' ').count() >= 6)
    }

    /// A heading that its paragraph follows in the same line, where the last one ended with a colon as well: `6. Set-up: During the day`.
    fn heading_with_colon(&self, text: &str) -> Option<(u8, String, Option<String>)> {
        let (head, rest) = text.split_once(": ")?;
        let is_next = self.has_colons && self.numbers.is_next(head);
        let is_heading = headings::reads_as_heading(head) && head.split(' ').count() <= 8;
        let counts = is_next && is_heading && self.part != Part::References;
        let level = headings::level(head)?;
        counts.then(|| (level, format!("{head}:"), Some(rest.to_owned())))
    }

    fn is_full(&self, line: &Line<'_>) -> bool {
        line.words.chars().count() * 10 >= self.wrap * 8
    }

    fn is_prose(&self, line: &Line<'_>, below: Option<&Line<'_>>) -> bool {
        let long = |line: &Line<'_>| {
            self.is_full(line) && line.words.split(' ').count() >= 8 && !line.words.contains('@')
        };
        long(line) && (self.wrap == 0 || below.is_some_and(long))
    }

    /// The level and text of a heading, and what its paragraph begins with on the same line.
    fn heading(
        &self,
        line: &Line<'_>,
        below: Option<&Line<'_>>,
        blank: bool,
    ) -> Option<(u8, String, Option<String>)> {
        let text = line.words.as_str();
        if let Some(marked) = text.strip_prefix('#') {
            let level = 1 + marked.chars().take_while(|&c| c == '#').count();
            let bare = marked.trim_start_matches('#').trim();
            if marked.starts_with([' ', '#']) && !bare.is_empty() && level <= 6 {
                return Some((
                    u8::try_from(level).expect("at most six"),
                    bare.to_owned(),
                    None,
                ));
            }
        }
        for name in ["Abstract", "ABSTRACT", "Summary"] {
            if let Some(rest) = text.strip_prefix(name)
                && let Some(rest) = rest.strip_prefix(['—', ':', '–', '.'])
                && !rest.trim().is_empty()
            {
                return Some((1, name.to_owned(), Some(rest.trim().to_owned())));
            }
        }
        if let Some(found) = self.heading_with_colon(text) {
            return Some(found);
        }
        let ended = self
            .open
            .as_ref()
            .is_none_or(|open| ends_sentence(&open.text));
        let is_below = below.is_some_and(|below| below.words.starts_with(char::is_uppercase));
        if self.part == Part::Authors && headings::is_address(text) {
            return None;
        }
        if self.part == Part::Body
            && ended
            && is_below
            && self.goes_on(below)
            && headings::is_run_in(text)
        {
            return Some((2, text.trim_end_matches('.').to_owned(), None));
        }
        if !headings::reads_as_heading(text) || captions::label(text).is_some() {
            return None;
        }
        let (number, rest) =
            headings::number(text).map_or((None, text), |(n, rest)| (Some(n), rest));
        let name = headings::name(rest);
        let is_next = self.numbers.is_next(text);
        let apart =
            blank || is_next && (name.is_some() || self.has_colons && text.ends_with(':')) || ended;
        let references = self.part == Part::References;
        let alone = blank && below.is_none_or(Line::is_blank);
        let counts = apart
            && match (number, name) {
                (_, Some(name)) => name != Name::Sub || number.is_some() || alone,
                _ if references => {
                    matches!(number, Some(Number::Parts(1)))
                        && rest.len() < 60
                        && text.starts_with("Appendix")
                }
                (Some(Number::Parts(2..)), None) => rest.split(' ').count() <= 14,
                (Some(_), None) => {
                    rest.split(' ').count() <= 10
                        && (alone
                            || text.chars().count() * 10 < self.wrap * 8
                            || is_next && self.goes_on(below))
                }
                (None, None) => alone && self.part == Part::Body && text.split(' ').count() <= 10,
            };
        if !counts {
            return None;
        }
        let level = match (number, name) {
            (Some(Number::Parts(parts)), _) => parts.clamp(1, 6),
            (Some(Number::Letter), _) | (None, Some(Name::Sub) | None) => 2,
            _ => 1,
        };
        Some((level, text.to_owned(), None))
    }

    fn ended(&self, above: Option<&Line<'_>>) -> bool {
        above.is_none_or(|above| above.is_blank() || ends_sentence(&above.words))
    }

    fn continues(&self, line: &Line<'_>, blank: bool) -> bool {
        let Some(open) = &self.open else {
            return false;
        };
        let ended = ends_sentence(&open.text);
        let lower = line.words.chars().next().is_some_and(char::is_lowercase);
        if self.wrap == 0 || is_item(&line.words) {
            return false;
        }
        if blank {
            // A blank line ends a passage, unless it stands where the page ends.
            return line.depth < 4 && line.page.is_some() && !ended && lower;
        }
        match open.kind {
            Kind::Reference => {
                !begins_entry(&open.text, &line.words, open.last * 10 < self.wrap * 8)
            }
            Kind::Caption { .. } => !(ended && open.last * 10 < self.wrap * 8),
            _ => lower || !(ended && open.last * 10 < self.wrap * 9),
        }
    }

    fn begin(&mut self, kind: Kind, line: &Line<'_>, text: String) {
        self.close();
        self.open = Some(Open {
            kind,
            page: line.page,
            last: line.words.chars().count(),
            text,
            seams: Seams::on(line.page),
        });
    }

    fn close_into_waiting(&mut self) {
        if self
            .open
            .as_ref()
            .is_some_and(|open| matches!(open.kind, Kind::Caption { .. }))
        {
            self.close();
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            let kind = if is_licence(&open.text) || is_matter(&open.text) {
                Kind::Furniture
            } else {
                open.kind
            };
            let passage = Passage::new(kind, open.page, open.text);
            self.out.push(passage.parted(open.seams));
        }
        self.out.append(&mut self.waiting);
    }
}

static YEAR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:19|20)\d\d\b").expect("the pattern is well formed"));

/// Whether a line begins an entry of the reference list: a number, or a name behind an entry that ended.
fn begins_entry(open: &str, line: &str, short: bool) -> bool {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:\[\d{1,3}\]|\d{1,3}\.) ").expect("the pattern is well formed")
    });
    if NUMBER.is_match(open) {
        return NUMBER.is_match(line);
    }
    let name = line.chars().next().is_some_and(char::is_uppercase);
    let ended = open.ends_with(['.', ']'])
        || open
            .split(' ')
            .next_back()
            .is_some_and(|last| last.starts_with("http"));
    name && ended && short && YEAR.is_match(open)
}

/// How many lines from here are rows of a table: two or more whose gaps make at least two cells.
fn table_rows(lines: &[Line<'_>]) -> usize {
    let cells = |line: &Line<'_>| line.cells().len() >= 2 && !is_item(&line.words);
    let mut count = 0;
    let mut rows = 0;
    for line in lines {
        if cells(line) {
            rows += 1;
            count += 1;
        } else {
            break;
        }
    }
    if rows >= 2 { count } else { 0 }
}

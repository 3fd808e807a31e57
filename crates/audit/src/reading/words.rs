//! Letters as a reader types them, and words that a line break cut.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

/// A hyphen that is drawn only where a line ends.
pub(super) const SOFT_HYPHEN: char = '\u{ad}';

/// Text with ligatures, styled and wide letters as plain ones, and accents on their letters.
///
/// Compatibility normalisation is applied to these alone: of all text it would turn `10²` into `102` and `½` into `1⁄2`.
/// The signs ± – − × ≤ stay as they are; a soft hyphen stays at the end only.
pub(super) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '↵' | '✏' | '⇤' => {
                let meant = misnamed(c, &out, letters.peek().copied());
                out.push_str(meant);
            }
            SOFT_HYPHEN if letters.peek().is_some() => {}
            '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {}
            '\u{2010}' | '\u{2011}' | '\u{fe63}' | '\u{ff0d}' => out.push('-'),
            '\u{2217}' => out.push('*'),
            '\u{2215}' | '\u{2044}' => out.push('/'),
            '\u{223c}' | '\u{2dc}' => out.push('~'),
            '\u{2c6}' => out.push('^'),
            '\u{2236}' => out.push(':'),
            '\u{b5}' => out.push('μ'),
            '\u{2126}' => out.push('Ω'),
            c if is_styled(c) => out.extend(c.nfkc()),
            c if c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    out.nfc().collect()
}

/// Programs of Apple name some codes of TeX's fonts by the signs of another: `e↵ect`, `a✏uence`, `⇤`.
fn misnamed(c: char, before: &str, after: Option<char>) -> &'static str {
    let inside = before.chars().next_back().is_some_and(char::is_alphabetic)
        || after.is_some_and(char::is_lowercase);
    match c {
        '↵' if inside => "ff",
        '↵' => "α",
        '✏' if inside => "ffl",
        '✏' => "ε",
        _ => "*",
    }
}

/// Letters that differ from plain ones in their looks alone.
fn is_styled(c: char) -> bool {
    matches!(c,
        '\u{fb00}'..='\u{fb06}'        // ﬁ
        | '\u{1d400}'..='\u{1d7ff}'    // 𝑝
        | '\u{ff01}'..='\u{ff5e}'      // Ａ
        | '\u{2100}'..='\u{2101}' | '\u{210a}'..='\u{2113}' | '\u{2115}' | '\u{2119}'..='\u{211d}'
        | '\u{2124}' | '\u{212a}'..='\u{2131}' | '\u{2133}'..='\u{2134}'
        | '\u{2160}'..='\u{217f}'      // Ⅳ
        | '\u{1f100}'..='\u{1f10a}')
}

/// A raised number as raised letters: `10` and a raised `3` are not `103`, and a mark of a footnote after `0.85` is no
/// digit of it. Other raised words stay as they are.
pub(super) fn raised(text: &str) -> String {
    let number = text.chars().any(|c| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "+-−–,.()*†‡§⋆ ".contains(c));
    if !number {
        let marks: Option<Vec<String>> = text.split(',').map(mark).collect();
        return marks.map_or_else(|| text.to_owned(), |marks| marks.join(","));
    }
    raised_signs(text)
}

/// A raised text behind another. What [`raised`] leaves as it is would become part of the number before it: `0.85` with a
/// raised `1a` is not `0.851a`. It is raised letter by letter. The end of `5th` stays.
pub(super) fn raised_behind(before: &str, text: &str) -> String {
    let above = raised(text);
    let touches = before.ends_with(|c: char| c.is_ascii_digit() || ".)%".contains(c))
        || (before.ends_with(char::is_alphanumeric)
            && text.starts_with(|c: char| c.is_ascii_digit()));
    let glues = above == text && text.starts_with(char::is_alphanumeric);
    if !(touches && glues) || matches!(text, "st" | "nd" | "rd" | "th") {
        return above;
    }
    each_raised(text)
}

/// Letters and digits raised one by one; where there is no such letter, behind a `^`.
pub(super) fn each_raised(text: &str) -> String {
    let raised = |c: char| {
        if is_raised(c) || !c.is_alphanumeric() {
            Some(c)
        } else if c.is_ascii_digit() {
            raised_signs(c.encode_utf8(&mut [0; 4])).chars().next()
        } else {
            letter(c, LAST_LETTER)
        }
    };
    let letters: Option<String> = text.chars().map(raised).collect();
    letters.unwrap_or_else(|| power(text))
}

/// A power that has no raised letters: `^T`, `^(n − 1)`.
pub(super) fn power(text: &str) -> String {
    if text.chars().nth(1).is_none() {
        format!("^{text}")
    } else {
        format!("^({text})")
    }
}

fn raised_signs(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for (at, c) in text.char_indices() {
        out.push(match c {
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '0' | '4'..='9' => {
                char::from_u32('⁰' as u32 + (c as u32 - '0' as u32)).expect("⁰ to ⁹ lie together")
            }
            '+' => '⁺',
            '-' | '−' if at == 0 => '⁻',
            '(' => '⁽',
            ')' => '⁾',
            other => other,
        });
    }
    out
}

/// The raised letters from `a`; fonts have none for `q`.
const LETTERS: &str = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ";
/// The last letter that marks a note.
const LAST_MARK: char = 'p';
const LAST_LETTER: char = 'z';

fn letter(c: char, last: char) -> Option<char> {
    let place = u32::from(c).checked_sub(u32::from('a'))?;
    if c > last || c == 'q' {
        return None;
    }
    LETTERS.chars().nth(place as usize)
}

/// Whether a letter or digit is a raised one.
pub(super) fn is_raised(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹') || (!c.is_ascii() && LETTERS.contains(c))
}

/// The raised mark of a note: `12.3` with a raised `a` is not `12.3a`.
fn mark(text: &str) -> Option<String> {
    if text.chars().all(|c| !c.is_alphabetic()) {
        return Some(raised_signs(text));
    }
    let mut letters = text.chars();
    let (Some(only), None) = (letters.next(), letters.next()) else {
        return None;
    };
    letter(only, LAST_MARK).map(String::from)
}

/// The words that a text has inside its lines. They tell whether a hyphen at the end of a line belongs to the word.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    words: HashSet<String>,
    compounds: HashSet<String>,
}

impl Vocabulary {
    /// Learns the words of a line; its first and last may be parts.
    pub(super) fn learn(&mut self, line: &str) {
        let mut tokens = line.split_whitespace().peekable();
        tokens.next();
        while let Some(token) = tokens.next() {
            if tokens.peek().is_none() && token.ends_with(['-', SOFT_HYPHEN]) {
                break;
            }
            let word = token.trim_matches(|c: char| !c.is_alphanumeric());
            if word.contains('-') {
                self.compounds.insert(word.to_lowercase());
                for part in word.split('-') {
                    self.learn_word(part);
                }
            } else {
                self.learn_word(word);
            }
        }
    }

    fn learn_word(&mut self, word: &str) {
        if word.chars().count() > 1 && word.chars().all(char::is_alphabetic) {
            self.words.insert(word.to_lowercase());
        }
    }

    fn knows(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Appends the next line of a passage to what is there, a word that was cut joined.
    pub(super) fn append(&self, text: &mut String, line: &str) {
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        let end = text.trim_end().len();
        text.truncate(end);
        let Some(last) = text.chars().next_back() else {
            text.push_str(line);
            return;
        };
        let next = line.chars().next().expect("a line with letters");
        match last {
            SOFT_HYPHEN => {
                text.pop();
            }
            '-' => {
                let left = text[..end - 1]
                    .rsplit(char::is_whitespace)
                    .next()
                    .unwrap_or("");
                let right = line.split(char::is_whitespace).next().unwrap_or("");
                match self.hyphen(left, right) {
                    Hyphen::OfTheLine => {
                        text.pop();
                    }
                    Hyphen::OfTheWord => {}
                    Hyphen::Alone => text.push(' '),
                }
            }
            // A range of numbers, or an address, cut by the line.
            '–' | '−' if next.is_ascii_digit() && ends_in_digit(&text[..end - last.len_utf8()]) =>
                {}
            '/' if is_address(text) => {}
            _ => text.push(' '),
        }
        text.push_str(line);
    }

    fn hyphen(&self, left: &str, right: &str) -> Hyphen {
        let right: String = right.chars().take_while(|c| c.is_alphanumeric()).collect();
        let part = left
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or("");
        if part.is_empty() {
            return Hyphen::Alone;
        }
        let begins = right.chars().next();
        let cut = begins.is_some_and(char::is_lowercase)
            && part.chars().next_back().is_some_and(char::is_lowercase);
        if !cut {
            // `CNN- and`, of `CNN- and RNN-based`, stays apart.
            return if matches!(right.as_str(), "and" | "or" | "to") {
                Hyphen::Alone
            } else {
                Hyphen::OfTheWord
            };
        }
        let (part, right) = (part.to_lowercase(), right.to_lowercase());
        if self.compounds.contains(&format!("{part}-{right}")) {
            return Hyphen::OfTheWord;
        }
        if self.knows(&format!("{part}{right}")) {
            return Hyphen::OfTheLine;
        }
        if matches!(right.as_str(), "and" | "or") {
            return Hyphen::Alone;
        }
        if OPEN.contains(&part.as_str()) && right.len() > 2 {
            return Hyphen::OfTheWord;
        }
        let whole = |word: &str| word.len() > 3 && self.knows(word);
        let compound = left.contains('-') && self.knows(&part) && self.knows(&right);
        if compound || (!CLOSED.contains(&part.as_str()) && whole(&part) && whole(&right)) {
            Hyphen::OfTheWord
        } else {
            Hyphen::OfTheLine
        }
    }
}

/// What a hyphen at the end of a line is.
enum Hyphen {
    OfTheLine,
    OfTheWord,
    /// One that waits for a later word: `short- and long-term`.
    Alone,
}

/// First parts that nearly always keep their hyphen.
const OPEN: &[&str] = &[
    "all", "cost", "cross", "data", "deep", "double", "early", "end", "evidence", "five", "four",
    "full", "half", "health", "high", "higher", "hospital", "image", "large", "late", "left",
    "life", "long", "low", "lower", "machine", "mid", "multi", "near", "non", "one", "open",
    "patient", "quasi", "rule", "self", "semi", "short", "single", "six", "small", "state", "ten",
    "three", "time", "two", "well", "wide", "zero",
];

/// First parts that make one word with what follows.
const CLOSED: &[&str] = &[
    "after", "anti", "back", "every", "fore", "inter", "intra", "micro", "neuro", "out", "over",
    "some", "super", "there", "through", "under", "where", "with", "work",
];

fn ends_in_digit(text: &str) -> bool {
    text.chars().next_back().is_some_and(|c| c.is_ascii_digit())
}

fn is_address(text: &str) -> bool {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or("");
    ["http", "www.", "doi"]
        .iter()
        .any(|start| last.contains(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(known: &str, first: &str, second: &str) -> String {
        let mut words = Vocabulary::default();
        words.learn(&format!("- {known} ."));
        let mut text = String::new();
        words.append(&mut text, first);
        words.append(&mut text, second);
        text
    }

    #[test]
    fn ligatures_and_styled_letters_become_plain_and_signs_of_numbers_stay() {
        assert_eq!(plain("eﬃcient ﬁnding"), "efficient finding");
        assert_eq!(plain("e↵ective a✏uence o↵"), "effective affluence off");
        assert_eq!(plain("↵ = 0.05"), "α = 0.05");
        assert_eq!(
            plain("𝑝 < 0.05, 10² ± 3 – 4 − 5 × 6 ≤ ½"),
            "p < 0.05, 10² ± 3 – 4 − 5 × 6 ≤ ½"
        );
        assert_eq!(plain("Scho\u{308}lkopf"), "Schölkopf");
        assert_eq!(plain("re\u{ad}port\u{a0}of"), "report of");
    }

    #[test]
    fn a_raised_number_is_no_digit_of_the_number_before_it() {
        assert_eq!(raised("12,13"), "¹²,¹³");
        assert_eq!(raised("−3"), "⁻³");
        assert_eq!(raised("th"), "th");
        assert_eq!(raised("a"), "ᵃ");
        assert_eq!(raised("a,1,*"), "ᵃ,¹,*");
        assert_eq!(raised("A"), "A");
        assert_eq!(raised("z"), "z");
        assert_eq!(raised("3–5"), "³–⁵");
    }

    #[test]
    fn raised_words_behind_a_number_are_no_part_of_it() {
        assert_eq!(raised_behind("0.85", "1a"), "¹ᵃ");
        assert_eq!(raised_behind("12", "ab"), "ᵃᵇ");
        assert_eq!(raised_behind("10", "x"), "ˣ");
        assert_eq!(raised_behind("34", "A"), "^A");
        assert_eq!(raised_behind("34", "1 B"), "^(1 B)");
        assert_eq!(raised_behind("the 5", "th"), "th");
        assert_eq!(raised_behind("Stata", "TM"), "TM");
        assert_eq!(raised_behind("of ", "99m"), "99m");
        assert_eq!(raised_behind("10", "−3"), "⁻³");
    }

    #[test]
    fn a_word_that_the_line_cut_is_joined_and_a_true_hyphen_stays() {
        assert_eq!(
            joined("", "machine learn-", "ing models"),
            "machine learning models"
        );
        assert_eq!(
            joined("multi-task", "a multi-", "task process"),
            "a multi-task process"
        );
        assert_eq!(joined("dataset", "the data-", "set"), "the dataset");
        assert_eq!(
            joined("the art", "state-of-the-", "art"),
            "state-of-the-art"
        );
        assert_eq!(joined("", "a 7-", "day window"), "a 7-day window");
        assert_eq!(joined("", "the COVID-", "19 wave"), "the COVID-19 wave");
        assert_eq!(
            joined("", "short- and long-term", "care"),
            "short- and long-term care"
        );
        assert_eq!(
            joined("", "both short-", "and long-term"),
            "both short- and long-term"
        );
        assert_eq!(joined("", "multi\u{ad}", "centre"), "multicentre");
        assert_eq!(joined("", "0.80–", "0.90"), "0.80–0.90");
        assert_eq!(
            joined("", "https://example.org/", "data"),
            "https://example.org/data"
        );
    }
}

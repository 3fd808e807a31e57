use std::sync::LazyLock;

use regex::Regex;

use crate::judging::Passage;
use crate::judging::section::Section;
use crate::pattern::pattern;

/// A passage whose signs are few: one blank, one minus, one point.
#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    /// The number of the passage.
    pub passage: usize,
    pub section: Section,
    pub paragraph: usize,
    pub kind: LineKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Sentence,
    Caption,
    /// Cells are separated by tabs.
    Row,
}

pub fn lines(passages: &[Passage]) -> Vec<Line> {
    let line = |(passage, one): (usize, &Passage)| Line {
        text: plain(one.text),
        passage,
        section: one.section,
        paragraph: one.paragraph,
        kind: match (one.is_table, one.text.contains('\t')) {
            (true, true) => LineKind::Row,
            (true, false) => LineKind::Caption,
            (false, _) => LineKind::Sentence,
        },
    };
    passages.iter().enumerate().map(line).collect()
}

static PERCENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d) ?(?:per ?cent)\b"));

/// Text in which a number has one spelling: `0·91` is `0.91`, `12 345` with a thin blank is `12345`, `−` is `-`, every other dash is `–`,
/// `per cent` is `%`.
fn plain(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let mut out = String::with_capacity(text.len());
    for (at, &letter) in letters.iter().enumerate() {
        let between = at > 0 && is_digit(at - 1) && is_digit(at + 1);
        match letter {
            '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
            '\u{a0}' | '\u{2007}' | '\u{2008}' | '\u{2009}' | '\u{202f}' => {
                let thousand = between && (1..=3).all(|step| is_digit(at + step));
                if !thousand || is_digit(at + 4) {
                    out.push(' ');
                }
            }
            '·' | '∙' | '⋅' if between => out.push('.'),
            '\u{2010}' | '\u{2011}' | '\u{2212}' | '\u{fe63}' => out.push('-'),
            '\u{2012}'..='\u{2015}' => out.push('–'),
            '％' => out.push('%'),
            'ﬀ' => out.push_str("ff"),
            'ﬁ' => out.push_str("fi"),
            'ﬂ' => out.push_str("fl"),
            'ﬃ' => out.push_str("ffi"),
            'ﬄ' => out.push_str("ffl"),
            '\t' => out.push('\t'),
            _ if letter.is_whitespace() => {
                if !out.ends_with([' ', '\t']) {
                    out.push(' ');
                }
            }
            _ => out.push(letter),
        }
    }
    PERCENT.replace_all(&out, "$1%").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_get_one_spelling() {
        assert_eq!(
            plain("0·91 of 12\u{202f}345, −0.02, 88–94\u{a0}%, 5 per cent"),
            "0.91 of 12345, -0.02, 88–94 %, 5%"
        );
        assert_eq!(plain("in 2019\u{a0}23 patients"), "in 2019 23 patients");
    }
}

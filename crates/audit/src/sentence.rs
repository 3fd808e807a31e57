//! The sentences of a paper.

use std::ops::Range;

use crate::abbreviation;
use crate::paper::{Block, Kind, Paper};

/// A sentence of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Its bytes in [`Paper::text`].
    pub range: Range<usize>,
    /// Index among [`Paper::blocks`].
    pub block: usize,
}

impl Paper {
    /// The sentences in reading order. A heading, a row of a table and a piece of furniture are one each.
    ///
    /// Dots inside numbers, behind initials and abbreviations such as `et al.` end no sentence.
    #[must_use]
    pub fn sentences(&self) -> Vec<Sentence> {
        let mut sentences = Vec::new();
        for (block, Block { kind, range, .. }) in self.blocks.iter().enumerate() {
            let whole = matches!(
                kind,
                Kind::Title | Kind::Heading { .. } | Kind::Row | Kind::Furniture | Kind::Reference
            );
            let parts = if whole {
                vec![range.clone()]
            } else {
                split(&self.text[range.clone()])
                    .into_iter()
                    .map(|part| range.start + part.start..range.start + part.end)
                    .collect()
            };
            sentences.extend(parts.into_iter().map(|range| Sentence { range, block }));
        }
        sentences
    }
}

/// The ranges of the sentences of a text of one line, without the blanks between them.
fn split(text: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '.' | '!' | '?' | '…' => {
                let end = close(text, at + c.len_utf8());
                if end > start && ends(text, start, at, end, depth) {
                    push(text, start..end, &mut sentences);
                    start = end;
                    depth = 0;
                }
            }
            _ => {}
        }
    }
    push(text, start..text.len(), &mut sentences);
    sentences
}

/// Takes in quotes, brackets and raised marks of notes behind the last sign of a sentence.
fn close(text: &str, end: usize) -> usize {
    let behind = text[end..].trim_start_matches(|c: char| {
        matches!(c, '"' | '”' | '’' | '\'' | ')' | ']' | '.' | '!' | '?') || is_raised(c)
    });
    // `¹³,¹⁴` and `²–⁴`.
    let more = behind.trim_start_matches(|c: char| matches!(c, ',' | '–' | '-') || is_raised(c));
    let behind =
        if more.len() < behind.len() && text[..text.len() - more.len()].ends_with(is_raised) {
            more
        } else {
            behind
        };
    let behind = match behind.len() == text.len() - end {
        true => &behind[citation(&text[..end], behind)..],
        false => behind,
    };
    text.len() - behind.len()
}

/// Whether it is a digit in raised letters.
pub(crate) fn is_raised(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹')
}

/// Letters that are looked back at for a word.
const WORD: usize = 40;

/// The bytes of a number of the reference list that was raised in print and now sticks to the full stop: `applicable.27,28 We`.
fn citation(before: &str, behind: &str) -> usize {
    if !before.ends_with('.') || !behind.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    let back = before.trim_end_matches('.').chars().rev().take(WORD);
    let word: Vec<char> = back.take_while(|c| *c != ' ').collect();
    let word: String = word.into_iter().rev().collect();
    let letters = word.chars().rev().take_while(|c| c.is_lowercase()).count();
    // `Figure.2 The model`, `Section.4 We`.
    let is_label = [
        "figure",
        "table",
        "section",
        "equation",
        "appendix",
        "algorithm",
        "step",
    ]
    .contains(&word.to_lowercase().as_str());
    if letters < 3 || is_label || abbreviation::ends(&format!("{word}.")) {
        return 0;
    }
    let number = behind.find(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '–' | '-')));
    let number = number.unwrap_or(0);
    let mut next = behind[number..].chars();
    let goes_on = next.next() == Some(' ') && next.next().is_some_and(char::is_uppercase);
    let mut parts = behind[..number].split([',', '–', '-']);
    match goes_on && parts.all(|part| (1..=3).contains(&part.len())) {
        true => number,
        false => 0,
    }
}

fn ends(text: &str, start: usize, at: usize, end: usize, depth: i32) -> bool {
    let behind = &text[end..];
    if behind.is_empty() {
        return true;
    }
    // `0.95`, `example.org`: no blank behind.
    let Some(next) = behind
        .strip_prefix(' ')
        .and_then(|rest| rest.chars().next())
    else {
        return false;
    };
    if next.is_lowercase() || matches!(next, ',' | ';' | ')' | '<' | '=' | '>' | '≤' | '≥') {
        return false;
    }
    // A bracket that opened in this sentence and is still open holds it together, if it closes soon.
    let closes = |rest: &str| {
        rest.char_indices()
            .take(200)
            .any(|(_, c)| matches!(c, ')' | ']'))
    };
    let inside = depth > i32::from(text[at..end].contains([')', ']']));
    if inside && closes(behind) {
        return false;
    }
    // Other signs belong to no abbreviation, and can be longer than one byte.
    !text[at..].starts_with('.') || !dot_belongs(&text[start..=at], next)
}

/// Whether the dot at the end belongs to its word, so that the sentence goes on.
fn dot_belongs(sentence: &str, next: char) -> bool {
    let words: Vec<&str> = sentence.trim().rsplit(' ').take(2).collect();
    let last = words[0];
    // `1. Introduction`: the number of a list or heading at the beginning.
    if words.len() == 1
        && last
            .trim_end_matches('.')
            .chars()
            .all(|c| c.is_ascii_digit())
    {
        return true;
    }
    if !abbreviation::ends(sentence) {
        return false;
    }
    let bare = last
        .trim_start_matches(['(', '['])
        .trim_end_matches('.')
        .to_lowercase();
    match bare.as_str() {
        // They may end a sentence, or stand before what they name.
        "no" | "p" | "nos" | "max" | "min" | "v" | "st" => next.is_ascii_digit(),
        "al" | "etc" | "inc" | "ltd" | "corp" | "u.s" | "u.k" => {
            !next.is_uppercase() || next == 'A' && bare == "u.s"
        }
        _ => true,
    }
}

fn push(text: &str, range: Range<usize>, sentences: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.start + part.trim_end().len();
    if start < end {
        sentences.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        split(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn an_ellipsis_ends_a_sentence_though_it_is_no_single_byte() {
        let found = split("It was not sure … However, it was tried… Again.");
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn a_sentence_ends_where_a_reader_stops() {
        for whole in [
            "Futoma et al. (2017a) report an AUPRC of 0.25.",
            "See Fig. 3, i.e. the ROC curve, and Tab. 2 vs. the baseline of Dr. J. R. Smith.",
            "The AUROC was 0.85 (95% CI 0.80–0.90, p < .05) at a threshold of 0.5.",
            "We used MIMIC-III v. 1.4 (Johnson et al., 2016) from example.org for approx. 58,000 stays.",
            "The model failed (see Section 3. It was retrained) in one site.",
            "No. 12 of the list was left out.",
            "It is version.2 of the file, and Fig.3 We drew, at 0.5.",
            "Figure.2 Overview of the model",
            "As in Section.4 We use it",
            "Is that so?",
            "without a stop",
        ] {
            assert_eq!(sentences(whole), [whole]);
        }
    }

    #[test]
    fn two_sentences_are_two() {
        for (text, count) in [
            ("We kept 570 cases. Controls were 5,618.", 2),
            ("Sensitivity was 0.85. 95% CI 0.80–0.90. It fell later.", 3),
            ("This was shown before.¹² We repeat it.", 2),
            (
                "This was shown before.¹³,¹⁴ Specifically, we repeat it.²–⁴ It holds.",
                3,
            ),
            (
                "It is widely applicable.27 We used the whole cohort.30,31 This was new.",
                3,
            ),
            ("He said “no.” We agree! Do you?", 3),
            ("This follows Moor et al. We differ in one step.", 2),
            ("The p-value was .04. None was lower.", 2),
        ] {
            assert_eq!(sentences(text).len(), count, "{:?}", sentences(text));
        }
    }
}

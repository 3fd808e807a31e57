//! Which passages of a paper a pattern can be found in at all, by the letters that it needs: asked so before a pattern is made ready, since
//! most patterns find nothing in most papers.
//!
//! # Source
//! Cox 2012, "Regular Expression Matching with a Trigram Index" (Google Code Search), for passages instead of files.

use std::collections::HashMap;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::Passage;

/// What a passage must have for a pattern to be found in it; it may have it and the pattern not be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needed {
    Nothing,
    /// Three letters in a row, in lower case.
    Three([u8; 3]),
    All(Vec<Needed>),
    Any(Vec<Needed>),
}

impl Needed {
    /// What a pattern of bytes needs, in whatever case it finds letters.
    pub fn by(pattern: &Hir) -> Needed {
        match pattern.kind() {
            HirKind::Empty | HirKind::Look(_) => Needed::Nothing,
            HirKind::Literal(_) | HirKind::Class(_) => run(&letters(pattern).unwrap_or_default()),
            HirKind::Repetition(repetition) if repetition.min == 0 => Needed::Nothing,
            HirKind::Repetition(repetition) => Needed::by(&repetition.sub),
            HirKind::Capture(capture) => Needed::by(&capture.sub),
            HirKind::Concat(parts) => {
                let mut all = Vec::new();
                let mut letters_so_far = Vec::new();
                for part in parts {
                    match letters(part) {
                        Some(more) => letters_so_far.extend(more),
                        None => {
                            all.push(run(&std::mem::take(&mut letters_so_far)));
                            all.push(Needed::by(part));
                        }
                    }
                }
                all.push(run(&letters_so_far));
                Needed::all(all)
            }
            HirKind::Alternation(parts) => {
                let any: Vec<Needed> = parts.iter().map(Needed::by).collect();
                match any.contains(&Needed::Nothing) {
                    true => Needed::Nothing,
                    false => Needed::Any(any),
                }
            }
        }
    }

    fn all(mut all: Vec<Needed>) -> Needed {
        all.retain(|one| *one != Needed::Nothing);
        match all.len() {
            0 => Needed::Nothing,
            1 => all.swap_remove(0),
            _ => Needed::All(all),
        }
    }
}

/// The letters in lower case that a pattern is, if it is letters one after the other.
fn letters(pattern: &Hir) -> Option<Vec<u8>> {
    match pattern.kind() {
        HirKind::Literal(literal) => Some(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Bytes(class)) => {
            let lower = |range: &regex_syntax::hir::ClassBytesRange| {
                (range.start() == range.end()).then(|| range.start().to_ascii_lowercase())
            };
            let mut each = class.ranges().iter().map(lower);
            let first = each.next()??;
            each.all(|other| other == Some(first)).then(|| vec![first])
        }
        _ => None,
    }
}

fn run(letters: &[u8]) -> Needed {
    let threes = letters
        .windows(3)
        .map(|three| Needed::Three([three[0], three[1], three[2]]));
    Needed::all(threes.collect())
}

/// Passages by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers(Vec<u64>);

impl Numbers {
    pub fn has(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|part| *part == 0)
    }

    fn add(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    fn with(&mut self, other: &Numbers, join: fn(u64, u64) -> u64) {
        let both = self.0.iter_mut().zip(&other.0);
        both.for_each(|(own, other)| *own = join(*own, *other));
    }
}

/// In which passages of a paper any three letters stand in a row.
pub struct Index {
    passages: usize,
    by_letters: HashMap<[u8; 3], Numbers>,
}

impl Index {
    pub fn of(passages: &[Passage]) -> Index {
        let mut index = Index {
            passages: passages.len(),
            by_letters: HashMap::new(),
        };
        let none = index.none();
        for (number, passage) in passages.iter().enumerate() {
            let lower = passage.text.to_ascii_lowercase();
            for three in lower.as_bytes().windows(3) {
                let held = index.by_letters.entry([three[0], three[1], three[2]]);
                held.or_insert_with(|| none.clone()).add(number);
            }
        }
        index
    }

    /// The passages that have what is needed, and perhaps others.
    pub fn passages(&self, needed: &Needed) -> Numbers {
        match needed {
            Needed::Nothing => {
                let mut all = self.none();
                (0..self.passages).for_each(|number| all.add(number));
                all
            }
            Needed::Three(three) => self
                .by_letters
                .get(three)
                .cloned()
                .unwrap_or_else(|| self.none()),
            Needed::All(all) => self.joined(all, |a, b| a & b),
            Needed::Any(any) => self.joined(any, |a, b| a | b),
        }
    }

    fn joined(&self, parts: &[Needed], join: fn(u64, u64) -> u64) -> Numbers {
        let mut parts = parts.iter().map(|part| self.passages(part));
        let first = parts.next().unwrap_or_else(|| self.none());
        parts.fold(first, |mut all, part| {
            all.with(&part, join);
            all
        })
    }

    fn none(&self) -> Numbers {
        Numbers(vec![0; self.passages.div_ceil(64)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::patterns::parsed;
    use crate::judging::section::Section;

    fn found(pattern: &str, texts: &[&str]) -> Vec<usize> {
        let passage = |(paragraph, text)| Passage {
            text,
            section: Section::Methods,
            paragraph,
            is_table: false,
            is_parted: false,
        };
        let passages: Vec<Passage> = texts.iter().copied().enumerate().map(passage).collect();
        let needed = Needed::by(&parsed(pattern).expect("a pattern"));
        let numbers = Index::of(&passages).passages(&needed);
        assert_eq!(
            numbers.is_empty(),
            (0..texts.len()).all(|at| !numbers.has(at))
        );
        (0..texts.len()).filter(|&at| numbers.has(at)).collect()
    }

    #[test]
    fn passages_have_what_a_pattern_cannot_do_without() {
        let texts = [
            "Missing labs were MASKED.",
            "Some were missing.",
            "masked",
            "",
            "Größe 12",
        ];
        assert_eq!(found("missing", &texts), [0, 1]);
        assert_eq!(found("(?-i:Missing)", &texts), [0, 1]);
        assert_eq!(
            found(r"\b(?:missing|absent)\b[^;]{0,9}(?:fill|mask)\w+", &texts),
            [0]
        );
        assert_eq!(found("miss|mask", &texts), [0, 1, 2]);
        assert_eq!(found("(?:very )?missing?", &texts), [0, 1]);
        assert_eq!(found("(?:miss)+", &texts), [0, 1]);
        assert_eq!(found("ö", &texts).len(), 5);
        // What needs no letters can be anywhere, also beside what does.
        assert_eq!(found(r"\d+|miss", &texts), [0, 1, 2, 3, 4]);
        assert_eq!(found("of", &texts), [0, 1, 2, 3, 4]);
        assert!(found("kappa", &texts).is_empty());
    }
}

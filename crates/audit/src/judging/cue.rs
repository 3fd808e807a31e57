//! Patterns that are made ready as late as can be: a paper is asked some thousands, and most of them find nothing.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_syntax::hir::Hir;

use super::index::{Index, Needed, Numbers};
use crate::item::patterns::{Question, pattern, question, wider};

/// What is made of a pattern when it is asked first.
struct Lazy<T> {
    text: String,
    ready: OnceLock<T>,
}

impl<T> Lazy<T> {
    fn new(text: &str) -> Lazy<T> {
        Lazy {
            text: text.to_owned(),
            ready: OnceLock::new(),
        }
    }

    /// # Panics
    /// It is no pattern, which the item's tests would have said.
    fn get(&self, made: fn(&str) -> Result<T, String>) -> &T {
        let made = || made(&self.text).unwrap_or_else(|error| panic!("{error}"));
        self.ready.get_or_init(made)
    }
}

/// A pattern that is made ready when it is asked.
pub struct Later(Lazy<Question>);

impl Later {
    /// Each text as a pattern.
    pub fn all(texts: &[String]) -> Vec<Later> {
        let one = |text: &String| Later(Lazy::new(text));
        texts.iter().map(one).collect()
    }

    /// Whether a text has it.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.get(question).is_in(text)
    }
}

/// A pattern that is asked where a passage has the letters that it needs, and whose wider form is asked first: that one repeats without end
/// where the pattern says how often, which makes it small.
pub struct Cue {
    needed: Needed,
    wider: Hir,
    ready: OnceLock<Question>,
    exact: Lazy<Regex>,
}

impl Cue {
    /// Each text as a cue.
    ///
    /// # Errors
    /// One is no pattern.
    pub fn all(texts: &[String]) -> Result<Vec<Cue>, String> {
        let one = |text: &String| {
            let wider = wider(text)?;
            Ok(Cue {
                needed: Needed::by(&wider),
                wider,
                ready: OnceLock::new(),
                exact: Lazy::new(text),
            })
        };
        texts.iter().map(one).collect()
    }

    /// The passages of a paper in which it can be found.
    pub fn passages(&self, index: &Index) -> Numbers {
        index.passages(&self.needed)
    }

    /// Where a text has it, without parts of letters at the ends: a pattern is one of bytes.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let wider = self.ready.get_or_init(|| Question::of(&self.wider));
        if !wider.is_in(text) {
            return Vec::new();
        }
        let found = self.exact.get(pattern).find_iter(text.as_bytes());
        found
            .map(|found| whole_letters(text, found.range()))
            .collect()
    }
}

fn whole_letters(text: &str, mut range: Range<usize>) -> Range<usize> {
    while !text.is_char_boundary(range.start) {
        range.start -= 1;
    }
    while !text.is_char_boundary(range.end) {
        range.end += 1;
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(text: &str) -> Cue {
        let mut all = Cue::all(&[text.to_owned()]).expect("a pattern");
        all.remove(0)
    }

    #[test]
    fn what_is_farther_than_a_cue_says_is_not_found() {
        let cue = cue(r"kappa[^.;]{0,10}\b{number}");
        assert_eq!(cue.places("kappa was 0.81").len(), 1);
        assert!(cue.places("kappa of all the readers was 0.81").is_empty());
        let places = cue.places("a kappa of 0.8");
        assert_eq!((places[0].start, places[0].end, places.len()), (2, 14, 1));
        assert!(cue.places("no kappa was computed for 12 films").is_empty());
    }

    #[test]
    fn a_place_has_whole_letters() {
        let cue = cue("[^.;]{0,2}kappa");
        let places = cue.places("Größe–kappa");
        assert!(
            places
                .iter()
                .all(|place| "Größe–kappa".get(place.clone()).is_some())
        );
    }
}

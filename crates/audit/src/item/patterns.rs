//! The patterns in an item's file: regular expressions over bytes, with names for lists of words.

use std::collections::BTreeMap;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::LazyLock;

use regex_automata::Input;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta::{self, Regex};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::util::syntax;
use regex_syntax::hir::Hir;

use crate::pattern::pattern as own;

/// The words that patterns share, by name: `{dataset}` stands for `(?:MIMIC|eICU|…)`.
static WORDS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("../../items/words.yaml"))
        .unwrap_or_else(|error| unreachable!("words.yaml: {error}"))
});

/// A pattern of an item's file: case does not count unless it begins with `(?-i)`, a blank is any white space (` ?` also none),
/// `{name}` is one of the words of that name.
///
/// # Errors
/// What is wrong with the pattern.
pub(crate) fn pattern(text: &str) -> Result<Regex, String> {
    // The search for literals that a match must begin with is left out: most patterns begin with a list of words, and to look for these first
    // takes longer to prepare than it saves on one paper.
    let config = meta::Config::new().auto_prefilter(false).utf8_empty(false);
    let built = Regex::builder()
        .configure(config)
        .build_from_hir(&parsed(text)?);
    built.map_err(|error| format!("`{text}`: {error}"))
}

/// The same pattern for those who only ask whether a text has it, which takes less to prepare than finding the place.
///
/// # Errors
/// What is wrong with the pattern.
pub(crate) fn question(text: &str) -> Result<Question, String> {
    parsed(text).map(|parsed| Question::of(&parsed))
}

/// A pattern as its parser understands it.
///
/// # Errors
/// What is wrong with the pattern.
pub(crate) fn parsed(text: &str) -> Result<Hir, String> {
    parsed_as(text, &expanded(text)?)
}

/// A pattern that finds wherever `text` does and perhaps elsewhere: it repeats without end where `text` says how often, which makes it
/// small.
///
/// # Errors
/// What is wrong with the pattern.
pub(crate) fn wider(text: &str) -> Result<Hir, String> {
    static TIMES: LazyLock<regex::Regex> = LazyLock::new(|| own(r"\{(\d+),\d+\}"));
    let endless = |times: &regex::Captures| match &times[1] {
        "0" => "*".to_owned(),
        "1" => "+".to_owned(),
        least => format!("{{{least},}}"),
    };
    parsed_as(text, &TIMES.replace_all(&expanded(text)?, endless))
}

fn parsed_as(text: &str, expanded: &str) -> Result<Hir, String> {
    syntax::parse_with(&plain(expanded), &bytes()).map_err(|error| format!("`{text}`: {error}"))
}

/// Bytes are matched, and case is that of ASCII.
fn bytes() -> syntax::Config {
    let config = syntax::Config::new().unicode(false).utf8(false);
    config.case_insensitive(true)
}

/// A pattern that a text has or has not.
pub struct Question {
    automaton: DFA,
    caches: Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>>,
}

impl Question {
    /// # Panics
    /// The pattern is larger than any that a person writes.
    pub fn of(pattern: &Hir) -> Question {
        let states = thompson::Config::new().utf8(false);
        let states = states.which_captures(WhichCaptures::None);
        let states = NFA::compiler().configure(states).build_from_hir(pattern);
        let automaton = DFA::builder()
            .configure(DFA::config().skip_cache_capacity_check(true))
            .build_from_nfa(states.expect("a pattern that is not too large"));
        let automaton = automaton.expect("bytes have edges of words");
        let own = automaton.clone();
        Question {
            automaton,
            caches: Pool::new(Box::new(move || own.create_cache())),
        }
    }

    /// Whether a text has it.
    pub fn is_in(&self, text: &str) -> bool {
        let input = Input::new(text).earliest(true);
        let found = self
            .automaton
            .try_search_fwd(&mut self.caches.get(), &input);
        found
            .expect("it gives up at no byte and after no number of states")
            .is_some()
    }
}

/// A pattern with its names replaced by their words, which may name others. Nothing is compiled here: a word stands in hundreds of
/// patterns.
fn expanded(text: &str) -> Result<String, String> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at);
        whole.push_str(before);
        let end = after
            .find('}')
            .ok_or_else(|| format!("`{text}` has no end of `{{`"))?;
        let name = &after[1..end];
        match WORDS.get(name) {
            Some(words) => {
                let each: Result<Vec<String>, String> =
                    words.iter().map(|word| expanded(word)).collect();
                whole.push_str(&format!("(?:{})", each?.join("|")));
            }
            // A number of times, as in `\d{4}`.
            None if name
                .chars()
                .all(|letter| letter.is_ascii_digit() || letter == ',') =>
            {
                whole.push_str(&after[..=end]);
            }
            None => return Err(format!("`{text}` names `{name}`, which words.yaml has not")),
        }
        rest = &after[end + 1..];
    }
    whole.push_str(rest);
    Ok(whole.replace(" ?", r"\s*").replace(' ', r"\s+"))
}

/// The same pattern over bytes, with letters, digits, blanks and edges of words of Latin script instead of all scripts.
///
/// Papers are English, and the tables of all scripts made the patterns of all items take seconds to build. Any letter but a full stop is a
/// byte, and case is that of ASCII, so that none of these tables is needed.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(2 * text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next().unwrap_or('\\') {
                'b' => plain.push_str(r"\b"),
                escaped => match members(escaped) {
                    Some(members) => plain.push_str(&class(members)),
                    None => plain.extend(['\\', escaped]),
                },
            },
            '[' => {
                let mut inside = String::new();
                while let Some(letter) = letters.next().filter(|letter| *letter != ']') {
                    let escaped = (letter == '\\').then(|| letters.next().unwrap_or('\\'));
                    match escaped {
                        Some(escaped) => match members(escaped) {
                            Some(members) => inside.push_str(members),
                            None => inside.extend(['\\', escaped]),
                        },
                        None => inside.push(letter),
                    }
                }
                plain.push_str(&class(&inside));
            }
            other => plain.push(other),
        }
    }
    plain
}

/// What a short name of a class stands for.
fn members(name: char) -> Option<&'static str> {
    match name {
        'w' => Some("0-9A-Za-z_\u{c0}-\u{24f}"),
        'd' => Some("0-9"),
        's' => Some(r"\t\n\r\x20\x{a0}"),
        _ => None,
    }
}

/// A class of bytes, or of letters where it names one that is more than a byte.
fn class(members: &str) -> String {
    match members.is_ascii() && !members.contains(r"\x{a0}") {
        true => format!("[{members}]"),
        false => format!("(?u:[{members}])"),
    }
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn a_blank_that_may_be_missing_may_be_missing() {
        let regex = pattern("area ?under the curve").expect("a pattern");
        assert!(regex.is_match("Areaunder the  curve"));
        assert!(regex.is_match("area under the curve"));
        assert!(!regex.is_match("area under thecurve"));
    }

    #[test]
    fn words_are_words_of_latin_script() {
        let regex = pattern(r"\b[\w-]+ hospital\b").expect("a pattern");
        assert!(regex.is_match("the Tübingen-Süd hospital."));
        assert!(!regex.is_match("the Süd hospitals"));
        let regex = pattern(r"\b{percent}").expect("a pattern");
        assert!(regex.is_match("(12.5 %)") && !regex.is_match("x12"));
    }
}

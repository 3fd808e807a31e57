//! What a paper is asked: one file an item of the rubric, with what tells of it and sentences that try it.

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
use serde::Deserialize;

use crate::judging::Verdict;
use crate::judging::section::Section;
use crate::pattern::pattern as own;

/// An item of the rubric, as it stands in its file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `PROV-1`.
    pub id: String,
    /// The heading that it stands below: `Data provenance`.
    pub group: String,
    /// What is looked for.
    pub what: String,
    /// 3: a regulator would stop here; 2: important; 1: useful.
    pub weight: u8,
    /// Principles of Good Machine Learning Practice that it informs, from 1 to 10.
    pub gmlp: Vec<u8>,
    /// Items of reporting checklists that ask the same: `tripod_ai`, `claim`, `stard_ai`, `probast_ai`.
    #[serde(default)]
    pub maps: BTreeMap<String, Vec<String>>,
    /// What to ask the developers if it is missing.
    pub question: String,
    /// What to ask instead if it is told in part: the first whose need the paper does not meet.
    pub partly: Vec<Partly>,
    /// Why it matters for patients.
    pub why: String,
    /// What can be found, by name.
    pub facts: BTreeMap<String, Fact>,
    /// What must be found for the verdict `reported`.
    pub reported: Need,
    /// What must be found for the verdict `partial`.
    pub partial: Need,
    /// What takes a better verdict down, wherever the paper says it: a test set that chose the epoch is not used once.
    #[serde(default)]
    pub lowered: Vec<Lowered>,
    /// Sentences that say themselves that it was not done, not collected, not available.
    #[serde(default)]
    pub declared: Vec<String>,
    /// Sentences with the verdict of a paper that says nothing else; they are the item's tests.
    pub examples: Examples,
}

impl Item {
    /// Every pattern of the item.
    pub fn patterns(&self) -> impl Iterator<Item = &String> {
        let of = self.facts.values().flat_map(Fact::patterns);
        of.chain(&self.declared)
    }
}

impl Fact {
    fn patterns(&self) -> impl Iterator<Item = &String> {
        [&self.cues, &self.with, &self.near, &self.unless]
            .into_iter()
            .flatten()
    }
}

/// Something that a sentence can tell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Patterns of which one must be found.
    pub cues: Vec<String>,
    /// Patterns of which, if there are any, one must be found in the same sentence too.
    #[serde(default)]
    pub with: Vec<String>,
    /// Patterns of which, if there are any, one must be found in the same paragraph too.
    #[serde(default)]
    pub near: Vec<String>,
    /// Patterns that unmake the sentence for this fact: traps.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Only in these sections; everywhere if there are none. Captions and tables count as wherever they stand.
    #[serde(default)]
    pub only_in: Vec<Section>,
    /// Never in these sections.
    #[serde(default)]
    pub never_in: Vec<Section>,
    /// A negated sentence tells it as well: `no patient was in two sets`.
    #[serde(default)]
    pub also_negated: bool,
    /// A sentence on what will, should or could be tells it as well.
    #[serde(default)]
    pub also_planned: bool,
    /// A sentence on the work of others, or in an introduction, tells it as well.
    #[serde(default)]
    pub also_cited: bool,
}

/// What must be found, by names of facts: `source`, `planned monitoring` (a plan or wish will do), `cited agreement` (other people's will
/// do), or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Need {
    One(String),
    All {
        all: Vec<Need>,
    },
    Any {
        any: Vec<Need>,
    },
    /// At least so many of these.
    Some {
        some: usize,
        of: Vec<Need>,
    },
}

/// What to ask of an item that is told in part.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partly {
    /// What the paper must lack; asked of every paper if there is none.
    #[serde(default)]
    pub lacks: Option<Need>,
    pub question: String,
}

/// A fact that spoils what else is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lowered {
    pub by: Need,
    /// `partial` or `not_reported`.
    pub to: Verdict,
}

/// Sentences that try an item.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    pub reported: Vec<Text>,
    #[serde(default)]
    pub partial: Vec<Text>,
    /// With traps among them.
    pub not_reported: Vec<Text>,
    /// That themselves say that it was not done.
    #[serde(default)]
    pub declared: Vec<Text>,
}

/// A passage, of the methods unless it says where it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Plain(String),
    In { section: Section, text: String },
}

impl Text {
    pub fn parts(&self) -> (Section, &str) {
        match self {
            Text::Plain(text) => (Section::Methods, text),
            Text::In { section, text } => (*section, text),
        }
    }
}

/// The words that patterns share, by name: `{dataset}` stands for `(?:MIMIC|eICU|…)`.
static WORDS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("../items/words.yaml"))
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
        .syntax(bytes())
        .configure(config)
        .build(&plain(&expanded(text)?));
    built.map_err(|error| format!("`{text}`: {error}"))
}

/// The same pattern for those who only ask whether a text has it: half of what finding the place takes to prepare.
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

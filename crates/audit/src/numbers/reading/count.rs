use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::line::{Line, LineKind};
use super::natural;
use super::value::WHOLE;
use crate::pattern::pattern;

/// So many of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    pub passage: usize,
    pub value: u64,
    pub unit: Option<Unit>,
    pub partition: Option<Partition>,
    /// Not `about`, `over` or `~`.
    pub exact: bool,
    /// All of the partition: no word stands between number, unit and partition that narrows it, as in `12 false positive patients` or
    /// `73 patients with an event`.
    pub whole: bool,
    /// Its bytes in the line, from the number to the unit.
    #[serde(skip)]
    pub at: Range<usize>,
}

/// What is counted. Patients are not images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Patient,
    Image,
    Scan,
    Slice,
    Frame,
    Patch,
    Slide,
    Recording,
    Study,
    Stay,
    Eye,
    Lesion,
    Case,
    Control,
    Sample,
    Record,
    Window,
    Alarm,
    Reader,
    Site,
}

/// What a set of cases is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Partition {
    Training,
    /// Of tuning or of internal validation: papers use the word for both.
    Validation,
    Test,
    External,
}

const UNITS: &[(Unit, &str)] = &[
    (
        Unit::Patient,
        r"patients?|participants?|subjects?|individuals?|persons?|people|women|men|adults|children|infants|neonates|volunteers?|donors?",
    ),
    (
        Unit::Image,
        r"images?|photographs?|radiographs?|x-?rays?|mammograms?|pictures?",
    ),
    (Unit::Scan, r"scans?|volumes?|CTs?|MRIs?"),
    (Unit::Slice, r"slices?|B-scans?"),
    (Unit::Frame, r"frames?|videos?|clips?"),
    (Unit::Patch, r"patches|tiles?"),
    (Unit::Slide, r"slides?|WSIs?"),
    (Unit::Recording, r"recordings?|ECGs?|EEGs?"),
    (Unit::Study, r"studies|exams?|examinations?"),
    (
        Unit::Stay,
        r"stays?|admissions?|encounters?|hospitali[sz]ations?|visits?",
    ),
    (Unit::Eye, r"eyes?"),
    (Unit::Lesion, r"lesions?|nodules?|polyps?|tumou?rs?"),
    (Unit::Case, r"cases"),
    (Unit::Control, r"controls"),
    (
        Unit::Sample,
        r"samples?|instances?|examples?|specimens?|biopsies",
    ),
    (Unit::Record, r"records?|reports?"),
    (Unit::Window, r"windows?"),
    (Unit::Alarm, r"alarms?|alerts?"),
    (
        Unit::Reader,
        r"readers?|radiologists?|ophthalmologists?|dermatologists?|pathologists?|cardiologists?|clinicians?|physicians?|annotators?|graders?|raters?",
    ),
    (Unit::Site, r"hospitals?|sites|cent(?:er|re)s|institutions?"),
];

const WORDS: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

const PARTITION: &str = r"(?P<partition>external(?: validation| testing| test)?|independent test|held-?out(?: test)?|hold-?out(?: test)?|training|train|development|derivation|internal validation|validation|tuning|testing|test)(?: (?:sets?|cohorts?|data ?sets?|data|groups?|splits?|samples?|partitions?|subsets?))?";

/// Units in the plural without `s`.
const NO_S: [&str; 4] = ["people", "women", "men", "children"];

impl Partition {
    pub fn of(word: &str) -> Partition {
        let word = word.to_lowercase();
        match () {
            () if word.starts_with("external") => Partition::External,
            () if word.contains("valid") || word.contains("tuning") => Partition::Validation,
            () if word.contains("test") || word.contains("out") => Partition::Test,
            () => Partition::Training,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Partition::Training => "training",
            Partition::Validation => "validation",
            Partition::Test => "test",
            Partition::External => "external",
        }
    }
}

impl Unit {
    pub fn of(word: &str) -> Option<Unit> {
        static EACH: LazyLock<Vec<(Unit, Regex)>> = LazyLock::new(|| {
            let of = |&(unit, words): &(Unit, &str)| (unit, pattern(&format!("^(?:{words})$")));
            UNITS.iter().map(of).collect()
        });
        let found = EACH.iter().find(|(_, regex)| regex.is_match(word));
        found.map(|(unit, _)| *unit)
    }

    /// The unit in the plural.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Patient => "patients",
            Unit::Image => "images",
            Unit::Scan => "scans",
            Unit::Slice => "slices",
            Unit::Frame => "frames",
            Unit::Patch => "patches",
            Unit::Slide => "slides",
            Unit::Recording => "recordings",
            Unit::Study => "studies",
            Unit::Stay => "stays",
            Unit::Eye => "eyes",
            Unit::Lesion => "lesions",
            Unit::Case => "cases",
            Unit::Control => "controls",
            Unit::Sample => "samples",
            Unit::Record => "records",
            Unit::Window => "windows",
            Unit::Alarm => "alarms",
            Unit::Reader => "readers",
            Unit::Site => "sites",
        }
    }
}

fn units() -> String {
    let each: Vec<&str> = UNITS.iter().map(|(_, words)| *words).collect();
    each.join("|")
}

/// `1,234 chest radiographs`.
static OF_UNIT: LazyLock<Regex> = LazyLock::new(|| {
    let words = WORDS.join("|");
    let units = units();
    pattern(&format!(
        r"\b(?P<number>{WHOLE}|{words}) (?P<between>(?:[a-z][a-z-]* ){{0,3}}?)(?:(?:{units}) )*(?P<unit>{units})\b",
    ))
});
/// `n = 270`, `training (700)`.
static EQUALS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\bn ?= ?(?P<number>{WHOLE})\b(?: (?P<unit>{}))?",
        units()
    ))
});
static IN_BRACKETS: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"\b{PARTITION} ?\((?P<number>{WHOLE}) ?\)")));
/// `training, validation and test sets of 700, 100 and 200 images`.
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?P<names>{SET}(?:, {SET})*,? and {SET})(?: (?:sets?|cohorts?|data ?sets?|groups?|subsets?|samples?))?,? (?:of|with|containing|comprising|consisting of|consisted of|included|contained|comprised) (?P<numbers>{WHOLE}(?:, {WHOLE})*,? and {WHOLE})(?: [a-z-]+){{0,2}}? (?P<unit>{})\b",
        units()
    ))
});
const SET: &str = r"(?:training|train|development|derivation|internal validation|validation|tuning|testing|test|external validation|external test)";
/// `700 for training`.
static FOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?P<number>{WHOLE}) (?:for|as|to|into) (?:the )?{PARTITION}\b"
    ))
});
static NO_ADJECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:of|and|or|in|with|to|from|were|was|for|per|by|the|at|on|is|are|that|than|had|has|have|who|which|we|our|as|vs|versus|each|every|between|among|hours?|hrs?|h|days?|weeks?|months?|years?|minutes?|seconds?|mm|cm|px|pixels?|points?|times|folds?|epochs?|layers?|classes|models?|features?|variables?|parameters?|readers?|out|million|thousand|billion)\b",
    )
});
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:[~∼≈<>≤≥]|\b(?:about|approximately|approx\.?|around|over|more than|at least|up to|nearly|almost|fewer than|less than|roughly|some|circa|every|only after|minimum of|maximum of|exceeding|first|last|next|top)) ?$",
    )
});
/// Before a number that counts nothing.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\b(?:tables?|figures?|figs?\.?|sections?|appendix|levels?|grades?|stages?|phases?|types?|steps?|models?|versions?|classes|class|scores?|days?|weeks?|equations?|eq\.|experiments?|age[ds]?|top|±) |[\d.,/:^±+=-]|\d )$",
    )
});
static YEAR_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:in|since|from|until|by|during|of|between|and|to|year|early|late|the|january|february|march|april|may|june|july|august|september|october|november|december) $",
    )
});
static PARTITION_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^ ?(?:\([^()]*\) ?)?(?:in|for|of|from|as|comprised|constituted|formed) (?:the |our |a |an |this )?{PARTITION}\b(?P<more> (?:who|that|which|with|whose|having|without)\b)?(?P<did> (?:experienced|had|was|were|developed|received|underwent|showed)\b)?"
    ))
});
static PARTITION_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b{PARTITION}(?: ?\([a-z][^()]*\))?(?: (?:of|with|comprising|comprised(?: of)?|containing|contained|contains|including|included|includes|consisted of|consisting of|consists of|had|has) (?:a total of |the |exactly )?| ?[:(=] ?|,? ?\(? ?n ?= ?)$"
    ))
});
static PARTITION_WITHIN: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^{PARTITION} ?$")));
static ALL_OF: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:the|all|these|our) $"));
static NARROWED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ ?(?:\([^()]*\) ?)?(?:who|that|which|whose|with|without|having|from|of|per|in whom|receiving|undergoing|diagnosed|suffering|positive|negative|for whom)\b",
    )
});

/// The counts of lines; cells of tables are no counts, their column says what they are.
pub fn counts(lines: &[Line]) -> Vec<Count> {
    let sentences = lines.iter().filter(|line| line.kind != LineKind::Row);
    sentences.flat_map(of_line).collect()
}

fn of_line(line: &Line) -> Vec<Count> {
    let text = &line.text;
    let mut found: Vec<Count> = Vec::new();
    for captures in LISTED.captures_iter(text) {
        found.extend(listed(line, &captures, &found));
    }
    let each = [&*OF_UNIT, &*EQUALS, &*IN_BRACKETS, &*FOR];
    for regex in each {
        let mut from = 0;
        while let Some(captures) = regex.captures_at(text, from) {
            let number = captures.name("number").map_or(0..0, |group| group.range());
            // The next may begin among the words of one that is none.
            from = number.end.max(from + 1);
            let is_new = found.iter().all(|count| count.at.start != number.start);
            if is_new && let Some(count) = count(line, &captures, number) {
                found.push(count);
            }
            if from > text.len() || !text.is_char_boundary(from) {
                break;
            }
        }
    }
    found.sort_by_key(|count| count.at.start);
    found
}

/// The counts of two lists, the first of partitions.
fn listed(line: &Line, captures: &regex::Captures, known: &[Count]) -> Vec<Count> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(SET));
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(WHOLE));
    let names: Vec<&str> = NAME
        .find_iter(&captures["names"])
        .map(|name| name.as_str())
        .collect();
    let start = captures.name("numbers").map_or(0, |group| group.start());
    let numbers: Vec<regex::Match> = NUMBER.find_iter(&captures["numbers"]).collect();
    if names.len() != numbers.len() {
        return Vec::new();
    }
    let of = |(name, number): (&&str, &regex::Match)| {
        let at = start + number.start()..start + number.end();
        Some(Count {
            passage: line.passage,
            value: natural(number.as_str())?,
            unit: Unit::of(&captures["unit"]),
            partition: Some(Partition::of(name)),
            exact: true,
            whole: true,
            at,
        })
    };
    let counts = names.iter().zip(&numbers).filter_map(of);
    counts
        .filter(|count| known.iter().all(|other| other.at.start != count.at.start))
        .collect()
}

fn count(line: &Line, captures: &regex::Captures, number: Range<usize>) -> Option<Count> {
    let text = &line.text;
    let digits = &text[number.clone()];
    let word = WORDS
        .iter()
        .position(|word| digits.eq_ignore_ascii_case(word));
    let value = match word {
        // `one patient` is seldom a count.
        Some(0) => return None,
        Some(at) => at as u64 + 1,
        None => natural(digits)?,
    };
    let between = captures.name("between").map_or("", |group| group.as_str());
    let before = &text[..number.start];
    let is_plain_year = word.is_none() && digits.len() == 4 && (1950..=2035).contains(&value);
    let word_of_unit = captures.name("unit").map_or("", |group| group.as_str());
    // `12 patient characteristics` counts no patients.
    let is_adjective = value != 1
        && !word_of_unit.is_empty()
        && !word_of_unit.ends_with(['s', 'S'])
        && !NO_S
            .iter()
            .any(|plural| word_of_unit.eq_ignore_ascii_case(plural));
    let is_equation = before.trim_end().ends_with('=');
    if is_adjective
        || NO_ADJECTIVE.is_match(between)
        || !is_equation && LABEL.is_match(before)
        || is_plain_year && YEAR_BEFORE.is_match(before)
    {
        return None;
    }
    let unit = captures
        .name("unit")
        .and_then(|group| Unit::of(group.as_str()));
    let whole_match = captures.get(0).map_or(0..0, |group| group.range());
    let after = &text[whole_match.end..];
    let of = |found: &regex::Captures| Partition::of(&found["partition"]);
    let own = captures
        .name("partition")
        .map(|group| Partition::of(group.as_str()));
    let within = PARTITION_WITHIN.captures(between).map(|found| of(&found));
    let behind = PARTITION_AFTER.captures(after);
    let ahead = PARTITION_BEFORE.captures(before).map(|found| of(&found));
    let partition = own.or(within).or(behind.as_ref().map(of)).or(ahead);
    let is_narrowed = match &behind {
        // `899 stays in the test set were judged` may be some of them, `the 899 stays` are all.
        Some(found) => {
            found.name("more").is_some() || found.name("did").is_some() && !ALL_OF.is_match(before)
        }
        None => NARROWED.is_match(after),
    };
    let words_narrow = !between.is_empty() && within.is_none();
    let is_group = captures.name("unit").is_some_and(|group| {
        matches!(
            group.as_str().to_lowercase().as_str(),
            "women" | "men" | "children" | "infants" | "neonates" | "adults"
        )
    });
    Some(Count {
        passage: line.passage,
        value,
        unit,
        partition,
        exact: !ABOUT.is_match(before),
        whole: !is_narrowed && !words_narrow && !is_group,
        at: number.start..whole_match.end.max(number.end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::section::Section;

    fn read(text: &str) -> Vec<Count> {
        of_line(&Line {
            text: text.to_owned(),
            passage: 0,
            section: Section::Methods,
            paragraph: 0,
            kind: LineKind::Sentence,
        })
    }

    type Brief = (u64, Option<Unit>, Option<Partition>);

    fn brief(text: &str) -> Vec<Brief> {
        let brief = |count: &Count| (count.value, count.unit, count.partition);
        read(text).iter().map(brief).collect()
    }

    #[test]
    fn counts_have_a_unit_and_a_partition() {
        use Partition::{Test, Training, Validation};
        use Unit::{Image, Patient, Reader, Stay};
        let all: [(&str, Vec<Brief>); 11] = [
            (
                "of 58,000 hospital admissions",
                vec![(58000, Some(Stay), None)],
            ),
            (
                "Of the 902 patients in the test set, 829 patients left.",
                vec![(902, Some(Patient), Some(Test)), (829, Some(Patient), None)],
            ),
            (
                "into training, validation and test sets of 700, 100, and 200 images",
                vec![
                    (700, Some(Image), Some(Training)),
                    (100, Some(Image), Some(Validation)),
                    (200, Some(Image), Some(Test)),
                ],
            ),
            (
                "We enrolled 1,234 patients.",
                vec![(1234, Some(Patient), None)],
            ),
            (
                "It has a test set of 899 stays.",
                vec![(899, Some(Stay), Some(Test))],
            ),
            (
                "Of the 902 patients in the test set, most left.",
                vec![(902, Some(Patient), Some(Test))],
            ),
            (
                "twelve radiologists read 300 images",
                vec![(12, Some(Reader), None), (300, Some(Image), None)],
            ),
            (
                "into training (n = 700), validation (n=100) and test (n = 200) sets",
                vec![
                    (700, None, Some(Training)),
                    (100, None, Some(Validation)),
                    (200, None, Some(Test)),
                ],
            ),
            (
                "with 700 for training, 100 for validation and 200 for testing",
                vec![
                    (700, None, Some(Training)),
                    (100, None, Some(Validation)),
                    (200, None, Some(Test)),
                ],
            ),
            (
                "700 training images and 200 test images",
                vec![
                    (700, Some(Image), Some(Training)),
                    (200, Some(Image), Some(Test)),
                ],
            ),
            (
                "training (700) and test (200) sets",
                vec![(700, None, Some(Training)), (200, None, Some(Test))],
            ),
        ];
        for (text, wanted) in all {
            assert_eq!(brief(text), wanted, "{text}");
        }
    }

    #[test]
    fn years_labels_and_percentages_are_no_counts() {
        for text in [
            "In 2019 patients were enrolled.",
            "Table 2 patients are older.",
            "45% patients and 0.5 patients",
            "within 24 hours patients leave",
            "a 5-year survival of patients",
            "12 patient characteristics",
        ] {
            assert_eq!(brief(text), vec![], "{text}");
        }
    }

    #[test]
    fn words_that_narrow_a_count_are_seen() {
        for (text, whole) in [
            ("the 902 patients in the test set", true),
            ("the 12 false positive patients in the test set", false),
            ("73 patients in the test set who had an event", false),
            (
                "26 patients who experience true alarms in our test set",
                false,
            ),
        ] {
            assert_eq!(read(text)[0].whole, whole, "{text}");
        }
        assert!(!read("over 58,000 admissions")[0].exact);
    }
}

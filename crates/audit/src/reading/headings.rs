//! What headings of papers are called and how they are numbered, whatever the format.

use std::sync::LazyLock;

use regex::Regex;

/// A heading that papers share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Abstract,
    Introduction,
    References,
    /// Another of the first level.
    Top,
    /// One inside a section.
    Sub,
}

/// The name of a heading without its number, if papers share it.
pub(super) fn name(heading: &str) -> Option<Name> {
    let bare = heading
        .trim()
        .trim_end_matches([':', '.', '—', '–', '-'])
        .to_lowercase()
        .replace('’', "'");
    let bare = bare.trim();
    Some(match bare {
        "abstract" | "summary" | "structured abstract" | "synopsis" => Name::Abstract,
        "introduction" | "background" | "introduction and background" => Name::Introduction,
        "references"
        | "reference"
        | "bibliography"
        | "literature cited"
        | "works cited"
        | "literature"
        | "references and notes" => Name::References,
        _ if TOP.contains(&bare) => Name::Top,
        _ if SUB.contains(&bare) => Name::Sub,
        _ if bare.starts_with("appendix") && bare.len() < 12 => Name::Top,
        _ => return None,
    })
}

const TOP: &[&str] = &[
    "acknowledgement",
    "acknowledgements",
    "acknowledgment",
    "acknowledgments",
    "author contributions",
    "authors' contributions",
    "availability of data and materials",
    "code availability",
    "competing interests",
    "conclusion",
    "conclusions",
    "conclusion and future work",
    "conflict of interest",
    "conflicts of interest",
    "contributors",
    "data and code availability",
    "data availability",
    "data availability statement",
    "data sharing",
    "data sharing statement",
    "declaration of interests",
    "declarations",
    "discussion",
    "discussion and conclusion",
    "discussion and conclusions",
    "discussion and related work",
    "ethics approval and consent to participate",
    "ethics declarations",
    "ethics statement",
    "experimental results",
    "experiments",
    "experiments and results",
    "funding",
    "limitations and future work",
    "material and methods",
    "materials and methods",
    "method",
    "methodology",
    "methods",
    "methods and materials",
    "patients and methods",
    "related work",
    "related works",
    "results",
    "results and discussion",
    "supplement",
    "supplementary information",
    "supplementary material",
    "supplementary materials",
    "supporting information",
];

const SUB: &[&str] = &[
    "cohort",
    "data",
    "data sources",
    "dataset",
    "datasets",
    "ethics",
    "limitations",
    "model development",
    "outcome",
    "outcomes",
    "participants",
    "patients",
    "performance metrics",
    "role of the funding source",
    "sample size",
    "setting",
    "statistical analyses",
    "statistical analysis",
    "study design",
    "study population",
];

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:
            (?<dotted>\d{1,2}(?:\.\d{1,2}){0,4})\.?
            | (?<appendix>(?:Appendix\ )?[A-Z](?:\.\d{1,2}){1,4})\.?
            | (?<roman>[IVX]{1,5})\.
            | (?<letter>[A-Z])\.
            | (?<titled>Appendix\ [A-Z0-9]{1,2})[.:]?
        )\s+(?<rest>\S.*)$",
    )
    .expect("the pattern is well formed")
});

/// The number of a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// `4.2`: how many parts it has.
    Parts(u8),
    /// `IV.`
    Roman,
    /// `A.`
    Letter,
}

/// The number before a heading and what is behind it.
pub(super) fn number(heading: &str) -> Option<(Number, &str)> {
    let found = NUMBER.captures(heading)?;
    let rest = found.name("rest").expect("the pattern has it").as_str();
    let parts = |text: &str| u8::try_from(text.split('.').count()).unwrap_or(u8::MAX);
    let number = if let Some(dotted) = found.name("dotted") {
        Number::Parts(parts(dotted.as_str()))
    } else if let Some(appendix) = found.name("appendix") {
        Number::Parts(parts(appendix.as_str()))
    } else if found.name("roman").is_some() {
        Number::Roman
    } else if found.name("letter").is_some() {
        Number::Letter
    } else {
        Number::Parts(1)
    };
    Some((number, rest))
}

/// Few papers have more sections; `50 Patients` counts patients.
const MOST: u8 = 20;

/// The level of a heading by its dotted number.
pub(super) fn level(heading: &str) -> Option<u8> {
    match number(heading)? {
        (Number::Parts(parts), _) => Some(parts.clamp(1, 6)),
        _ => None,
    }
}

/// Numbers of headings as they follow each other: `4.2` follows `4.1`, `5` follows both.
#[derive(Debug, Default)]
pub(super) struct Sequence(Vec<u8>);

impl Sequence {
    /// Whether a heading can be the next one by the number that it begins with: `1`, `4.2`, with a full stop behind or without.
    pub(super) fn is_next(&self, heading: &str) -> bool {
        let Some(parts) = parts(heading) else {
            return false;
        };
        let Some((last, above)) = parts.split_last() else {
            return false;
        };
        match self.0.get(above.len()) {
            // The next one below the same heading, or below the one that is open.
            Some(known) => self.0.starts_with(above) && known.checked_add(1) == Some(*last),
            None => self.0 == above && *last == 1,
        }
    }

    /// Takes the number that a heading begins with, if it has one that sections have.
    pub(super) fn take(&mut self, heading: &str) {
        let number = parts(heading);
        if let Some(number) = number.filter(|parts| parts.iter().all(|part| *part <= MOST)) {
            self.0 = number;
        }
    }
}

/// The parts of the number that a heading begins with.
fn parts(heading: &str) -> Option<Vec<u8>> {
    let number = heading.split(' ').next()?;
    let bare = number.strip_suffix('.').unwrap_or(number);
    let each = bare.split('.').map(|part| part.parse().ok());
    each.collect()
}

/// Whether a numbered line is where authors work: `2 Division of Cardiology, University of Somewhere`.
pub(super) fn is_address(line: &str) -> bool {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:universit\w+|departments?|dept|institut\w*|hospitals?|cent(?:er|re)s?|schools?|college|division|faculty|laborator(?:y|ies)|inc|ltd|gmbh|clinic)\b")
            .expect("the pattern is well formed")
    });
    let rest = number(line).map(|(_, rest)| rest);
    rest.is_some_and(|rest| name(rest).is_none() && PLACE.is_match(rest))
}

/// Whether a line that ends with a full stop is a heading all the same, as letters have them: `Description of data.`
pub(super) fn is_run_in(line: &str) -> bool {
    static TOPIC: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:data|datasets?|models?|performance|statistical|statistics|study|patients|participants|cohorts?|population|training|evaluation|analys[ie]s|outcomes?|design|(?:pre)?processing|acquisition|selection|labels?|annotations?|architecture|validation|ethics|limitations)\b")
            .expect("the pattern is well formed")
    });
    static CLAUSE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:we|our|it|this|these|they|is|are|was|were|has|have|had|see|can|used|not|underwent|show\w*|provid\w*|improv\w*|remain\w*|outperform\w*|achiev\w*|agree\w*)\b|\d")
            .expect("the pattern is well formed")
    });
    let Some(bare) = line.strip_suffix('.') else {
        return false;
    };
    let is_short = bare.split(' ').count() <= 6 && bare.starts_with(char::is_uppercase);
    is_short && !CLAUSE.is_match(bare) && (name(bare).is_some() || TOPIC.is_match(bare))
}

/// Whether a text could be a heading by its words alone: a capital, no end of a sentence, not long.
pub(super) fn reads_as_heading(text: &str) -> bool {
    let rest = number(text).map_or(text, |(_, rest)| rest);
    let first = rest.chars().find(|c| c.is_alphanumeric());
    let letters = rest.chars().filter(|c| c.is_alphabetic()).count();
    let words = rest.split_whitespace().count();
    let known = name(rest).is_some();
    let begins = first.is_some_and(|c| c.is_uppercase() || (c.is_ascii_digit() && words > 1));
    let ends = !rest.ends_with([',', ';', '.', '=', '-', '+']) || known;
    begins && ends && letters >= 3 && words <= 18 && !rest.contains(" = ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_headings_are_read_in_their_forms() {
        assert_eq!(
            number("4.2 Data Filtering"),
            Some((Number::Parts(2), "Data Filtering"))
        );
        assert_eq!(
            number("1. Introduction"),
            Some((Number::Parts(1), "Introduction"))
        );
        assert_eq!(number("IV. RESULTS"), Some((Number::Roman, "RESULTS")));
        assert_eq!(number("B. Cohort"), Some((Number::Letter, "Cohort")));
        assert_eq!(number("A.1 Features"), Some((Number::Parts(2), "Features")));
        assert_eq!(
            number("Appendix B. Tables"),
            Some((Number::Parts(1), "Tables"))
        );
        assert_eq!(number("0.95 (0.91"), Some((Number::Parts(2), "(0.91")));
        assert_eq!(number("Results"), None);
    }

    #[test]
    fn where_authors_work_is_no_heading() {
        assert!(is_address(
            "2 Leon. H. Charney Division of Cardiology, NYU Langone Health"
        ));
        assert!(!is_address("2 Methods") && !is_address("Department of Medicine"));
    }

    #[test]
    fn a_short_line_with_a_full_stop_can_be_a_heading() {
        for heading in [
            "Description of data.",
            "Model and Performance.",
            "Background.",
        ] {
            assert!(is_run_in(heading), "{heading}");
        }
        for sentence in [
            "We repeat it.",
            "This is our model.",
            "of the data.",
            "Data",
            "Cohort of 2019.",
        ] {
            assert!(!is_run_in(sentence), "{sentence}");
        }
    }

    #[test]
    fn a_number_follows_the_one_before_or_opens_a_level() {
        let mut sequence = Sequence::default();
        assert!(sequence.is_next("1") && !sequence.is_next("2") && !sequence.is_next("1.1"));
        sequence.take("1 Introduction");
        assert!(sequence.is_next("2.") && sequence.is_next("1.1") && !sequence.is_next("2.1"));
        sequence.take("2. Data");
        sequence.take("2.1 Cohort");
        sequence.take("Ethics");
        assert!(sequence.is_next("2.2") && sequence.is_next("3") && sequence.is_next("2.1.1"));
        assert!(!sequence.is_next("2.1") && !sequence.is_next("A") && !sequence.is_next(""));
        sequence.take("255 Patients");
        assert!(sequence.is_next("3") && !sequence.is_next("256"));
    }

    #[test]
    fn shared_names_are_known_in_any_case() {
        assert_eq!(name("REFERENCES"), Some(Name::References));
        assert_eq!(name("Materials and Methods:"), Some(Name::Top));
        assert_eq!(name("Statistical analysis"), Some(Name::Sub));
        assert_eq!(name("Gaussian processes"), None);
    }

    #[test]
    fn a_sentence_does_not_read_as_a_heading() {
        assert!(reads_as_heading("4.2 Data Filtering"));
        assert!(reads_as_heading("What does this add?"));
        assert!(!reads_as_heading("of the cohort"));
        assert!(!reads_as_heading("We excluded 12 patients."));
        assert!(!reads_as_heading("12"));
    }
}

//! What lines of running text say of themselves, whatever the format.

use std::sync::LazyLock;

use regex::Regex;

use crate::abbreviation;
use crate::sentence::is_raised;

static ITEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?: [•▪◦●○■□‣∙·►✓➢] \s* | [–—*-] \s+ | \(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)] \s+ ) \S",
    )
    .expect("the pattern is well formed")
});

/// Whether a line begins an item of a list.
pub(super) fn is_item(text: &str) -> bool {
    ITEM.is_match(text)
}

pub(super) fn ends_sentence(text: &str) -> bool {
    let bare =
        text.trim_end_matches(|c: char| matches!(c, ')' | ']' | '”' | '"' | '’') || is_raised(c));
    bare.ends_with(['.', '!', '?', ':']) && !abbreviation::ends(bare)
}

static LICENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(?: © | \(c\)\s+\d{4} | c⃝ | ○c | copyright\b | licen[sc]ed\s+under | this\s+work\s+is\s+licen[sc]ed
        | this\s+is\s+an\s+open[\ -]access | open\s+access\s+this\s+article | permission\s+to\s+make\s+digital
        | published\s+by\b | all\s+rights\s+reserved )",
    )
    .expect("the pattern is well formed")
});

pub(super) fn is_licence(text: &str) -> bool {
    LICENCE.is_match(text) && text.len() < 1_500
}

static MATTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:key\s?words(?: and phrases)?|index terms|ccs concepts|acm reference format|correspondence|e-?mails?)\s*(?:[:—–.-]|to\b|$)|(?:\*\s*)?corresponding author)",
    )
    .expect("the pattern is well formed")
});

/// Keywords and addresses.
pub(super) fn is_matter(text: &str) -> bool {
    MATTER.is_match(text) && text.len() < 1_000
}

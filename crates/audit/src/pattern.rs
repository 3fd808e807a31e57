use regex::Regex;

/// A pattern of this crate's own, in which case does not count.
pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?i){text}"))
        .unwrap_or_else(|error| unreachable!("a pattern of this crate: {error}"))
}

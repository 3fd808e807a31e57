//! The one text of a manifest that its hash is taken of: sorted keys, block style, strings plain where YAML allows it.
//!
//! # Source
//! PRML 0.1, sections 3.2 to 3.6 and `spec/grammar/prml-canonical.abnf` of 2026-09-13 (constraints C1 to C7); the rule when a string may
//! be plain is that of PyYAML, whose `safe_dump` the reference implementation is.

use std::fmt::Write;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Number, Value};

/// Integers that a threshold of version 0.2 is written as, if it is whole.
const WHOLE_BELOW: f64 = 9_007_199_254_740_992.0;

/// The canonical text of a manifest, which ends with a line feed.
pub(super) fn canonical(manifest: &Map<String, Value>) -> String {
    let by_value = manifest.get("version").and_then(Value::as_str) == Some("prml/0.2");
    let mut manifest = manifest.clone();
    if let Some(threshold) = manifest.get("threshold").and_then(Value::as_f64) {
        let whole = by_value && threshold.fract() == 0.0 && threshold.abs() < WHOLE_BELOW;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole, and below two to the 53"
        )]
        let written = match whole {
            true => Some(Number::from(threshold as i64)),
            false => Number::from_f64(threshold),
        };
        if let Some(written) = written {
            manifest.insert("threshold".to_owned(), Value::Number(written));
        }
    }
    let mut out = String::new();
    mapping(&manifest, 0, &mut out);
    out
}

fn mapping(entries: &Map<String, Value>, indent: usize, out: &mut String) {
    let mut keys: Vec<&String> = entries.keys().collect();
    keys.sort_unstable();
    for key in keys {
        let _ = write!(out, "{:indent$}{}:", "", string(key));
        match &entries[key] {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                mapping(inner, indent + 2, out);
            }
            // The dashes of a list stand below its key.
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                sequence(items, indent, out);
            }
            value => {
                let _ = writeln!(out, " {}", scalar(value));
            }
        }
    }
}

fn sequence(items: &[Value], indent: usize, out: &mut String) {
    for item in items {
        let mut block = String::new();
        match item {
            Value::Object(inner) if !inner.is_empty() => mapping(inner, indent + 2, &mut block),
            Value::Array(inner) if !inner.is_empty() => sequence(inner, indent + 2, &mut block),
            value => {
                let _ = writeln!(block, "{:width$}{}", "", scalar(value), width = indent + 2);
            }
        }
        // The first line of what is within stands on the line of the dash.
        let _ = write!(out, "{:indent$}- {}", "", &block[indent + 2..]);
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) if number.is_f64() => float(number.as_f64().unwrap_or_default()),
        Value::Number(number) => number.to_string(),
        Value::String(text) => string(text),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
    }
}

/// The shortest digits that read back as the number: decimal for exponents from -4 to 15, else with an exponent of two digits and a
/// point in the mantissa.
fn float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        return format!("{value:?}");
    }
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{point}e{sign}{:02}", exponent.abs())
}

fn string(text: &str) -> String {
    if may_be_plain(text) && !WORDS.is_match(text) && !is_number_in_1_1(text) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether a string in block style needs no quotes, by its characters.
fn may_be_plain(text: &str) -> bool {
    if text.is_empty() || text.starts_with(' ') || text.ends_with(' ') {
        return false;
    }
    if text.starts_with("---") || text.starts_with("...") {
        return false;
    }
    let letters: Vec<char> = text.chars().collect();
    letters.iter().enumerate().all(|(i, &letter)| {
        let blank_after = letters.get(i + 1).is_none_or(|&next| next == ' ');
        match (i, letter) {
            (
                0,
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
                | '@' | '`',
            ) => false,
            (0, '?' | ':' | '-') => !blank_after,
            (_, ':') => !blank_after,
            (_, '#') => letters[i - 1] != ' ',
            _ => true,
        }
    })
}

/// What YAML 1.1 reads as a truth value or as nothing, and its `<<`, `=` and indicators.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|<<|=|~|null|Null|NULL|[!&*])$",
    )
});

/// What YAML 1.1 reads as a number, also with bases and sixties, or as a date.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?x:
    [-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?
    |\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
    |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)
    |[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+
    |[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+
    |[0-9]{4}-[0-9]{2}-[0-9]{2}
    |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[\ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?
        (?:[\ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?
    )$",
    )
});

/// Whether a word without quotes is a number or a date by YAML 1.1.
pub(super) fn is_number_in_1_1(word: &str) -> bool {
    NUMBERS.is_match(word)
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("a pattern of this file: {error}"))
}

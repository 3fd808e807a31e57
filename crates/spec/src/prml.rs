//! PRML manifests: one claim of an evaluation a file, bound by a hash before the evaluation runs.
//!
//! # Source
//! PRML (Pre-Registered ML Manifest) 0.1 with its errata up to 2026-09-13, and what its reference implementation, `falsify` 0.4,
//! accepts of 0.2. Media type `application/vnd.prml+yaml`.

mod canonical;

use regex::Regex;
use serde_json::{Map, Value, json};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle};
use unicode_normalization::is_nfc;

use crate::diagnostic::Diagnostic;
use crate::position::{Place, Positions};
use crate::rule::Rule;

/// Keys that a manifest may have; the first nine it must have.
const KEYS: [&str; 14] = [
    "version",
    "claim_id",
    "created_at",
    "metric",
    "comparator",
    "threshold",
    "dataset",
    "seed",
    "producer",
    "model",
    "compute_envelope",
    "prior_hash",
    "notes",
    "metric_args",
];
const NEEDED: usize = 9;
const ID: &str = "prml.manifest";
const COMPARATORS: [&str; 5] = [">=", ">", "==", "<=", "<"];
const METRIC_LENGTH_MAX: usize = 256;
const NOTES_LENGTH_MAX: usize = 4096;
/// Longer keys are written in another way by the reference implementation.
const KEY_LENGTH_MAX: usize = 120;

/// A manifest that holds what PRML asks of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest(Map<String, Value>);

/// What a manifest claims, to be written as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// A UUID of version 7.
    pub id: String,
    /// RFC 3339, in UTC.
    pub created_at: String,
    /// Names the value that is compared.
    pub metric: String,
    /// What the value depends on.
    pub metric_args: Map<String, Value>,
    /// `>=`, `>`, `==`, `<=` or `<`.
    pub comparator: &'static str,
    pub threshold: f64,
    pub dataset: String,
    /// SHA-256 of the data, in hexadecimal digits.
    pub dataset_hash: String,
    pub seed: u64,
    pub producer: String,
    pub notes: String,
    /// The hash of the manifest that this one amends.
    pub prior_hash: Option<String>,
}

impl From<Claim> for Manifest {
    fn from(claim: Claim) -> Manifest {
        let written = json!({
            "version": "prml/0.1",
            "claim_id": claim.id,
            "created_at": claim.created_at,
            "metric": claim.metric,
            "metric_args": claim.metric_args,
            "comparator": claim.comparator,
            "threshold": claim.threshold,
            "dataset": {"id": claim.dataset, "hash": claim.dataset_hash},
            "seed": claim.seed,
            "producer": {"id": claim.producer},
            "notes": claim.notes,
        });
        let Value::Object(mut entries) = written else {
            unreachable!("an object was written")
        };
        if let Some(hash) = claim.prior_hash {
            entries.insert("prior_hash".to_owned(), json!(hash));
        }
        Manifest(entries)
    }
}

impl Manifest {
    /// Reads a manifest in YAML, of which JSON is a part; `file` is its name.
    ///
    /// # Errors
    /// What is wrong with it, at its line: no YAML, a key twice, a key that is absent or unknown, a value that PRML does not allow.
    pub fn read(file: &str, text: &str) -> Result<Manifest, Vec<Diagnostic>> {
        let positions = Positions::of(text);
        let wrong = |path: &str, message: String, help: &str| {
            Diagnostic::error(ID, file, positions.find(path), message).help(help)
        };
        let value = crate::read::value(text).map_err(|(line, why)| {
            let place = Place {
                line: u32::try_from(line).unwrap_or(u32::MAX),
                column: 1,
                width: 1,
            };
            let message = format!("this is no YAML document that PRML allows: {why}");
            vec![
                Diagnostic::error(ID, file, Some(place), message)
                    .help("write block mappings, each key once"),
            ]
        })?;
        let Value::Object(entries) = value else {
            let message = "a manifest is a mapping of keys to values".to_owned();
            return Err(vec![wrong("", message, "begin with `version: prml/0.1`")]);
        };
        let mut found = Vec::new();
        let mut say = |path: &str, message: String, help: &str| {
            found.push(wrong(path, message, help));
        };
        keys(&entries, &mut say);
        values(&entries, &mut say);
        strings(&Value::Object(entries.clone()), "", &mut say);
        found.extend(read_in_two_ways(file, text));
        match found.is_empty() {
            true => Ok(Manifest(entries)),
            false => Err(found),
        }
    }

    /// The bytes whose SHA-256 is the manifest's hash.
    pub fn canonical(&self) -> String {
        canonical::canonical(&self.0)
    }

    /// The manifest's keys and values, as they were written.
    pub fn entries(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The text of a key, or nothing.
    fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn claim_id(&self) -> &str {
        self.text("claim_id")
    }

    pub fn metric(&self) -> &str {
        self.text("metric")
    }

    pub fn comparator(&self) -> &str {
        self.text("comparator")
    }

    pub fn threshold(&self) -> f64 {
        self.0
            .get("threshold")
            .and_then(Value::as_f64)
            .unwrap_or(f64::NAN)
    }

    /// The rule of a criterion that asks at least as much: the bound of the interval must hold what the manifest asks of the value.
    ///
    /// A claim of equality has none, since no interval is one number.
    pub fn rule(&self) -> Option<Rule> {
        match self.comparator() {
            ">=" | ">" => Some(Rule::LowerAtLeast(self.threshold())),
            "<=" | "<" => Some(Rule::UpperAtMost(self.threshold())),
            _ => None,
        }
    }
}

const CLAIM_ID: &str =
    "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";
const TIME: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$";
const HASH: &str = "^[0-9a-f]{64}$";
const PRIOR_HASH: &str = "^[0-9a-fA-F]{64}$";

fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

/// What stands without quotes and is a number or date to some readers of YAML and a text, or another number, to others: they would hash
/// the manifest differently. JSON has no such words.
fn read_in_two_ways(file: &str, text: &str) -> Vec<Diagnostic> {
    if serde_json::from_str::<Value>(text).is_ok() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((Event::Scalar(word, ScalarStyle::Plain, ..), span)) = event else {
            continue;
        };
        let leads_with_zero = matches("^[-+]?0[0-9_]+$", &word);
        if canonical::is_number_in_1_1(&word) == matches(NUMBER_IN_1_2, &word) && !leads_with_zero {
            continue;
        }
        let place = Place {
            line: u32::try_from(span.start.line()).unwrap_or(u32::MAX),
            column: u32::try_from(span.start.col() + 1).unwrap_or(u32::MAX),
            width: u32::try_from(word.chars().count()).unwrap_or(u32::MAX),
        };
        let message =
            format!("`{word}` without quotes is read in one way by some and in another by others");
        found.push(
            Diagnostic::error(ID, file, Some(place), message)
                .help("put it in quotes; or write the number as 0.85, 12 or 1.0e-06"),
        );
    }
    found
}

/// Numbers of the core schema of YAML 1.2.
const NUMBER_IN_1_2: &str = r"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$";

/// Takes the path of what is wrong, what is wrong, and what to do.
type Say<'a> = dyn FnMut(&str, String, &str) + 'a;

fn keys(entries: &Map<String, Value>, say: &mut Say) {
    for key in &KEYS[..NEEDED] {
        if !entries.contains_key(*key) {
            say("", format!("`{key}` is absent"), "add it");
        }
    }
    for (key, allowed) in [
        ("", &KEYS[..]),
        ("dataset", &["id", "hash", "uri"]),
        ("producer", &["id", "signature"]),
    ] {
        let inner = match key {
            "" => Some(entries),
            key => entries.get(key).and_then(Value::as_object),
        };
        for name in inner.into_iter().flat_map(|inner| inner.keys()) {
            let path = match key {
                "" => name.clone(),
                key => format!("{key}.{name}"),
            };
            if !allowed.contains(&name.as_str()) {
                let message = format!("`{path}` is no key of PRML");
                say(
                    &path,
                    message,
                    &format!("the keys are {}", allowed.join(", ")),
                );
            }
        }
    }
}

fn values(entries: &Map<String, Value>, say: &mut Say) {
    let mut text = |path: &str, fits: &dyn Fn(&str) -> bool, asked: &str| {
        let mut value = Some(entries);
        let mut last = path;
        if let Some((outer, inner)) = path.split_once('.') {
            value = entries.get(outer).and_then(Value::as_object);
            last = inner;
            if value.is_none() && entries.contains_key(outer) {
                let help = "write its keys below it, two blanks to the right";
                say(outer, format!("`{outer}` is no mapping"), help);
                return;
            }
        }
        let Some(found) = value.and_then(|value| value.get(last)) else {
            // Which key of the file is absent was said; the keys within are said here.
            if value.is_some() && path.contains('.') {
                say(path, format!("`{path}` is absent"), "add it");
            }
            return;
        };
        if !found.as_str().is_some_and(fits) {
            say(
                path,
                format!("`{path}` is {found}"),
                &format!("write {asked}"),
            );
        }
    };
    let length = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
    let version = |text: &str| ["prml/0.1", "prml/0.2"].contains(&text);
    text("version", &version, "prml/0.1 or prml/0.2");
    text(
        "claim_id",
        &|text| matches(CLAIM_ID, text),
        "a UUID of version 7",
    );
    text(
        "created_at",
        &|text| matches(TIME, text),
        "a time as in RFC 3339, in quotes",
    );
    let metric = |text: &str| length(text, METRIC_LENGTH_MAX);
    text("metric", &metric, "a name of 1 to 256 characters");
    let comparator = |text: &str| COMPARATORS.contains(&text);
    text(
        "comparator",
        &comparator,
        "one of >=, >, ==, <=, <, in quotes",
    );
    text(
        "dataset.id",
        &|text| !text.is_empty(),
        "the name of the data",
    );
    text(
        "dataset.hash",
        &|text| matches(HASH, text),
        "64 hexadecimal digits in lower case",
    );
    text("producer.id", &|text| !text.is_empty(), "who claims it");
    if entries.contains_key("notes") {
        let notes = |text: &str| text.chars().count() <= NOTES_LENGTH_MAX;
        text("notes", &notes, "a text of at most 4096 characters");
    }
    if entries
        .get("prior_hash")
        .is_some_and(|hash| !hash.is_null())
    {
        text(
            "prior_hash",
            &|text| matches(PRIOR_HASH, text),
            "64 hexadecimal digits",
        );
    }
    // YAML's .inf and .nan become null here, and so no number.
    if let Some(threshold) = entries.get("threshold")
        && threshold.as_f64().is_none_or(|number| !number.is_finite())
    {
        let message = "`threshold` is no finite number, so that no result could meet or fail it";
        say(
            "threshold",
            message.to_owned(),
            "write a number such as 0.85",
        );
    }
    if let Some(seed) = entries.get("seed")
        && !(seed.is_u64() || seed.is_null())
    {
        let message = format!("`seed` is {seed}");
        say(
            "seed",
            message,
            "write a whole number from 0 to 18446744073709551615, or null",
        );
    }
}

/// Every text and key must be written in one way only: normalised, without characters that cannot be seen.
fn strings(value: &Value, path: &str, say: &mut Say) {
    match value {
        Value::String(text) => portable(text, path, "the text", say),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                strings(item, &format!("{path}[{i}]"), say);
            }
        }
        Value::Object(entries) => {
            for (key, entry) in entries {
                let path = match path {
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                if key.len() > KEY_LENGTH_MAX {
                    say(
                        &path,
                        "the key is too long".to_owned(),
                        "use at most 120 characters",
                    );
                }
                portable(key, &path, "the key", say);
                strings(entry, &path, say);
            }
        }
        _ => {}
    }
}

fn portable(text: &str, path: &str, what: &str, say: &mut Say) {
    if let Some(letter) = text.chars().find(|&letter| is_unportable(letter)) {
        let message = format!(
            "{what} holds the character U+{:04X}, which cannot be seen",
            letter as u32
        );
        say(path, message, "leave it out");
    }
    if !is_nfc(text) {
        let message = format!(
            "{what} is not in Unicode's normalisation form C, so that what looks alike hashes differently"
        );
        say(path, message, "save the text in that form");
    }
}

/// Controls, separators of lines, the mark of byte order, and what is no character.
fn is_unportable(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{10ffff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"version: "prml/0.1"
claim_id: "01900000-0000-7000-8000-000000000000"
created_at: "2026-05-01T12:00:00Z"
metric: "accuracy"
comparator: ">="
threshold: 0.85
dataset:
  id: "imagenet-val-2012"
  hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
seed: 42
producer:
  id: "falsify.dev"
"#;

    fn told(text: &str) -> Vec<String> {
        let found = Manifest::read("claim.prml", text).expect_err("it is not one");
        let told = found.into_iter();
        told.map(|one| format!("{}: {}", one.at.line.unwrap_or_default(), one.message))
            .collect()
    }

    #[test]
    fn the_example_of_the_specification_has_one_canonical_text() {
        let read = Manifest::read("claim.prml", MINIMAL).unwrap();
        let text = "claim_id: 01900000-0000-7000-8000-000000000000\ncomparator: '>='\ncreated_at: '2026-05-01T12:00:00Z'\ndataset:\n  \
                    hash: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n  id: imagenet-val-2012\nmetric: accuracy\n\
                    producer:\n  id: falsify.dev\nseed: 42\nthreshold: 0.85\nversion: prml/0.1\n";
        assert_eq!(read.canonical(), text);
        let again = Manifest::read("claim.prml", text).unwrap();
        assert_eq!(again, read);
    }

    #[test]
    fn a_manifest_in_json_is_the_same_one() {
        let read = Manifest::read("claim.prml", MINIMAL).unwrap();
        let json = serde_json::to_string_pretty(read.entries()).unwrap();
        assert_eq!(Manifest::read("claim.json", &json).unwrap(), read);
    }

    #[test]
    fn what_is_wrong_is_told_at_its_line() {
        let wrong = MINIMAL
            .replace("seed: 42", "seed: -1")
            .replace("\">=\"", "\"=>\"")
            .replace("seed", "sed");
        assert_eq!(
            told(&wrong),
            [
                "0: `seed` is absent",
                "10: `sed` is no key of PRML",
                "5: `comparator` is \"=>\"",
            ]
        );
        let endless = MINIMAL.replace("0.85", ".inf");
        assert!(
            told(&endless)[0].contains("non-finite"),
            "{:?}",
            told(&endless)
        );
        let twice = format!("{MINIMAL}metric: auroc\n");
        assert!(told(&twice)[0].starts_with("13: this is no YAML document that PRML allows"));
        let bare = MINIMAL.replace("\"2026-05-01T12:00:00Z\"", "2026-05-01T12:00:00Z");
        assert_eq!(told(&bare).len(), 1);
        assert!(told(&bare)[0].starts_with("3: `2026-05-01T12:00:00Z` without quotes"));
        for word in ["1e5", "012", "0o17", "1_000", "1:30", "+.5"] {
            let twofold = MINIMAL.replace("seed: 42", &format!("seed: {word}"));
            assert!(
                told(&twofold)
                    .iter()
                    .any(|one| one.contains("without quotes")),
                "{word}"
            );
        }
        let composed = MINIMAL.replace("falsify.dev", "O\u{308}ztu\u{308}rk");
        assert!(told(&composed)[0].contains("normalisation form C"));
        let unseen = MINIMAL.replace("falsify.dev", "a\\u2028b");
        assert!(told(&unseen)[0].contains("U+2028"));
        assert!(!told("- a\n").is_empty());
        assert!(!told("").is_empty());
    }

    #[test]
    fn a_claim_of_a_value_asks_the_bound_of_an_interval() {
        let read = |comparator| {
            Manifest::read("claim.prml", &MINIMAL.replace(">=", comparator))
                .unwrap()
                .rule()
        };
        assert_eq!(read(">"), Some(Rule::LowerAtLeast(0.85)));
        assert_eq!(read("<="), Some(Rule::UpperAtMost(0.85)));
        assert_eq!(read("=="), None);
    }
}

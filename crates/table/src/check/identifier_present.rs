mod headers;
mod names;
mod pixels;

use std::collections::HashSet;
use std::sync::LazyLock;

use galen_spec::data::Severity;
use regex::Regex;
use serde_json::json;

use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::Kind;
use crate::expectation::share;
use crate::names::words;

/// What names a person stands in a column, or in its texts.
///
/// Looked for are identifiers of the Safe Harbor list: e-mail, telephone, social security number, address of a computer or of
/// the web, NHS number, names, street addresses, dates of birth, postal codes, record numbers, ages above 89. A name of the
/// column counts only with contents that fit. Direct identifiers stop, dates of birth and postal codes warn, ages above 89 are
/// noted; one that occurs in less than 1 % of the texts of a column of free text warns. The column of the patient (`--id`) is
/// asked only for what no pseudonym looks like. No value is shown, but its shape: letters as `A` and `a`, digits as `9`. Of a
/// table of DICOM headers also what the Basic Profile of PS3.15 removes or empties, private elements, and files that say that text is burnt
/// into their pixels; of images, lines of what looks like letters.
///
/// # Source
/// 45 CFR 164.514(b)(2)(i), A to R (Safe Harbor); NHS Data Dictionary, NHS number (modulus 11); Social Security Administration,
/// POMS RM 10201.030 (which numbers are never given); DICOM PS3.15 2026c, table E.1-1.
pub struct IdentifierPresent;

/// Texts of a column that are looked at.
const TEXTS: usize = 20_000;
/// The share of texts that makes a column one of that kind.
const MOST: f64 = 0.5;
/// The share of texts from on which a direct identifier stops.
const STOP: f64 = 0.01;
const ROWS: usize = 10;

impl Check for IdentifierPresent {
    fn about(&self) -> About {
        About {
            id: "identifier_present",
            head: CheckHead::Integrity,
            what: "Does a column hold what names a person?",
            source: "45 CFR 164.514(b)(2)(i)",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let names = study.table.names().into_iter();
        let of_columns = names.filter_map(|name| look(study, name));
        let of_files = headers::find(study).into_iter().chain(pixels::find(study));
        of_columns.chain(of_files).collect()
    }
}

/// A kind of identifier that its text, or a part of it, gives away.
struct Shape {
    what: &'static str,
    is: fn(&str) -> bool,
}

const SHAPES: &[Shape] = &[
    Shape {
        what: "e-mail address",
        is: |text| EMAIL.is_match(text),
    },
    Shape {
        what: "social security number",
        is: is_social_security,
    },
    Shape {
        what: "telephone number",
        is: |text| PHONE.is_match(text),
    },
    Shape {
        what: "address of the web or of a computer",
        is: is_web,
    },
    Shape {
        what: "street address",
        is: |text| STREET.is_match(text),
    },
    Shape {
        what: "name of a person",
        is: is_name,
    },
];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is right")
}

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b")
});
/// With separators: digits alone may be any number.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(^|[^\w.-])(\+\d{1,3}[ .-]?(\(\d{1,4}\)[ .-]?)?\d{1,4}([ .-]\d{2,4}){1,4}|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4}|0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,4})($|[^\w.-])",
    )
});
static SOCIAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(\d{3})-(\d{2})-(\d{4})\b"));
static WEB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\bhttps?://\S+|\bwww\.[a-z0-9-]+\.[a-z]{2,}|\b([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b")
});
static COMPUTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\b"));
static STREET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b\d{1,5} ([A-Z][a-z]+ ){1,3}(Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Terrace)\b\.?|\b[A-Z][a-z\u{df}-\u{ff}]+(str\.|stra\u{df}e|strasse|weg|gasse|platz|allee) \d{1,4}[a-z]?\b",
    )
});
static TITLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(Mr|Mrs|Ms|Dr|Herr|Frau)\.? [A-Z][a-z\u{df}-\u{ff}]+"));
/// Two or three capitalised words, also written with a comma between.
static CAPITALISED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b([A-Z][a-z\u{df}-\u{ff}'-]+),? ([A-Z]\.? )?([A-Z][a-z\u{df}-\u{ff}'-]+)\b")
});

fn is_social_security(text: &str) -> bool {
    SOCIAL.captures_iter(text).any(|found| {
        let number = |at: usize| found[at].parse::<u32>().unwrap_or_default();
        let (area, group, serial) = (number(1), number(2), number(3));
        area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
    })
}

fn is_web(text: &str) -> bool {
    let is_computer = |found: regex::Captures| {
        (1..=4).all(|at| found[at].parse::<u32>().is_ok_and(|part| part < 256))
    };
    WEB.is_match(text) || COMPUTER.captures_iter(text).any(is_computer)
}

fn is_name(text: &str) -> bool {
    let is_given =
        |found: regex::Captures| names::is_given(&found[1]) || names::is_given(&found[3]);
    TITLE.is_match(text) || CAPITALISED.captures_iter(text).any(is_given)
}

/// A number of ten digits with the check digit of the NHS.
fn is_nhs(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let only = text
        .chars()
        .all(|c| c.is_ascii_digit() || c == ' ' || c == '-');
    if digits.len() != 10 || !only || digits.iter().all(|digit| *digit == digits[0]) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .take(9)
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit * weight)
        .sum();
    (11 - sum % 11) % 11 == digits[9]
}

fn look(study: &Study, name: &str) -> Option<Finding> {
    let kind = study.table.kind(name).ok()?;
    let texts = study.table.texts(name).ok()?;
    let texts: Vec<&str> = texts
        .iter()
        .flatten()
        .map(|text| text.trim())
        .take(TEXTS)
        .collect();
    if texts.len() < ROWS {
        return None;
    }
    let is_id = study.roles.id.as_deref() == Some(name);
    if kind == Kind::Text {
        for shape in SHAPES {
            let hits: Vec<&&str> = texts.iter().filter(|text| (shape.is)(text)).collect();
            // A column of short words with a rare hit is one of codes; in free text each hit is a person.
            let is_free = texts.iter().map(|text| text.len()).sum::<usize>() > 25 * texts.len();
            let part = hits.len() as f64 / texts.len() as f64;
            if hits.is_empty() || !(part >= MOST || is_free) {
                continue;
            }
            let severity = if part >= STOP {
                Severity::Stop
            } else {
                Severity::Warn
            };
            return Some(finding(
                study,
                name,
                shape.what,
                severity,
                hits.len(),
                &texts,
                hits[0],
            ));
        }
    }
    by_name(study, name, kind, &texts, is_id)
}

/// What the name of the column says, if its contents fit.
fn by_name(study: &Study, name: &str, kind: Kind, texts: &[&str], is_id: bool) -> Option<Finding> {
    let found = words(name);
    let has = |word: &[&str]| found.iter().any(|other| word.contains(&other.as_str()));
    let both = |one: &str, other: &str| has(&[one]) && has(&[other]);
    let share = |is: &dyn Fn(&str) -> bool| {
        texts.iter().filter(|text| is(text)).count() as f64 / texts.len() as f64
    };
    let letters = |text: &str| {
        text.chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '.' | ','))
            && text.chars().any(char::is_alphabetic)
    };
    let different = texts.iter().collect::<HashSet<_>>().len();
    let hit = |what, severity| {
        let first = texts.first()?;
        Some(finding(
            study,
            name,
            what,
            severity,
            texts.len(),
            texts,
            first,
        ))
    };
    let is_digits = |text: &str| {
        text.len() >= 6 && text.len() <= 12 && text.bytes().filter(u8::is_ascii_digit).count() >= 6
    };
    if (has(&[
        "surname",
        "lastname",
        "firstname",
        "forename",
        "nachname",
        "vorname",
    ]) || both("patient", "name")
        || both("last", "name")
        || both("first", "name")
        || both("full", "name")
        || both("given", "name")
        || both("family", "name")
        || both("mother", "name"))
        && kind == Kind::Text
        && share(&letters) >= MOST
        && different > texts.len() / 20
    {
        return hit("name of a person", Severity::Stop);
    }
    if !is_id
        && (has(&["mrn", "ssn", "nhs", "passport"])
            || both("medical", "record")
            || both("record", "number")
            || both("hospital", "number")
            || both("insurance", "number")
            || both("account", "number")
            || both("health", "plan"))
        && share(&is_digits) >= MOST
        && different > texts.len() / 2
    {
        return hit("record, insurance or account number", Severity::Stop);
    }
    if share(&is_nhs) >= 0.95 && different > 5 {
        return hit("NHS number", Severity::Stop);
    }
    if has(&["dob", "birthdate", "birthday", "geburtsdatum"])
        || both("date", "birth")
        || both("birth", "day")
    {
        let is_date = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() >= 6;
        if kind.is_time() || share(&is_date) >= MOST {
            return hit("date of birth", Severity::Warn);
        }
    }
    if has(&["zip", "zipcode", "postcode", "plz"]) || both("postal", "code") || both("zip", "code")
    {
        let is_code = |text: &str| {
            (3..=10).contains(&text.len()) && text.bytes().any(|byte| byte.is_ascii_digit())
        };
        if share(&is_code) >= MOST && different > 5 {
            return hit("postal code", Severity::Warn);
        }
    }
    if has(&["address", "street"]) && kind == Kind::Text && different > texts.len() / 2 {
        let is_address =
            |text: &str| text.contains(' ') && text.bytes().any(|byte| byte.is_ascii_digit());
        if share(&is_address) >= MOST {
            return hit("street address", Severity::Stop);
        }
    }
    if found == ["age"] || both("age", "years") {
        let is_old = |text: &&str| {
            text.parse::<f64>()
                .is_ok_and(|age| age > 89.0 && age < 130.0)
        };
        let old: Vec<&str> = texts.iter().copied().filter(|text| is_old(text)).collect();
        if let Some(first) = old.first() {
            return Some(finding(
                study,
                name,
                "age above 89",
                Severity::Note,
                old.len(),
                texts,
                first,
            ));
        }
    }
    None
}

/// The article that a word takes.
fn article(word: &str) -> &'static str {
    match word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    }
}

fn finding(
    study: &Study,
    name: &str,
    what: &str,
    severity: Severity,
    hits: usize,
    texts: &[&str],
    first: &str,
) -> Finding {
    let part = share(hits, texts.len(), study.roles.level);
    Finding {
        check: "identifier_present",
        severity,
        columns: vec![name.to_owned()],
        message: format!(
            "`{name}` holds what looks like {} {what} in {hits} of {} values ({}).",
            article(what),
            texts.len(),
            percent(part.value.unwrap_or_default())
        ),
        measure: Some(Measure {
            name: "share_of_identifying_values",
            estimate: part,
        }),
        evidence: json!({ "what": what, "shape": shape(first), "values_looked_at": texts.len() }),
        help: "Remove the column, or replace it by a pseudonym, before anybody else gets the table; ages above 89 become 90."
            .to_owned(),
    }
}

/// Letters as `A` and `a`, digits as `9`, at most 40.
fn shape(text: &str) -> String {
    let mask = |c: char| match c {
        c if c.is_uppercase() => 'A',
        c if c.is_alphabetic() => 'a',
        c if c.is_numeric() => '9',
        c => c,
    };
    text.chars().take(40).map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Beside, Roles, check};
    use super::*;
    use crate::{ReadOptions, Table};

    /// A column by its name, and the value of each row.
    type Made<'a> = (&'a str, &'a dyn Fn(usize) -> String);

    fn found(name: &str, value: impl Fn(usize) -> String) -> Option<Finding> {
        let rows = (0..60).map(|n| format!("P{n:04},\"{}\",{}\n", value(n), n % 3 / 2));
        let text = format!("pid,{name},y\n{}", rows.collect::<String>());
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let roles = Roles {
            id: Some("pid".to_owned()),
            ..Roles::of_label("y")
        };
        let report = check(&table, &roles, Beside::default()).expect("columns");
        let mut here = report.findings.into_iter();
        here.find(|one| one.check == "identifier_present")
    }

    #[test]
    fn what_names_a_person_is_found_and_not_shown() {
        let given = ["Mary", "John", "Linda", "Thomas", "Karin"];
        let cases: [(Made, Severity); 10] = [
            (
                ("contact", &|n| format!("user{n}@clinic-{n}.example.org")),
                Severity::Stop,
            ),
            (
                ("c1", &|n| {
                    format!("{:03}-{:02}-{:04}", 100 + n, 10 + n % 80, 1000 + n)
                }),
                Severity::Stop,
            ),
            (
                ("call", &|n| format!("(555) {:03}-{:04}", 200 + n, 1000 + n)),
                Severity::Stop,
            ),
            (
                ("c2", &|n| {
                    format!("{} Meyer{}", given[n % 5], ["", "s"][n % 2])
                }),
                Severity::Stop,
            ),
            (
                ("patient_name", &|n| {
                    format!("Xu{} Qi", ["a", "o", "ing"][n % 3].repeat(1 + n / 20))
                }),
                Severity::Stop,
            ),
            (
                ("home", &|n| format!("{} Oak Tree Lane", 10 + n)),
                Severity::Stop,
            ),
            (
                ("mrn", &|n| format!("{:08}", 20_170_000 + 37 * n)),
                Severity::Stop,
            ),
            (
                ("dob", &|n| {
                    format!("19{:02}-03-{:02}", 30 + n % 60, 1 + n % 28)
                }),
                Severity::Warn,
            ),
            (
                ("zip_code", &|n| format!("{:05}", 2100 + n)),
                Severity::Warn,
            ),
            (
                ("note", &|n| {
                    format!(
                        "Patient seen on ward, stable, lungs clear. {}",
                        if n == 7 {
                            "Call Dr. Miller"
                        } else {
                            "No change"
                        }
                    )
                }),
                Severity::Stop,
            ),
        ];
        for ((name, value), severity) in cases {
            let one = found(name, value).unwrap_or_else(|| panic!("{name} is not found"));
            assert_eq!((one.severity, &one.columns[0][..]), (severity, name));
            let said = format!("{} {}", one.message, one.evidence);
            assert!(
                !said.contains(&value(7)) && !said.contains("Miller"),
                "{said}"
            );
        }
    }

    #[test]
    fn codes_drugs_wards_and_measurements_name_nobody() {
        let drugs = [
            "Metformin",
            "Vancomycin",
            "Heparin Sodium",
            "Sodium Chloride",
            "Insulin Glargine",
        ];
        let wards = ["Medical Intensive Care", "Surgical Ward", "Emergency Room"];
        let honest: [Made; 9] = [
            ("icd10", &|n| {
                format!("{}{:02}.{}", ["J", "N", "I"][n % 3], n % 90, n % 9)
            }),
            ("drug", &|n| drugs[n % 5].to_owned()),
            ("ward", &|n| wards[n % 3].to_owned()),
            ("platelets", &|n| format!("{}", 150_000 + 997 * n)),
            ("time", &|n| {
                format!("2024-01-{:02} 08:{:02}:00", 1 + n % 28, n)
            }),
            ("hash", &|n| {
                format!(
                    "{:016x}",
                    (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
                )
            }),
            ("age", &|n| format!("{}", 30 + n)),
            ("version", &|n| format!("1.{}.{}", n % 9, n)),
            ("filename", &|n| format!("image_{n:05}.png")),
        ];
        for (name, value) in honest {
            assert_eq!(found(name, value), None, "{name}");
        }
    }

    #[test]
    fn the_check_digit_of_the_nhs_is_tried() {
        assert!(is_nhs("943 476 5919") && !is_nhs("943 476 5918") && !is_nhs("1111111111"));
    }
}

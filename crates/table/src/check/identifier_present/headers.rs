//! DICOM headers against the Basic Application Level Confidentiality Profile.

use std::collections::BTreeMap;

use galen_spec::data::Severity;
use serde_json::{Value, json};

use super::super::{Finding, Measure, Study, percent};
use crate::expectation::share;

/// The column of a table of DICOM headers with the attributes that the profile removes or empties.
const IDENTIFYING: &str = "identifying_attributes";
const PRIVATE: &str = "private_tags";
const BURNED_IN: &str = "BurnedInAnnotation";
/// Attributes that are named in a sentence; all are in the evidence.
const NAMED: usize = 8;

/// Why an attribute may stay that the profile takes away: by which of its options.
///
/// # Source
/// DICOM PS3.15, E.3, in own words: what describes the patient as a body, and when something was.
fn option_of(keyword: &str) -> Option<&'static str> {
    const PATIENT: &[&str] = &[
        "PatientSex",
        "PatientAge",
        "PatientSize",
        "PatientWeight",
        "EthnicGroup",
        "SmokingStatus",
        "PregnancyStatus",
        "Allergies",
        "PatientState",
        "PreMedication",
        "SpecialNeeds",
    ];
    const TIMES: &[&str] = &["Date", "Time", "TimezoneOffsetFromUTC"];
    let is_birth = keyword.starts_with("PatientBirth");
    if PATIENT.contains(&keyword) {
        Some("patient characteristics")
    } else if !is_birth && TIMES.iter().any(|end| keyword.ends_with(end)) {
        Some("dates and times")
    } else {
        None
    }
}

/// What is found of a table of headers; nothing of any other table.
pub(super) fn find(study: &Study) -> Vec<Finding> {
    let is_headers = [PRIVATE, "preamble", "pixels"];
    if !is_headers.iter().all(|name| study.table.has(name)) {
        return Vec::new();
    }
    let mut findings = attributes(study);
    findings.extend(private(study));
    findings.extend(burned_in(study));
    findings
}

/// How many rows have each attribute, and how many have any.
#[derive(Default)]
struct Counts {
    of: BTreeMap<String, usize>,
    rows: usize,
}

impl Counts {
    fn add(&mut self, keywords: &[&str]) {
        self.rows += usize::from(!keywords.is_empty());
        for keyword in keywords {
            *self.of.entry((*keyword).to_owned()).or_default() += 1;
        }
    }

    fn in_words(&self) -> String {
        let mut counts: Vec<(&String, &usize)> = self.of.iter().collect();
        counts.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
        let shown = counts
            .iter()
            .take(NAMED)
            .map(|(name, count)| format!("{name} ({count})"));
        let shown = shown.collect::<Vec<String>>().join(", ");
        match counts.len().saturating_sub(NAMED) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    }
}

fn attributes(study: &Study) -> Vec<Finding> {
    let texts = study.table.texts(IDENTIFYING).unwrap_or_default();
    let (mut must_go, mut may_stay) = (Counts::default(), Counts::default());
    for text in texts.iter().flatten() {
        let (stay, go): (Vec<&str>, Vec<&str>) = text
            .split('\\')
            .partition(|keyword| option_of(keyword).is_some());
        must_go.add(&go);
        may_stay.add(&stay);
    }
    let mut options: Vec<&str> = may_stay
        .of
        .keys()
        .filter_map(|keyword| option_of(keyword))
        .collect();
    options.sort_unstable();
    options.dedup();
    let what_goes = format!(
        "have attributes that the Basic Profile of DICOM PS3.15 removes or empties: {}",
        must_go.in_words()
    );
    let what_stays = format!(
        "keep what only an option of that profile lets stay ({}): {}",
        options.join("; "),
        may_stay.in_words()
    );
    let goes = finding(
        study,
        (Severity::Warn, IDENTIFYING),
        must_go.rows,
        &what_goes,
        json!({ "attributes": must_go.of }),
        "De-identify the files before anybody else gets them (PS3.15, table E.1-1). A name may be a dummy already: look at it.",
    );
    let stays = finding(
        study,
        (Severity::Note, IDENTIFYING),
        may_stay.rows,
        &what_stays,
        json!({ "attributes": may_stay.of }),
        "Say in the datasheet which options were used, and why they are needed.",
    );
    goes.into_iter().chain(stays).collect()
}

fn private(study: &Study) -> Option<Finding> {
    let texts = study.table.texts(PRIVATE).unwrap_or_default();
    let with = texts.iter().flatten().filter(|text| *text != "0").count();
    finding(
        study,
        (Severity::Warn, PRIVATE),
        with,
        "have private elements, of which only their maker knows what they say",
        json!({}),
        "Remove them, but for those that are known to be safe (PS3.15, E.3.10).",
    )
}

fn burned_in(study: &Study) -> Option<Finding> {
    let texts = study.table.texts(BURNED_IN).unwrap_or_default();
    let with = texts.iter().flatten().filter(|text| *text == "YES").count();
    finding(
        study,
        (Severity::Stop, BURNED_IN),
        with,
        "say of themselves that what names the patient is burned into their pixels",
        json!({}),
        "Blacken the text in the pixels, or leave these files out; a model may read it as well.",
    )
}

/// `None` if no file has it.
fn finding(
    study: &Study,
    (severity, column): (Severity, &str),
    with: usize,
    what: &str,
    evidence: Value,
    help: &str,
) -> Option<Finding> {
    if with == 0 {
        return None;
    }
    let rows = study.table.rows();
    let part = share(with, rows, study.roles.level);
    let percent = percent(part.value.unwrap_or_default());
    Some(Finding {
        check: "identifier_present",
        severity,
        columns: vec![column.to_owned()],
        message: format!("{with} of {rows} files ({percent}) {what}."),
        measure: Some(Measure {
            name: "share_of_files",
            estimate: part,
        }),
        evidence,
        help: help.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::{Beside, Roles, check};
    use super::*;
    use crate::{ReadOptions, Table};

    fn found(text: &str) -> Vec<Finding> {
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let report = check(&table, &Roles::of_label("y"), Beside::default()).expect("columns");
        let mut found = report.findings;
        found.retain(|one| one.check == "identifier_present");
        found
    }

    #[test]
    fn headers_are_held_against_the_profile_and_its_options() {
        let text = "y,preamble,pixels,private_tags,BurnedInAnnotation,identifying_attributes\n\
                    0,true,true,0,NO,\n\
                    1,true,true,3,YES,PatientName\\PatientSex\\StudyDate\n\
                    0,true,true,0,NO,PatientBirthDate\\PatientName\n\
                    1,true,true,0,NO,PatientAge\n";
        let found = found(text);
        let measured = |one: &Finding| {
            one.measure
                .as_ref()
                .and_then(|measure| measure.estimate.value)
        };
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.severity, one.columns[0].as_str(), measured(one)))
            .collect();
        assert_eq!(
            told,
            [
                (Severity::Stop, BURNED_IN, Some(0.25)),
                (Severity::Warn, IDENTIFYING, Some(0.5)),
                (Severity::Warn, PRIVATE, Some(0.25)),
                (Severity::Note, IDENTIFYING, Some(0.5)),
            ]
        );
        let said = |at: usize, words: &str| found[at].message.contains(words);
        assert!(
            said(1, "PatientName (2), PatientBirthDate (1)"),
            "{}",
            found[1].message
        );
        assert!(
            said(3, "dates and times; patient characteristics"),
            "{}",
            found[3].message
        );
    }

    #[test]
    fn a_table_that_is_none_of_headers_is_not_asked() {
        assert_eq!(found("y,private_tags\n0,1\n1,2\n"), []);
    }
}

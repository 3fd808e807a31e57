//! Reports that build servers show: JUnit XML and SARIF.

use std::path::{Path, PathBuf};

use galen_spec::data::Severity;
use galen_table::expectation::ExpectationResult;
use galen_table::scan::Scan;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};

use super::words_of;
use crate::outside::write_file;
use crate::report::Failure;

enum Kind {
    JUnit,
    Sarif,
}

fn kind_of(path: &Path) -> Result<Kind, Failure> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    if name.ends_with(".xml") {
        Ok(Kind::JUnit)
    } else if name.ends_with(".sarif") || name.ends_with(".sarif.json") {
        Ok(Kind::Sarif)
    } else {
        Err(Failure::usage(
            "report_format",
            format!("{} says no format of a report", path.display()),
            "name a file that ends in .xml (JUnit) or .sarif (SARIF)",
        ))
    }
}

/// Refuses names of reports that say no format, before anything is computed.
pub fn refuse_unknown(reports: &[PathBuf]) -> Result<(), Failure> {
    reports.iter().try_for_each(|path| kind_of(path).map(drop))
}

/// Writes one report.
pub fn write(
    path: &Path,
    data: &Path,
    suite: &Path,
    results: &[ExpectationResult],
    scan: &dyn Scan,
) -> Result<(), Failure> {
    let bytes = match kind_of(path)? {
        Kind::JUnit => junit(data, suite, results)?.into_bytes(),
        Kind::Sarif => {
            let mut text =
                serde_json::to_vec_pretty(&sarif(data, results, scan)).map_err(broken)?;
            text.push(b'\n');
            text
        }
    };
    write_file(path, &bytes)
}

fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::environment(
        "report",
        format!("the report cannot be written: {error}"),
        "say so to the makers of galen",
    )
}

/// An expectation is a test case; one of severity stop that does not hold is a failure, of another one output of a test that
/// passed, since JUnit knows no warning.
fn junit(data: &Path, suite: &Path, results: &[ExpectationResult]) -> Result<String, Failure> {
    let name = |path: &Path| path.display().to_string();
    let mut cases = TestSuite::new(name(data));
    for result in results {
        let mut status = TestCaseStatus::success();
        let words = (!result.ok).then(|| words_of(result));
        if let (Some(words), Severity::Stop) = (&words, result.severity) {
            status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(words.clone());
            status.set_type(result.expectation.clone());
        }
        let mut case = TestCase::new(result.id.clone(), status);
        case.set_classname(name(suite));
        if let (Some(words), true) = (words, result.severity != Severity::Stop) {
            case.set_system_out(words);
        }
        cases.add_test_case(case);
    }
    let mut report = quick_junit::Report::new("galen data validate");
    report.add_test_suite(cases);
    report.to_string().map_err(broken)
}

/// SARIF 2.1.0: a rule an expectation, a result for each that does not hold, at the line of its first unexpected row where the
/// file has lines.
fn sarif(data: &Path, results: &[ExpectationResult], scan: &dyn Scan) -> Value {
    let mut rules: Vec<&str> = results.iter().map(|one| one.expectation.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let failed = results.iter().filter(|one| !one.ok).map(|one| {
        let level = match one.severity {
            Severity::Stop => "error",
            Severity::Warn => "warning",
            Severity::Note => "note",
        };
        let mut place = json!({"artifactLocation": {"uri": uri(data)}});
        let line = one.examples.first().and_then(|first| scan.line(first.row));
        if let Some(line) = line {
            place["region"] = json!({"startLine": line});
        }
        json!({
            "ruleId": one.expectation,
            "level": level,
            "message": {"text": words_of(one)},
            "locations": [{"physicalLocation": place}],
        })
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "galen",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|id| json!({"id": id})).collect::<Vec<_>>(),
            }},
            "results": failed.collect::<Vec<_>>(),
        }],
    })
}

/// A relative path as a URI: what is no letter, digit or `-._~/` is written by its bytes.
fn uri(path: &Path) -> String {
    let mut uri = String::new();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

//! Reports that build servers show: JUnit XML and SARIF.

use std::path::{Path, PathBuf};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};

use crate::outside::write_file;
use crate::report::Failure;

/// What was asked, one by one, and what was found.
pub struct BuildReport {
    /// The command.
    pub command: &'static str,
    /// What was judged.
    pub suite: String,
    pub asked: Vec<Asked>,
}

/// One question with its answer.
pub struct Asked {
    pub id: String,
    /// The file that asks it.
    pub asked_by: String,
    /// What kind of question it is; the rule of SARIF.
    pub rule: String,
    /// In words, and how grave, unless the answer is good.
    pub found: Option<(Grave, String)>,
    /// Where that is: a file, and a line where it has lines.
    pub file: PathBuf,
    pub line: Option<u64>,
}

/// How grave something is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Grave {
    Error,
    Warning,
    Note,
}

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
pub fn write(path: &Path, report: &BuildReport) -> Result<(), Failure> {
    let bytes = match kind_of(path)? {
        Kind::JUnit => junit(report)?.into_bytes(),
        Kind::Sarif => {
            let mut text = serde_json::to_vec_pretty(&sarif(report)).map_err(broken)?;
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

/// A question is a test case; what is an error fails it, what is less is output of a test that passed, since JUnit knows no warning.
fn junit(report: &BuildReport) -> Result<String, Failure> {
    let mut cases = TestSuite::new(report.suite.clone());
    for asked in &report.asked {
        let mut status = TestCaseStatus::success();
        if let Some((Grave::Error, words)) = &asked.found {
            status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(words.clone());
            status.set_type(asked.rule.clone());
        }
        let mut case = TestCase::new(asked.id.clone(), status);
        case.set_classname(asked.asked_by.clone());
        if let Some((Grave::Warning | Grave::Note, words)) = &asked.found {
            case.set_system_out(words.clone());
        }
        cases.add_test_case(case);
    }
    let mut all = quick_junit::Report::new(format!("galen {}", report.command));
    all.add_test_suite(cases);
    all.to_string().map_err(broken)
}

/// SARIF 2.1.0: a rule a kind of question, a result for each that was not answered well.
fn sarif(report: &BuildReport) -> Value {
    let mut rules: Vec<&str> = report.asked.iter().map(|one| one.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let found = report.asked.iter().filter_map(|one| {
        let (grave, words) = one.found.as_ref()?;
        let level = match grave {
            Grave::Error => "error",
            Grave::Warning => "warning",
            Grave::Note => "note",
        };
        let mut place = json!({"artifactLocation": {"uri": uri(&one.file)}});
        if let Some(line) = one.line {
            place["region"] = json!({"startLine": line});
        }
        Some(json!({
            "ruleId": one.rule,
            "level": level,
            "message": {"text": words},
            "locations": [{"physicalLocation": place}],
        }))
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
            "results": found.collect::<Vec<_>>(),
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

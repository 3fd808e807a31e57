//! `galen data validate` on files.

mod failing;
mod others;
mod tfdv;

use std::path::Path;
use std::sync::Arc;

use galen_control::Accepted;
use galen_spec::data::{Data, Expectation, Severity};
use galen_spec::suite::Suite;
use galen_spec::{Diagnostic, Positions};
use galen_table::accumulator::Keep;
use galen_table::expectation::{
    AskError, ExpectationResult, check_names, declared as implied, texts_of, types_of,
    validate_scan,
};
use galen_table::scan::{Scan, ScanError, look_up};
use galen_table::{FindTypes, KeepTexts, LookAt};
use serde_json::{Value, json};

use super::data::found_lines;
use super::data_accept::{documents_of, lines_of};
use crate::args::DataValidate;
use crate::build_server::{self, Asked, BuildReport, Grave};
use crate::command::declared_file;
use crate::outside::read_file;
use crate::place::Place;
use crate::reading::{not_scanned, pace, texts_in};
use crate::report::{Failure, Report, declared};
use crate::words::number;
use others::OtherTables;

pub fn validate_file(file: &Path, args: &DataValidate, place: &Place) -> Result<Report, Failure> {
    let Some(expect) = &args.expect else {
        return Err(Failure::usage(
            "no_expectations",
            "nothing says what to expect of this file",
            "name a data plan or a suite: --expect suite.yaml",
        ));
    };
    let expect = place.path(expect);
    let expected = expected_of(&expect, place)?;
    build_server::refuse_unknown(&args.report)?;
    // Rows that are written are written as they were read.
    let texts = match args.out {
        Some(_) => KeepTexts::All,
        None => texts_of(&expected.expectations),
    };
    let types = match types_of(&expected.expectations) {
        FindTypes::NamedIn(mut named) if args.out.is_none() && args.tables.is_empty() => {
            named.extend(args.id.clone());
            FindTypes::NamedIn(named)
        }
        _ => FindTypes::All,
    };
    let keep = if args.out.is_some() {
        Keep::EveryRow
    } else {
        Keep::Examples
    };
    let asked = &expected.expectations;
    let may_sample = types != FindTypes::All && args.id.is_none();
    let mut look_at = if may_sample {
        LookAt::Sample
    } else {
        LookAt::All
    };
    let (scan, broken, mut results) = loop {
        let (texts, types) = (texts.clone(), types.clone());
        let opened = texts_in(file, &args.reading, &expected.codes, texts, types, look_at)?;
        let scan: Arc<dyn Scan> = Arc::from(opened.scan);
        let others = OtherTables::read(args, place, &scan)?;
        match validate_scan(scan.as_ref(), asked, &others, keep, pace(&args.reading)) {
            Ok(results) => break (scan, opened.broken, results),
            // What was seen of some parts does not hold for all.
            Err(ScanError::Read(_)) if look_at == LookAt::Sample => look_at = LookAt::All,
            Err(error) => return Err(not_scanned(file, &error)),
        }
    };
    let scan = scan.as_ref();
    match &expected.tfdv {
        Some(schema) => results.extend(tfdv::judged(file, schema, args, place)?),
        None => tfdv::refuse_unused(args)?,
    }
    let mut shown = json!(results);
    if let Some(id) = &args.id {
        name_patients(scan, id, &mut shown).map_err(|error| named_wrongly(id, &error))?;
    }
    if let Some(out) = &args.out {
        failing::write(scan, &results, &place.path(out)).map_err(|failure| failure.of(file))?;
    }
    let counts = |severity| {
        let failed = results.iter().filter(|one| !one.ok);
        failed.filter(|one| one.severity == severity).count()
    };
    let (stops, warns) = (counts(Severity::Stop), counts(Severity::Warn));
    let ok = stops == 0 && !(args.strict && warns > 0);
    if !args.report.is_empty() {
        let built = built(file, &expect, &results, scan);
        for report in &args.report {
            build_server::write(&place.path(report), &built)?;
        }
    }
    let failed: Vec<&Value> = shown
        .as_array()
        .into_iter()
        .flatten()
        .filter(|one| one["ok"] == false)
        .collect();
    let mut lines = vec![format!(
        "{} expectations of {} rows, {} not met.",
        results.len(),
        scan.rows(),
        failed.len()
    )];
    lines.extend(found_lines(&json!(failed)));
    lines.extend(lines_of(&expected.accepted));
    let suggested = asked.iter().filter(|one| one.suggested).count();
    if suggested > 0 {
        lines.push(format!(
            "{suggested} of the expectations were suggested by a profile, and nobody has reviewed them yet."
        ));
    }
    let mut document =
        json!({"ok": ok, "rows": scan.rows(), "results": shown, "suggested": suggested});
    if !expected.accepted.is_empty() {
        document["accepted"] = documents_of(&expected.accepted);
    }
    let report = Report::new("data validate", document, lines.join("\n")).judged(ok);
    Ok(report.without(&broken, args.reading.skip_bad))
}

/// What a build server is told: an expectation that does not hold, at the line of its first unexpected row where the file has lines.
fn built(data: &Path, suite: &Path, results: &[ExpectationResult], scan: &dyn Scan) -> BuildReport {
    let asked = results.iter().map(|one| {
        let grave = match one.severity {
            Severity::Stop => Grave::Error,
            Severity::Warn => Grave::Warning,
            Severity::Note => Grave::Note,
        };
        let first = one.examples.first().filter(|_| !one.ok);
        Asked {
            id: one.id.clone(),
            asked_by: suite.display().to_string(),
            rule: one.expectation.clone(),
            found: (!one.ok).then(|| (grave, words_of(one))),
            file: data.to_owned(),
            line: first.and_then(|first| scan.line(first.row)),
        }
    });
    BuildReport {
        command: "data validate",
        suite: data.display().to_string(),
        asked: asked.collect(),
    }
}

/// Refuses for a dataset of the project what is asked of a file only: a dataset is judged as the frozen plan says.
pub fn refuse_of_files(args: &DataValidate) -> Result<(), Failure> {
    let options = [
        ("--expect", args.expect.is_some()),
        ("--out", args.out.is_some()),
        ("--report", !args.report.is_empty()),
        ("--id", args.id.is_some()),
        ("--table", !args.tables.is_empty()),
        ("--strict", args.strict),
        ("--environment", args.environment.is_some()),
        ("--previous", args.previous.is_some()),
        ("--serving", args.serving.is_some()),
        ("--previous-version", args.previous_version.is_some()),
    ];
    let Some((option, _)) = options.into_iter().find(|(_, given)| *given) else {
        return Ok(());
    };
    Err(Failure::usage(
        "usage",
        format!(
            "`{}` is a dataset, or no file that is there, and {option} is for files",
            args.what
        ),
        "leave it out, or name the file: galen data validate FILE --expect data.yaml",
    ))
}

/// What a plan or a suite expects.
struct Expected {
    expectations: Vec<Expectation>,
    /// Declared columns whose values are codes, whatever they look like.
    codes: Vec<galen_spec::data::Column>,
    tfdv: Option<galen_spec::tfdv::Schema>,
    /// The anomalies that the schema lets pass because somebody accepted them.
    accepted: Vec<Accepted>,
}

/// Reads a data plan, or a suite.
fn expected_of(path: &Path, place: &Place) -> Result<Expected, Failure> {
    if is_plan(&read_file(path)?) {
        let mut plan: Data = declared_file(path)?;
        refuse_unknown(path, &plan.expectations)?;
        let accepted = match &mut plan.tfdv {
            Some(schema) => tfdv::open_as_accepted(schema, path, place)?,
            None => Vec::new(),
        };
        let mut expectations = implied(&plan);
        expectations.extend(plan.expectations.iter().cloned());
        let mut codes = plan.columns;
        codes.retain(|column| column.kind == galen_spec::data::ColumnKind::Category);
        return Ok(Expected {
            expectations,
            codes,
            tfdv: plan.tfdv,
            accepted,
        });
    }
    let suite: Suite = declared_file(path)?;
    refuse_unknown(path, &suite.expectations)?;
    Ok(Expected {
        expectations: suite.expectations,
        codes: Vec::new(),
        tfdv: suite.tfdv,
        accepted: Vec::new(),
    })
}

/// Refuses expectations and parameters that no list has, with their lines: a typing error would else be one that is not met.
fn refuse_unknown(path: &Path, expectations: &[Expectation]) -> Result<(), Failure> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default();
    let text = String::from_utf8_lossy(&read_file(path)?).into_owned();
    let positions = Positions::of(&text);
    let found = expectations.iter().enumerate().filter_map(|(at, one)| {
        let error = check_names(one).err()?;
        let (id, key, help) = match &error {
            AskError::Unknown { near, .. } => {
                let near: Vec<_> = near.iter().map(|id| format!("`{id}`")).collect();
                let help = format!("did you mean {}?", near.join(" or "));
                ("suite.expectation.unknown", "expectation".to_owned(), help)
            }
            AskError::UnknownParam { name, known } => {
                let help = format!("it takes {}", known.join(", "));
                ("suite.parameter.unknown", format!("params.{name}"), help)
            }
            _ => return None,
        };
        let place = positions.find(&format!("expectations[{at}].{key}"));
        Some(Diagnostic::error(id, name, place, error.to_string()).help(help))
    });
    let found: Vec<_> = found.collect();
    if found.is_empty() {
        return Ok(());
    }
    Err(declared(found, 2))
}

/// A data plan says where data come from; a suite does not.
fn is_plan(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    text.lines()
        .any(|line| line.starts_with("sources:") || line.starts_with("columns:"))
}

/// Gives each example a pseudonym of its patient: the first 16 digits of the SHA-256 of the identifier under a key of this
/// run, so that rows of one patient are seen to be so and nobody is named.
fn name_patients(
    scan: &dyn Scan,
    id: &str,
    results: &mut Value,
) -> Result<(), galen_table::scan::ScanError> {
    let place = scan.heads().place(id)?;
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the operating system gives random bytes");
    for result in results.as_array_mut().into_iter().flatten() {
        let Some(examples) = result["examples"].as_array_mut() else {
            continue;
        };
        let rows: Vec<u64> = examples
            .iter()
            .filter_map(|one| one["row"].as_u64())
            .collect();
        let table = look_up(scan, &[place], &rows)?;
        for (at, example) in examples.iter_mut().enumerate() {
            example["patient"] = match table.text(id, at) {
                None => Value::Null,
                Some(patient) => {
                    let digest = galen_store::Digest::of(&[&key, patient.as_bytes()].concat());
                    let digits = digest.to_string();
                    json!(digits.trim_start_matches("sha256:")[..16])
                }
            };
        }
    }
    Ok(())
}

fn named_wrongly(id: &str, error: &galen_table::scan::ScanError) -> Failure {
    Failure::usage(
        "column",
        format!("--id {id}: {error}"),
        "name the column as the file does",
    )
}

/// What does not hold, in one line.
pub fn in_words(result: &Value) -> String {
    let word = |key: &str| result[key].as_str().unwrap_or_default();
    let of = result["column"].as_str().unwrap_or("the table");
    let what = format!("{}: {} of {of}", word("id"), word("expectation"));
    if let Some(why) = result["why"].as_str() {
        return format!("{what}: {why}");
    }
    if let Some(messages) = result["observed"]["messages"].as_array() {
        let types = result["observed"]["types"].as_array();
        let found = types.into_iter().flatten().zip(messages);
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let found = found.map(|(kind, what)| format!("{}: {}", word(kind), word(what)));
        return format!("{of}: {}", found.collect::<Vec<_>>().join(" "));
    }
    match (&result["unexpected"], &result["share"]) {
        (Value::Number(unexpected), share) if share.is_object() => {
            let part = |key: &str| share[key].as_f64().map(number).unwrap_or_default();
            let first = result["examples"].as_array().into_iter().flatten().take(3);
            let first: Vec<String> = first
                .map(|one| format!("row {} holds {}", one["row"], one["value"]))
                .collect();
            format!(
                "{what}: {unexpected} unexpected, {} ({}–{}) of {}; {}",
                part("value"),
                part("low"),
                part("high"),
                share["n"],
                first.join(", ")
            )
        }
        _ => match result["found"].as_array().map(Vec::as_slice) {
            Some([first, ..]) => format!("{what}: found {}, the first {first}", result["observed"]),
            _ => format!("{what}: found {}", result["observed"]),
        },
    }
}

/// What does not hold, of a result.
fn words_of(result: &ExpectationResult) -> String {
    in_words(&json!(result))
}

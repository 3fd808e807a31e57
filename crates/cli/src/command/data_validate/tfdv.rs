//! The part of a suite that is a schema of TensorFlow Data Validation.

use std::path::{Path, PathBuf};

use galen_control::Accepted;
use galen_lifecycle::ActError;
use galen_spec::Name;
use galen_spec::tfdv::Schema;
use galen_store::Digest;
use galen_table::expectation::ExpectationResult;
use galen_table::tfdv::{Setting, Statistics, columns_of_texts, judge, results};

use crate::args::{DataValidate, Reading};
use crate::outside::read_file;
use crate::place::Place;
use crate::reading::{broken_among, not_scanned, pace, scan_in};
use crate::report::Failure;

/// Holds a file against a schema.
pub fn judged(
    file: &Path,
    schema: &Schema,
    args: &DataValidate,
    place: &Place,
) -> Result<Vec<ExpectationResult>, Failure> {
    let of = |path: &Option<PathBuf>| {
        let path = path.as_ref().map(|path| place.path(path));
        path.map(|path| statistics(&path, schema, &args.reading))
            .transpose()
    };
    let table = statistics(file, schema, &args.reading)?;
    let (previous, serving, version) = (
        of(&args.previous)?,
        of(&args.serving)?,
        of(&args.previous_version)?,
    );
    let setting = Setting {
        environment: args.environment.as_deref(),
        previous: previous.as_ref(),
        serving: serving.as_ref(),
        previous_version: version.as_ref(),
    };
    let judged = judge(schema, &table, &setting).map_err(|error| {
        let help = "name one of them: --environment NAME";
        Failure::usage("environment", error.to_string(), help)
    })?;
    Ok(results(schema, &judged))
}

/// Opens the schema of a data plan as far as was accepted, if the plan lies in a project and is the one that is frozen there.
///
/// # Errors
/// [`Failure`] if the project's ledger cannot be read: what would be judged then is not what the project says.
pub fn open_as_accepted(
    schema: &mut Schema,
    plan: &Path,
    place: &Place,
) -> Result<Vec<Accepted>, Failure> {
    let root = plan.parent().unwrap_or(Path::new(""));
    if !root.join("galen.yaml").is_file() {
        return Ok(Vec::new());
    }
    let project = place.project_in(root)?;
    if !project.is_founded()? {
        return Ok(Vec::new());
    }
    let state = project.state()?;
    let digest = Digest::of(&read_file(plan)?);
    let frozen = state.frozen.get(&Name::Data);
    if frozen.is_none_or(|frozen| frozen.digest != digest) {
        return Ok(Vec::new());
    }
    *schema = state.amended(schema).map_err(ActError::from)?;
    Ok(state.accepted)
}

/// Refuses what only a schema can use.
pub fn refuse_unused(args: &DataValidate) -> Result<(), Failure> {
    let options = [
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
        format!("nothing that is expected here asks for {option}"),
        "name a suite with a schema of TensorFlow Data Validation, as galen import tfdv writes it",
    ))
}

/// What TFDV would see in a file: only an empty cell, and what --na names, has no value.
fn statistics(path: &Path, schema: &Schema, reading: &Reading) -> Result<Statistics, Failure> {
    let as_tfdv = Reading {
        no_default_na: true,
        ..reading.clone()
    };
    let opened = scan_in(path, &as_tfdv, &columns_of_texts(schema))?;
    if let (Some(first), false) = (opened.broken.first(), reading.skip_bad) {
        return Err(broken_among(first, opened.broken.len()));
    }
    Statistics::of(opened.scan.as_ref(), schema, pace(reading))
        .map_err(|error| not_scanned(path, &error))
}

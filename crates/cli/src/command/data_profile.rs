//! `galen data profile`.

mod in_words;
mod page;

use std::path::{Path, PathBuf};

use galen_spec::suite::Suite;
use galen_table::Kind;
use galen_table::profile::{
    Label, Pearson, ProfileError, ProfileOptions, ProfileState, profile, suggest,
};
use galen_table::scan::Scan;
use serde_json::json;

use crate::args::DataProfile;
use crate::outside::{read_file, write_file};
use crate::place::Place;
use crate::reading::{Broken, not_scanned, pace, scan_in};
use crate::report::{Failure, Report};

pub fn describe(args: &DataProfile, place: &Place) -> Result<Report, Failure> {
    for out in &args.out {
        form_of(out)?;
    }
    let (state, broken) = if args.files.iter().all(|file| is_stored(file)) {
        refuse_questions(args)?;
        (put_together(&args.files, place)?, Vec::new())
    } else {
        of_table(args, place)?
    };
    let names = args.files.iter().map(|file| file.display().to_string());
    let title = names.collect::<Vec<_>>().join(", ");
    if !args.out.is_empty() {
        let sent = state.clone().withhold(args.min_cell);
        for out in &args.out {
            let text = match form_of(out)? {
                Form::Json => {
                    let document = sent.document().map_err(|error| {
                        Failure::usage("not_written", error.to_string(), "correct such numbers")
                    })?;
                    let report = Report::new("data profile", document, "");
                    format!("{}\n", report.json())
                }
                Form::Page => page::page(&sent.describe(), &title),
            };
            write_file(&place.path(out), text.as_bytes())?;
        }
    }
    if let Some(out) = &args.suggest {
        write_file(&place.path(out), draft(&state, &title)?.as_bytes())?;
    }
    let found = state.describe();
    let mut document = json!(found);
    document["seed"] = json!(args.seed);
    let mut text = in_words::in_words(&found);
    for out in args.out.iter().chain(&args.suggest) {
        text.push_str(&format!("\nWritten: {}", out.display()));
    }
    let report = Report::new("data profile", document, text);
    Ok(report.without(&broken, args.reading.skip_bad))
}

/// What --out writes.
enum Form {
    Json,
    Page,
}

fn form_of(out: &Path) -> Result<Form, Failure> {
    match out.extension().and_then(|end| end.to_str()) {
        Some("json") => Ok(Form::Json),
        Some("html") => Ok(Form::Page),
        _ => Err(Failure::usage(
            "format",
            format!("{} is neither a profile nor a page", out.display()),
            "name a file that ends in .json or .html",
        )),
    }
}

/// Tables are no .json: theirs ends in .ndjson.
pub fn is_stored(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "json")
}

/// What can only be asked of rows.
fn refuse_questions(args: &DataProfile) -> Result<(), Failure> {
    let asked = [
        ("--column", !args.columns.is_empty()),
        ("--id", args.id.is_some()),
        ("--label", args.label.is_some()),
        ("--by", args.by.is_some()),
        ("--pearson-of-all", args.pearson_of_all),
    ];
    match asked.iter().find(|(_, asked)| *asked) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::usage(
            "usage",
            format!("{option} asks the rows of a table, and a stored profile has none"),
            format!("give {option} where the profiles are made"),
        )),
    }
}

/// Reads a profile that --out wrote.
///
/// # Errors
/// [`Failure`] for a file that holds none.
pub fn read_stored(file: &Path, place: &Place) -> Result<ProfileState, Failure> {
    ProfileState::read(&read_file(&place.path(file))?).map_err(|error| {
        wrong(
            file,
            error.to_string(),
            "write it anew: galen data profile FILE --out",
        )
    })
}

fn wrong(file: &Path, why: String, help: &str) -> Failure {
    Failure::usage("profile", format!("{}: {why}", file.display()), help)
}

fn put_together(files: &[PathBuf], place: &Place) -> Result<ProfileState, Failure> {
    let mut all: Option<ProfileState> = None;
    for file in files {
        let read = read_stored(file, place)?;
        match &mut all {
            None => all = Some(read),
            Some(all) => all.merge(read).map_err(|error| {
                wrong(
                    file,
                    error.to_string(),
                    "profile the same columns everywhere",
                )
            })?,
        }
    }
    all.ok_or_else(|| Failure::usage("usage", "no profile is named", "name one or more"))
}

fn of_table(args: &DataProfile, place: &Place) -> Result<(ProfileState, Vec<Broken>), Failure> {
    let [file] = args.files.as_slice() else {
        return Err(Failure::usage(
            "several_tables",
            format!(
                "{} files are named, and not all are stored profiles",
                args.files.len()
            ),
            "name the folder of a table's files, or a pattern in quotes; or profile each with --out, and put the profiles together",
        ));
    };
    let path = place.path(file);
    let opened = scan_in(&path, &args.reading, &[])?;
    let scan = opened.scan.as_ref();
    let options = ProfileOptions {
        columns: args.columns.clone(),
        patient: args.id.clone(),
        label: args.label.clone().map(|column| Label {
            positive: positive(args, scan, &column),
            column,
        }),
        by: args.by.clone(),
        pearson: match args.pearson_of_all {
            true => Pearson::All,
            false => Pearson::Drawn,
        },
        seed: args.seed,
    };
    let state = profile(scan, &options, pace(&args.reading)).map_err(|error| match error {
        ProfileError::Scan(error) => not_scanned(&path, &error),
        other => Failure::usage(
            "label",
            other.to_string(),
            "name the value: --positive VALUE",
        ),
    })?;
    Ok((state, opened.broken))
}

/// The value that is the outcome, if none is named.
fn positive(args: &DataProfile, scan: &dyn Scan, label: &str) -> String {
    let truth = scan.heads().kind(label) == Ok(Kind::Boolean);
    let default = if truth { "true" } else { "1" };
    args.positive.clone().unwrap_or_else(|| default.to_owned())
}

/// A suite to be reviewed.
fn draft(state: &ProfileState, title: &str) -> Result<String, Failure> {
    let suite = Suite {
        expectations: suggest(state),
        ..Suite::default()
    };
    let yaml = galen_spec::write(&suite).map_err(|error| {
        let message = format!("the suite cannot be written: {error}");
        Failure::usage("not_written", message, "report this, with the profile")
    })?;
    Ok(format!(
        "# A first draft from the profile of {}. It holds of those rows; whether it should of others, somebody who knows the\n\
         # data decides: read each entry, change it or take it out, and take out `suggested` of what stays. Then put what\n\
         # stays under `expectations` in data.yaml: galen freeze data\n{yaml}",
        title.escape_debug()
    ))
}

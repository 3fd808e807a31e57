//! `galen data`.

use std::path::Path;

use galen_control::act::examine::Examination;
use galen_lifecycle::{DataFile, Labels, Project};
use galen_stats::Estimate;
use serde_json::{Value, json};

use super::data_accept::{documents_of, lines_of};
use crate::args::Data;
use crate::outside::{open_folder, read_file, try_writing, write_file};
use crate::place::Place;
use crate::reading::is_pattern;
use crate::report::{Failure, Report};
use crate::words::{self, estimate_or_count, short, table};

pub fn data(args: &Data, place: &Place) -> Result<Report, Failure> {
    match args {
        Data::Add {
            path,
            name,
            synthetic,
        } => add(path, name.as_deref(), *synthetic, place),
        Data::List => list(place),
        Data::Show { name } => show(name, place),
        Data::Profile(args) => super::data_profile::describe(args, place),
        Data::Validate(args) => match file_of(&args.what, place) {
            Some(file) => super::data_validate::validate_file(&file, args, place),
            None => {
                super::data_validate::refuse_of_files(args)?;
                examine(&args.what, Examination::Validate, place)
            }
        },
        Data::Accept {
            name,
            anomaly,
            reason,
        } => super::data_accept::accept(name, anomaly, reason, place),
        Data::Check(args) => match file_of(&args.what, place) {
            Some(file) => super::data_check::check_file(&file, args, place),
            None if args.out.is_some() || args.metadata.is_some() => Err(Failure::usage(
                "only_of_files",
                "--out and --metadata are for a file; what is found in a dataset stands on the ledger",
                "name a file, or see it in the datasheet: galen dossier build datasheet",
            )),
            None => examine(&args.what, Examination::Check, place),
        },
        Data::Drift(args) => super::data_drift::compare(args, place),
        Data::Estimate(args) => super::data_estimate::estimate(args, place),
        Data::Agree(args) => super::data_agree::agree(args, place),
        Data::Split(args) => match file_of(&args.what, place) {
            Some(file) => super::data_split::split_file(&file, args, place),
            None => split(&args.what, args.out.as_deref(), place),
        },
        Data::Tile(args) => super::data_tile::tile(args, place),
        Data::Open { name, purpose, out } => open(name, purpose, out, place),
        Data::Correct {
            file,
            id,
            label,
            reason,
            dry_run,
        } => {
            let labels = Labels {
                id: id.clone(),
                label: label.clone(),
            };
            super::data_correct::correct(file, &labels, reason, *dry_run, place)
        }
        Data::Withdraw {
            patient,
            id,
            reason,
            dry_run,
        } => super::data_withdraw::withdraw(patient, id, reason, *dry_run, place),
        Data::Seal { name, custodian } => seal(name, custodian.as_deref(), place),
    }
}

/// The file, folder or pattern that a word names, if there is one; otherwise it names a dataset.
fn file_of(what: &str, place: &Place) -> Option<std::path::PathBuf> {
    let path = place.path(Path::new(what));
    (path.exists() || is_pattern(&path) || what.contains(['/', '.'])).then_some(path)
}

fn add(path: &Path, name: Option<&str>, synthetic: bool, place: &Place) -> Result<Report, Failure> {
    let started = std::time::Instant::now();
    let full = place.path(path);
    let stem = full
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or("data")
        .to_owned();
    let name = name.unwrap_or(&stem).to_owned();
    let project = place.project()?;
    refuse_own(path, &project, place)?;
    if !is_dataset_name(&name) {
        return Err(Failure::usage(
            "dataset_name",
            format!(
                "`{name}` is no name for a dataset: it has letters, digits, `-`, `_` and single `.`"
            ),
            "give it one: --name NAME",
        ));
    }
    let folder = full.is_dir();
    let mut files = Vec::new();
    if folder {
        let disk = open_folder(&full)?;
        let paths = galen_store::Disk::list(&disk, "").map_err(galen_lifecycle::ActError::from)?;
        for path in paths {
            let bytes =
                galen_store::Disk::read(&disk, &path).map_err(galen_lifecycle::ActError::from)?;
            files.push(DataFile { path, bytes });
        }
    } else {
        let path = full
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or("data")
            .to_owned();
        files.push(DataFile {
            path,
            bytes: read_file(&full)?,
        });
    }
    let added = project.add_data(&place.actor()?, &name, &files, folder, synthetic)?;
    let data = &added.data;
    let text = format!(
        "Entry {}: {}@{} {}, {} file(s), {} bytes ({} new){}.",
        added.entry.index,
        data.name,
        data.version,
        short(&data.digest),
        data.files,
        data.bytes,
        added.new_bytes,
        if synthetic { ", synthetic" } else { "" }
    );
    let document = json!({
        "name": data.name,
        "version": data.version,
        "digest": data.digest,
        "files": data.files,
        "bytes": data.bytes,
        "synthetic": data.synthetic,
        "new_bytes": added.new_bytes,
        "reused_bytes": added.reused_bytes,
        "seconds": started.elapsed().as_secs_f64(),
        "entry": added.entry.index,
    });
    Ok(Report::new("data add", document, text))
}

/// Whether a dataset can be called so: `@` stands before its version, `/` before what was asked of it.
fn is_dataset_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    name.starts_with(char::is_alphanumeric) && name.chars().all(plain) && !name.contains("..")
}

/// Refuses as data what holds galen's own secrets: the project's store and the folder of private keys.
fn refuse_own(path: &Path, project: &Project, place: &Place) -> Result<(), Failure> {
    let real = |path: &Path| {
        path.canonicalize()
            .or_else(|_| std::path::absolute(path))
            .unwrap_or_else(|_| path.to_path_buf())
    };
    let asked = real(&place.path(path));
    let store = project
        .store
        .path()
        .map(|store| (store, "the project's store"));
    let keys = (place.world.keys(), "the folder of private keys");
    for (own, what) in store.into_iter().chain([keys]) {
        let own = real(own);
        let how = if own == asked {
            "is"
        } else if own.starts_with(&asked) {
            "holds"
        } else if asked.starts_with(&own) {
            "lies in"
        } else {
            continue;
        };
        return Err(Failure::usage(
            "galens_own",
            format!("{} {how} {what}, which is no data", path.display()),
            "put the data into a folder of their own, and add that",
        ));
    }
    Ok(())
}

fn list(place: &Place) -> Result<Report, Failure> {
    let state = place.project()?.state()?;
    let (mut rows, mut datasets) = (Vec::new(), Vec::new());
    for (name, versions) in &state.datasets {
        let sealed = state.sealed.contains_key(name);
        for one in versions {
            let destroyed = state.is_destroyed(&one.digest);
            let how = match (destroyed, sealed) {
                (true, _) => "destroyed",
                (false, true) => "sealed",
                (false, false) if one.synthetic => "synthetic",
                (false, false) => "",
            };
            rows.push(vec![
                format!("{name}@{}", one.version),
                short(&one.digest),
                one.bytes.to_string(),
                how.to_owned(),
            ]);
            datasets.push(json!({
                "name": name,
                "version": one.version,
                "digest": one.digest,
                "files": one.files,
                "bytes": one.bytes,
                "added": one.at,
                "by": one.by,
                "synthetic": one.synthetic,
                "sealed": sealed && !destroyed,
                "destroyed": destroyed,
            }));
        }
    }
    let text = table(&["dataset", "digest", "bytes", ""], &rows);
    Ok(Report::new(
        "data list",
        json!({"datasets": datasets}),
        text,
    ))
}

fn show(name: &str, place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    let state = project.state()?;
    let (name, version) = named(name)?;
    let latest = state
        .dataset(name)
        .map_err(galen_lifecycle::ActError::from)?;
    let found = match version {
        Some(version) => state.datasets[name]
            .get(version.wrapping_sub(1))
            .ok_or_else(|| {
                Failure::usage(
                    "unknown",
                    format!("{name} has no version {version}"),
                    format!("the latest is {}", latest.version),
                )
            })?,
        None => latest,
    };
    let mut lines = vec![format!(
        "{name}@{} {} ({} bytes), added by {} at {}",
        found.version, found.digest, found.bytes, found.by, found.at
    )];
    if let Some(source) = found.drawn_from {
        lines.push(format!("  drawn from {source}"));
    }
    if found.synthetic {
        lines.push("  synthetic: no reference set, and no part of one".to_owned());
    }
    if state.is_destroyed(&found.digest) {
        lines.push("  destroyed: it held a person who withdrew".to_owned());
    } else if let Some(sealed) = state.sealed.get(name) {
        lines.push(format!(
            "  sealed to {} ({})",
            sealed.seal.custodian, sealed.seal.recipient
        ));
    }
    for (key, examined) in state
        .examined
        .iter()
        .filter(|(key, _)| key.starts_with(&format!("{name}/")))
    {
        let one = &examined.examine;
        lines.push(format!(
            "  {key}: {} stop, {} warn, {} note",
            one.stops, one.warns, one.notes
        ));
    }
    Ok(Report::new(
        "data show",
        json!({"name": name, "dataset": found}),
        lines.join("\n"),
    ))
}

/// A dataset and the version behind `@`, if there is one.
fn named(word: &str) -> Result<(&str, Option<usize>), Failure> {
    match word.split_once('@') {
        Some((name, version)) => Ok((name, Some(version_of(version)?))),
        None => Ok((word, None)),
    }
}

/// The number of a version, as it stands behind `@`.
fn version_of(word: &str) -> Result<usize, Failure> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let number = word.parse().ok().filter(|_| digits);
    number.ok_or_else(|| {
        Failure::usage(
            "version",
            format!("`{word}` is no version of a dataset; versions are numbers from 1"),
            "write NAME or NAME@VERSION, such as flchain@1; see galen data list",
        )
    })
}

fn examine(name: &str, how: Examination, place: &Place) -> Result<Report, Failure> {
    let kind = if how == Examination::Validate {
        "data validate"
    } else {
        "data check"
    };
    let examined = place.project()?.examine(&place.actor()?, name, how)?;
    let one = &examined.examine;
    let mut lines = vec![format!(
        "Entry {}: {name}: {} stop, {} warn, {} note.",
        examined.entry.index, one.stops, one.warns, one.notes
    )];
    let mut document =
        json!({"ok": one.stops == 0, "dataset": name, "entry": examined.entry.index});
    if how == Examination::Validate {
        document["results"] = examined.report["results"].clone();
        document["accepted"] = documents_of(&examined.accepted);
    } else {
        document["findings"] = examined.report["found"].clone();
    }
    lines.extend(found_lines(&examined.report["found"]));
    lines.extend(lines_of(&examined.accepted));
    // What the checks find is recorded; whether an input may be used is decided when a change is proposed.
    Ok(Report::new(kind, document, lines.join("\n")).judged(one.stops == 0))
}

/// A line for each finding; of one that stops or warns also the number that it rests on, and what to do.
pub fn found_lines(found: &Value) -> Vec<String> {
    let lines = |one: &Value| {
        let severity = one["severity"].as_str().unwrap_or_default();
        let Some(message) = one["message"].as_str() else {
            let words = super::data_validate::in_words(one);
            return vec![format!("  {severity:<5} {words}")];
        };
        let check = one["check"].as_str().unwrap_or_default();
        let mut lines = vec![format!("  {severity:<5} {check}: {message}")];
        if severity != "note" {
            let more = measured(&one["measure"]).into_iter();
            let more = more.chain(one["help"].as_str().map(str::to_owned));
            lines.extend(more.map(|more| format!("        {more}")));
        }
        lines
    };
    found
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(lines)
        .collect()
}

/// The number that a finding rests on, with its interval and how many cases it is of.
fn measured(measure: &Value) -> Option<String> {
    let name = measure["name"].as_str()?.replace('_', " ");
    let estimate: Estimate = serde_json::from_value(measure.clone()).ok()?;
    Some(format!("{name} {}", estimate_or_count(&estimate)))
}

fn split(name: &str, out: Option<&Path>, place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    if let Some(folder) = out {
        // The division is recorded before its files are written; afterwards it is too late to find out.
        try_writing(&place.path(folder).join("part.csv"))?;
    }
    let parted = project.split(&place.actor()?, name)?;
    if let Some(folder) = out {
        for (part, bytes) in &parted.files {
            write_file(&place.path(folder).join(format!("{part}.csv")), bytes)?;
        }
    }
    let rows: Vec<Vec<String>> = parted
        .split
        .parts
        .iter()
        .map(|part| {
            vec![
                part.name.clone(),
                part.cases.to_string(),
                part.diseased.to_string(),
                short(&part.digest),
            ]
        })
        .collect();
    let mut lines = vec![format!(
        "Entry {}: {name} is divided by seed {}.",
        parted.entry.index, parted.split.seed
    )];
    for row in parted
        .flow
        .rows
        .iter()
        .filter(|row| !row.quantity.contains('/') || row.quantity.starts_with("excluded/"))
    {
        lines.push(format!(
            "  {}: {}",
            row.title,
            words::estimate_or_count(&row.estimate)
        ));
    }
    lines.push(table(&["part", "people", "deaths", "digest"], &rows));
    let document = json!({"split": parted.split, "flow": parted.flow, "entry": parted.entry.index});
    Ok(Report::new("data split", document, lines.join("\n")))
}

fn open(name: &str, purpose: &str, out: &Path, place: &Place) -> Result<Report, Failure> {
    let project = place.project()?;
    let (dataset, version) = named(name)?;
    if let Some(version) = version {
        let state = project.state()?;
        let latest = state
            .dataset(dataset)
            .map_err(galen_lifecycle::ActError::from)?;
        if latest.version as usize != version {
            return Err(Failure::usage(
                "unknown",
                format!("{name} is not the version that is sealed"),
                format!("it is {dataset}@{}", latest.version),
            ));
        }
    }
    let out = place.path(out);
    // The look is counted before the file is written; afterwards it is too late to find out.
    try_writing(&out)?;
    let asked = project.open_sealed(&place.actor()?, dataset, purpose)?;
    let look = &asked.look;
    let text = match (&asked.plain, &look.opened) {
        (Some(plain), Some(opened)) => {
            write_file(&out, plain)?;
            let left = match opened.looks_allowed {
                None => format!("look {}; no protocol limits them", opened.look),
                Some(allowed) => format!(
                    "look {} of {allowed}, {} left",
                    opened.look,
                    allowed - opened.look
                ),
            };
            format!(
                "Entry {}: {dataset} is opened for {purpose}: {left}.\n  {} is plain: who holds it can look without being counted.",
                asked.entry.index,
                out.display()
            )
        }
        _ => format!(
            "Entry {}: {} of {} people have asked to open {dataset} for {purpose}; nothing is opened yet.",
            asked.entry.index,
            look.asked.len(),
            look.quorum
        ),
    };
    let document = json!({
        "dataset": dataset, "purpose": purpose, "entry": asked.entry.index, "opened": asked.plain.is_some(),
        "asked": look.asked, "quorum": look.quorum,
        "budget": look.opened.as_ref().map(|opened| json!({"used": opened.look, "allowed": opened.looks_allowed})),
        "out": asked.plain.is_some().then(|| out.display().to_string()),
    });
    Ok(Report::new("data open", document, text))
}

fn seal(name: &str, custodian: Option<&str>, place: &Place) -> Result<Report, Failure> {
    let actor = place.actor()?;
    let custodian = match custodian {
        Some(custodian) => custodian.to_owned(),
        None => actor.to_string(),
    };
    let entry = place.project()?.seal(&actor, name, &custodian)?;
    let galen_control::Deed::Seal(seal) = &entry.record.deed else {
        unreachable!("a seal records itself")
    };
    let text = format!(
        "Entry {}: {name} is sealed to {custodian}; the plain artifact is removed.\n  Sealing shows tampering and counts \
         looks. It hides nothing from who holds the key of {custodian}\n  or another copy of the plain file, such as one \
         that galen data split --out wrote.",
        entry.index
    );
    Ok(Report::new(
        "data seal",
        json!({"seal": seal, "entry": entry.index}),
        text,
    ))
}

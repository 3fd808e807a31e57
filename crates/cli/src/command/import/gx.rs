//! `galen import gx`: suites of Great Expectations, found by a file or a folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use galen_spec::suite::Suite;
use galen_table::gx::{Checkpoint, ImportError, Layout, Remark, checkpoint, layout, suite};
use serde_json::{Map, Value, json};

use crate::outside::{read_file, write_file};
use crate::place::Place;
use crate::report::{Failure, Report};

/// Bytes of a suite; larger ones hold data, and not what is expected of it.
const BYTES_MAX: usize = 64 << 20;
/// The file that makes a folder a project of Great Expectations.
const SETTINGS: &str = "great_expectations.yml";
/// Files of a project that are read.
const FILES_MAX: usize = 10_000;

/// One suite that was read.
struct Read {
    file: PathBuf,
    suite: galen_table::gx::Suite,
}

pub fn gx(
    source: &Path,
    out: Option<&Path>,
    set: &[String],
    skip_bad: bool,
    place: &Place,
) -> Result<Report, Failure> {
    let parameters = parameters(set)?;
    let path = place.path(source);
    let read = if path.is_dir() {
        of_folder(&path, &parameters)?
    } else {
        of_file(&path, &parameters)?
    };
    let skipped: Vec<&Remark> = read.iter().flat_map(|read| &read.suite.skipped).collect();
    let warnings: Vec<&Remark> = read.iter().flat_map(|read| &read.suite.warnings).collect();
    if let (Some(first), false) = (skipped.first(), skip_bad) {
        return Err(not_taken(first, skipped.len()));
    }
    let written = written(&read, out.map(|out| place.path(out)))?;
    let document = json!({
        "expectations": read.iter().flat_map(|read| &read.suite.expectations).collect::<Vec<_>>(),
        "suites": read.iter().zip(&written).map(|(read, written)| json!({
            "name": read.suite.name,
            "source": read.file.display().to_string(),
            "out": written.out.as_ref().map(|out| out.display().to_string()),
            "expectations": read.suite.expectations.len(),
        })).collect::<Vec<_>>(),
        "skipped": skipped,
        "warnings": warnings,
    });
    for one in skipped.iter().chain(&warnings) {
        eprintln!("{}", in_words(one));
    }
    let text = match out {
        None => written.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("---\n"),
        Some(_) => {
            let line = |(read, written): (&Read, &Written)| {
                let out = written.out.as_ref().map(|out| out.display().to_string());
                let count = read.suite.expectations.len();
                format!("{}: {count} expectations in {}.", read.suite.name, out.unwrap_or_default())
            };
            read.iter().zip(&written).map(line).collect::<Vec<_>>().join("\n")
        }
    };
    Ok(Report::new("import gx", document, text.trim_end()))
}

/// A suite as galen writes it, and where.
struct Written {
    text: String,
    out: Option<PathBuf>,
}

fn written(read: &[Read], out: Option<PathBuf>) -> Result<Vec<Written>, Failure> {
    let is_several = read.len() > 1;
    if let (true, Some(out)) = (is_several, &out)
        && out.extension().is_some()
    {
        return Err(Failure::usage(
            "several_suites",
            format!("there are {} suites, and {} is one file", read.len(), out.display()),
            "name a folder: --out DIR",
        ));
    }
    let mut all = Vec::new();
    for one in read {
        let suite = Suite {
            expectations: one.suite.expectations.clone(),
            ..Suite::default()
        };
        let yaml = serde_saphyr::to_string(&suite).map_err(|error| {
            let message = format!("the suite `{}` cannot be written: {error}", one.suite.name);
            Failure::usage("not_written", message, "report this, with the suite")
        })?;
        let text = format!("# From the suite `{}` of Great Expectations.\n{yaml}", one.suite.name.escape_debug());
        let out = out.as_ref().map(|out| if is_several { out.join(file_name(&one.suite.name)) } else { out.clone() });
        all.push(Written { text, out });
    }
    let names: BTreeSet<_> = all.iter().filter_map(|one| one.out.as_ref()).collect();
    if out.is_some() && names.len() < all.len() {
        return Err(Failure::usage(
            "several_suites",
            "two suites have the same name",
            "import them one by one, each by its file",
        ));
    }
    for one in &all {
        if let Some(out) = &one.out {
            write_file(out, one.text.as_bytes())?;
        }
    }
    Ok(all)
}

fn file_name(suite: &str) -> String {
    let letters = suite.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' });
    format!("{}.yaml", letters.collect::<String>().trim_start_matches('.'))
}

/// The suites that a file is, or names.
fn of_file(path: &Path, parameters: &Map<String, Value>) -> Result<Vec<Read>, Failure> {
    let text = text_of(path)?;
    let shown = path.display().to_string();
    match suite(&shown, &text, parameters) {
        Ok(suite) => {
            let file = path.to_owned();
            return Ok(vec![Read { file, suite }]);
        }
        // What is no JSON may be the YAML of a checkpoint.
        Err(error @ ImportError::Syntax { .. }) if text.trim_start().starts_with('{') => {
            return Err(failure(&error));
        }
        Err(_) => {}
    }
    let Some(found) = checkpoint(&shown, &text).map_err(|error| failure(&error))? else {
        return Err(failure(&ImportError::NoSuite { file: shown }));
    };
    let project = Project::around(path)?;
    let mut all = Vec::new();
    project.follow(&found, parameters, &mut all)?;
    Ok(all)
}

/// All suites of a project's folder, or of a folder of suites.
fn of_folder(path: &Path, parameters: &Map<String, Value>) -> Result<Vec<Read>, Failure> {
    let project = Project::at(path)?;
    let folder = project.as_ref().map_or_else(|| path.to_owned(), |project| project.root.join(&project.layout.suites));
    let mut files = Vec::new();
    json_files(&folder, &mut files)?;
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = text_of(&file)?;
        let suite = suite(&file.display().to_string(), &text, parameters).map_err(|error| failure(&error))?;
        all.push(Read { file, suite });
    }
    if all.is_empty() {
        return Err(Failure::usage(
            "no_suite",
            format!("there is no suite in {}", folder.display()),
            "name a suite, a checkpoint, or a folder with great_expectations.yml",
        ));
    }
    Ok(all)
}

fn json_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let kind = entry.file_type().ok();
        if hidden || kind.is_some_and(|kind| kind.is_symlink()) {
            continue;
        }
        if path.is_dir() {
            json_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
        if found.len() > FILES_MAX {
            return Err(Failure::usage(
                "too_many_files",
                format!("{} holds more than {FILES_MAX} files", folder.display()),
                "name the suites one by one",
            ));
        }
    }
    Ok(())
}

/// A project of Great Expectations on disk.
struct Project {
    root: PathBuf,
    layout: Layout,
}

impl Project {
    /// The project whose folder this is, or that lies in it under its usual names.
    fn at(folder: &Path) -> Result<Option<Self>, Failure> {
        let roots = ["", "gx", "great_expectations"].map(|name| folder.join(name));
        match roots.into_iter().find(|root| root.join(SETTINGS).is_file()) {
            Some(root) => Self::open(root).map(Some),
            None => Ok(None),
        }
    }

    /// The project in which a file lies; without settings, the folder above that of the file.
    fn around(file: &Path) -> Result<Self, Failure> {
        let above = || file.ancestors().skip(1);
        if let Some(root) = above().find(|folder| folder.join(SETTINGS).is_file()) {
            return Self::open(root.to_owned());
        }
        let root = above().find(|folder| folder.join("expectations").is_dir());
        Ok(Self {
            root: root.or(above().nth(1)).unwrap_or(Path::new(".")).to_owned(),
            layout: Layout::default(),
        })
    }

    fn open(root: PathBuf) -> Result<Self, Failure> {
        let settings = root.join(SETTINGS);
        let text = text_of(&settings)?;
        let layout = layout(&settings.display().to_string(), &text).map_err(|error| failure(&error))?;
        Ok(Self { root, layout })
    }

    /// Reads the suites that a checkpoint names, itself or through validation definitions.
    fn follow(
        &self,
        from: &Checkpoint,
        parameters: &Map<String, Value>,
        all: &mut Vec<Read>,
    ) -> Result<(), Failure> {
        let mut known = from.parameters.clone();
        known.extend(parameters.clone());
        for name in &from.definitions {
            let file = self.root.join(&self.layout.definitions).join(format!("{name}.json"));
            let text = text_of(&file)?;
            let found = checkpoint(&file.display().to_string(), &text).map_err(|error| failure(&error))?;
            let found = found.filter(|found| found.definitions.is_empty());
            let found = found.ok_or_else(|| {
                let file = file.display().to_string();
                failure(&ImportError::NoSuite { file })
            })?;
            self.follow(&found, &known, all)?;
        }
        for name in &from.suites {
            let files = self.layout.suite_files(name);
            let file = files.iter().map(|file| self.root.join(file)).find(|file| file.is_file());
            let file = file.ok_or_else(|| {
                let place = self.root.join(&files[0]);
                Failure::usage(
                    "no_suite",
                    format!("the checkpoint `{}` names the suite `{name}`, and there is no {}", from.name, place.display()),
                    "name the suite itself",
                )
            })?;
            if all.iter().any(|read| read.file == file) {
                continue;
            }
            let text = text_of(&file)?;
            let suite = suite(&file.display().to_string(), &text, &known).map_err(|error| failure(&error))?;
            all.push(Read { file, suite });
        }
        Ok(())
    }
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let bytes = read_file(path)?;
    if bytes.len() > BYTES_MAX {
        let message = format!("{} has {} bytes, and at most {BYTES_MAX} are read", path.display(), bytes.len());
        return Err(Failure::usage("too_large", message, "name a suite, and no data"));
    }
    String::from_utf8(bytes).map_err(|_| {
        Failure::usage("encoding", format!("{} is not UTF-8 text", path.display()), "save it as UTF-8")
    })
}

/// Values given as NAME=VALUE: JSON if it is any, otherwise text.
fn parameters(set: &[String]) -> Result<Map<String, Value>, Failure> {
    let one = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::usage("usage", format!("`--set {text}` has no `=`"), "write --set NAME=VALUE")
        })?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        Ok((name.to_owned(), value))
    };
    set.iter().map(one).collect()
}

fn failure(error: &ImportError) -> Failure {
    let mut failure = Failure::usage(
        "suite",
        error.to_string(),
        "name a suite, a checkpoint or a project's folder of Great Expectations 0.18 or 1.x",
    );
    if let ImportError::Syntax { file, line, .. } = error {
        failure.at = Some(json!({"file": file, "line": line, "column": null}));
    }
    failure
}

fn in_words(one: &Remark) -> String {
    let line = one.line.map_or_else(String::new, |line| format!(":{line}"));
    let near = match one.nearest.as_slice() {
        [] => String::new(),
        near => format!(" Did you mean {}?", near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")),
    };
    format!("{}{line}: {}: {}{near}", one.file, one.expectation, one.why)
}

/// What ends an import that would else lose something.
fn not_taken(first: &Remark, count: usize) -> Failure {
    let more = match count {
        1 => String::new(),
        _ => format!(" (and {} more)", count - 1),
    };
    let code = if first.nearest.is_empty() { "expectation" } else { "unknown_expectation" };
    let mut failure = Failure::usage(
        code,
        format!("{}{more}", in_words(first)),
        "correct it, or import the rest: --skip-bad",
    );
    failure.at = Some(json!({"file": first.file, "line": first.line, "column": null}));
    failure
}

use std::path::{Path, PathBuf};

use galen_table::Format;

use crate::outside::is_missing;
use crate::report::Failure;

/// How deep folders are looked into.
const DEPTH_MAX: usize = 16;

/// Whether a path names files by a pattern such as `stays/*.psv`.
pub fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// The tables of a folder, those below it included, or those that a pattern names, sorted. In a folder a file is a table by
/// the end of its name, unless `every` file is; hidden ones are none.
///
/// # Errors
/// [`Failure`] if there is none.
pub fn files_of(path: &Path, every: bool) -> Result<Vec<PathBuf>, Failure> {
    let files = named(path, |name| every || Format::of_name(name).is_some())?;
    match files.is_empty() {
        true => Err(Failure::usage(
            "no_table",
            format!("{} has no file of a table", path.display()),
            format!(
                "their names end in {}; or say what they are: --format",
                Format::words().join(", ")
            ),
        )),
        false => Ok(files),
    }
}

/// The files of a folder and below it whose names are wanted, or those that a pattern names, sorted; hidden ones are none.
///
/// # Errors
/// [`Failure`] if a folder cannot be read, or there is nothing of that name.
pub fn named(path: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    if path.is_dir() {
        walk(path, &is_wanted, DEPTH_MAX, &mut files)?;
    } else if is_pattern(path) {
        let pattern = path.to_string_lossy();
        let wrong = |error: &dyn std::fmt::Display| {
            Failure::usage(
                "pattern",
                format!("`{pattern}` is no pattern of files: {error}"),
                "write one such as 'stays/*.psv'",
            )
        };
        for found in glob::glob(&pattern).map_err(|error| wrong(&error))? {
            let found = found.map_err(|error| unreadable(error.path(), error.error()))?;
            if found.is_file() {
                files.push(found);
            }
        }
    } else {
        return Err(is_missing(path));
    }
    files.sort();
    Ok(files)
}

fn walk(
    folder: &Path,
    is_wanted: &impl Fn(&str) -> bool,
    depth: usize,
    files: &mut Vec<PathBuf>,
) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            if depth > 0 {
                walk(&path, is_wanted, depth - 1, files)?;
            }
        } else if is_wanted(name) {
            files.push(path);
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::environment(
        "file",
        format!("{}: {error}", path.display()),
        "see that it can be read",
    )
}

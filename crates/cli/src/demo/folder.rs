//! The demo's folder: made anew each time, and only if all that it holds is the demo's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use galen_lifecycle::read_table;
use galen_spec::data::Data;
use galen_store::Digest;

use crate::args::Template;
use crate::command::template_files;
use crate::outside::{make_private, read_file, write_file};
use crate::report::{Failure, declared};

/// What marks a folder as made by the demo, and lists the files that the demo made: `sha256:…  path`.
const MARK: &str = ".galen-demo";
const HEAD: &str =
    "galen demo made this folder, and may remove it while it holds nothing but these files:\n";
/// Where projects keep what galen itself writes; nobody else's files are there.
const STORES: [&str; 2] = [".galen", "broken/.galen"];
/// The data file below a share folder.
const DATA: &str = "galen/flchain/flchain.csv";
/// The fictitious people; each has a passphrase that says so.
const PEOPLE: [&str; 7] = ["ada", "ben", "cleo", "dora", "emil", "fay", "gil"];

const LETTER: &str = "\
FICTITIOUS LETTER, FOR A DEMONSTRATION ONLY. No authority wrote this, and nothing is authorised by it.

Imaginary Device Authority, file IDA-2000-0042, 15 December 2000

The laboratory aid described in the frozen intended use may be marketed for the indications stated there, with the
predetermined change control plan submitted with it.
";

/// Makes the folder with the data, the letter, and the passphrases of the fictitious people.
///
/// # Errors
/// [`Failure`] if the data are not found or not the cohort, or the folder holds what the demo did not make. Nothing was
/// written or removed then.
pub fn make(dir: &Path, data: Option<&Path>) -> Result<Made, Failure> {
    let data = cohort(&find(data)?)?;
    if dir.exists() {
        refuse_others(dir)?;
        fs::remove_dir_all(dir).map_err(|error| failed(dir, &error))?;
    }
    write_file(&dir.join(MARK), HEAD.as_bytes())?;
    write_file(&dir.join("flchain.csv"), &data)?;
    write_file(&dir.join("letter.txt"), LETTER.as_bytes())?;
    make_private(&dir.join("keys"))?;
    let lines: String = PEOPLE
        .iter()
        .map(|person| format!("{person}: fictitious passphrase of {person}\n"))
        .collect();
    write_file(&dir.join("keys").join("passphrases"), lines.as_bytes())?;
    let mut made = Made {
        dir: dir.to_path_buf(),
        files: BTreeMap::new(),
    };
    made.note()?;
    Ok(made)
}

/// The demo's folder with the files that it made in it.
pub struct Made {
    dir: PathBuf,
    files: BTreeMap<String, Seen>,
}

/// A file as it was when it was last read.
struct Seen {
    bytes: u64,
    modified: Option<SystemTime>,
    digest: Digest,
}

impl Made {
    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Notes in the mark what the demo has written since the last time.
    ///
    /// # Errors
    /// [`Failure`] if the folder cannot be read or written.
    pub fn note(&mut self) -> Result<(), Failure> {
        let mut is_new = false;
        for path in files_of(&self.dir)? {
            let full = self.dir.join(&path);
            let about = fs::metadata(&full).map_err(|error| failed(&full, &error))?;
            let (bytes, modified) = (about.len(), about.modified().ok());
            let known = self.files.get(&path);
            if known.is_some_and(|seen| seen.bytes == bytes && seen.modified == modified) {
                continue;
            }
            let digest = Digest::of(&read_file(&full)?);
            let seen = Seen {
                bytes,
                modified,
                digest,
            };
            self.files.insert(path, seen);
            is_new = true;
        }
        if !is_new {
            return Ok(());
        }
        let lines = self.files.iter();
        let lines: String = lines
            .map(|(path, seen)| format!("{}  {path}\n", seen.digest))
            .collect();
        write_file(&self.dir.join(MARK), format!("{HEAD}{lines}").as_bytes())
    }
}

/// Refuses a folder that holds a file which the demo did not make, or made otherwise.
fn refuse_others(dir: &Path) -> Result<(), Failure> {
    let others = |message: String, help: &str| Err(Failure::usage("not_the_demos", message, help));
    if !dir.is_dir() {
        return others(
            format!("{} is there and is no folder", dir.display()),
            "name another folder: --dir DIR",
        );
    }
    let mark = dir.join(MARK);
    if !mark.is_file() {
        let mut items = fs::read_dir(dir).map_err(|error| failed(dir, &error))?;
        return match items.next() {
            None => Ok(()),
            Some(_) => others(
                format!(
                    "{} is there and was not made by the demo; it was left as it is",
                    dir.display()
                ),
                "name another folder: --dir DIR",
            ),
        };
    }
    let text = read_file(&mark)?;
    let text = String::from_utf8_lossy(&text);
    let listed: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(digest, path)| (path, digest))
        .collect();
    for path in files_of(dir)? {
        let full = dir.join(&path);
        let what = match listed.get(path.as_str()) {
            None => "was not made by the demo",
            Some(digest) if Digest::of(&read_file(&full)?).to_string() != **digest => {
                "was changed since the demo made it"
            }
            Some(_) => continue,
        };
        return others(
            format!("{} {what}; nothing was removed", full.display()),
            "move it elsewhere, or name another folder: --dir DIR",
        );
    }
    Ok(())
}

/// The files below a folder, in order, without its mark and without what galen keeps in stores.
fn files_of(dir: &Path) -> Result<Vec<String>, Failure> {
    let (mut files, mut folders) = (Vec::new(), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        let full = dir.join(&folder);
        let failed = |error: std::io::Error| failed(&full, &error);
        for item in fs::read_dir(&full).map_err(failed)? {
            let item = item.map_err(failed)?;
            let name = item.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() {
                name
            } else {
                format!("{folder}/{name}")
            };
            // A link is a file here: what it leads to is not in the folder.
            if !item.file_type().map_err(failed)?.is_dir() {
                files.push(path);
            } else if !STORES.contains(&path.as_str()) {
                folders.push(path);
            }
        }
    }
    files.retain(|path| path != MARK);
    files.sort_unstable();
    Ok(files)
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::environment(
        "folder",
        format!("{}: {error}", path.display()),
        "name another folder: --dir DIR",
    )
}

/// The bytes of the cohort's file, if it is one: a table with every column that the template declares.
fn cohort(path: &Path) -> Result<Vec<u8>, Failure> {
    let files = template_files(Template::Laboratory);
    let plan = files.iter().find(|(name, _)| *name == "data.yaml");
    let plan = plan.map_or("", |(_, text)| *text);
    let plan: Data = galen_spec::read("data.yaml", plan).map_err(|found| declared(found, 2))?;
    let names: Vec<&str> = plan.columns.iter().map(|one| one.name.as_str()).collect();
    let wrong = |why: String| {
        Failure::usage(
            "not_the_cohort",
            format!("{} is not the cohort of the demo: {why}", path.display()),
            format!("name a table with the columns {}", names.join(", ")),
        )
    };
    let bytes = read_file(path)?;
    let table = read_table(&bytes).map_err(|error| wrong(error.to_string()))?;
    let missing: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !table.has(name))
        .collect();
    if missing.is_empty() {
        Ok(bytes)
    } else {
        Err(wrong(format!("it has no column {}", missing.join(", "))))
    }
}

/// The data file: as named, beside the binary, or in the source tree.
fn find(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named.to_path_buf());
    }
    let beside = std::env::current_exe()
        .ok()
        .and_then(|binary| Some(binary.parent()?.parent()?.join("share").join(DATA)));
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../share")
        .join(DATA);
    let places: Vec<PathBuf> = beside.into_iter().chain([source]).collect();
    places
        .iter()
        .find(|place| place.is_file())
        .cloned()
        .ok_or_else(|| {
            let tried: Vec<String> = places
                .iter()
                .map(|place| place.display().to_string())
                .collect();
            Failure::usage(
                "no_data",
                format!("the demo's data are not in {}", tried.join(" or ")),
                "name the file: --data flchain.csv",
            )
        })
}

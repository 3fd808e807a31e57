//! The demo's folder: made anew each time, and only if it is the demo's own.

use std::path::{Path, PathBuf};

use crate::outside::{make_private, read_file, write_file};
use crate::report::Failure;

/// What marks a folder as made by the demo.
const MARK: &str = ".galen-demo";
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
/// [`Failure`] if the folder is there and not the demo's own, or the data are not found.
pub fn make(dir: &Path, data: Option<&Path>) -> Result<(), Failure> {
    let data = read_file(&find(data)?)?;
    let failed = |error: std::io::Error| {
        Failure::environment(
            "folder",
            format!("{}: {error}", dir.display()),
            "name another folder: --dir DIR",
        )
    };
    if dir.exists() {
        let empty = dir.is_dir() && std::fs::read_dir(dir).map_err(failed)?.next().is_none();
        if !empty && !dir.join(MARK).is_file() {
            return Err(Failure::usage(
                "not_the_demos",
                format!(
                    "{} is there and was not made by the demo; it was left as it is",
                    dir.display()
                ),
                "name another folder: --dir DIR",
            ));
        }
        std::fs::remove_dir_all(dir).map_err(failed)?;
    }
    write_file(
        &dir.join(MARK),
        b"galen demo made this folder and may remove it\n",
    )?;
    write_file(&dir.join("flchain.csv"), &data)?;
    write_file(&dir.join("letter.txt"), LETTER.as_bytes())?;
    make_private(&dir.join("keys"))?;
    let lines: String = PEOPLE
        .iter()
        .map(|person| format!("{person}: fictitious passphrase of {person}\n"))
        .collect();
    write_file(&dir.join("keys").join("passphrases"), lines.as_bytes())
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

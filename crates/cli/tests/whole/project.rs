//! Projects to try things on: made once for all tests of a run, and copied by each test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::typed::{bare, galen};

/// The demo as it came out.
pub struct Demo {
    pub folder: PathBuf,
    pub document: Value,
}

impl Demo {
    /// The step whose command begins so.
    #[track_caller]
    pub fn step(&self, command: &str) -> &Value {
        self.steps()
            .iter()
            .find(|step| text(&step["command"]).starts_with(command))
            .unwrap_or_else(|| panic!("the demo has no step `{command}`"))
    }

    /// All steps.
    pub fn steps(&self) -> &Vec<Value> {
        self.document["steps"]
            .as_array()
            .expect("steps are an array")
    }
}

/// A value that is text.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not text: {value}"))
}

/// `galen demo --json`, run once.
pub fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let made = once("demo", |folder| {
            let ended = bare(folder, &["demo", "--json", "--dir", "project"]).exits(0);
            fs::write(folder.join("demo.json"), &ended.out).expect("the document is kept");
        });
        let document = fs::read_to_string(made.join("demo.json")).expect("the document was kept");
        Demo {
            folder: made.join("project"),
            document: serde_json::from_str(&document).expect("stdout is one JSON document"),
        }
    })
}

/// The demo as a person reads it.
pub struct Told {
    pub folder: PathBuf,
    pub text: String,
}

impl Told {
    /// What stands below the first command that begins so, without the indent.
    #[track_caller]
    pub fn said(&self, command: &str) -> Vec<&str> {
        let mut lines = self.text.lines();
        let typed = lines.find(|line| line.starts_with(&format!("$ {command}")));
        assert!(typed.is_some(), "the demo does not print `$ {command}`");
        lines.map_while(|line| line.strip_prefix("  ")).collect()
    }
}

/// `galen demo`, run once.
pub fn told() -> &'static Told {
    static TOLD: OnceLock<Told> = OnceLock::new();
    TOLD.get_or_init(|| {
        let made = once("told", |folder| {
            let ended = bare(folder, &["demo", "--dir", "project"]).exits(0);
            fs::write(folder.join("told.txt"), &ended.out).expect("the text is kept");
        });
        Told {
            folder: made.join("project"),
            text: fs::read_to_string(made.join("told.txt")).expect("the text was kept"),
        }
    })
}

/// A project with keys of ada, dora and gil, frozen files, data, parts (in `data/`) and run-1.
pub fn young() -> &'static Path {
    static YOUNG: OnceLock<PathBuf> = OnceLock::new();
    YOUNG.get_or_init(|| {
        once("young", |folder| {
            fs::create_dir(folder.join("keys")).expect("a folder is made");
            let passphrases = ["ada", "dora", "gil"]
                .map(|person| format!("{person}: the passphrase of {person}\n"))
                .concat();
            fs::write(folder.join("keys/passphrases"), passphrases)
                .expect("passphrases are written");
            fs::copy(flchain(), folder.join("flchain.csv")).expect("the data are there");
            for line in [
                "init --template laboratory",
                "key new ada",
                "key new dora",
                "key new gil",
                "freeze intent risk data protocol pipeline pccp monitor team --as dora",
                "data add flchain.csv --as gil",
                "data split flchain --out data --as gil",
                "run release1 --as ada",
            ] {
                let words: Vec<&str> = line.split(' ').collect();
                galen(folder, &words).exits(0);
            }
        })
    })
}

/// The cohort of the demo.
pub fn flchain() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../share/galen/flchain/flchain.csv")
}

/// A copy of a project for one test.
pub fn copy(project: &Path) -> TempDir {
    let to = TempDir::new().expect("a folder for the copy");
    copy_below(project, to.path());
    to
}

fn copy_below(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the folder is read") {
        let entry = entry.expect("the folder is read");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).expect("a folder is made");
            copy_below(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file is copied");
        }
    }
}

/// A folder that is made once in a run of the tests, also where each test is a process of its own (nextest): whoever
/// holds the lock makes it, the others wait.
pub fn once(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let run = std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| std::process::id().to_string());
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = place.join(format!("{name}-{run}"));
    let lock = File::create(place.join(format!("{name}.lock"))).expect("the lock can be made");
    lock.lock().expect("the lock is taken");
    let made = folder.join("made");
    if !made.is_file() {
        forget_old(place, &format!("{name}-"));
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("what a failed try left is removed");
        }
        fs::create_dir_all(&folder).expect("a folder is made");
        make(&folder);
        fs::write(made, "").expect("the mark is written");
    }
    folder
}

/// Removes what runs of an hour ago and more left.
fn forget_old(place: &Path, prefix: &str) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let old = entry
            .metadata()
            .and_then(|about| about.modified())
            .ok()
            .and_then(|at| at.elapsed().ok())
            .is_some_and(|age| age.as_secs() > 3600);
        if old && entry.file_name().to_string_lossy().starts_with(prefix) {
            // Another run may be removing it as well.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

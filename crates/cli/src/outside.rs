//! The world outside: clock, chance, passphrases, processes, runtimes. Only here are they real.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use galen_ledger::KeyCost;
use galen_lifecycle::keys::{KeyFolder, Passphrases};
use galen_lifecycle::{Clock, Entropy, ModelReader, Ports};
use galen_model::{InputContract, Predict};
use galen_pipeline::ShellRunner;
use galen_store::{DiskError, FolderDisk};
use jiff::Timestamp;

use crate::report::Failure;

/// How long an append waits for another galen.
const WAIT: Duration = Duration::from_secs(10);

/// Set when the user asked to stop.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Takes Ctrl-C as a wish to stop at the next safe place; a second one ends at once.
pub fn listen_for_stop() {
    let handler = || {
        if STOPPED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        eprintln!("stopping; press Ctrl-C again to end at once");
    };
    // Without the handler Ctrl-C ends the process as ever; every write is atomic, so nothing is lost.
    let _ = ctrlc::set_handler(handler);
}

/// What a library panics at within a guarded reading becomes an error, which says more than its panic.
pub fn keep_guarded_panics_quiet() {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !galen_table::is_guarded() && !galen_imaging::is_guarded() {
            loud(panic);
        }
    }));
}

/// Whether the user asked to stop.
pub fn stopped() -> bool {
    STOPPED.load(Ordering::SeqCst)
}

/// What commands of one process share: where keys are, and which were unlocked.
pub struct World {
    keys: PathBuf,
    passphrases: Arc<dyn Passphrases>,
    folder: Mutex<BTreeMap<PathBuf, Arc<KeyFolder>>>,
}

impl World {
    /// The world of a process: keys in a folder, passphrases from a file or the terminal. Neither is looked at before
    /// something is signed.
    pub fn new(keys: Option<&Path>, passphrases: Option<&Path>) -> World {
        let passphrases: Arc<dyn Passphrases> = match passphrases {
            Some(path) => Arc::new(FilePassphrases::of(path)),
            None => Arc::new(TerminalPassphrases),
        };
        let keys = keys
            .map(Path::to_path_buf)
            .or_else(default_keys)
            .unwrap_or_else(|| PathBuf::from("keys"));
        World {
            keys,
            passphrases,
            folder: Mutex::default(),
        }
    }

    /// The folder of keys.
    pub fn keys(&self) -> &Path {
        &self.keys
    }

    /// Everything from outside for a project.
    ///
    /// # Errors
    /// [`Failure`] if the folder of keys cannot be used.
    pub fn ports(&self) -> Result<Ports, Failure> {
        Ok(Ports {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            identity: self.key_folder()?,
            reader: Arc::new(OnnxReader),
            natives: vec![Arc::new(galen_train::LogisticRegression)],
            runner: Arc::new(ShellRunner),
            printer: Some(Arc::new(galen_pdf::Typesetter::new())),
            environment: ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"]
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
                .collect(),
            platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
            wait: WAIT,
            who: format!("{}, process {}", command_name(), std::process::id()),
            cancelled: Arc::new(stopped),
        })
    }

    /// The person's keys, unlocked at most once a process for records.
    ///
    /// # Errors
    /// [`Failure`] if the folder cannot be made.
    pub fn key_folder(&self) -> Result<Arc<KeyFolder>, Failure> {
        let mut known = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = known.get(&self.keys) {
            return Ok(folder.clone());
        }
        make_private(&self.keys)?;
        let disk = open_folder(&self.keys)?;
        let place = self.keys.display().to_string();
        let folder = Arc::new(KeyFolder::new(
            Arc::new(disk),
            place,
            self.passphrases.clone(),
            KeyCost::PERSON,
        ));
        known.insert(self.keys.clone(), folder.clone());
        Ok(folder)
    }
}

fn command_name() -> String {
    let verb = std::env::args()
        .nth(1)
        .filter(|verb| !verb.starts_with('-'))
        .unwrap_or_default();
    format!("galen {verb}").trim().to_owned()
}

/// A folder that only its owner can enter.
pub fn make_private(path: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::environment(
            "keys_folder",
            format!("{}: {error}", path.display()),
            "name another folder: --keys DIR",
        )
    };
    if path.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(path).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

fn default_keys() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    Some(base.join("galen").join("keys"))
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // Whole microseconds: what a record says reads the same everywhere.
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without the system's randomness no key may be made.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

struct OnnxReader;

impl ModelReader for OnnxReader {
    fn read(&self, bytes: &[u8], contract: InputContract) -> Result<Box<dyn Predict>, String> {
        match galen_onnx::OnnxModel::read(bytes, contract) {
            Ok(model) => Ok(Box::new(model)),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Asks on the terminal, without showing what is typed.
struct TerminalPassphrases;

impl Passphrases for TerminalPassphrases {
    fn passphrase(&self, person: &str, new: bool) -> Result<String, String> {
        let ask =
            |prompt: String| rpassword::prompt_password(prompt).map_err(|error| error.to_string());
        let first = ask(format!("Passphrase of {person}: "))?;
        if new {
            if first.chars().count() < 8 {
                return Err("a passphrase has 8 characters or more".to_owned());
            }
            if ask("The same again: ".to_owned())? != first {
                return Err("the two passphrases differ".to_owned());
            }
        }
        Ok(first)
    }
}

/// Lines `ID: passphrase` of a file, which is read once, when the first of them is asked for.
struct FilePassphrases {
    path: PathBuf,
    lines: OnceLock<Result<BTreeMap<String, String>, String>>,
}

impl FilePassphrases {
    fn of(path: &Path) -> FilePassphrases {
        FilePassphrases {
            path: path.to_path_buf(),
            lines: OnceLock::new(),
        }
    }

    fn read(&self) -> Result<BTreeMap<String, String>, String> {
        let text = std::fs::read_to_string(&self.path).map_err(|error| {
            format!(
                "{}, the file of passphrases, cannot be read: {error}",
                self.path.display()
            )
        })?;
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        Ok(lines
            .map(|(person, passphrase)| (person.trim().to_owned(), passphrase.trim().to_owned()))
            .collect())
    }
}

impl Passphrases for FilePassphrases {
    fn passphrase(&self, person: &str, _new: bool) -> Result<String, String> {
        let lines = self.lines.get_or_init(|| self.read()).as_ref()?;
        let found = lines.get(person).cloned();
        found.ok_or_else(|| format!("{} has no line for {person}", self.path.display()))
    }
}

/// A folder as a disk.
///
/// # Errors
/// [`Failure`] if it cannot be used.
pub fn open_folder(path: &Path) -> Result<FolderDisk, Failure> {
    FolderDisk::open(path).map_err(|error| Failure::from(galen_lifecycle::ActError::from(error)))
}

/// A file that the user named is not there.
pub fn is_missing(path: &Path) -> Failure {
    Failure::usage(
        "file_not_found",
        format!("there is no file {}", path.display()),
        "name a file that is there",
    )
}

/// Reads a file that the user named.
///
/// # Errors
/// [`Failure`] that says what is wrong with the file.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    /// Larger files do not go through memory.
    const BYTES_MAX: u64 = 2 << 30;
    let shown = path.display();
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => is_missing(path),
        _ => Failure::environment(
            "file",
            format!("{shown}: {error}"),
            "see that the file can be read",
        ),
    };
    let about = std::fs::metadata(path).map_err(failed)?;
    if about.is_dir() {
        return Err(Failure::usage(
            "is_a_folder",
            format!("{shown} is a folder"),
            "name a file",
        ));
    }
    if about.len() > BYTES_MAX {
        let message = format!(
            "{shown} has {} bytes; the limit is {BYTES_MAX}",
            about.len()
        );
        return Err(Failure::usage("too_large", message, "divide the file"));
    }
    std::fs::read(path).map_err(failed)
}

/// Finds out that a file can be written, before an act that it is to show; nothing of the trial stays.
///
/// # Errors
/// [`Failure`] that says which file cannot be written, and why.
pub fn try_writing(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::usage(
            "is_a_folder",
            format!("{} is a folder", path.display()),
            "name a file",
        ));
    }
    // Folders that are not there are made when the file is written: in the nearest one that is.
    let mut folder = folder_of(path);
    while !folder.exists() && folder.parent().is_some() {
        folder = folder_of(folder);
    }
    let trial = folder.join(format!(".galen-trial-{}", std::process::id()));
    std::fs::File::create_new(&trial)
        .and_then(|_| std::fs::remove_file(&trial))
        .map_err(|error| not_written(path, &error.to_string()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn not_written(path: &Path, why: &str) -> Failure {
    Failure::environment(
        "not_written",
        format!("{} cannot be written: {why}", path.display()),
        "name a file in a folder that can be written",
    )
}

/// Writes a file as a whole: aside, then renamed.
///
/// # Errors
/// [`Failure`] if the disk fails.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| not_written(path, "this is no file name"))?;
    let folder = folder_of(path);
    std::fs::create_dir_all(folder).map_err(|error| not_written(path, &error.to_string()))?;
    let disk = open_folder(folder)?;
    galen_store::Disk::write(&disk, name, bytes).map_err(|error| match error {
        DiskError::NotFound { .. } => not_written(path, "its folder takes no file"),
        other => not_written(path, &other.to_string()),
    })
}

/// Refuses a file for a page whose name is that of something else.
///
/// # Errors
/// [`Failure`] that says how a page is named.
pub fn must_be_page(out: Option<&Path>) -> Result<(), Failure> {
    let is_page = |out: &&Path| out.extension().is_some_and(|end| end == "html");
    match out.filter(|out| !is_page(out)) {
        None => Ok(()),
        Some(out) => Err(Failure::usage(
            "format",
            format!("{} is no page", out.display()),
            "name a file that ends in .html; --json prints the numbers",
        )),
    }
}

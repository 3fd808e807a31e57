use std::io;
use std::path::Path;
use std::time::Duration;

pub mod conformance;
pub mod faulty;
pub mod folder;
pub mod memory;

/// The first letters of a file that a write is still making. No caller's path may use them, and [`Disk::list`] does not
/// show them: a crash leaves such files behind, and they mean nothing.
pub const TEMP_PREFIX: &str = ".tmp-";

/// The one door to files. Paths are relative, with `/` between the parts.
///
/// [`conformance::check`] says what every backend promises.
pub trait Disk: Send + Sync {
    /// Reads a whole file.
    ///
    /// # Errors
    /// [`DiskError::NotFound`] if there is none.
    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError>;

    /// Says how many bytes a file has; `None` if there is none.
    ///
    /// # Errors
    /// [`DiskError`] if that cannot be found out.
    fn len(&self, path: &str) -> Result<Option<u64>, DiskError>;

    /// Replaces a file as a whole: after a crash at any moment it has its old bytes or all of `bytes`. Once this returns
    /// the new bytes survive a crash. Folders above are made.
    ///
    /// # Errors
    /// [`DiskError`]; the file is then as before, unless the last step (the rename) was interrupted by a crash: then it is
    /// the old or the new one.
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError>;

    /// Adds bytes to the end of a file and makes them survive a crash; for journals. The file is made if there is none.
    ///
    /// # Errors
    /// [`DiskError`]; a part of `bytes` may then be at the end of the file, so a journal's reader must know a torn line.
    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError>;

    /// Lists the files below a folder, at any depth, sorted, as paths from the top; none if there is no such folder. The
    /// folder `""` is the top.
    ///
    /// # Errors
    /// [`DiskError`] if a folder cannot be read.
    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError>;

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// [`DiskError`] if the file remains.
    fn remove(&self, path: &str) -> Result<(), DiskError>;

    /// Takes the lock `name` for as long as the returned value lives. While another holds it, waits up to `wait`. `who` is
    /// a text for others who wait (`"galen run, process 4711"`).
    ///
    /// # Errors
    /// [`DiskError::Held`] with the holder's text when `wait` is over.
    fn lock(&self, name: &str, wait: Duration, who: &str) -> Result<Box<dyn Lock>, DiskError>;

    /// The folder on the machine, if this is one: for messages and for programs that need a real path.
    fn path(&self) -> Option<&Path>;
}

/// A lock that is held; dropping it lets go.
pub trait Lock: Send {}

/// What went wrong with a file: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    #[error("{path} does not exist; if it should, put it back from a backup")]
    NotFound { path: String },
    #[error("no space is left to write {path}; free some space, then do this again")]
    Full { path: String },
    #[error(
        "{path} may not be read or written by this user; change its owner or permissions, then do this again"
    )]
    Denied { path: String },
    #[error(
        "{path} is held by {by}; waited {:.0} s; wait until that has ended, then do this again",
        waited.as_secs_f64()
    )]
    Held {
        path: String,
        by: String,
        waited: Duration,
    },
    #[error(
        "`{path}` is not a path in the store; use parts without `..`, joined by `/`, none beginning with `{TEMP_PREFIX}`"
    )]
    BadPath { path: String },
    #[error(
        "{path} could not be read or written: {source}; look after the disk, then do this again"
    )]
    Other { path: String, source: io::Error },
}

impl DiskError {
    /// Sorts an error of the operating system.
    pub(crate) fn from_io(path: String, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Denied { path }
            }
            _ => Self::Other { path, source },
        }
    }
}

/// Refuses what could leave the folder, or means different files on different machines.
///
/// # Errors
/// [`DiskError::BadPath`].
pub fn check_path(path: &str) -> Result<(), DiskError> {
    let part_is_good = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.starts_with(TEMP_PREFIX)
    };
    let letter_is_bad = |letter: char| letter == '\\' || letter == ':' || letter.is_control();
    if path.split('/').all(part_is_good) && !path.contains(letter_is_bad) {
        Ok(())
    } else {
        Err(DiskError::BadPath {
            path: path.to_owned(),
        })
    }
}

/// Like [`check_path`], and lets `""` stand for the top.
pub(crate) fn check_folder(folder: &str) -> Result<(), DiskError> {
    if folder.is_empty() {
        Ok(())
    } else {
        check_path(folder)
    }
}

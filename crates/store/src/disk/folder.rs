use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Disk, DiskError, Lock, TEMP_PREFIX, check_folder, check_path};

/// How often a waiting lock asks again.
const LOCK_POLL: Duration = Duration::from_millis(20);

/// A folder on this machine.
///
/// Locks are advisory (`flock`, `LockFileEx`): they bind programs that ask, on one machine. They are let go when a
/// process ends, however it ends.
pub struct FolderDisk {
    root: PathBuf,
    temps: AtomicU64,
}

impl FolderDisk {
    /// Opens a folder, and makes it if there is none.
    ///
    /// # Errors
    /// [`DiskError`] if the folder cannot be made.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, DiskError> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(|e| DiskError::from_io(root.display().to_string(), e))?;
        Ok(Self {
            root,
            temps: AtomicU64::new(0),
        })
    }

    /// Pairs the path on this machine with the function that makes an error of it.
    fn locate(&self, path: &str) -> Result<PathBuf, DiskError> {
        check_path(path)?;
        Ok(self.root.join(path))
    }

    fn make_parent<'p>(&self, full: &'p Path) -> Result<&'p Path, DiskError> {
        let parent = full.parent().expect("a checked path lies below the root");
        if !parent.is_dir() {
            fs::create_dir_all(parent).map_err(error_at(parent))?;
            // The new folders must survive a crash too: sync each of their parents up to the root.
            for above in parent.ancestors().skip(1) {
                sync_folder(above)?;
                if above == self.root {
                    break;
                }
            }
        }
        Ok(parent)
    }

    /// The process and a count name it, so that neither threads nor processes meet in one file.
    fn temp_beside(&self, parent: &Path) -> PathBuf {
        let count = self.temps.fetch_add(1, Ordering::Relaxed);
        // Two FolderDisks of one process count apart: their addresses tell them from each other.
        let own = std::ptr::from_ref(self).addr();
        parent.join(format!("{TEMP_PREFIX}{}-{own:x}-{count}", process::id()))
    }
}

/// Makes the [`DiskError`] of an operating system's error at a path.
fn error_at(path: &Path) -> impl Fn(std::io::Error) -> DiskError + '_ {
    |error| DiskError::from_io(path.display().to_string(), error)
}

fn sync_folder(folder: &Path) -> Result<(), DiskError> {
    // Windows cannot open a folder as a file; there a rename is made durable by the file system's own journal.
    if cfg!(windows) {
        return Ok(());
    }
    File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(error_at(folder))
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

impl Disk for FolderDisk {
    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError> {
        let full = self.locate(path)?;
        fs::read(&full).map_err(error_at(&full))
    }

    fn len(&self, path: &str) -> Result<Option<u64>, DiskError> {
        let full = self.locate(path)?;
        match fs::metadata(&full) {
            Ok(about) if about.is_file() => Ok(Some(about.len())),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error_at(&full)(error)),
        }
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        let full = self.locate(path)?;
        let parent = self.make_parent(&full)?;
        let temp = self.temp_beside(parent);
        let moved = write_synced(&temp, bytes).and_then(|()| fs::rename(&temp, &full));
        if let Err(error) = moved {
            // The first error is the one to tell; a temporary file that stays means nothing to any reader.
            let _ = fs::remove_file(&temp);
            return Err(error_at(&full)(error));
        }
        sync_folder(parent)
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        let full = self.locate(path)?;
        let parent = self.make_parent(&full)?;
        let is_new = !full.exists();
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&full)
            .map_err(error_at(&full))?;
        file.write_all(bytes)
            .and_then(|()| file.sync_data())
            .map_err(error_at(&full))?;
        if is_new { sync_folder(parent) } else { Ok(()) }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError> {
        check_folder(folder)?;
        let mut files = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let full = self.root.join(&folder);
            let items = match fs::read_dir(&full) {
                Ok(items) => items,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error_at(&full)(error)),
            };
            for item in items {
                let item = item.map_err(error_at(&full))?;
                let name = item.file_name().to_string_lossy().into_owned();
                if name.starts_with(TEMP_PREFIX) {
                    continue;
                }
                let path = if folder.is_empty() {
                    name
                } else {
                    format!("{folder}/{name}")
                };
                if item.file_type().map_err(error_at(&full))?.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files.sort();
        Ok(files)
    }

    fn remove(&self, path: &str) -> Result<(), DiskError> {
        let full = self.locate(path)?;
        match fs::remove_file(&full) {
            Ok(()) => sync_folder(full.parent().expect("a checked path lies below the root")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error_at(&full)(error)),
        }
    }

    fn lock(&self, name: &str, wait: Duration, who: &str) -> Result<Box<dyn Lock>, DiskError> {
        let full = self.locate(name)?;
        self.make_parent(&full)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&full)
            .map_err(error_at(&full))?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(error_at(&full)(error)),
                Err(TryLockError::WouldBlock) if start.elapsed() >= wait => {
                    let path = full.display().to_string();
                    return Err(DiskError::Held {
                        path,
                        by: read_holder(&mut file),
                        waited: start.elapsed(),
                    });
                }
                Err(TryLockError::WouldBlock) => {
                    thread::sleep(LOCK_POLL.min(wait.saturating_sub(start.elapsed())));
                }
            }
        }
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(who.as_bytes()))
            .map_err(error_at(&full))?;
        Ok(Box::new(FolderLock { file }))
    }

    fn path(&self) -> Option<&Path> {
        Some(&self.root)
    }
}

fn read_holder(file: &mut File) -> String {
    let mut who = String::new();
    let read = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.read_to_string(&mut who));
    match read {
        Ok(_) if !who.is_empty() => who,
        _ => "another process that did not say who it is".to_owned(),
    }
}

struct FolderLock {
    file: File,
}

impl Lock for FolderLock {}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing the file lets go in any case; the text is emptied so that nobody is told of a holder who has left.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::conformance;

    #[test]
    fn a_folder_keeps_the_promises_of_a_disk() {
        let dir = tempfile::tempdir().unwrap();
        conformance::check(&FolderDisk::open(dir.path().join("new/folder")).unwrap());
    }

    #[test]
    fn a_write_leaves_nothing_beside_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let disk = FolderDisk::open(dir.path()).unwrap();
        disk.write("a/b", b"x").unwrap();
        let names: Vec<_> = fs::read_dir(dir.path().join("a"))
            .unwrap()
            .map(|f| f.unwrap().file_name())
            .collect();
        assert_eq!(names, ["b"]);
    }

    #[test]
    fn what_a_crash_left_of_a_write_is_not_listed() {
        let dir = tempfile::tempdir().unwrap();
        let disk = FolderDisk::open(dir.path()).unwrap();
        fs::write(dir.path().join(".tmp-1-0"), b"half").unwrap();
        assert_eq!(disk.list("").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_lock_that_is_let_go_in_time_is_given_to_who_waits() {
        let dir = tempfile::tempdir().unwrap();
        let disk = FolderDisk::open(dir.path()).unwrap();
        let held = disk.lock("lock", Duration::ZERO, "first").unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                disk.lock("lock", Duration::from_secs(10), "second")
                    .map(drop)
            });
            drop(held);
            waiting.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_file_where_a_folder_should_be_is_an_error_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let disk = FolderDisk::open(dir.path()).unwrap();
        disk.write("a", b"file").unwrap();
        let message = disk.write("a/b", b"x").unwrap_err().to_string();
        assert!(
            message.contains(&dir.path().join("a").display().to_string()),
            "{message}"
        );
    }
}

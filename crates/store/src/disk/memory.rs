use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Disk, DiskError, Lock, check_folder, check_path};

/// Files in memory, for tests and for work that leaves nothing behind. Clones share the files.
///
/// Each file knows how many of its bytes are durable. Through [`Disk`] that is always all of them; a
/// [`FaultyDisk`](super::faulty::FaultyDisk) leaves some out and lets a crash take them.
#[derive(Clone, Default)]
pub struct MemoryDisk {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    contents: Mutex<Contents>,
    let_go: Condvar,
}

#[derive(Default)]
struct Contents {
    files: BTreeMap<String, Stored>,
    locks: BTreeMap<String, Holder>,
    holders: u64,
}

/// A file: what a reader sees now, and how much of it a crash leaves for certain.
#[derive(Clone, Default)]
pub(crate) struct Stored {
    pub bytes: Vec<u8>,
    pub durable: usize,
}

struct Holder {
    number: u64,
    who: String,
}

impl MemoryDisk {
    /// Makes an empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        // Every change below is a single map operation, so a panic elsewhere cannot leave it half done.
        self.shared
            .contents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stored(&self, path: &str) -> Option<Stored> {
        self.contents().files.get(path).cloned()
    }

    pub(crate) fn put(&self, path: &str, file: Stored) {
        self.contents().files.insert(path.to_owned(), file);
    }

    /// Stops the machine: of the bytes that are not durable, `keep(path, n)` of `n` are left; all locks are let go.
    pub(crate) fn crash(&self, mut keep: impl FnMut(&str, usize) -> usize) {
        let mut contents = self.contents();
        for (path, file) in &mut contents.files {
            let unsure = file.bytes.len() - file.durable;
            if unsure > 0 {
                file.bytes.truncate(file.durable + keep(path, unsure));
                file.durable = file.bytes.len();
            }
        }
        contents.locks.clear();
        self.shared.let_go.notify_all();
    }
}

impl Disk for MemoryDisk {
    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError> {
        check_path(path)?;
        self.stored(path)
            .map(|file| file.bytes)
            .ok_or_else(|| DiskError::NotFound {
                path: path.to_owned(),
            })
    }

    fn len(&self, path: &str) -> Result<Option<u64>, DiskError> {
        check_path(path)?;
        Ok(self
            .contents()
            .files
            .get(path)
            .map(|file| file.bytes.len() as u64))
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        check_path(path)?;
        self.put(
            path,
            Stored {
                bytes: bytes.to_vec(),
                durable: bytes.len(),
            },
        );
        Ok(())
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        check_path(path)?;
        let mut contents = self.contents();
        let file = contents.files.entry(path.to_owned()).or_default();
        file.bytes.extend_from_slice(bytes);
        file.durable = file.bytes.len();
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError> {
        check_folder(folder)?;
        let start = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let contents = self.contents();
        let from_start = contents.files.range(start.clone()..).map(|(path, _)| path);
        Ok(from_start
            .take_while(|path| path.starts_with(&start))
            .cloned()
            .collect())
    }

    fn remove(&self, path: &str) -> Result<(), DiskError> {
        check_path(path)?;
        self.contents().files.remove(path);
        Ok(())
    }

    fn lock(&self, name: &str, wait: Duration, who: &str) -> Result<Box<dyn Lock>, DiskError> {
        check_path(name)?;
        let start = Instant::now();
        let waiting = self
            .shared
            .let_go
            .wait_timeout_while(self.contents(), wait, |c| c.locks.contains_key(name));
        let (mut contents, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        if let Some(holder) = contents.locks.get(name) {
            return Err(DiskError::Held {
                path: name.to_owned(),
                by: holder.who.clone(),
                waited: start.elapsed(),
            });
        }
        contents.holders += 1;
        let number = contents.holders;
        contents.locks.insert(
            name.to_owned(),
            Holder {
                number,
                who: who.to_owned(),
            },
        );
        Ok(Box::new(MemoryLock {
            disk: self.clone(),
            name: name.to_owned(),
            number,
        }))
    }

    fn path(&self) -> Option<&Path> {
        None
    }
}

struct MemoryLock {
    disk: MemoryDisk,
    name: String,
    number: u64,
}

impl Lock for MemoryLock {}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        let mut contents = self.disk.contents();
        // After a crash the lock may be another's: only the holder of this number lets go.
        if contents
            .locks
            .get(&self.name)
            .is_some_and(|holder| holder.number == self.number)
        {
            contents.locks.remove(&self.name);
        }
        self.disk.shared.let_go.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::conformance;

    #[test]
    fn memory_keeps_the_promises_of_a_disk() {
        conformance::check(&MemoryDisk::new());
    }

    #[test]
    fn a_lock_from_before_a_crash_does_not_let_go_of_another() {
        let disk = MemoryDisk::new();
        let before = disk.lock("lock", Duration::ZERO, "before").unwrap();
        disk.crash(|_, _| 0);
        let _after = disk.lock("lock", Duration::ZERO, "after").unwrap();
        drop(before);
        assert!(
            matches!(disk.lock("lock", Duration::ZERO, "third"), Err(DiskError::Held { by, .. }) if by == "after")
        );
    }
}

//! A folder of a disk as a disk of its own, so that the project's files and its store stop together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use galen_store::{Disk, DiskError, Lock};

pub struct Below {
    disk: Arc<dyn Disk>,
    folder: &'static str,
    /// The planted bug: what is written is not written beside and renamed.
    in_place: bool,
}

impl Below {
    pub fn new(disk: Arc<dyn Disk>, folder: &'static str, in_place: bool) -> Below {
        Below {
            disk,
            folder,
            in_place,
        }
    }

    fn at(&self, path: &str) -> String {
        if path.is_empty() {
            self.folder.to_owned()
        } else {
            format!("{}/{path}", self.folder)
        }
    }
}

impl Disk for Below {
    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError> {
        self.disk.read(&self.at(path))
    }

    fn len(&self, path: &str) -> Result<Option<u64>, DiskError> {
        self.disk.len(&self.at(path))
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        if self.in_place {
            self.disk.remove(&self.at(path))?;
            return self.disk.append(&self.at(path), bytes);
        }
        self.disk.write(&self.at(path), bytes)
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        self.disk.append(&self.at(path), bytes)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError> {
        let found = self.disk.list(&self.at(folder))?;
        let start = format!("{}/", self.folder);
        Ok(found
            .iter()
            .filter_map(|path| path.strip_prefix(&start))
            .map(str::to_owned)
            .collect())
    }

    fn remove(&self, path: &str) -> Result<(), DiskError> {
        self.disk.remove(&self.at(path))
    }

    fn lock(&self, name: &str, wait: Duration, who: &str) -> Result<Box<dyn Lock>, DiskError> {
        self.disk.lock(&self.at(name), wait, who)
    }

    fn path(&self) -> Option<&Path> {
        None
    }
}

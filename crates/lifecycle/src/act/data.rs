//! Adding data.

use galen_control::act::add_data::{AddData, Ask as AddAsk};
use galen_control::{Actor, Ask, Deed};
use galen_store::{Digest, Manifest, ManifestEntry};

use crate::error::ActError;
use crate::project::{Entry, Project};

/// A dataset that was added.
#[derive(Clone, Debug)]
pub struct Added {
    pub entry: Entry,
    pub data: AddData,
    pub new_bytes: u64,
    pub reused_bytes: u64,
}

/// A file to add: its path within the dataset and its bytes.
pub struct DataFile {
    pub path: String,
    pub bytes: Vec<u8>,
}

impl Project {
    /// Adds a file, or a folder of files, as a version of a dataset, `synthetic` if it was generated and not observed. Every file becomes an artifact before the record is
    /// made, so a record never names bytes that are not there.
    ///
    /// # Errors
    /// [`ActError::Input`] for no file; [`ActError::Refused`] if the content is that of the last version.
    pub fn add_data(
        &self,
        by: &Actor,
        name: &str,
        files: &[DataFile],
        folder: bool,
        synthetic: bool,
    ) -> Result<Added, ActError> {
        if files.is_empty() {
            return Err(ActError::input(
                "no_files",
                "there is no file to add",
                "name a file or a folder with files",
            ));
        }
        let state = self.state()?;
        let digests: Vec<Digest> = files.iter().map(|file| Digest::of(&file.bytes)).collect();
        for (file, digest) in files.iter().zip(&digests) {
            state.not_sealed(*digest)?;
            self.nobody_withdrew(&state, &file.path, &file.bytes)?;
        }
        let (mut new_bytes, mut reused_bytes) = (0, 0);
        let mut entries = Vec::new();
        for (file, digest) in files.iter().zip(&digests) {
            let size = file.bytes.len() as u64;
            let known = self.artifacts.has(digest)?;
            *(if known {
                &mut reused_bytes
            } else {
                &mut new_bytes
            }) += size;
            entries.push(ManifestEntry {
                path: file.path.clone(),
                size,
                digest: self.keep(&file.bytes)?,
            });
        }
        let digest = if folder {
            let manifest = Manifest::new(entries).map_err(|error| {
                ActError::input(
                    "manifest",
                    error.to_string(),
                    "rename the files so that their paths differ",
                )
            })?;
            self.keep(&manifest.to_bytes())?
        } else {
            entries[0].digest
        };
        let ask = AddAsk {
            name: name.to_owned(),
            digest,
            files: files.len() as u64,
            bytes: files.iter().map(|file| file.bytes.len() as u64).sum(),
            synthetic,
        };
        let entry = self.one(by, None, Ask::AddData(ask))?;
        let Deed::AddData(data) = entry.record.deed.clone() else {
            unreachable!("adding data records added data")
        };
        Ok(Added {
            entry,
            data,
            new_bytes,
            reused_bytes,
        })
    }
}

use std::sync::Arc;

use crate::digest::Digest;
use crate::disk::{Disk, DiskError};

const FOLDER: &str = "artifacts/sha256";

/// Bytes under the name of their digest: `artifacts/sha256/ab/abcd…`.
#[derive(Clone)]
pub struct Artifacts {
    disk: Arc<dyn Disk>,
}

/// Why an artifact could not be put or got.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    #[error(
        "the artifact {digest} is not in the store; put it back from a backup or make it again"
    )]
    Missing { digest: Digest },
    #[error(
        "the artifact {digest} was changed: its bytes are now {found}; put it back from a backup or make it again"
    )]
    Changed { digest: Digest, found: Digest },
    #[error(
        "the disk reported that the artifact {digest} was written, but it was not; look after the disk"
    )]
    NotStored { digest: Digest },
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// What is wrong with a file among the artifacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactProblem {
    /// The file's path from the top of the disk.
    pub path: String,
    /// Which artifact it should be; `None` if its name is none.
    pub digest: Option<Digest>,
    pub what: ArtifactProblemKind,
    /// What is, and what to do.
    pub message: String,
}

/// The kinds of [`ArtifactProblem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactProblemKind {
    /// The bytes do not have the digest that the name says.
    ArtifactChanged,
    /// The name is not that of an artifact in its folder.
    ArtifactMisnamed,
    /// The file cannot be read.
    ArtifactUnreadable,
}

impl Artifacts {
    /// Looks at the artifacts on a disk.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk }
    }

    /// The path of an artifact from the top of the disk.
    #[must_use]
    pub fn path(digest: &Digest) -> String {
        let hex = digest.hex();
        format!("{FOLDER}/{}/{hex}", &hex[..2])
    }

    /// Stores bytes and reads them back. Bytes that are already there intact are not written again; damaged ones are
    /// replaced.
    ///
    /// # Errors
    /// [`ArtifactError::NotStored`] if the disk gives back something else, [`ArtifactError::Disk`] if it fails.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, ArtifactError> {
        let digest = Digest::of(bytes);
        let path = Self::path(&digest);
        let holds_it =
            || -> Result<bool, DiskError> {
                // The length is asked first so that a damaged file of another size is not read for nothing.
                Ok(self.disk.len(&path)? == Some(bytes.len() as u64)
                    && self.disk.read(&path)? == bytes)
            };
        if holds_it()? {
            return Ok(digest);
        }
        self.disk.write(&path, bytes)?;
        if holds_it()? {
            Ok(digest)
        } else {
            Err(ArtifactError::NotStored { digest })
        }
    }

    /// Gives the bytes of an artifact, after having compared them with its name.
    ///
    /// # Errors
    /// [`ArtifactError::Missing`], [`ArtifactError::Changed`] or [`ArtifactError::Disk`].
    pub fn get(&self, digest: &Digest) -> Result<Vec<u8>, ArtifactError> {
        let bytes = self
            .disk
            .read(&Self::path(digest))
            .map_err(|error| match error {
                DiskError::NotFound { .. } => ArtifactError::Missing { digest: *digest },
                other => ArtifactError::Disk(other),
            })?;
        let found = Digest::of(&bytes);
        if found == *digest {
            Ok(bytes)
        } else {
            Err(ArtifactError::Changed {
                digest: *digest,
                found,
            })
        }
    }

    /// Says whether there is a file for an artifact; only [`get`](Self::get) and [`verify`](Self::verify) read it.
    ///
    /// # Errors
    /// [`DiskError`].
    pub fn has(&self, digest: &Digest) -> Result<bool, DiskError> {
        Ok(self.disk.len(&Self::path(digest))?.is_some())
    }

    /// Lists the artifacts by digest, sorted; files that are not named like one are left out.
    ///
    /// # Errors
    /// [`DiskError`].
    pub fn list(&self) -> Result<Vec<Digest>, DiskError> {
        Ok(self
            .disk
            .list(FOLDER)?
            .iter()
            .filter_map(|path| name_of(path))
            .collect())
    }

    /// Reads every artifact and compares it with its name.
    ///
    /// # Errors
    /// [`DiskError`] if the files cannot be listed; one that cannot be read is a problem.
    pub fn verify(&self) -> Result<Vec<ArtifactProblem>, DiskError> {
        let paths = self.disk.list(FOLDER)?;
        Ok(paths
            .into_iter()
            .filter_map(|path| self.verify_one(path))
            .collect())
    }

    fn verify_one(&self, path: String) -> Option<ArtifactProblem> {
        use ArtifactProblemKind::{ArtifactChanged, ArtifactMisnamed, ArtifactUnreadable};
        let Some(digest) = name_of(&path) else {
            let message = format!("{path} is not named like an artifact; move it out of the store");
            return Some(ArtifactProblem {
                path,
                digest: None,
                what: ArtifactMisnamed,
                message,
            });
        };
        let (what, message) = match self.get(&digest) {
            Ok(_) => return None,
            Err(error @ ArtifactError::Changed { .. }) => (ArtifactChanged, error.to_string()),
            Err(error) => (ArtifactUnreadable, error.to_string()),
        };
        Some(ArtifactProblem {
            path,
            digest: Some(digest),
            what,
            message,
        })
    }
}

/// The digest that a path names, if it lies where that artifact belongs.
fn name_of(path: &str) -> Option<Digest> {
    let (_, hex) = path.rsplit_once('/')?;
    Digest::from_hex(hex)
        .ok()
        .filter(|digest| Artifacts::path(digest) == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::faulty::{Fault, FaultyDisk};
    use crate::disk::memory::MemoryDisk;

    #[test]
    fn an_artifact_is_got_by_its_digest() {
        let artifacts = Artifacts::new(Arc::new(MemoryDisk::new()));
        let digest = artifacts.put(b"a model").unwrap();
        assert_eq!(digest, Digest::of(b"a model"));
        assert!(artifacts.has(&digest).unwrap());
        assert_eq!(artifacts.get(&digest).unwrap(), b"a model");
        assert_eq!(artifacts.list().unwrap(), [digest]);
        assert_eq!(artifacts.verify().unwrap(), []);
        let absent = Digest::of(b"another");
        assert!(!artifacts.has(&absent).unwrap());
        assert!(
            matches!(artifacts.get(&absent), Err(ArtifactError::Missing { digest }) if digest == absent)
        );
    }

    #[test]
    fn an_artifact_that_is_there_is_not_written_again() {
        let disk = Arc::new(FaultyDisk::new(1));
        let artifacts = Artifacts::new(disk.clone());
        artifacts.put(b"data").unwrap();
        let steps = disk.steps();
        artifacts.put(b"data").unwrap();
        assert_eq!(disk.steps(), steps);
    }

    #[test]
    fn an_edited_artifact_is_found_named_and_replaced() {
        let disk = Arc::new(MemoryDisk::new());
        let artifacts = Artifacts::new(disk.clone());
        let digest = artifacts.put(b"sensitivity 0.81").unwrap();
        artifacts.put(b"untouched").unwrap();
        disk.write(&Artifacts::path(&digest), b"sensitivity 0.91")
            .unwrap();
        assert!(matches!(
            artifacts.get(&digest),
            Err(ArtifactError::Changed { .. })
        ));
        let problems = artifacts.verify().unwrap();
        assert_eq!(problems.len(), 1);
        assert_eq!(
            (problems[0].digest, problems[0].what),
            (Some(digest), ArtifactProblemKind::ArtifactChanged)
        );
        assert!(
            problems[0].message.contains(&digest.to_string()),
            "{}",
            problems[0].message
        );
        artifacts.put(b"sensitivity 0.81").unwrap();
        assert_eq!(artifacts.verify().unwrap(), []);
    }

    #[test]
    fn a_file_that_is_no_artifact_is_found() {
        let disk = Arc::new(MemoryDisk::new());
        let artifacts = Artifacts::new(disk.clone());
        let elsewhere = format!("artifacts/sha256/zz/{}", Digest::of(b"x").hex());
        disk.write(&elsewhere, b"x").unwrap();
        disk.write("artifacts/sha256/notes.txt", b"x").unwrap();
        let problems = artifacts.verify().unwrap();
        assert_eq!(problems.len(), 2);
        assert!(
            problems
                .iter()
                .all(|p| p.what == ArtifactProblemKind::ArtifactMisnamed)
        );
        assert_eq!(artifacts.list().unwrap(), []);
    }

    #[test]
    fn an_artifact_that_the_disk_did_not_store_is_an_error() {
        // Steps 0 and 2 of a write are the bytes and the rename; a lying sync shows only after a crash.
        for step in [0, 2] {
            let disk = Arc::new(FaultyDisk::new(3));
            disk.plan(step, Fault::Lie);
            let error = Artifacts::new(disk).put(b"some bytes").unwrap_err();
            assert!(
                matches!(error, ArtifactError::NotStored { .. }),
                "step {step}: {error}"
            );
        }
    }

    #[test]
    fn after_a_crash_an_artifact_is_whole_or_missing() {
        for seed in 0..10 {
            for step in 0..3 {
                let disk = Arc::new(FaultyDisk::new(seed));
                disk.plan(step, Fault::Crash);
                let artifacts = Artifacts::new(disk.clone());
                artifacts.put(b"some bytes").unwrap_err();
                disk.restart();
                assert_eq!(artifacts.verify().unwrap(), []);
                artifacts.put(b"some bytes").unwrap();
            }
        }
    }
}

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::disk::check_path;

/// A folder as sorted paths, sizes and digests. Its canonical bytes are an artifact, so a folder has one digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    entries: Vec<ManifestEntry>,
}

/// One file of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestEntry {
    /// Relative to the folder, parts joined by `/`.
    pub path: String,
    /// In bytes.
    pub size: u64,
    pub digest: Digest,
}

/// Why something is not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("the manifest is not readable JSON of the right shape: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the manifest names the path `{path}` more than once")]
    Repeated { path: String },
    #[error("the manifest names the path `{path}`, which could lie outside of its folder")]
    BadPath { path: String },
    #[error(
        "the manifest is not in canonical form (compact JSON, sorted by path); it was written by another program"
    )]
    NotCanonical,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    entries: Vec<ManifestEntry>,
}

impl Manifest {
    /// Makes a manifest of entries in any order.
    ///
    /// # Errors
    /// [`ManifestError::Repeated`] or [`ManifestError::BadPath`].
    pub fn new(mut entries: Vec<ManifestEntry>) -> Result<Self, ManifestError> {
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        if let Some(pair) = entries.windows(2).find(|pair| pair[0].path == pair[1].path) {
            return Err(ManifestError::Repeated {
                path: pair[0].path.clone(),
            });
        }
        if let Some(entry) = entries
            .iter()
            .find(|entry| check_path(&entry.path).is_err())
        {
            return Err(ManifestError::BadPath {
                path: entry.path.clone(),
            });
        }
        Ok(Self { entries })
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`ManifestError`], also for JSON that means the same but is spelt otherwise: one folder has one digest.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ManifestError> {
        let fields: Fields = serde_json::from_slice(bytes)?;
        let manifest = Self::new(fields.entries)?;
        if manifest.to_bytes() == bytes {
            Ok(manifest)
        } else {
            Err(ManifestError::NotCanonical)
        }
    }

    /// Gives the canonical bytes: compact JSON, entries sorted by the bytes of their paths.
    ///
    /// # Panics
    /// Never: strings and integers always have a JSON form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and integers have a JSON form")
    }

    /// Names the manifest, as [`Artifacts::put`](crate::Artifacts::put) of its bytes does.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.to_bytes())
    }

    /// The files, sorted by path.
    #[must_use]
    pub fn entries(&self) -> &[ManifestEntry] {
        &self.entries
    }

    /// Finds a file by its path.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&ManifestEntry> {
        let found = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path));
        found.ok().map(|at| &self.entries[at])
    }

    /// The bytes of all files together.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.entries
            .iter()
            .fold(0, |sum, entry| sum.saturating_add(entry.size))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(path: &str) -> ManifestEntry {
        ManifestEntry {
            path: path.to_owned(),
            size: path.len() as u64,
            digest: Digest::of(path.as_bytes()),
        }
    }

    #[test]
    fn a_manifest_is_sorted_compact_json() {
        let manifest = Manifest::new(vec![entry("b"), entry("a/c")]).unwrap();
        let (c, b) = (Digest::of(b"a/c"), Digest::of(b"b"));
        assert_eq!(
            String::from_utf8(manifest.to_bytes()).unwrap(),
            format!(
                r#"{{"entries":[{{"path":"a/c","size":3,"digest":"{c}"}},{{"path":"b","size":1,"digest":"{b}"}}]}}"#
            )
        );
        assert_eq!(manifest.size(), 4);
        assert_eq!(manifest.entry("b"), Some(&entry("b")));
        assert_eq!(manifest.entry("c"), None);
    }

    #[test]
    fn a_manifest_has_one_spelling() {
        let text = String::from_utf8(
            Manifest::new(vec![entry("a"), entry("b")])
                .unwrap()
                .to_bytes(),
        )
        .unwrap();
        let unsorted = {
            let mut fields: serde_json::Value = serde_json::from_str(&text).unwrap();
            fields["entries"].as_array_mut().unwrap().reverse();
            fields.to_string()
        };
        for other in [
            text.replace(',', ", "),
            format!("{text}\n"),
            unsorted,
            text.replace("size\":1", "size\":1.0"),
        ] {
            assert!(Manifest::from_bytes(other.as_bytes()).is_err(), "{other}");
        }
    }

    #[test]
    fn a_path_may_not_repeat_or_leave_the_folder() {
        assert!(matches!(
            Manifest::new(vec![entry("a"), entry("a")]),
            Err(ManifestError::Repeated { .. })
        ));
        for path in ["../a", "/a", "a/../../b", ""] {
            assert!(
                matches!(
                    Manifest::new(vec![entry(path)]),
                    Err(ManifestError::BadPath { .. })
                ),
                "{path}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(paths in proptest::collection::btree_set("[a-z é\"]{1,8}(/[a-z]{1,8}){0,2}", 0..20)) {
            let manifest = Manifest::new(paths.iter().rev().map(|path| entry(path)).collect()).unwrap();
            prop_assert_eq!(&Manifest::from_bytes(&manifest.to_bytes()).unwrap(), &manifest);
            prop_assert_eq!(manifest.digest(), Digest::of(&manifest.to_bytes()));
        }

        #[test]
        fn any_bytes_are_a_manifest_or_an_error(bytes: Vec<u8>) {
            if let Ok(manifest) = Manifest::from_bytes(&bytes) {
                prop_assert_eq!(manifest.to_bytes(), bytes);
            }
        }
    }
}

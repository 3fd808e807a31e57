use std::collections::BTreeMap;

use galen_store::{Digest, Manifest, ManifestEntry};
use serde::{Deserialize, Serialize};

use crate::recipe::{Recipe, StageKey};

/// What ran, from what, where and when, with what result: the artifact that a run's record points to.
///
/// # Source
/// The content follows SLSA provenance v1.0: recipe is its `buildDefinition` with `resolvedDependencies`, the rest its
/// `runDetails`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Of the recipe; derived, and compared when read.
    pub key: StageKey,
    pub recipe: Recipe,
    /// Every file of the stage's outs, sorted by path.
    pub outs: Vec<Out>,
    pub metrics: BTreeMap<String, f64>,
    /// Of the log, an artifact.
    pub log: Digest,
    /// The version of galen that ran it.
    pub galen: String,
    /// Operating system and processor, such as `linux-x86_64`.
    pub platform: String,
    /// RFC 3339 in UTC.
    pub started: String,
    /// RFC 3339 in UTC.
    pub ended: String,
}

/// A file that a stage wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Out {
    /// Relative to the project folder.
    pub path: String,
    pub digest: Digest,
    pub bytes: u64,
}

impl Provenance {
    /// Whether the key is that of the recipe.
    pub fn is_consistent(&self) -> bool {
        self.key == self.recipe.key()
    }

    /// The digest of an out, a file in it, or a folder in it (that of the folder's manifest); `None` if there is none.
    pub fn digest_of(&self, path: &str) -> Option<Digest> {
        if let Some(file) = self.outs.iter().find(|out| out.path == path) {
            return Some(file.digest);
        }
        self.manifest_of(path).map(|manifest| manifest.digest())
    }

    /// The manifest of an out that is a folder; `None` if nothing was written there.
    pub fn manifest_of(&self, folder: &str) -> Option<Manifest> {
        let prefix = format!("{folder}/");
        let entry = |out: &Out| {
            out.path.strip_prefix(&prefix).map(|path| ManifestEntry {
                path: path.to_owned(),
                size: out.bytes,
                digest: out.digest,
            })
        };
        let entries: Vec<_> = self.outs.iter().filter_map(entry).collect();
        if entries.is_empty() {
            return None;
        }
        Manifest::new(entries).ok()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::recipe::tests::recipe;

    /// What a run of [`recipe`] might have left.
    pub(crate) fn provenance(recipe: Recipe) -> Provenance {
        let out = |path: &str| Out {
            path: path.into(),
            digest: Digest::of(path.as_bytes()),
            bytes: path.len() as u64,
        };
        Provenance {
            key: recipe.key(),
            recipe,
            outs: vec![out("models/a/contract.json"), out("models/a/model.onnx")],
            metrics: BTreeMap::from([("n".into(), 2.0)]),
            log: Digest::of(b""),
            galen: "0.1.0".into(),
            platform: "linux-x86_64".into(),
            started: "2026-01-01T00:00:00Z".into(),
            ended: "2026-01-01T00:00:01Z".into(),
        }
    }

    #[test]
    fn a_provenance_is_read_as_it_was_written() {
        let one = provenance(recipe());
        let json = serde_json::to_string(&one).expect("has a JSON form");
        assert_eq!(
            serde_json::from_str::<Provenance>(&json).expect("is read"),
            one
        );
    }

    #[test]
    fn a_provenance_whose_recipe_was_edited_is_not_consistent() {
        let mut one = provenance(recipe());
        assert!(one.is_consistent());
        one.recipe.seed += 1;
        assert!(!one.is_consistent());
    }

    #[test]
    fn a_file_has_the_digest_of_its_bytes_and_a_folder_that_of_its_manifest() {
        let one = provenance(recipe());
        let file = Digest::of(b"models/a/model.onnx");
        assert_eq!(one.digest_of("models/a/model.onnx"), Some(file));
        let folder = one.manifest_of("models/a").expect("has files");
        assert_eq!(folder.entries()[1].path, "model.onnx");
        assert_eq!(one.digest_of("models/a"), Some(folder.digest()));
        assert_eq!(
            one.digest_of("models"),
            one.manifest_of("models").map(|m| m.digest())
        );
        assert_eq!(one.digest_of("model"), None);
    }
}

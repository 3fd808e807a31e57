use std::collections::BTreeMap;
use std::fmt;

use galen_spec::pipeline::Stage;
use galen_store::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::canonical::canonical;
use crate::graph::advice;
use crate::native::NativeStage;

/// All that a stage's result depends on. Its title is not part of it: saying something better computes nothing new.
///
/// What a command reads besides its dependencies (its environment, the programs it calls) is not seen: declare files that
/// it reads as `deps`. A native stage reads nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    pub stage: String,
    pub step: Step,
    pub params: BTreeMap<String, Value>,
    pub seed: u64,
    pub outs: Vec<String>,
    /// In the order of the declaration, which may matter to the stage.
    pub deps: Vec<DepName>,
}

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A shell command.
    Cmd(String),
    /// A stage that is built in; its version changes when its results do.
    Native { name: String, version: String },
}

/// A dependency by name and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepName {
    /// As declared: `dataset:NAME` or a path.
    pub name: String,
    /// Of the file, or of the manifest of the folder.
    pub digest: Digest,
}

/// The name of a stage's result before it exists: the digest of the canonical JSON of its [`Recipe`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageKey(pub Digest);

impl fmt::Display for StageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a declared stage has no recipe.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecipeError {
    #[error(
        "stage `{stage}` asks for the native stage `{native}`, which is not built in; {advice}"
    )]
    UnknownNative {
        stage: String,
        native: String,
        advice: String,
    },
    #[error("stage `{stage}` has neither `cmd` nor `native`; give it one")]
    NoStep { stage: String },
}

impl Step {
    /// What a declared stage runs.
    ///
    /// # Errors
    /// [`RecipeError`].
    pub fn of(stage: &Stage, natives: &[&dyn NativeStage]) -> Result<Self, RecipeError> {
        let name = || stage.name.clone();
        match (&stage.cmd, &stage.native) {
            (_, Some(wanted)) => {
                let native = find_native(stage, wanted, natives)?;
                Ok(Self::Native {
                    name: native.name().to_owned(),
                    version: native.version().to_owned(),
                })
            }
            (Some(line), None) => Ok(Self::Cmd(line.clone())),
            (None, None) => Err(RecipeError::NoStep { stage: name() }),
        }
    }
}

/// The built-in stage of that name.
pub(crate) fn find_native<'a>(
    stage: &Stage,
    wanted: &str,
    natives: &[&'a dyn NativeStage],
) -> Result<&'a dyn NativeStage, RecipeError> {
    let found = natives.iter().find(|native| native.name() == wanted);
    found.copied().ok_or_else(|| RecipeError::UnknownNative {
        stage: stage.name.clone(),
        native: wanted.to_owned(),
        advice: advice(wanted, natives.iter().map(|native| native.name())),
    })
}

impl Recipe {
    /// Joins what is declared with what runs and the digests of what it reads, one for each of `stage.deps`.
    pub fn new(stage: &Stage, step: Step, digests: &[Digest]) -> Self {
        debug_assert_eq!(stage.deps.len(), digests.len());
        let dep = |(name, digest): (&String, &Digest)| DepName {
            name: name.clone(),
            digest: *digest,
        };
        Self {
            stage: stage.name.clone(),
            step,
            params: stage.params.clone(),
            seed: stage.seed,
            outs: stage.outs.clone(),
            deps: stage.deps.iter().zip(digests).map(dep).collect(),
        }
    }

    /// The name of the result.
    pub fn key(&self) -> StageKey {
        StageKey(Digest::of(canonical(self).as_bytes()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::tests::stage;

    /// A recipe with one of everything.
    pub(crate) fn recipe() -> Recipe {
        let mut stage = stage("train", &["dataset:learn"], &["models/a"]);
        stage.params.insert("l2".into(), json!(0.0001));
        Recipe::new(&stage, Step::Cmd("make".into()), &[Digest::of(b"learn")])
    }

    #[test]
    fn anything_that_a_result_depends_on_changes_its_key() {
        let one = recipe();
        let changes: [fn(&mut Recipe); 7] = [
            |r| r.stage.push('x'),
            |r| r.step = Step::Cmd("make all".into()),
            |r| {
                r.step = Step::Native {
                    name: "make".into(),
                    version: "1".into(),
                }
            },
            |r| drop(r.params.insert("l2".into(), json!(0.001))),
            |r| r.seed = 2,
            |r| r.outs[0].push('x'),
            |r| r.deps[0].digest = Digest::of(b"other"),
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut other = one.clone();
            change(&mut other);
            assert_ne!(other.key(), one.key(), "change {at}");
        }
        assert_eq!(recipe().key(), one.key());
    }

    /// A change of the spelling would lose every cached result, so it is noticed.
    #[test]
    fn the_spelling_of_a_recipe_stays() {
        let learn = Digest::of(b"learn");
        assert_eq!(
            canonical(&recipe()),
            format!(
                r#"{{"deps":[{{"digest":"{learn}","name":"dataset:learn"}}],"outs":["models/a"],"params":{{"l2":0.0001}},"seed":0,"stage":"train","step":{{"cmd":"make"}}}}"#
            )
        );
    }
}

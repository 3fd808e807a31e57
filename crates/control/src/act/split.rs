//! Dividing a dataset by the declared seed, once.

use galen_spec::Name;
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use crate::evidence::Subject;
use crate::state::Dataset;
use crate::{Deed, Record, Refusal, State};

/// The parts that a dataset was divided into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    pub dataset: String,
    pub source: Digest,
    /// The frozen data plan that says how.
    pub plan: Digest,
    pub seed: u64,
    pub parts: Vec<Part>,
    /// Inclusion and exclusion, counted.
    pub flow: Digest,
}

/// One part; its rows are the artifact of that digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub name: String,
    pub digest: Digest,
    pub cases: u64,
    pub diseased: u64,
    pub bytes: u64,
    /// Cases that were generated and not observed; only parts for learning have any.
    #[serde(default, skip_serializing_if = "is_none")]
    pub synthetic: u64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

pub(crate) fn decide(scene: &Scene, ask: &Split) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Data)?;
    let plan = scene.frozen(Name::Data, scene.specs.data.as_ref())?;
    scene
        .state
        .dataset_with(&ask.dataset, ask.source)?
        .observed(&ask.dataset)?;
    if ask.seed != plan.parts.seed || Some(ask.plan) != scene.specs.digest(Name::Data) {
        return Err(Refusal::new(
            "not_declared",
            format!(
                "the frozen data plan declares seed {}, not {}",
                plan.parts.seed, ask.seed
            ),
            "divide with the declared seed",
        ));
    }
    let mut divided = scene.state.splits.values();
    // By name and by content: a new version of a dataset is no new draw.
    if let Some(earlier) =
        divided.find(|split| split.source == ask.source || split.dataset == ask.dataset)
    {
        return Err(Refusal::new(
            "seed_tried_twice",
            format!(
                "dataset {} was divided already, with seed {}",
                ask.dataset, earlier.seed
            ),
            "use the parts that were drawn; a second draw would allow choosing the reference set",
        ));
    }
    let mut names = std::collections::BTreeSet::new();
    let taken = |name: &String| scene.state.datasets.contains_key(name);
    if let Some(part) = ask
        .parts
        .iter()
        .find(|part| taken(&part.name) || !names.insert(&part.name))
    {
        return Err(Refusal::new(
            "name_taken",
            format!("there is a dataset {} already", part.name),
            "a part needs a name of its own",
        ));
    }
    if !scene.state.runs.is_empty() {
        return Err(Refusal::new(
            "wrong_order",
            "a model was trained before the reference set was drawn",
            "draw the parts before the first run",
        ));
    }
    Ok(Deed::Split(ask.clone()))
}

impl Split {
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let mut subjects = vec![
            Subject::new(&self.dataset, self.source),
            Subject::new("flow", self.flow),
        ];
        subjects.extend(
            self.parts
                .iter()
                .map(|part| Subject::new(&part.name, part.digest)),
        );
        subjects
    }

    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        for part in &self.parts {
            let versions = state.datasets.entry(part.name.clone()).or_default();
            versions.push(Dataset {
                version: versions.len() as u32 + 1,
                digest: part.digest,
                files: 1,
                bytes: part.bytes,
                entry: state.entries,
                at: record.at,
                by: record.by.clone(),
                drawn_from: Some(self.source),
                synthetic: false,
            });
        }
        state.splits.insert(self.source, self.clone());
    }
}

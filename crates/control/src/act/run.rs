//! A run of the pipeline, with the development gate that follows it by itself.

use std::collections::{BTreeMap, BTreeSet};

use galen_spec::Name;
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::{Held, Scene};
use crate::evidence::{Evidence, Subject};
use crate::judge::{self, Verdict};
use crate::state::RunFacts;
use crate::{Deed, Record, Refusal, State};

/// What ran, from what, with what result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// `run-N`.
    pub id: String,
    pub pipeline: Digest,
    pub stages: Vec<StageRun>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelFacts>,
    /// The gate on the development set; it binds nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub development: Option<Development>,
}

/// One stage of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRun {
    pub name: String,
    pub status: StageStatus,
    /// The cache key: what the stage, its parameters and its inputs are.
    pub key: Digest,
    pub provenance: Digest,
}

/// How a stage came to its outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageStatus {
    Done,
    Cached,
}

/// What a decision needs to know of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFacts {
    pub stage: String,
    /// Digest of the manifest of the model's folder.
    pub digest: Digest,
    pub algorithm: String,
    pub inputs: Vec<String>,
    pub truth: String,
    /// The datasets that it learned from.
    pub training: Vec<String>,
    /// The content of everything that any stage before it read, datasets and files.
    pub read: BTreeSet<Digest>,
    /// The training parameters, without inputs and truth.
    pub params: BTreeMap<String, serde_json::Value>,
}

/// The verdict on the development set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Development {
    pub dataset: Digest,
    pub evidence: Digest,
    pub verdict: Verdict,
}

/// A run that ended; its id and the verdict are decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub stages: Vec<StageRun>,
    pub model: Option<ModelFacts>,
    pub development: Option<Held<Evidence>>,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Run)?;
    let declared = scene.frozen(Name::Pipeline, scene.specs.pipeline.as_ref())?;
    stages_are_declared(declared, ask)?;
    let pipeline = scene.state.frozen[&Name::Pipeline].digest;
    for content in ask.model.iter().flat_map(|model| &model.read) {
        scene.state.not_sealed(*content)?;
    }
    let development = match (&ask.development, &ask.model) {
        (Some(evidence), Some(model)) => {
            let protocol = scene.frozen(Name::Protocol, scene.specs.protocol.as_ref())?;
            let dataset = scene
                .state
                .dataset(&protocol.development_set.dataset)?
                .digest;
            scene.state.not_sealed(dataset)?;
            judge::belongs(&evidence.value, model.digest, dataset)?;
            let results = judge::criteria(scene.state, protocol, &evidence.value);
            Some(Development {
                dataset,
                evidence: evidence.digest,
                verdict: judge::verdict(&results),
            })
        }
        _ => None,
    };
    let id = format!("run-{}", scene.state.runs.len() + 1);
    Ok(Deed::Run(Run {
        id,
        pipeline,
        stages: ask.stages.clone(),
        model: ask.model.clone(),
        development,
    }))
}

/// A run is of stages that were frozen, each once, and its model comes from one of them.
fn stages_are_declared(
    pipeline: &galen_spec::pipeline::Pipeline,
    ask: &Ask,
) -> Result<(), Refusal> {
    let wrong = |what: String| {
        Refusal::new(
            "not_declared",
            what,
            "run stages of the frozen pipeline.yaml: galen run",
        )
    };
    if ask.stages.is_empty() {
        return Err(wrong("the run has no stage".to_owned()));
    }
    for (i, stage) in ask.stages.iter().enumerate() {
        if pipeline.stage(&stage.name).is_none() {
            return Err(wrong(format!(
                "the frozen pipeline.yaml has no stage {}",
                stage.name
            )));
        }
        if ask.stages[..i].iter().any(|other| other.name == stage.name) {
            return Err(wrong(format!("stage {} is named twice", stage.name)));
        }
    }
    match &ask.model {
        Some(model) if !ask.stages.iter().any(|stage| stage.name == model.stage) => Err(wrong(
            format!("the model is of stage {}, which did not run", model.stage),
        )),
        _ => Ok(()),
    }
}

impl Run {
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let mut subjects = Vec::new();
        for stage in &self.stages {
            subjects.push(Subject::new(
                format!("provenance of {}", stage.name),
                stage.provenance,
            ));
        }
        subjects.extend(
            self.model
                .iter()
                .map(|model| Subject::new("model", model.digest)),
        );
        subjects.extend(
            self.development
                .iter()
                .map(|gate| Subject::new("evidence", gate.evidence)),
        );
        subjects
    }

    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        let facts = RunFacts {
            model: self.model.clone(),
            stages: self.stages.iter().map(|stage| stage.name.clone()).collect(),
            cached: self
                .stages
                .iter()
                .all(|stage| stage.status == StageStatus::Cached),
            development: self.development.clone(),
            entry: state.entries,
            at: record.at,
            by: record.by.clone(),
        };
        state.runs.insert(self.id.clone(), facts);
    }
}

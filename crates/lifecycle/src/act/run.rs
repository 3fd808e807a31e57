//! Running stages: what is cached is not computed, what was computed is kept, and the development gate follows by itself.

use std::collections::{BTreeMap, BTreeSet};

use galen_control::act::run::{Ask as RunAsk, ModelFacts, Run, StageRun, StageStatus};
use galen_control::{Actor, Ask, Deed, Held, State};
use galen_pipeline::{
    Dep, Graph, NativeStage, Planned as PlannedStage, Provenance, StageKey, Status, Tools,
};
use galen_spec::Name;
use galen_spec::pipeline::{Pipeline, Stage};
use galen_store::Digest;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::error::ActError;
use crate::gate_stage::Stopped;
use crate::project::{Entry, Project};

/// A run that was recorded.
#[derive(Clone, Debug)]
pub struct RunDone {
    pub entry: Entry,
    pub run: Run,
    pub stages: Vec<StageDone>,
    /// The gate stage that did not let the run go on, where one did.
    pub stopped: Option<Stopped>,
}

/// One stage of a run, for people.
#[derive(Clone, Debug)]
pub struct StageDone {
    pub name: String,
    pub status: StageStatus,
    pub seconds: f64,
    pub provenance: Provenance,
}

/// What a run would do, and why.
#[derive(Clone, Debug)]
pub struct Planned {
    pub stage: String,
    pub cached: bool,
    pub why: Vec<String>,
}

impl Project {
    /// What must run for these stages, and why.
    ///
    /// # Errors
    /// [`ActError`] if the pipeline is not frozen or cannot run as declared.
    pub fn plan(&self, targets: &[String]) -> Result<Vec<Planned>, ActError> {
        let state = self.state()?;
        let pipeline = self.pipeline(&state)?;
        let graph = Graph::new(&pipeline).map_err(wrong_pipeline)?;
        let selection = select(&graph, targets)?;
        let without = Graph::new(&pipeline.without_gates()).map_err(wrong_pipeline)?;
        let others: Vec<&Stage> = selection
            .iter()
            .copied()
            .filter(|stage| !stage.is_gate())
            .collect();
        let planned = self.plan_stages(&state, &without, &others)?;
        let mut planned = planned.into_iter().map(|planned| Planned {
            stage: planned.stage.name.clone(),
            cached: matches!(planned.status, Status::Cached(_)),
            why: match &planned.status {
                Status::Cached(_) => Vec::new(),
                Status::Run(why) => why.iter().map(ToString::to_string).collect(),
            },
        });
        let of_gate = |stage: &Stage| Planned {
            stage: stage.name.clone(),
            cached: false,
            why: vec!["a gate is asked each time".to_owned()],
        };
        let all = selection.iter().filter_map(|stage| match stage.is_gate() {
            true => Some(of_gate(stage)),
            false => planned.next(),
        });
        Ok(all.collect())
    }

    /// The stages that a run without names means: those that no other stage reads from.
    ///
    /// # Errors
    /// [`ActError`] if the pipeline is not frozen.
    pub fn last_stages(&self) -> Result<Vec<String>, ActError> {
        let stages = self.pipeline(&self.state()?)?.stages;
        let read = |out: &String| {
            stages
                .iter()
                .any(|stage| stage.deps.iter().any(|dep| dep.starts_with(out.as_str())))
        };
        Ok(stages
            .iter()
            .filter(|stage| !stage.outs.iter().any(read))
            .map(|stage| stage.name.clone())
            .collect())
    }

    /// Runs a stage with all that it needs, and records the run. Gate stages before it come first, each with a run of its own that is
    /// recorded; one that does not let the run go on ends it there.
    ///
    /// # Errors
    /// [`ActError`]; what earlier stages computed is kept and cached, and what was not finished is not recorded.
    pub fn run(&self, by: &Actor, as_of: Option<Date>, target: &str) -> Result<RunDone, ActError> {
        let pipeline = self.pipeline(&self.state()?)?;
        let graph = Graph::new(&pipeline).map_err(wrong_pipeline)?;
        let without = Graph::new(&pipeline.without_gates()).map_err(wrong_pipeline)?;
        let selection = select(&graph, &[target.to_owned()])?;
        for gate in selection.into_iter().filter(|stage| stage.is_gate()) {
            let done = self.gate_stage(&graph, gate, |model| {
                self.run_stages(by, as_of, &without, &pipeline, model)
            })?;
            if done.stopped.is_some() || gate.name == target {
                return Ok(done);
            }
        }
        self.run_stages(by, as_of, &without, &pipeline, target)
    }

    fn run_stages(
        &self,
        by: &Actor,
        as_of: Option<Date>,
        graph: &Graph,
        pipeline: &Pipeline,
        target: &str,
    ) -> Result<RunDone, ActError> {
        let state = self.state()?;
        let selection = select(graph, &[target.to_owned()])?;
        let mut done: Vec<StageDone> = Vec::new();
        while done.len() < selection.len() {
            // Planned anew after each stage: what a stage wrote names the recipe of the next.
            let mut planned = self.plan_stages(&state, graph, &selection)?;
            done.push(self.run_stage(&state, planned.swap_remove(done.len()))?);
        }
        let model = done
            .last()
            .map(|last| self.model_of(&pipeline.stages, last, &done))
            .transpose()?
            .flatten();
        let development = match &model {
            Some(model) => self.development(&state, model)?,
            None => None,
        };
        let stage_runs = done
            .iter()
            .map(|stage| {
                Ok(StageRun {
                    name: stage.name.clone(),
                    status: stage.status,
                    key: stage.provenance.key.0,
                    provenance: self.keep(&bytes_of(&stage.provenance))?,
                })
            })
            .collect::<Result<_, ActError>>()?;
        let entry = self.one(
            by,
            as_of,
            Ask::Run(RunAsk {
                stages: stage_runs,
                model,
                development,
            }),
        )?;
        let Deed::Run(run) = entry.record.deed.clone() else {
            unreachable!("a run records a run")
        };
        Ok(RunDone {
            entry,
            run,
            stages: done,
            stopped: None,
        })
    }

    /// The frozen stages; the file on disk must be the frozen one, or the run would not be what was declared.
    fn pipeline(&self, state: &State) -> Result<Pipeline, ActError> {
        let frozen = self.pipeline_plan(state)?;
        if Digest::of(self.text_of(Name::Pipeline)?.as_bytes()) != frozen.digest {
            return Err(ActError::input(
                "differs",
                "pipeline.yaml differs from the frozen one",
                "freeze it again: galen freeze pipeline; or put the frozen file back",
            ));
        }
        Ok(frozen.value)
    }

    fn natives(&self) -> Vec<&dyn NativeStage> {
        self.ports.natives.iter().map(AsRef::as_ref).collect()
    }

    fn plan_stages(
        &self,
        state: &State,
        graph: &Graph,
        selection: &[&Stage],
    ) -> Result<Vec<PlannedStage>, ActError> {
        let digest = |dep: &str| self.dep_digest(state, dep);
        let kept = |key: &StageKey| self.kept(&format!("cache/results/{}", key.0.hex()));
        let last = |stage: &str| self.kept(&format!("cache/last/{stage}"));
        galen_pipeline::plan(graph, selection, &self.natives(), &digest, &kept, &last).map_err(
            |error| {
                ActError::input(
                    "stage",
                    error.to_string(),
                    "correct pipeline.yaml and freeze it again",
                )
            },
        )
    }

    fn dep_digest(&self, state: &State, dep: &str) -> Option<Digest> {
        match dep.strip_prefix("dataset:") {
            Some(name) => state.dataset(name).ok().map(|dataset| dataset.digest),
            None => self.files.read(dep).ok().map(|bytes| Digest::of(&bytes)),
        }
    }

    /// A kept result: its provenance, if that and all its outs are artifacts.
    fn kept(&self, path: &str) -> Option<Provenance> {
        let text = String::from_utf8(self.store.read(path).ok()?).ok()?;
        let bytes = self.artifacts.get(&text.trim().parse().ok()?).ok()?;
        let provenance: Provenance = serde_json::from_slice(&bytes).ok()?;
        let complete = provenance
            .outs
            .iter()
            .all(|out| self.artifacts.has(&out.digest).unwrap_or(false));
        complete.then_some(provenance)
    }

    fn run_stage(&self, state: &State, planned: PlannedStage) -> Result<StageDone, ActError> {
        let started = self.ports.clock.now();
        let stage = planned.stage;
        if let Status::Cached(provenance) = planned.status {
            self.restore(&provenance)?;
            return Ok(StageDone {
                name: stage.name,
                status: StageStatus::Cached,
                seconds: seconds_between(started, self.ports.clock.now()),
                provenance: *provenance,
            });
        }
        let Some(recipe) = planned.recipe else {
            let Status::Run(why) = planned.status else {
                unreachable!("a cached stage has a recipe")
            };
            let why: Vec<String> = why.iter().map(ToString::to_string).collect();
            return Err(ActError::input(
                "dependency",
                format!("stage {} cannot run: {}", stage.name, why.join("; ")),
                "add the data that it reads: galen data add, galen data split",
            ));
        };
        let deps = stage
            .deps
            .iter()
            .map(|dep| self.dep(state, dep))
            .collect::<Result<Vec<Dep>, ActError>>()?;
        let natives = self.natives();
        let tools = Tools {
            natives: &natives,
            runner: self.ports.runner.as_ref(),
            project: self.files.as_ref(),
            environment: &self.ports.environment,
            cancelled: self.ports.cancelled.as_ref(),
        };
        let done = galen_pipeline::execute(&stage, &deps, &tools).map_err(|error| match error {
            galen_pipeline::StageError::Cancelled { .. } => ActError::Cancelled,
            galen_pipeline::StageError::Disk { source, .. } => source.into(),
            other => ActError::input(
                "stage",
                other.to_string(),
                "correct the stage or its data, then run it again",
            ),
        })?;
        for out in &done.outs {
            let kept = self.keep(&self.files.read(&out.path)?)?;
            if kept != out.digest {
                return Err(ActError::input(
                    "out_changed",
                    format!("{} changed while the run was kept", out.path),
                    "let nothing else write to the outs of a stage, then run it again",
                ));
            }
        }
        let ended = self.ports.clock.now();
        let provenance = Provenance {
            key: recipe.key(),
            recipe,
            outs: done.outs,
            metrics: done.metrics,
            log: self.keep(done.log.as_bytes())?,
            galen: env!("CARGO_PKG_VERSION").to_owned(),
            platform: self.ports.platform.clone(),
            started: started.to_string(),
            ended: ended.to_string(),
        };
        let digest = self.keep(&bytes_of(&provenance))?;
        self.store.write(
            &format!("cache/results/{}", provenance.key.0.hex()),
            digest.to_string().as_bytes(),
        )?;
        self.store.write(
            &format!("cache/last/{}", stage.name),
            digest.to_string().as_bytes(),
        )?;
        Ok(StageDone {
            name: stage.name,
            status: StageStatus::Done,
            seconds: seconds_between(started, ended),
            provenance,
        })
    }

    fn dep(&self, state: &State, dep: &str) -> Result<Dep, ActError> {
        let bytes = match dep.strip_prefix("dataset:") {
            Some(name) => {
                let digest = state.dataset(name)?.digest;
                state.not_sealed(digest)?;
                self.artifacts.get(&digest)?
            }
            // Kept, so that the stage can be run again when the file is another.
            None => {
                let bytes = self.read_file(dep)?;
                state.not_sealed(Digest::of(&bytes))?;
                self.keep(&bytes)?;
                bytes
            }
        };
        Ok((dep.to_owned(), bytes))
    }

    /// Puts cached outs back into the project's folder where they differ.
    fn restore(&self, provenance: &Provenance) -> Result<(), ActError> {
        for out in &provenance.outs {
            let there = self.files.len(&out.path)? == Some(out.bytes)
                && self
                    .files
                    .read(&out.path)
                    .is_ok_and(|bytes| Digest::of(&bytes) == out.digest);
            if !there {
                self.files
                    .write(&out.path, &self.artifacts.get(&out.digest)?)?;
            }
        }
        Ok(())
    }

    /// The model that a stage made, if its out holds one.
    fn model_of(
        &self,
        stages: &[Stage],
        done: &StageDone,
        all: &[StageDone],
    ) -> Result<Option<ModelFacts>, ActError> {
        let Some(stage) = stages.iter().find(|stage| stage.name == done.name) else {
            return Ok(None);
        };
        for folder in &stage.outs {
            let Some(manifest) = done.provenance.manifest_of(folder) else {
                continue;
            };
            if manifest.entry("contract.json").is_none() {
                continue;
            }
            let digest = self.keep(&manifest.to_bytes())?;
            let loaded = self.model(&digest)?;
            let contract = loaded.contract();
            let params = training_params(&stage.params);
            let provenances = all.iter().map(|done| &done.provenance);
            let (training, read) = sources(&provenances.collect::<Vec<&Provenance>>());
            return Ok(Some(ModelFacts {
                stage: stage.name.clone(),
                digest,
                algorithm: contract.algorithm.clone(),
                inputs: contract
                    .inputs()
                    .iter()
                    .map(|input| input.name.clone())
                    .collect(),
                truth: contract.truth.clone(),
                training,
                read,
                params,
            }));
        }
        Ok(None)
    }

    /// The evaluation on the development set, computed once for the same model, set, protocol and released model.
    fn development(
        &self,
        state: &State,
        model: &ModelFacts,
    ) -> Result<Option<Held<galen_control::Evidence>>, ActError> {
        let specs = self.in_force(state, &[Name::Protocol])?;
        let Some(protocol) = specs.protocol else {
            return Ok(None);
        };
        let Ok(dataset) = state.dataset(&protocol.value.development_set.dataset) else {
            return Ok(None);
        };
        let table = || self.table(&dataset.digest);
        Ok(Some(self.evaluation(
            state,
            model,
            &protocol,
            dataset.digest,
            &table,
        )?))
    }
}

/// Whether training again gives the same bytes.
pub(crate) enum Again {
    Same,
    Differs(String),
    Not(String),
}

impl Project {
    /// Runs the native stages of a recorded run again, in memory, and compares what they make; those from the cache too,
    /// since whoever has the disk can write there. Stages of a provenance that was run again before are passed over.
    pub(crate) fn train_again(
        &self,
        run: &Run,
        again: &mut BTreeSet<Digest>,
    ) -> Result<Again, ActError> {
        let mut provenances = Vec::new();
        for stage in &run.stages {
            let bytes = self.artifacts.get(&stage.provenance)?;
            let Ok(provenance) = serde_json::from_slice::<Provenance>(&bytes) else {
                return Ok(Again::Differs(format!(
                    "the provenance of {} cannot be read",
                    stage.name
                )));
            };
            provenances.push(provenance);
        }
        if let Some(model) = &run.model
            && !is_of(model, &provenances)
        {
            return Ok(Again::Differs(
                "the model is not what the provenance of its stages says".to_owned(),
            ));
        }
        for (stage, provenance) in run.stages.iter().zip(&provenances) {
            if again.contains(&stage.provenance) {
                continue;
            }
            if !provenance.is_consistent() || provenance.key.0 != stage.key {
                return Ok(Again::Differs(format!(
                    "the provenance of {} is not that of its key",
                    stage.name
                )));
            }
            let native = match &provenance.recipe.step {
                galen_pipeline::Step::Native { name, version } => self
                    .ports
                    .natives
                    .iter()
                    .find(|native| native.name() == name && native.version() == version),
                galen_pipeline::Step::Cmd(_) => None,
            };
            let Some(native) = native else {
                return Ok(Again::Not(format!(
                    "stage {} is a command, or of another version of galen",
                    stage.name
                )));
            };
            let deps = provenance
                .recipe
                .deps
                .iter()
                .map(|dep| Ok((dep.name.clone(), self.artifacts.get(&dep.digest)?)))
                .collect::<Result<Vec<Dep>, ActError>>()?;
            let input = galen_pipeline::StageInput {
                params: &provenance.recipe.params,
                deps: &deps,
                seed: provenance.recipe.seed,
                cancelled: self.ports.cancelled.as_ref(),
            };
            let Ok(output) = native.run(&input) else {
                return Ok(Again::Differs(format!(
                    "stage {} does not run again",
                    stage.name
                )));
            };
            let folder = provenance.recipe.outs.first().cloned().unwrap_or_default();
            let same = output.files.len() == provenance.outs.len()
                && output.files.iter().all(|(path, bytes)| {
                    provenance.digest_of(&format!("{folder}/{path}")) == Some(Digest::of(bytes))
                });
            if !same {
                return Ok(Again::Differs(format!(
                    "stage {} makes other bytes when it runs again",
                    stage.name
                )));
            }
            again.insert(stage.provenance);
        }
        Ok(Again::Same)
    }
}

/// The training parameters of a stage, without inputs and truth.
fn training_params(params: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut params = params.clone();
    params.remove("inputs");
    params.remove("truth");
    params
}

/// What stages read from outside: names of datasets, then paths of files; and the content of all of it. Declared files are
/// no data, and what one stage wrote for the next comes from what that one read.
fn sources(provenances: &[&Provenance]) -> (Vec<String>, BTreeSet<Digest>) {
    let written = |path: &str| {
        let mut outs = provenances.iter().flat_map(|one| &one.recipe.outs);
        outs.any(|out| path == out || path.starts_with(&format!("{out}/")))
    };
    let is_declared = |path: &str| Name::ALL.iter().any(|name| name.file() == path);
    let (mut datasets, mut files, mut read) = (Vec::new(), Vec::new(), BTreeSet::new());
    for dep in provenances.iter().flat_map(|one| &one.recipe.deps) {
        let (list, name) = match dep.name.strip_prefix("dataset:") {
            Some(name) => (&mut datasets, name),
            None if is_declared(&dep.name) || written(&dep.name) => continue,
            None => (&mut files, dep.name.as_str()),
        };
        read.insert(dep.digest);
        if !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }
    datasets.append(&mut files);
    (datasets, read)
}

/// Whether the facts of a model follow from the provenance of its stages, of which the last made it.
fn is_of(model: &ModelFacts, provenances: &[Provenance]) -> bool {
    let Some(last) = provenances.last() else {
        return false;
    };
    let made = last.recipe.outs.iter().any(|out| {
        let manifest = last.manifest_of(out);
        manifest.is_some_and(|manifest| manifest.digest() == model.digest)
    });
    let (training, read) = sources(&provenances.iter().collect::<Vec<&Provenance>>());
    made && last.recipe.stage == model.stage
        && training == model.training
        && read == model.read
        && training_params(&last.recipe.params) == model.params
}

fn select<'a>(graph: &'a Graph, targets: &[String]) -> Result<Vec<&'a Stage>, ActError> {
    graph
        .selection(&targets.iter().map(String::as_str).collect::<Vec<&str>>())
        .map_err(wrong_pipeline)
}

fn wrong_pipeline(error: galen_pipeline::GraphError) -> ActError {
    ActError::input(
        "stage",
        error.to_string(),
        "name a stage of pipeline.yaml, or correct it",
    )
}

fn bytes_of(provenance: &Provenance) -> Vec<u8> {
    serde_json::to_vec(provenance)
        .expect("a provenance holds only text, numbers and maps with text keys")
}

fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

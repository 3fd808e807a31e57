//! Proposing a change: a run's model for release.

use galen_spec::Name;
use galen_spec::data::KnownAt;
use galen_spec::team::Duty;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::Scene;
use super::run::ModelFacts;
use crate::state::{Change, ChangeState};
use crate::{Deed, Record, Refusal, State};

/// A change that somebody wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// `change-N`.
    pub change: String,
    pub run: String,
    pub model: Digest,
    /// The modification of the PCCP that the change says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modification: Option<String>,
    pub summary: String,
    /// The release that the change would follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub run: String,
    pub modification: Option<String>,
    pub summary: String,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with(Duty::Propose)?;
    let run = scene.state.run(&ask.run)?;
    let Some(model) = &run.model else {
        return Err(Refusal::new(
            "no_model",
            format!("{} made no model", ask.run),
            "propose a run with a model: galen runs",
        ));
    };
    let live = scene.state.live_release();
    // A model whose verdict is stale may be judged again, as another change.
    let is_stale = |change: &String| {
        let change = scene.state.changes.get(change);
        change.is_some_and(|change| change.stale_since.is_some())
    };
    if let Some(live) =
        live.filter(|live| live.model.digest == model.digest && !is_stale(&live.change))
    {
        return Err(Refusal::new(
            "unchanged",
            format!("this model is live already, as {}", live.id),
            "propose another model, or nothing",
        ));
    }
    let plan = scene.frozen(Name::Data, scene.specs.data.as_ref())?;
    inputs_are_known(plan, model)?;
    if let Some(id) = &ask.modification {
        let pccp = scene.frozen(Name::Pccp, scene.specs.pccp.as_ref())?;
        if !pccp
            .modifications
            .iter()
            .any(|modification| modification.id == *id)
        {
            return Err(Refusal::new(
                "not_in_pccp",
                format!("the frozen PCCP names no modification {id}"),
                "name one of pccp.yaml, or none",
            ));
        }
    }
    if let Some((id, _)) = scene
        .state
        .changes
        .iter()
        .find(|(_, change)| goes_on(scene.state, change) && change.model.digest == model.digest)
    {
        return Err(Refusal::new(
            "proposed",
            format!("this model is proposed already, as {id}"),
            format!("go on with it: galen change show {id}"),
        ));
    }
    Ok(Deed::Propose(Propose {
        change: format!("change-{}", scene.state.changes.len() + 1),
        run: ask.run.clone(),
        model: model.digest,
        modification: ask.modification.clone(),
        summary: ask.summary.clone(),
        follows: scene.state.live.clone(),
    }))
}

/// Whether something can still become of a change: nothing can if another release went live, or another protocol was
/// frozen between its look and its verdict.
fn goes_on(state: &State, change: &Change) -> bool {
    let asked = state
        .frozen
        .get(&Name::Protocol)
        .map(|frozen| frozen.digest);
    let overtaken = change.state == ChangeState::Proposed
        && change
            .opened
            .as_ref()
            .is_some_and(|opened| Some(opened.protocol) != asked);
    change.is_open() && change.follows == state.live && !overtaken
}

/// A model may use only what the data plan says is known when its score is made.
fn inputs_are_known(plan: &galen_spec::data::Data, model: &ModelFacts) -> Result<(), Refusal> {
    for input in &model.inputs {
        let known = plan.column(input).map(|column| column.known_at);
        let why = match known {
            Some(KnownAt::Score) => continue,
            Some(KnownAt::Later) => "is known only after the score is made",
            Some(KnownAt::Collection) => "is about how the data were collected",
            None => "is not declared",
        };
        return Err(Refusal::new(
            "input_not_known",
            format!("the model uses `{input}`, which {why} by the frozen data.yaml"),
            "train without it; how well it scores does not matter, since the value is not there in use",
        ));
    }
    Ok(())
}

impl Propose {
    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        let Some(model) = state.runs.get(&self.run).and_then(|run| run.model.clone()) else {
            return;
        };
        state.changes.insert(
            self.change.clone(),
            Change {
                run: self.run.clone(),
                model,
                modification: self.modification.clone(),
                summary: self.summary.clone(),
                follows: self.follows.clone(),
                proposer: record.by.clone(),
                state: ChangeState::Proposed,
                opened: None,
                judged: None,
                stale_since: None,
                assessed: None,
                signatures: Vec::new(),
                release: None,
                entry: state.entries,
                at: record.at,
            },
        );
    }
}

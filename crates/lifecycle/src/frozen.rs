//! Frozen files: read back from the artifacts that the ledger names.

use galen_control::{Held, InForce, State};
use galen_spec::Name;
use galen_spec::data::Data;
use galen_spec::monitor::Monitor;
use galen_spec::pipeline::Pipeline;
use galen_spec::protocol::Protocol;
use galen_spec::read::read;
use galen_store::{Artifacts, Digest};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ActError;
use crate::project::Project;

/// The frozen files in force.
pub(crate) fn in_force(
    artifacts: &Artifacts,
    state: &State,
    names: &[Name],
) -> Result<InForce, ActError> {
    let mut specs = InForce::default();
    for &name in names {
        let Some(frozen) = state.frozen.get(&name) else {
            continue;
        };
        let digest = frozen.digest;
        match name {
            Name::Intent => specs.intent = Some(held(artifacts, name, digest)?),
            Name::Risk => specs.risk = Some(held(artifacts, name, digest)?),
            Name::Data => specs.data = Some(held(artifacts, name, digest)?),
            Name::Protocol => specs.protocol = Some(held(artifacts, name, digest)?),
            Name::Pipeline => specs.pipeline = Some(held(artifacts, name, digest)?),
            Name::Pccp => specs.pccp = Some(held(artifacts, name, digest)?),
            Name::Monitor => specs.monitor = Some(held(artifacts, name, digest)?),
            Name::Team => specs.team = Some(held(artifacts, name, digest)?),
        }
    }
    Ok(specs)
}

impl Project {
    /// The frozen data plan.
    pub(crate) fn data_plan(&self, state: &State) -> Result<Held<Data>, ActError> {
        needed(Name::Data, self.in_force(state, &[Name::Data])?.data)
    }

    /// The frozen protocol of validation.
    pub(crate) fn protocol(&self, state: &State) -> Result<Held<Protocol>, ActError> {
        let name = Name::Protocol;
        needed(name, self.in_force(state, &[name])?.protocol)
    }

    /// The frozen monitoring plan.
    pub(crate) fn monitor_plan(&self, state: &State) -> Result<Held<Monitor>, ActError> {
        let name = Name::Monitor;
        needed(name, self.in_force(state, &[name])?.monitor)
    }

    /// The frozen pipeline.
    pub(crate) fn pipeline_plan(&self, state: &State) -> Result<Held<Pipeline>, ActError> {
        let name = Name::Pipeline;
        needed(name, self.in_force(state, &[name])?.pipeline)
    }

    /// The protocol that a release was judged by, which need not be the one in force now: its threshold is the one that
    /// users were given.
    ///
    /// # Errors
    /// [`ActError::Frozen`] if it cannot be read; [`ActError::Refused`] for a release that does not exist.
    pub fn judged_by(&self, state: &State, release: &str) -> Result<Protocol, ActError> {
        let change = &state.release(release)?.change;
        let Some(judged) = &state.change(change)?.judged else {
            return Err(ActError::input(
                "not_judged",
                format!("{release} was never judged"),
                "run galen verify",
            ));
        };
        self.frozen_protocol(judged.judge.protocol)
    }

    /// A protocol that was frozen, in force or not.
    ///
    /// # Errors
    /// [`ActError::Frozen`] if it cannot be read.
    pub fn frozen_protocol(&self, digest: Digest) -> Result<Protocol, ActError> {
        Ok(held(&self.artifacts, Name::Protocol, digest)?.value)
    }
}

/// A frozen file without which an act cannot be done.
fn needed<T>(name: Name, held: Option<Held<T>>) -> Result<Held<T>, ActError> {
    held.ok_or_else(|| {
        ActError::input(
            "not_frozen",
            format!("{} is not frozen", name.file()),
            format!("freeze it first: galen freeze {name}"),
        )
    })
}

/// One frozen file of that digest.
pub(crate) fn held<T: DeserializeOwned + Serialize>(
    artifacts: &Artifacts,
    name: Name,
    digest: Digest,
) -> Result<Held<T>, ActError> {
    let bad = |why: String| ActError::Frozen { name, digest, why };
    let bytes = artifacts
        .get(&digest)
        .map_err(|error| bad(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| bad("it is not UTF-8".to_owned()))?;
    let value = read(&name.file(), &text).map_err(|found| {
        bad(found
            .first()
            .map(|diagnostic| diagnostic.message.clone())
            .unwrap_or_default())
    })?;
    Ok(Held { digest, value })
}

//! Freezing declared files: their digests go on the ledger before anything is measured.

use std::collections::BTreeSet;

use galen_spec::team::{Duty, Team};
use galen_spec::{Name, protocol};
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::{Held, Scene};
use crate::evidence::Subject;
use crate::state::FrozenSpec;
use crate::{Deed, Record, Refusal, State};

/// The files that were frozen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    pub specs: Vec<Frozen>,
    /// Fingerprints of the protocol's criteria, each with all that it depends on; a criterion that is first seen after
    /// a look at the reference set is post hoc for ever.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<Fingerprint>,
    /// The reference set that they are judged on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_set: Option<String>,
}

/// One frozen file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    pub name: Name,
    pub digest: Digest,
}

/// What a criterion asks, as a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    pub criterion: String,
    pub digest: Digest,
}

/// The files to freeze; a new team or protocol comes parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub specs: Vec<Frozen>,
    pub team: Option<Held<Team>>,
    pub protocol: Option<Held<protocol::Protocol>>,
}

/// What a criterion asks: the criterion, its endpoint, subgroups, perturbation, set and threshold.
pub fn fingerprint(protocol: &protocol::Protocol, criterion: &protocol::Criterion) -> Digest {
    let endpoint = protocol.endpoint(&criterion.endpoint);
    let mut subgroups: Vec<&str> = endpoint
        .and_then(|endpoint| endpoint.subgroup.as_deref())
        .into_iter()
        .collect();
    let mut perturbations: Vec<&str> = endpoint
        .and_then(|endpoint| endpoint.under.as_deref())
        .into_iter()
        .collect();
    match endpoint.and_then(|endpoint| endpoint.difference.as_ref()) {
        Some(protocol::Difference::Between(pair)) => {
            subgroups.extend(pair.iter().map(String::as_str))
        }
        Some(protocol::Difference::DropUnder(id)) => perturbations.push(id),
        Some(protocol::Difference::ToReleased) | None => {}
    }
    let mut asked = serde_json::json!({
        "criterion": criterion,
        "endpoint": endpoint,
        "subgroups": subgroups.iter().map(|id| protocol.subgroup(id)).collect::<Vec<_>>(),
        "perturbations": perturbations.iter().map(|id| protocol.perturbation(id)).collect::<Vec<_>>(),
        "set": protocol.reference_set.dataset,
        "threshold": protocol.threshold,
    });
    // Another budget after a look would ask less of a model.
    if protocol.reference_set.spending.is_some() {
        asked["level"] = protocol.level_at(criterion, 1.0).into();
    }
    // So would another family, or an easier criterion before it or beside it.
    if protocol.family_of(criterion).is_some() {
        let sharing = |one: &&protocol::Criterion| protocol.family_of(one).is_some();
        let sharing: Vec<_> = protocol.criteria.iter().filter(sharing).collect();
        asked["families"] = serde_json::json!([protocol.families, sharing]);
    }
    Digest::of(asked.to_string().as_bytes())
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    let person = scene.person()?;
    is_parsed(ask, Name::Team, ask.team.as_ref().map(|held| held.digest))?;
    let protocol = ask.protocol.as_ref().map(|held| held.digest);
    is_parsed(ask, Name::Protocol, protocol)?;
    // The first team decides on itself; after that the team in force decides who may freeze.
    let first = ask.team.as_ref().map(|held| &held.value);
    let team = if scene.state.frozen.contains_key(&Name::Team) {
        Some(scene.team()?)
    } else {
        first
    };
    let Some(team) = team else {
        return Err(Refusal::new(
            "not_frozen",
            "no team is frozen, so nobody may freeze",
            "freeze the team with the first files: galen freeze team intent …",
        ));
    };
    if !team.may(person, Duty::Freeze) {
        return Err(Refusal::new(
            "role",
            format!("{person} has no role with the duty `freeze` in team.yaml"),
            "let somebody with that duty freeze",
        ));
    }
    if ask.specs.is_empty() {
        return Err(Refusal::new(
            "nothing",
            "no file is named",
            "name the files: galen freeze intent risk …",
        ));
    }
    let unchanged: Vec<String> = ask
        .specs
        .iter()
        .filter(|spec| {
            scene
                .state
                .frozen
                .get(&spec.name)
                .is_some_and(|frozen| frozen.digest == spec.digest)
        })
        .map(|spec| spec.name.file())
        .collect();
    if unchanged.len() == ask.specs.len() {
        return Err(Refusal::new(
            "unchanged",
            format!(
                "{} did not change since the last freeze",
                unchanged.join(", ")
            ),
            "nothing is to do",
        ));
    }
    if let Some(team) = &ask.team {
        signatures_mean_people(&team.value)?;
    }
    let protocol = ask.protocol.as_ref().map(|held| &held.value);
    if let Some(protocol) = protocol {
        ids_are_unique(protocol)?;
        families_hold(protocol)?;
    }
    let criteria = protocol.map(|protocol| {
        let fingerprints = protocol.criteria.iter().map(|criterion| Fingerprint {
            criterion: criterion.id.clone(),
            digest: fingerprint(protocol, criterion),
        });
        fingerprints.collect()
    });
    Ok(Deed::Freeze(Freeze {
        specs: ask.specs.clone(),
        criteria: criteria.unwrap_or_default(),
        reference_set: protocol.map(|protocol| protocol.reference_set.dataset.clone()),
    }))
}

/// What was parsed is the file that is named, which is named once; a team or protocol comes parsed.
fn is_parsed(ask: &Ask, name: Name, parsed: Option<Digest>) -> Result<(), Refusal> {
    let mut named = ask.specs.iter().filter(|spec| spec.name == name);
    if named.next().map(|spec| spec.digest) == parsed && named.next().is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        "wrong_file",
        format!("the {} that was read is not the one to freeze", name.file()),
        "name each file once, and freeze it again",
    ))
}

/// A release is signed by people of at least two roles, and an id is one person's.
fn signatures_mean_people(team: &Team) -> Result<(), Refusal> {
    let wrong = |what: String| Refusal::new("wrong_file", what, "correct team.yaml: galen check");
    let roles: BTreeSet<&String> = team.release_signatures.iter().collect();
    if roles.len() < 2 {
        return Err(wrong(
            "team.yaml asks for fewer than two different signatures on a release".to_owned(),
        ));
    }
    let mut ids = BTreeSet::new();
    for person in &team.people {
        if !super::is_a_name(&person.id) || !ids.insert(person.id.to_ascii_lowercase()) {
            return Err(wrong(format!(
                "`{}` in team.yaml is no id of one person",
                person.id
            )));
        }
    }
    Ok(())
}

/// An id that names two things in a protocol names neither.
fn ids_are_unique(protocol: &protocol::Protocol) -> Result<(), Refusal> {
    let lists: [Vec<&String>; 4] = [
        protocol.criteria.iter().map(|it| &it.id).collect(),
        protocol.endpoints.iter().map(|it| &it.id).collect(),
        protocol.subgroups.iter().map(|it| &it.id).collect(),
        protocol.perturbations.iter().map(|it| &it.id).collect(),
    ];
    for list in lists {
        let mut seen = BTreeSet::new();
        if let Some(id) = list.into_iter().find(|id| !seen.insert(*id)) {
            return Err(Refusal::new(
                "wrong_file",
                format!("`{id}` is named twice in protocol.yaml"),
                "correct protocol.yaml: galen check",
            ));
        }
    }
    Ok(())
}

/// Families that name nothing, or share more than there is, would let pass what should not.
fn families_hold(protocol: &protocol::Protocol) -> Result<(), Refusal> {
    let wrong = |family: &protocol::Family| {
        let (_, what) = family.problem(protocol)?;
        Some(format!(
            "the family `{}` of protocol.yaml: {what}",
            family.id
        ))
    };
    match protocol.families.iter().find_map(wrong) {
        None => Ok(()),
        Some(what) => Err(Refusal::new(
            "wrong_file",
            what,
            "correct protocol.yaml: galen check",
        )),
    }
}

impl Freeze {
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        self.specs
            .iter()
            .map(|spec| Subject::new(spec.name.file(), spec.digest))
            .collect()
    }

    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        for spec in &self.specs {
            let before = state.frozen.get(&spec.name);
            // Named again without a change: what was frozen stays, with who froze it.
            if before.is_some_and(|frozen| frozen.digest == spec.digest) {
                continue;
            }
            // What was accepted was accepted into the schema that was in force.
            if spec.name == Name::Data {
                state.accepted.clear();
            }
            let version = before.map_or(1, |frozen| frozen.version + 1);
            let frozen = FrozenSpec {
                digest: spec.digest,
                version,
                entry: state.entries,
                at: record.at,
                by: record.by.clone(),
            };
            state.frozen.insert(spec.name, frozen);
        }
        let Some(set) = &self.reference_set else {
            return;
        };
        let looked = state
            .sealed
            .get(set)
            .is_some_and(|sealed| state.looked.contains_key(&sealed.seal.plain));
        for fingerprint in &self.criteria {
            state.criteria.entry(fingerprint.digest).or_insert(looked);
        }
        state.asked = self.criteria.iter().map(|asked| asked.digest).collect();
    }
}

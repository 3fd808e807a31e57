//! Accepting an anomaly: what was found in data is let pass from now on, for a reason.
//!
//! The frozen file stays as it is. The records beside it say how far its schema was opened, by whom and why; another data
//! plan ends them.

use galen_spec::Name;
use galen_spec::team::Duty;
use galen_spec::tfdv::{AmendError, Amendment, Schema};
use galen_store::Digest;
use serde::{Deserialize, Serialize};

use super::{Held, Scene, said};
use crate::evidence::Evidence;
use crate::state::Accepted;
use crate::{Deed, Record, Refusal, State};

/// An anomaly that was accepted, and what the frozen schema lets pass because of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    pub dataset: String,
    /// The content that the anomaly was found in.
    pub data: Digest,
    /// The frozen data plan with the schema.
    pub plan: Digest,
    pub column: String,
    /// The anomaly as TensorFlow Data Validation calls it, such as `ENUM_TYPE_UNEXPECTED_STRING_VALUES`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The least changes by which the anomaly is none.
    pub amendments: Vec<Amendment>,
    pub reason: String,
    /// The validation that found it.
    pub evidence: Digest,
}

/// What to accept; how the schema is amended follows from the evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub dataset: String,
    pub column: String,
    pub kind: String,
    pub reason: String,
    pub evidence: Held<Evidence>,
}

/// One anomaly in the evidence of a validation.
struct Anomaly {
    column: String,
    kind: String,
    amendment: Option<Amendment>,
}

pub(crate) fn decide(scene: &Scene, ask: &Ask) -> Result<Deed, Refusal> {
    scene.person_with_one_of(&[Duty::Data, Duty::Freeze])?;
    said("reason", &ask.reason)?;
    let plan = scene.frozen(Name::Data, scene.specs.data.as_ref())?;
    let Some(schema) = &plan.tfdv else {
        return Err(Refusal::new(
            "no_schema",
            "the frozen data.yaml has no schema whose anomalies could be accepted",
            "put one under `tfdv` and freeze it: galen import tfdv SCHEMA.pbtxt, galen freeze data",
        ));
    };
    let data = scene.state.dataset(&ask.dataset)?.digest;
    scene.state.not_sealed(data)?;
    let plan = scene.state.frozen[&Name::Data].digest;
    is_of_now(scene.state, ask, data, plan)?;
    let amendments = amendments(scene.state, ask)?;
    amended(scene.state.amended(schema)?, &ask.column, &amendments)
        .map_err(|_| not_amendable(ask))?;
    Ok(Deed::Accept(Accept {
        dataset: ask.dataset.clone(),
        data,
        plan,
        column: ask.column.clone(),
        kind: ask.kind.clone(),
        amendments,
        reason: ask.reason.clone(),
        evidence: ask.evidence.digest,
    }))
}

/// The evidence validated this content by the schema that is in force, with all that was accepted before.
fn is_of_now(state: &State, ask: &Ask, data: Digest, plan: Digest) -> Result<(), Refusal> {
    let evidence = &ask.evidence.value;
    if evidence.what != "validation" {
        return Err(Refusal::new(
            "wrong_evidence",
            "the evidence is no validation",
            "accept the anomaly again: galen data accept",
        ));
    }
    if evidence.subject("dataset") != Some(data)
        || evidence.subject("plan") != Some(plan)
        || accepted_before(evidence) != state.accepted_entries()
    {
        return Err(Refusal::new(
            "stale",
            format!(
                "{} has another content, or is judged otherwise, than when the anomaly was found",
                ask.dataset
            ),
            "run the command again",
        ));
    }
    Ok(())
}

/// By what the anomaly that is asked about would be none.
fn amendments(state: &State, ask: &Ask) -> Result<Vec<Amendment>, Refusal> {
    let found = anomalies(&ask.evidence.value);
    let these: Vec<&Anomaly> = found
        .iter()
        .filter(|one| one.column == ask.column && one.kind == ask.kind)
        .collect();
    if these.is_empty() {
        return Err(not_found(state, ask, &found));
    }
    let amendments = these.iter().map(|one| one.amendment.clone());
    let amendments: Option<Vec<Amendment>> = amendments.collect();
    amendments.ok_or_else(|| not_amendable(ask))
}

/// The entries of the acceptances that a validation judged by, besides the frozen schema.
fn accepted_before(evidence: &Evidence) -> Vec<u64> {
    let entries = evidence.settings.get("accepted");
    let entries = entries.and_then(|entries| serde_json::from_value(entries.clone()).ok());
    entries.unwrap_or_default()
}

/// The anomalies of the columns. One of the table as a whole has no column that could be amended.
fn anomalies(evidence: &Evidence) -> Vec<Anomaly> {
    #[derive(Deserialize)]
    struct Found {
        column: String,
        observed: Observed,
    }
    #[derive(Deserialize)]
    struct Observed {
        types: Vec<String>,
        amendments: Vec<Option<Amendment>>,
    }
    let details = evidence.details.as_ref();
    let found = details.and_then(|details| details["found"].as_array());
    let schema = found
        .into_iter()
        .flatten()
        .filter(|one| one["expectation"] == "tfdv_schema");
    // Evidence that says something else finds nothing.
    let schema = schema.filter_map(|one| Found::deserialize(one).ok());
    schema
        .flat_map(|one| {
            let reasons = one.observed.types.into_iter().zip(one.observed.amendments);
            let column = one.column;
            reasons.map(move |(kind, amendment)| Anomaly {
                column: column.clone(),
                kind,
                amendment,
            })
        })
        .collect()
}

fn not_found(state: &State, ask: &Ask, found: &[Anomaly]) -> Refusal {
    let (column, kind) = (&ask.column, &ask.kind);
    let same = |one: &&Accepted| one.accept.column == *column && one.accept.kind == *kind;
    if let Some(before) = state.accepted.iter().rev().find(same) {
        return Refusal::new(
            "unchanged",
            format!(
                "{column}:{kind} was accepted by entry {} already: {}",
                before.entry, before.accept.reason
            ),
            "nothing is to do",
        );
    }
    let known: Vec<String> = found
        .iter()
        .map(|one| format!("{}:{}", one.column, one.kind))
        .collect();
    let help = if known.is_empty() {
        format!("no column of {} has an anomaly", ask.dataset)
    } else {
        format!("there are: {}", known.join(", "))
    };
    Refusal::new(
        "not_found",
        format!("{} has no anomaly {column}:{kind}", ask.dataset),
        help,
    )
}

fn not_amendable(ask: &Ask) -> Refusal {
    Refusal::new(
        "not_amendable",
        format!(
            "no least change of the schema lets {}:{} pass; somebody has to say what is meant",
            ask.column, ask.kind
        ),
        "change the schema in data.yaml, and freeze it again: galen freeze data",
    )
}

/// A schema with amendments of a column, one after the other.
fn amended(schema: Schema, column: &str, changes: &[Amendment]) -> Result<Schema, AmendError> {
    let mut changes = changes.iter();
    changes.try_fold(schema, |schema, change| schema.amended(column, change))
}

impl State {
    /// The frozen schema with everything that was accepted since it was frozen.
    ///
    /// # Errors
    /// `refused.not_amendable` if an acceptance does not fit the schema. Then nobody decided it.
    pub fn amended(&self, schema: &Schema) -> Result<Schema, Refusal> {
        let mut accepted = self.accepted.iter();
        accepted.try_fold(schema.clone(), |schema, one| {
            let accept = &one.accept;
            amended(schema, &accept.column, &accept.amendments).map_err(|error| {
                let what = format!(
                    "entry {} does not fit the frozen schema: {error}",
                    one.entry
                );
                Refusal::new("not_amendable", what, "run galen verify")
            })
        })
    }

    /// The entries of what was accepted since the data plan was frozen.
    pub fn accepted_entries(&self) -> Vec<u64> {
        self.accepted.iter().map(|one| one.entry).collect()
    }
}

impl Accept {
    /// What the schema lets pass, in words.
    pub fn in_words(&self) -> String {
        let changes: Vec<String> = self.amendments.iter().map(ToString::to_string).collect();
        format!("{} {}", self.column, changes.join(", and "))
    }

    pub(crate) fn apply(&self, state: &mut State, record: &Record) {
        state.accepted.push(Accepted {
            accept: self.clone(),
            entry: state.entries,
            by: record.by.clone(),
            at: record.at,
        });
    }
}

//! Evidence: what a decision stands on.

use std::collections::BTreeMap;

use galen_stats::Estimate;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

/// Rows of quantity, subgroup and estimate, of named subjects; never a patient.
///
/// Evidence is an artifact: its bytes are [`Evidence::bytes`], and records name it by their digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The format, `evidence/1`.
    pub galen: String,
    /// What was done: `evaluation`, `window`, `validation`, `check`, `explanation`, `analysis`, `flow`.
    pub what: String,
    /// What was judged, by role: `model`, `dataset`, `protocol`, …
    pub subjects: Vec<Subject>,
    /// Settings that the numbers depend on.
    #[serde(default)]
    pub settings: BTreeMap<String, serde_json::Value>,
    pub rows: Vec<Row>,
    /// What a picture or a table needs beyond the rows: curves, histograms. Aggregates only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
}

impl Evidence {
    /// Evidence of that kind without rows yet.
    pub fn of(what: &str, subjects: Vec<Subject>) -> Evidence {
        Evidence {
            galen: "evidence/1".to_owned(),
            what: what.to_owned(),
            subjects,
            settings: BTreeMap::new(),
            rows: Vec::new(),
            details: None,
        }
    }

    /// The bytes that are stored: compact JSON.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("evidence holds only text, numbers and maps with text keys")
    }

    /// The row of an endpoint or other quantity.
    pub fn row(&self, quantity: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.quantity == quantity)
    }

    /// The digest of the subject with that role. Two subjects of one role name nothing.
    pub fn subject(&self, name: &str) -> Option<Digest> {
        let mut named = self.subjects.iter().filter(|subject| subject.name == name);
        match (named.next(), named.next()) {
            (Some(subject), None) => Some(subject.digest),
            _ => None,
        }
    }
}

/// Something that a record or evidence is about, named by its role and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub name: String,
    pub digest: Digest,
}

impl Subject {
    /// A subject of that role.
    pub fn new(name: impl Into<String>, digest: Digest) -> Subject {
        Subject {
            name: name.into(),
            digest,
        }
    }
}

/// One quantity with its estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The id of an endpoint or check, or the name of a measure.
    pub quantity: String,
    /// What the quantity is, for a person.
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subgroup: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    pub estimate: Estimate,
}

use std::collections::{BTreeMap, BTreeSet};

use galen_spec::data::Severity;
use serde_json::json;

use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::expectation::share;

/// Patients with rows in more than one part.
///
/// A model that saw a patient in training is tested on somebody it knows, so one such patient stops. Only equal ids are
/// found; a patient whose id was changed is not. Needs the columns of the id and of the part.
///
/// # Source
/// Kapoor and Narayanan 2023, Patterns 4:100804, L1.1 and L3.2 (no clean separation, dependent training and test rows).
pub struct PatientOverlap;

impl Check for PatientOverlap {
    fn about(&self) -> About {
        About {
            id: "patient_overlap",
            head: CheckHead::Integrity,
            what: "Is a patient in more than one part?",
            source: "Kapoor and Narayanan 2023",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let (Some(id), Some(split)) = (&study.roles.id, &study.roles.split) else {
            return Vec::new();
        };
        let (Ok(ids), Ok(parts)) = (study.table.texts(id), study.table.texts(split)) else {
            return Vec::new();
        };
        let mut parts_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (id, part) in ids.iter().zip(&parts) {
            if let (Some(id), Some(part)) = (id, part) {
                parts_of.entry(id.trim()).or_default().insert(part.trim());
            }
        }
        let mut pairs: BTreeMap<String, usize> = BTreeMap::new();
        for parts in parts_of.values().filter(|parts| parts.len() > 1) {
            let together = parts.iter().copied().collect::<Vec<&str>>().join(" + ");
            *pairs.entry(together).or_default() += 1;
        }
        let both: usize = pairs.values().sum();
        if both == 0 {
            return Vec::new();
        }
        let overlap = share(both, parts_of.len(), study.roles.level);
        let part = percent(overlap.value.unwrap_or_default());
        vec![Finding {
            check: "patient_overlap",
            severity: Severity::Stop,
            columns: vec![id.clone(), split.clone()],
            message: format!(
                "{both} of {} patients ({part}) have rows in more than one part of `{split}`.",
                parts_of.len()
            ),
            measure: Some(Measure {
                name: "share_of_patients",
                estimate: overlap,
            }),
            evidence: json!({ "patients": parts_of.len(), "in_parts": pairs }),
            help: "Divide by patient and not by row: all rows of a patient belong to one part."
                .to_owned(),
        }]
    }
}

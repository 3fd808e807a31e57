use std::collections::{BTreeMap, BTreeSet};

use galen_spec::data::Severity;
use serde_json::json;

use super::alike::Pair;
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::expectation::share;

/// Patients with rows in more than one part.
///
/// A model that saw a patient in training is tested on somebody it knows, so one such patient stops. A patient whose id was
/// changed is known by the row: rows of two parts that agree in nearly all columns, and in more than chance gives to any pair
/// of the table, are counted as well. Three and more such pairs stop, fewer warn, since two people may be alike. Needs the
/// column of the part.
///
/// # Source
/// Kapoor and Narayanan 2023, Patterns 4:100804, L1.1 and L3.2 (no clean separation, dependent training and test rows);
/// Fellegi and Sunter 1969, JASA 64:1183-1210 (the same person without a key).
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
        let Some(split) = &study.roles.split else {
            return Vec::new();
        };
        let by_id = study
            .roles
            .id
            .as_ref()
            .and_then(|id| by_id(study, id, split));
        by_id.into_iter().chain(by_row(study, split)).collect()
    }
}

fn by_id(study: &Study, id: &str, split: &str) -> Option<Finding> {
    let (ids, parts) = (study.table.texts(id).ok()?, study.table.texts(split).ok()?);
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
        return None;
    }
    let overlap = share(both, parts_of.len(), study.roles.level);
    let part = percent(overlap.value.unwrap_or_default());
    Some(Finding {
        check: "patient_overlap",
        severity: Severity::Stop,
        columns: vec![id.to_owned(), split.to_owned()],
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
    })
}

/// Pairs of rows in two parts that are too alike to be of two people.
fn by_row(study: &Study, split: &str) -> Option<Finding> {
    let parts = study.table.texts(split).ok()?;
    let part_of = |row: usize| parts[row].as_deref().map(str::trim);
    let is_across = |pair: &Pair| {
        let [a, b] = pair.rows.map(part_of);
        a.is_some() && b.is_some() && a != b
    };
    let pairs = study.alike().iter().copied();
    let pairs: Vec<Pair> = pairs.filter(is_across).collect();
    if pairs.is_empty() {
        return None;
    }
    let rows: BTreeSet<usize> = pairs.iter().flat_map(|pair| pair.rows).collect();
    let overlap = share(rows.len(), study.table.rows(), study.roles.level);
    let shown: Vec<_> = pairs
        .iter()
        .take(20)
        .map(|pair| json!({"rows": pair.rows, "agree": pair.agree, "columns": pair.of}))
        .collect();
    let mut columns: Vec<String> = study.roles.id.iter().cloned().collect();
    columns.push(split.to_owned());
    Some(Finding {
        check: "patient_overlap",
        severity: if pairs.len() >= 3 {
            Severity::Stop
        } else {
            Severity::Warn
        },
        columns,
        message: format!(
            "{} pairs of rows in two parts of `{split}` agree in nearly all columns, under other ids: they are most likely the same patients.",
            pairs.len()
        ),
        measure: Some(Measure {
            name: "share_of_rows",
            estimate: overlap,
        }),
        evidence: json!({ "kind": "near_identical_rows", "pairs": shown }),
        help: "Look at the pairs; give a patient one id everywhere, then divide by patient again."
            .to_owned(),
    })
}

use std::collections::{BTreeMap, BTreeSet};

use galen_spec::data::Severity;
use serde_json::{Value, json};

use super::alike::Pair;
use super::{About, Check, CheckHead, Finding, ImagePair, Measure, Study, percent};
use crate::expectation::share;

/// Patients with rows in more than one part.
///
/// A model that saw a patient in training is tested on somebody it knows, so one such patient stops. A patient whose id was
/// changed is known by the row: rows of two parts that agree in nearly all columns, and in more than chance gives to any pair of
/// the table, are counted as well; so are images of two parts that show the same. Three and more such pairs stop, fewer warn,
/// since two people may be alike. Needs the column of the part.
///
/// # Source
/// Kapoor and Narayanan 2023, Patterns 4:100804, L1.1 and L3.2 (no clean separation, dependent training and test rows);
/// Fellegi and Sunter 1969, JASA 64:1183-1210 (the same person without a key).
pub struct PatientOverlap;

/// Pairs that are shown.
const SHOWN: usize = 20;
/// Pairs from which on it stops.
const MANY: usize = 3;

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
        let found = [by_id, by_row(study, split), by_image(study, split)];
        found.into_iter().flatten().collect()
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
    let pairs = across(study, split, study.alike(), |pair: &Pair| pair.rows)?;
    let shown = pairs.iter().take(SHOWN);
    let shown =
        shown.map(|pair| json!({"rows": pair.rows, "agree": pair.agree, "columns": pair.of}));
    let message = format!(
        "Pairs of rows in two parts of `{split}` that agree in nearly all columns, under other ids: {}. They are most likely the same patients.",
        pairs.len()
    );
    let evidence = json!({ "kind": "near_identical_rows", "pairs": shown.collect::<Vec<_>>() });
    let rows = pairs.iter().map(|pair| pair.rows);
    Some(of_pairs(study, split, rows.collect(), message, evidence))
}

/// Pairs of images in two parts that show the same.
fn by_image(study: &Study, split: &str) -> Option<Finding> {
    let copies = study.images?;
    let pairs = across(study, split, &copies.pairs, |pair: &ImagePair| pair.rows)?;
    let shown = &pairs[..pairs.len().min(SHOWN)];
    let message = format!(
        "Pairs of images in two parts of `{split}` that show the same: {}. What is tested was seen in training.",
        pairs.len()
    );
    let evidence = json!({ "kind": "images", "pairs": shown, "limit": copies.limit });
    let rows = pairs.iter().map(|pair| pair.rows);
    let finding = of_pairs(study, split, rows.collect(), message, evidence);
    Some(Finding {
        columns: vec![copies.column.clone(), split.to_owned()],
        ..finding
    })
}

/// Those pairs whose rows are in two parts; nothing if there is none.
fn across<'a, T>(
    study: &Study,
    split: &str,
    pairs: &'a [T],
    rows_of: impl Fn(&T) -> [usize; 2],
) -> Option<Vec<&'a T>> {
    let parts = study.table.texts(split).ok()?;
    let part_of = |row: usize| parts[row].as_deref().map(str::trim);
    let is_across = |pair: &&T| {
        let [a, b] = rows_of(pair).map(part_of);
        a.is_some() && b.is_some() && a != b
    };
    let pairs: Vec<&T> = pairs.iter().filter(is_across).collect();
    (!pairs.is_empty()).then_some(pairs)
}

fn of_pairs(
    study: &Study,
    split: &str,
    pairs: Vec<[usize; 2]>,
    message: String,
    evidence: Value,
) -> Finding {
    let rows: BTreeSet<usize> = pairs.iter().flatten().copied().collect();
    let mut columns: Vec<String> = study.roles.id.iter().cloned().collect();
    columns.push(split.to_owned());
    Finding {
        check: "patient_overlap",
        severity: if pairs.len() >= MANY {
            Severity::Stop
        } else {
            Severity::Warn
        },
        columns,
        message,
        measure: Some(Measure {
            name: "share_of_rows",
            estimate: share(rows.len(), study.table.rows(), study.roles.level),
        }),
        evidence,
        help: "Look at the pairs; give a patient one id everywhere, then divide by patient again."
            .to_owned(),
    }
}

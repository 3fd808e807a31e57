use std::collections::HashSet;

use galen_spec::data::Severity;
use galen_stats::Estimate;
use serde_json::{Value, json};

use super::alike::Pair;
use super::inputs::hashes;
use super::{About, Check, CheckHead, Finding, ImagePair, Measure, Study, percent};
use crate::expectation::share;
use crate::{Table, Values};

/// Rows that are copies of other rows, exactly or nearly.
///
/// Exact copies are equal in every column but the id and the part. Those that say more than chance gives to any pair of the
/// table warn, and so does 1 % and more of copies; fewer that say little, such as rows without values, are noted. Near copies
/// agree in nine tenths of the columns (numbers within 0.02 standard deviations) and in more than chance gives to any pair of
/// the table; they warn, since nobody but the same patient, or an augmented row, is so alike. Tables whose columns say too
/// little to know a person again are looked at for exact copies only. Images that show the same (see `galen_imaging::alike`) warn,
/// unless both are of one patient. The limits are conventions of galen.
///
/// # Source
/// Kapoor and Narayanan 2023, Patterns 4:100804, L1.4 (duplicates on both sides of a split); Fellegi and Sunter 1969, JASA
/// 64:1183-1210 (the same person without a key).
pub struct NearDuplicates;

/// Pairs that are shown.
const SHOWN: usize = 20;

impl Check for NearDuplicates {
    fn about(&self) -> About {
        About {
            id: "near_duplicates",
            head: CheckHead::Integrity,
            what: "Are rows copies of other rows, or nearly?",
            source: "Kapoor and Narayanan 2023; Fellegi and Sunter 1969",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        // A copy in another part is the worst kind, so the part is not compared.
        let roles = [study.roles.id.as_deref(), study.roles.split.as_deref()];
        let names = study.table.names().into_iter();
        let names: Vec<&str> = names.filter(|name| !roles.contains(&Some(*name))).collect();
        let repeated = repeated_rows(study.table, &names);
        let exact: HashSet<[usize; 2]> =
            repeated.iter().map(|&(row, first)| [first, row]).collect();
        let near = study.alike().iter().copied();
        let near: Vec<Pair> = near
            .filter(|pair| pair.agree < pair.of && !exact.contains(&pair.rows))
            .collect();
        let found = [
            of_exact(study, &repeated),
            of_near(study, &near),
            of_images(study),
        ];
        found.into_iter().flatten().collect()
    }
}

fn of_exact(study: &Study, repeated: &[(usize, usize)]) -> Option<Finding> {
    if repeated.is_empty() {
        return None;
    }
    let copies = share(repeated.len(), study.table.rows(), study.roles.level);
    let part = copies.value.unwrap_or_default();
    let telling = study.alike().iter().any(|pair| pair.agree == pair.of);
    let few = part < 0.01 && !telling;
    let examples: Vec<_> = repeated
        .iter()
        .take(SHOWN)
        .map(|(row, first)| json!([first, row]))
        .collect();
    let message = format!(
        "Rows that are exact copies of an earlier row: {} ({}).",
        repeated.len(),
        percent(part)
    );
    let severity = if few { Severity::Note } else { Severity::Warn };
    let evidence = json!({ "kind": "exact", "pairs": examples });
    Some(finding(
        severity,
        message,
        ("share_of_copies", copies),
        evidence,
    ))
}

fn of_near(study: &Study, near: &[Pair]) -> Option<Finding> {
    if near.is_empty() {
        return None;
    }
    let rows: HashSet<usize> = near.iter().flat_map(|pair| pair.rows).collect();
    let copies = share(rows.len(), study.table.rows(), study.roles.level);
    let examples: Vec<_> = near
        .iter()
        .take(SHOWN)
        .map(|pair| json!({"rows": pair.rows, "agree": pair.agree, "columns": pair.of}))
        .collect();
    let message = format!(
        "Pairs of rows that agree in nearly all columns: {}; {} rows ({}) may be the same patient, or altered copies.",
        near.len(),
        rows.len(),
        percent(copies.value.unwrap_or_default())
    );
    let evidence = json!({ "kind": "near", "pairs": examples });
    let measure = ("share_of_rows_with_a_near_copy", copies);
    Some(finding(Severity::Warn, message, measure, evidence))
}

/// Images that show the same: of different patients they warn, of one they are noted.
fn of_images(study: &Study) -> Option<Finding> {
    let copies = study.images?;
    let pairs = copies.pairs.iter().filter(|pair| !pair.is_of_one_file());
    let pairs: Vec<&ImagePair> = pairs.collect();
    if pairs.is_empty() {
        return None;
    }
    let differ = |column: &Option<String>| {
        let texts = column
            .as_deref()
            .and_then(|name| study.table.texts(name).ok());
        let differ = |pair: &&&ImagePair| {
            let [a, b] = pair.rows;
            texts.as_ref().is_some_and(|texts| texts[a] != texts[b])
        };
        pairs.iter().filter(differ).count()
    };
    let (patients, sites) = (differ(&study.roles.id), differ(&study.roles.site));
    let images: HashSet<usize> = pairs.iter().flat_map(|pair| pair.rows).collect();
    let estimate = share(images.len(), copies.images, study.roles.level);
    let mut message = format!(
        "Pairs of images that show the same, turned, cut or brightened at most: {}, of {} of {} images ({})",
        pairs.len(),
        images.len(),
        copies.images,
        percent(estimate.value.unwrap_or_default())
    );
    let is_of_one = study.roles.id.is_some() && patients == 0;
    match is_of_one {
        true => message.push_str(", always of one patient"),
        false if study.roles.id.is_some() => {
            message.push_str(&format!("; of two patients: {patients}"));
        }
        false => {}
    }
    if sites > 0 {
        message.push_str(&format!(
            "; of two sites, so that these are not independent: {sites}"
        ));
    }
    message.push('.');
    let shown = &pairs[..pairs.len().min(SHOWN)];
    let severity = match is_of_one {
        true => Severity::Note,
        false => Severity::Warn,
    };
    Some(Finding {
        columns: vec![copies.column.clone()],
        ..finding(
            severity,
            message,
            ("share_of_images_with_a_copy", estimate),
            json!({
                "kind": "images", "pairs": shown, "limit": copies.limit, "blank": copies.blank,
                "of_two_patients": patients, "of_two_sites": sites,
            }),
        )
    })
}

fn finding(
    severity: Severity,
    message: String,
    (name, estimate): (&'static str, Estimate),
    evidence: Value,
) -> Finding {
    Finding {
        check: "near_duplicates",
        severity,
        columns: Vec::new(),
        message,
        measure: Some(Measure { name, estimate }),
        evidence,
        help: "Remove copies before dividing the data, unless they are different people."
            .to_owned(),
    }
}

/// Rows that equal an earlier one in all named columns that the table has, with that earlier row.
fn repeated_rows(table: &Table, names: &[&str]) -> Vec<(usize, usize)> {
    let columns: Vec<Values> = names.iter().filter_map(|n| table.values(n).ok()).collect();
    let hashes = hashes(table, names);
    let mut order: Vec<usize> = (0..table.rows()).collect();
    order.sort_unstable_by_key(|&row| (hashes[row], row));
    let is_equal = |a: usize, b: usize| columns.iter().all(|c| c.cell(a) == c.cell(b));
    let mut repeated = Vec::new();
    for alike in order.chunk_by(|&a, &b| hashes[a] == hashes[b]) {
        // Different rows of one hash are as good as never; then they are compared all the same.
        let mut firsts: Vec<usize> = Vec::new();
        for &row in alike {
            match firsts.iter().find(|&&first| is_equal(first, row)) {
                Some(&first) => repeated.push((row, first)),
                None => firsts.push(row),
            }
        }
    }
    repeated.sort_unstable();
    repeated
}

//! Pictures of a verdict: estimates by metric, the curves, and who the reference set holds.

use std::collections::BTreeMap;

use galen_control::Evidence;
use galen_control::judge::{CriterionResult, Outcome};
use galen_spec::Rule;
use galen_stats::metric;
use galen_store::Digest;
use serde::Deserialize;

use crate::book::{Book, artifact, calibration_bins, counted, detail, not_reported, roc, table};
use crate::document::labelling::group;
use crate::page::{Block, Cell, Column, Span};
use crate::plot::{Calibration, Forest, ForestRow, Plot};

/// A forest plot for each metric that more than one criterion measures; differences stand apart from values.
pub(super) fn of_criteria(book: &Book, results: &[CriterionResult]) -> Vec<Block> {
    let protocol = book.specs.protocol.as_ref().map(|held| &held.value);
    let mut by_metric: BTreeMap<(&str, bool), Vec<&CriterionResult>> = BTreeMap::new();
    for result in results
        .iter()
        .filter(|result| result.result != Outcome::NotApplicable)
    {
        let endpoint = protocol.and_then(|protocol| protocol.endpoint(&result.endpoint));
        let difference = endpoint.is_some_and(|endpoint| endpoint.difference.is_some());
        let group = by_metric.entry((&result.metric, difference)).or_default();
        let known = |other: &&CriterionResult| {
            other.endpoint == result.endpoint && other.estimate.level == result.estimate.level
        };
        if !group.iter().any(known) {
            group.push(result);
        }
    }
    let several = by_metric.into_iter().filter(|(_, group)| group.len() > 1);
    several
        .map(|((id, difference), group)| forest(book, id, difference, &group))
        .collect()
}

fn forest(book: &Book, id: &str, difference: bool, results: &[&CriterionResult]) -> Block {
    let title = metric::by_id(id).map_or(id, |metric| metric.about().title);
    let quantity = if difference {
        format!("{title}, difference")
    } else {
        title.to_owned()
    };
    let ratio = id == "o_e_ratio" && !difference;
    let rows = results.iter().map(|result| ForestRow {
        label: if difference || result.by.is_none() {
            result.title.clone()
        } else {
            group(book, result)
        },
        value: result.estimate.value,
        low: result.estimate.low,
        high: result.estimate.high,
        n: Some(result.estimate.n),
    });
    let rule = results.first().map(|result| result.rule);
    let same = results.iter().all(|result| Some(result.rule) == rule);
    let within = match rule.filter(|_| same) {
        Some(Rule::Inside(low, high)) => Some([low, high]),
        Some(Rule::LowerAtLeast(bound)) => Some([bound, f64::INFINITY]),
        Some(Rule::UpperAtMost(bound)) => Some([f64::NEG_INFINITY, bound]),
        _ => None,
    };
    Block::Figure {
        caption: format!("{quantity}, with its interval, in everybody and in declared groups."),
        alt: format!(
            "{} estimates of {quantity} with intervals; the table above has the same numbers.",
            results.len()
        ),
        plot: Plot::Forest(Forest {
            quantity,
            rows: rows.collect(),
            reference: if ratio {
                Some(1.0)
            } else {
                difference.then_some(0.0)
            },
            within,
            log: ratio,
        }),
    }
}

#[derive(Deserialize)]
struct Counts {
    n: u64,
    diseased: u64,
    #[serde(default)]
    flagged: Option<u64>,
    #[serde(default)]
    by: BTreeMap<String, GroupCounts>,
}

#[derive(Deserialize)]
struct GroupCounts {
    n: u64,
    diseased: u64,
}

/// Who was judged, in all and by subgroup.
pub(super) fn counts(book: &Book, digest: &Digest, evidence: &Evidence) -> Vec<Block> {
    let Some(counts) = detail::<Counts>(evidence, "counts") else {
        return vec![not_reported(
            "the evidence counts no cases by group",
            "galen gate CHANGE",
        )];
    };
    let linked = |n: u64| Cell::from(Span::number(counted(n), artifact(digest)));
    let mut rows = vec![vec![
        "Everybody".into(),
        linked(counts.n),
        linked(counts.diseased),
    ]];
    let protocol = book.specs.protocol.as_ref().map(|held| &held.value);
    rows.extend(counts.by.iter().map(|(id, group)| {
        let title = protocol
            .and_then(|protocol| protocol.subgroup(id))
            .map_or(id, |subgroup| &subgroup.title);
        vec![
            title.as_str().into(),
            linked(group.n),
            linked(group.diseased),
        ]
    }));
    let columns = vec![
        Column::name("Group"),
        Column::number("Cases"),
        Column::number("Diseased"),
    ];
    let mut blocks: Vec<Block> = table("Who was judged", columns, rows).into_iter().collect();
    if let Some(flagged) = counts.flagged {
        blocks.push(Block::Paragraph(vec![
            Span::text("Flagged at the declared threshold: "),
            Span::number(counted(flagged), artifact(digest)),
            Span::text("."),
        ]));
    }
    blocks
}

/// ROC and calibration, where the evidence has them.
pub(super) fn curves(evidence: &Evidence, of: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(roc) = roc(evidence, of) {
        blocks.push(Block::Figure {
            caption: format!(
                "Sensitivity against the false positive rate of {of} on the reference set."
            ),
            alt: format!("The ROC curve of {of} with the declared threshold."),
            plot: Plot::Roc(roc),
        });
    }
    let bins = calibration_bins(evidence);
    if !bins.is_empty() {
        blocks.push(Block::Figure {
            caption: format!("Observed share against mean score of {of} in bins of equal size on the reference set."),
            alt: format!("Calibration of {of}: points on the diagonal are as expected."),
            plot: Plot::Calibration(Calibration {
                predicted: "Mean score".into(),
                observed: "Observed share".into(),
                bins,
            }),
        });
    }
    if blocks.is_empty() {
        blocks.push(not_reported(
            "the evidence holds no curve",
            "galen gate CHANGE",
        ));
    }
    blocks
}

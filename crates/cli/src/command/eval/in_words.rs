//! Evaluations on a terminal.

use galen_eval::binary::Binary;
use galen_eval::compare::Compared;
use galen_eval::deployment::Deployment;
use galen_eval::disparity::{Disparity, Gap};
use galen_eval::parity::Parity;
use galen_stats::Estimate;
use serde_json::Value;

use crate::words::{estimate, number, table};

/// What changes where another share is ill.
pub fn deployment(found: &Deployment) -> String {
    let row = |(name, own): (&String, &Estimate)| {
        let shifted = found.shifted.get(name).map_or(String::new(), estimate);
        vec![name.clone(), estimate(own), shifted]
    };
    let rows: Vec<Vec<String>> = found.metrics.iter().map(row).collect();
    format!(
        "\n\nWhere {} are ill, against {} here (cases weighted; log odds shift by {}):\n{}",
        number(found.prevalence),
        number(found.here),
        number(found.shift),
        table(&["", "the scores as they are", "shifted"], &rows)
    )
}

pub fn binary(found: &Binary) -> String {
    let mut lines = vec![format!(
        "{} cases{}, {} diseased.",
        found.n,
        patients(found.clusters),
        found.positives
    )];
    let left = &found.left_out;
    if left.no_truth + left.no_answer + left.counted_as_wrong > 0 {
        lines.push(format!(
            "Not judged: {} without a truth, {} without an answer. Counted as wrong without an answer: {}.",
            left.no_truth, left.no_answer, left.counted_as_wrong
        ));
    }
    lines.extend(found.overall.metrics.iter().map(line));
    for group in &found.groups {
        lines.push(format!(
            "\n{}: {} cases{}, {} diseased{}",
            group.in_words(),
            group.n,
            patients(group.clusters),
            group.positives,
            group
                .why
                .as_ref()
                .map(|why| format!(". Not decidable: {why}"))
                .unwrap_or_default()
        ));
        lines.extend(group.metrics.iter().map(line));
    }
    if !found.disparities.is_empty() {
        lines.push(String::new());
        let row = |one: &Disparity| {
            vec![
                one.metric.clone(),
                by(&one.by, one.exploratory),
                one.worst.clone(),
                one.best.clone(),
                gap(&one.difference),
                one.difference.p_adjusted.map(number).unwrap_or_default(),
                one.verdict.unwrap_or_default().to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> = found.disparities.iter().map(row).collect();
        let heads = ["metric", "by", "worst", "best", "gap", "p (Holm)", ""];
        lines.push(table(&heads, &rows));
    }
    if !found.parities.is_empty() {
        lines.push(String::new());
        let row = |one: &Parity| {
            let p = one.difference.map_or(one.p_value, |gap| gap.p_adjusted);
            vec![
                one.parity.replace('_', " "),
                by(&one.by, one.exploratory),
                one.difference.as_ref().map_or("–".to_owned(), gap),
                one.ratio.map_or("–".to_owned(), number),
                p.map(number).unwrap_or_default(),
                one.verdict.unwrap_or_default().to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> = found.parities.iter().map(row).collect();
        lines.push(table(&["parity", "by", "gap", "ratio", "p", ""], &rows));
    }
    lines.join("\n")
}

fn by(columns: &str, is_exploratory: bool) -> String {
    match is_exploratory {
        true => format!("{columns} (exploratory)"),
        false => columns.to_owned(),
    }
}

fn gap(gap: &Gap) -> String {
    let bounds = match gap.low.zip(gap.high) {
        Some((low, high)) => format!(" ({} to {})", number(low), number(high)),
        None => String::new(),
    };
    format!("{}{bounds}", number(gap.value))
}

fn patients(clusters: Option<u64>) -> String {
    clusters
        .map(|clusters| format!(" of {clusters} patients"))
        .unwrap_or_default()
}

fn line((id, own): (&String, &Estimate)) -> String {
    format!("  {id:<28} {}", estimate(own))
}

pub fn compared(found: &Compared) -> String {
    let mut lines = vec![format!(
        "{} cases{}, {} diseased; {} only in the first file, {} only in the second.",
        found.n,
        patients(found.clusters),
        found.positives,
        found.only_in_a,
        found.only_in_b
    )];
    let rows: Vec<Vec<String>> = found
        .comparisons
        .iter()
        .map(|one| {
            let value = |own: &Estimate| own.value.map_or("–".to_owned(), number);
            vec![
                one.metric.clone(),
                value(&one.a),
                value(&one.b),
                estimate(&one.difference.estimate),
                one.difference.p_value.map(number).unwrap_or_default(),
                one.verdict.replace('_', " "),
            ]
        })
        .collect();
    lines.push(table(
        &[
            "metric",
            "first",
            "second",
            "first less second",
            "p",
            "the first is",
        ],
        &rows,
    ));
    lines.join("\n")
}

/// A document of one of the other tasks.
pub fn parts(document: &Value) -> String {
    let mut lines = vec![head(document)];
    lines.extend(metrics(&document["overall"]["metrics"]));
    for (class, own) in document["by_class"].as_object().into_iter().flatten() {
        lines.push(format!("\nclass {class}"));
        lines.extend(metrics(own));
    }
    for group in document["groups"].as_array().into_iter().flatten() {
        let by = group["by"].as_object().into_iter().flatten();
        let by: Vec<String> = by
            .map(|(name, value)| format!("{name} {}", value.as_str().unwrap_or_default()))
            .collect();
        lines.push(format!("\n{}: {} cases", by.join(", "), group["n"]));
        lines.extend(metrics(&group["metrics"]));
    }
    lines.join("\n")
}

fn head(document: &Value) -> String {
    let left = &document["left_out"];
    let left = match left.is_object() {
        true => format!(
            "; not judged: {} without a truth, {} without an answer",
            left["no_truth"], left["no_answer"]
        ),
        false => String::new(),
    };
    let of = patients(document["clusters"].as_u64());
    format!("{} cases{of}{left}.", document["n"])
}

pub fn metrics(document: &Value) -> Vec<String> {
    let each = document.as_object().into_iter().flatten();
    each.filter_map(|(id, own)| {
        let own: Estimate = serde_json::from_value(own.clone()).ok()?;
        Some(line((id, &own)))
    })
    .collect()
}

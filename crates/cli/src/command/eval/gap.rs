//! `galen eval gap`: why a metric is worse in a group.

use std::path::PathBuf;

use galen_eval::Settings;
use galen_eval::gap::{Cause, Explained, Gap, Side, explain};
use serde_json::json;

use super::{columns_of, failure, settings, warn};
use crate::args::EvalGap;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::{estimate, number, table};

pub fn gap(args: &EvalGap, place: &Place) -> Result<Report, Failure> {
    let settings = settings(&args.how)?;
    let metric = match settings.metrics.as_slice() {
        [] => "sensitivity".to_owned(),
        [one] => one.clone(),
        [_, second, ..] => {
            return Err(Failure::usage(
                "metric",
                format!(
                    "`--metric {second}` is a second metric, and one gap is explained at a time"
                ),
                "name one metric",
            ));
        }
    };
    let rerun = |text: &String| {
        let (name, column) = text.split_once('=').ok_or_else(|| {
            Failure::usage(
                "rerun",
                format!("`--rerun {text}` names no column"),
                "write what was changed and the column of scores: --rerun window=score_window",
            )
        })?;
        Ok((name.to_owned(), column.to_owned()))
    };
    let asked = Gap {
        metric,
        by: args.by.clone(),
        group: args.group.clone(),
        against: args.against.clone(),
        case_mix: args.case_mix.clone(),
        quality: args.quality.clone(),
        missing: args.missing.clone(),
        reruns: args
            .rerun
            .iter()
            .map(rerun)
            .collect::<Result<_, Failure>>()?,
        second_truth: args.second_truth.clone(),
    };
    let read = |path: &PathBuf| table_in(&place.path(path), &args.reading);
    let cases = read(&args.what)?;
    let training = args.training.as_ref().map(read).transpose()?;
    let settings = Settings {
        metrics: Vec::new(),
        ..settings
    };
    let columns = columns_of(&args.answers);
    let found = explain(&cases, training.as_ref(), &columns, &asked, &settings)
        .map_err(|error| failure(&error))?;
    warn(&found.warnings);
    let text = in_words(&found);
    Ok(Report::new("eval gap", json!(found), text))
}

fn in_words(found: &Explained) -> String {
    let side = |side: &Side| {
        let value = side.value.as_deref().unwrap_or("all others");
        format!(
            "{value}: {} (n {}, {} diseased)",
            estimate(&side.estimate),
            side.n,
            side.diseased
        )
    };
    let row = |cause: &Cause| {
        let name = match cause.cause {
            "preprocessing" => cause
                .columns
                .first()
                .map_or("preprocessing".to_owned(), |name| {
                    format!("preprocessing: {name}")
                }),
            cause => cause.replace('_', " "),
        };
        let part = cause.part.as_ref().map_or("–".to_owned(), estimate);
        vec![
            name,
            part,
            cause.verdict.replace('_', " "),
            cause.why.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = found.causes.iter().map(row).collect();
    let may_be_none = found
        .gap
        .interval()
        .is_none_or(|(low, high)| low <= 0.0 && high >= 0.0);
    let mut lines = vec![
        format!("{} by {}", found.metric, found.by),
        format!("  {}", side(&found.group)),
        format!("  {}", side(&found.against)),
        format!(
            "  gap {}{}",
            estimate(&found.gap),
            if may_be_none {
                ": there may be none"
            } else {
                ""
            }
        ),
        table(&["cause", "part of the gap", "", ""], &rows),
        format!(
            "Left among cases alike in prevalence, case mix, quality and missing values: {}",
            estimate(&found.rest)
        ),
    ];
    let mut differs: Vec<_> = found
        .causes
        .iter()
        .flat_map(|cause| &cause.differs)
        .filter(|one| one.standardised.is_some_and(|by| by.abs() >= 0.1))
        .collect();
    differs.sort_by(|a, b| {
        b.standardised
            .unwrap_or_default()
            .abs()
            .total_cmp(&a.standardised.unwrap_or_default().abs())
    });
    for one in differs.iter().take(5) {
        lines.push(format!(
            "  {} is {} against {} ({} standard deviations)",
            one.column,
            number(one.group),
            number(one.others),
            number(one.standardised.unwrap_or_default())
        ));
    }
    lines.join("\n")
}

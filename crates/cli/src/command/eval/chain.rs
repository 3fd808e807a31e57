//! `galen eval chain`: updates against the one before, and against the model that was cleared.

use galen_eval::Settings;
use galen_eval::chain::{Chain, Policy, Step, Verdict, chain};
use galen_table::Table;
use serde_json::json;

use super::{columns_of, failure, settings, settings_of};
use crate::args::EvalChain;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::{estimate, table};

pub fn updates(args: &EvalChain, place: &Place) -> Result<Report, Failure> {
    let settings: Settings = settings(&args.how)?;
    let read = |path| table_in(&place.path(path), &args.reading);
    let cleared = read(&args.cleared)?;
    let mut tables = Vec::new();
    for path in &args.updates {
        tables.push(read(path)?);
    }
    let updates: Vec<&Table> = tables.iter().collect();
    let columns = columns_of(&args.answers);
    let policy = Policy {
        margin: args.margin,
        anchor_margin: args.anchor_margin.unwrap_or(args.margin),
        planned: args.planned,
    };
    let found = chain(&cleared, &updates, &columns, &args.id, &policy, &settings)
        .map_err(|error| failure(&error))?;
    let text = in_words(&found, args);
    let mut document = json!(found);
    document["settings"] = settings_of(&settings, args.answers.threshold);
    Ok(Report::new("eval chain", document, text))
}

fn in_words(found: &Chain, args: &EvalChain) -> String {
    let name = |model: usize| match model {
        0 => args.cleared.display().to_string(),
        update => args.updates[update - 1].display().to_string(),
    };
    let verdict = |verdict: Verdict| match verdict {
        Verdict::Accepted => "accepted",
        Verdict::WorseThanPrevious => "worse than the one before",
        Verdict::WorseThanCleared => "worse than the cleared one",
        Verdict::Inconclusive => "inconclusive",
    };
    let row = |step: &Step| {
        vec![
            name(step.update),
            name(step.previous),
            estimate(&step.against_previous.difference.estimate),
            estimate(&step.against_cleared.difference.estimate),
            verdict(step.verdict).to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = found.steps.iter().map(row).collect();
    let mut lines = vec![format!(
        "{} of {} cases: an update may lose {} against the model that it replaces and {} against {}.",
        found.metric,
        found.n,
        found.margin,
        found.anchor_margin,
        name(0)
    )];
    lines.push(table(
        &[
            "update",
            "replaces",
            "difference",
            "to the cleared",
            "verdict",
        ],
        &rows,
    ));
    if let Some(update) = found.stopped_at {
        lines.push(format!("The chain stops at {}.", name(update)));
    }
    lines.push(format!("In use: {}.", name(found.in_use)));
    lines.join("\n")
}

//! Tasks besides yes or no: alarms, competing risks, several labels, grades. Each gives its document and its words.

use std::collections::BTreeMap;

use galen_eval::alarms::Asked;
use galen_eval::multilabel::Label;
use galen_eval::{Columns, Settings, alarms, competing, multilabel, ordinal, survival, yes_or_no};
use galen_table::Table;
use serde_json::{Value, json};

use super::{failure, in_words, warn};
use crate::args::EvalFile;
use crate::report::Failure;

type Found = Result<(Value, String), Failure>;

pub fn alarms(args: &EvalFile, table: &Table, columns: &Columns, settings: &Settings) -> Found {
    let own = &args.of_task;
    let Some(time) = &own.time else {
        return Err(Failure::usage(
            "no_time",
            "nothing says which column holds the time of a row",
            "name it: --time COL",
        ));
    };
    let [horizon] = args.horizons[..] else {
        return Err(Failure::usage(
            "horizon",
            "alarms have one horizon: how long before the event one counts",
            "declare it: --horizon T",
        ));
    };
    let asked = Asked {
        time: time.clone(),
        silence: own.silence.unwrap_or(0.0),
        horizon,
        lead_min: own.lead.unwrap_or(0.0),
        step: own.step,
        day: own.day.unwrap_or(24.0),
    };
    let onsets = match own.onset_label {
        true => Some(onsets(table, columns, time)?),
        false => None,
    };
    let (table, truth) = match &onsets {
        Some(with) => (with, ONSET.to_owned()),
        None => (table, columns.truth.clone()),
    };
    let columns = &Columns {
        truth,
        ..columns.clone()
    };
    let found = alarms::evaluate(table, columns, &asked, settings);
    let found = found.map_err(|error| failure(&error))?;
    let part = &found.overall;
    let first = format!(
        "{} events of {} patients who were watched for {:.1} days; {} alarms; {} rows after the event do not count.",
        found.events,
        found.clusters.unwrap_or_default(),
        part.patient_days,
        part.alarms,
        found.rows_after_event
    );
    let document = json!(found);
    let text = format!("{first}\n{}", in_words::parts(&document));
    Ok((document, text))
}

/// The column of times that a label's first 1 gives.
const ONSET: &str = "(onset)";

/// The table with the time of each patient's first row whose label says so.
fn onsets(table: &Table, columns: &Columns, time: &str) -> Result<Table, Failure> {
    let wrong = |error: galen_table::ColumnError| failure(&error.into());
    let labels = yes_or_no(table, &columns.truth, columns.positive.as_deref());
    let labels = labels.map_err(|error| failure(&error))?;
    let times = table.on_a_scale(time).map_err(wrong)?;
    let Some(cluster) = &columns.cluster else {
        return Err(Failure::usage(
            "no_patient",
            "nothing says which column names the patient",
            "name it: --cluster COL",
        ));
    };
    let patients = table.texts(cluster).map_err(wrong)?;
    let mut first: BTreeMap<&str, f64> = BTreeMap::new();
    for (row, patient) in patients.iter().enumerate() {
        if let (Some(patient), Some(time), Some(true)) = (patient, times[row], labels[row]) {
            let known = first.entry(patient).or_insert(time);
            *known = known.min(time);
        }
    }
    let of = |patient: &Option<String>| first.get(patient.as_deref()?).copied();
    let onsets: Vec<Option<f64>> = patients.iter().map(of).collect();
    table.with_column(ONSET, &onsets).map_err(wrong)
}

pub fn competing(
    cause: u32,
    table: &Table,
    columns: &Columns,
    asked: &survival::Asked,
    settings: &Settings,
) -> Found {
    let found = competing::evaluate(table, columns, asked, cause, settings);
    let document = json!(found.map_err(|error| failure(&error))?);
    let text = in_words::parts(&document);
    Ok((document, text))
}

pub fn multilabel(args: &EvalFile, table: &Table, columns: &Columns, settings: &Settings) -> Found {
    let labels = args.of_task.labels.iter().map(|text| label(text));
    let labels = labels.collect::<Result<Vec<Label>, Failure>>()?;
    let found = multilabel::evaluate(table, columns, &labels, settings);
    let found = found.map_err(|error| failure(&error))?;
    warn(&found.warnings);
    let document = json!(found);
    let mut lines = vec![in_words::parts(&document)];
    for (name, own) in &found.overall.by_label {
        lines.push(format!(
            "\nlabel {name}: {} cases, {} diseased",
            own.n, own.positives
        ));
        lines.extend(in_words::metrics(&json!(own.metrics)));
    }
    Ok((document, lines.join("\n")))
}

/// `NAME=TRUTH,SCORE` or `NAME=TRUTH,SCORE,PREDICTED`; the score may be empty.
fn label(text: &str) -> Result<Label, Failure> {
    let wrong = || {
        Failure::usage(
            "label",
            format!("`{text}` does not say which columns a label has"),
            "write --label NAME=TRUTH,SCORE or --label NAME=TRUTH,,PREDICTED",
        )
    };
    let (name, columns) = text.split_once('=').ok_or_else(wrong)?;
    let columns: Vec<&str> = columns.split(',').map(str::trim).collect();
    let (truth, score, predicted) = match columns[..] {
        [truth, score] => (truth, score, ""),
        [truth, score, predicted] => (truth, score, predicted),
        _ => return Err(wrong()),
    };
    let named = |column: &str| (!column.is_empty()).then(|| column.to_owned());
    let has_answer = named(score).or(named(predicted)).is_some();
    if truth.is_empty() || name.is_empty() || !has_answer {
        return Err(wrong());
    }
    Ok(Label {
        name: name.trim().to_owned(),
        truth: truth.to_owned(),
        score: named(score),
        predicted: named(predicted),
        threshold: None,
    })
}

pub fn ordinal(args: &EvalFile, table: &Table, columns: &Columns, settings: &Settings) -> Found {
    let found = ordinal::evaluate(table, columns, &args.of_task.levels, settings);
    let found = found.map_err(|error| failure(&error))?;
    let document = json!(found);
    let mut lines = vec![in_words::parts(&document)];
    for cut in &found.overall.cuts {
        lines.push(format!(
            "\n{} and above: {} of {} cases",
            cut.level, cut.positives, found.n
        ));
        lines.extend(in_words::metrics(&json!(cut.metrics)));
    }
    Ok((document, lines.join("\n")))
}

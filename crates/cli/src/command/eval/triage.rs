//! `galen eval triage`: what moving flagged cases up does to waiting times.

use std::collections::BTreeMap;

use galen_eval::Columns;
use galen_eval::triage::measured;
use galen_stats::triage::{Priority, QUANTITIES, Simulated, Workflow, simulate};
use galen_stats::{Estimate, Undefined};
use serde_json::json;

use super::{failure, settings};
use crate::args::{EvalTriage, PriorityWord};
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::{estimate, number, table};

pub fn triage(args: &EvalTriage, place: &Place) -> Result<Report, Failure> {
    if !args.how.metrics.is_empty() || args.how.method.is_some() {
        return Err(Failure::usage(
            "unread",
            "--metric and --method are of metrics, and waiting times are none",
            "leave them out",
        ));
    }
    let settings = settings(&args.how)?;
    let counts = counts(args)?;
    let share = |k: u64, rest: u64| k as f64 / (k + rest) as f64;
    let of_counts = counts.map(|[tp, fne, fp, tn]| (share(tp, fne), share(tn, fp)));
    let declared = Workflow {
        sensitivity: args
            .sensitivity
            .or(of_counts.map(|both| both.0))
            .unwrap_or(0.0),
        specificity: args
            .specificity
            .or(of_counts.map(|both| both.1))
            .unwrap_or(0.0),
        prevalence: args.prevalence.unwrap_or(0.0),
        arrivals_per_hour: args.arrivals,
        reading_minutes: args.reading_minutes,
        interrupting: args.interrupting,
        interrupting_minutes: args.interrupting_minutes.unwrap_or(args.reading_minutes),
        readers: args.readers,
        priority: match args.priority {
            PriorityWord::Preemptive => Priority::Preemptive,
            PriorityWord::NonPreemptive => Priority::NonPreemptive,
        },
    };
    let draws = (settings.resamples, settings.seed);
    let (workflow, waits, source) = match (&args.what, &args.truth) {
        (Some(what), Some(truth)) => {
            let read = table_in(&place.path(what), &args.reading)?;
            let columns = Columns {
                truth: truth.clone(),
                score: args.score.clone(),
                predicted: args.predicted.clone(),
                threshold: args.threshold,
                positive: args.positive.clone(),
                cluster: args.cluster.clone(),
                ..Columns::default()
            };
            let found = measured(&read, &columns, &declared, args.prevalence, &settings)
                .map_err(|error| failure(&error))?;
            let workflow = found.workflow(&declared);
            (workflow, Some(found.waits.clone()), json!(found))
        }
        (Some(_), None) => {
            return Err(Failure::usage(
                "truth",
                "nothing says which column of the file is the truth",
                "name it: --truth COL",
            ));
        }
        (None, _) => {
            let is_known =
                counts.is_some() || args.sensitivity.is_some() && args.specificity.is_some();
            if !is_known || args.prevalence.is_none() {
                return Err(Failure::usage(
                    "needs",
                    "the tool and the list are not known",
                    "give --sensitivity, --specificity (or --tp, --fn, --fp, --tn) and --prevalence; or a file",
                ));
            }
            let waits = match declared.estimates(counts, draws, settings.level) {
                Ok(waits) => Some(waits),
                // The simulation says what no exact formula does.
                Err(Undefined::NotDefinedHere) => None,
                Err(why) => return Err(impossible(why)),
            };
            (declared, waits, json!(null))
        }
    };
    let simulated = simulate(
        &workflow,
        (args.trials, args.cases),
        settings.seed,
        settings.level,
    )
    .map_err(impossible)?;
    let text = in_words(&workflow, waits.as_ref(), &simulated);
    let document = json!({
        "load": workflow.load(), "flagged_share": workflow.flagged_share(), "sensitivity": workflow.sensitivity,
        "specificity": workflow.specificity, "prevalence": workflow.prevalence, "readers": workflow.readers,
        "waits": waits, "simulated": simulated, "measured": source,
    });
    Ok(Report::new("eval triage", document, text))
}

/// True positives, false negatives, false positives, true negatives, if they are given.
fn counts(args: &EvalTriage) -> Result<Option<[u64; 4]>, Failure> {
    match (args.tp, args.fne, args.fp, args.tn) {
        (None, None, None, None) => Ok(None),
        (Some(tp), Some(fne), Some(fp), Some(tn)) if tp + fne > 0 && fp + tn > 0 => {
            Ok(Some([tp, fne, fp, tn]))
        }
        _ => Err(Failure::usage(
            "counts",
            "the counts behind sensitivity and specificity are four, of diseased and of healthy cases",
            "give --tp, --fn, --fp and --tn",
        )),
    }
}

fn impossible(why: Undefined) -> Failure {
    let help = match why {
        Undefined::Overloaded => "fewer --arrivals, more --readers, or shorter --reading-minutes",
        _ => "shares lie in 0 to 1, rates and times above 0",
    };
    Failure::usage("workflow", why.to_string(), help)
}

fn in_words(
    workflow: &Workflow,
    waits: Option<&BTreeMap<String, Estimate>>,
    simulated: &Simulated,
) -> String {
    let mut lines = vec![format!(
        "Readers are busy {} of the time; {} of the cases are flagged. Waiting times in minutes:",
        number(workflow.load()),
        number(workflow.flagged_share())
    )];
    let rows: Vec<Vec<String>> = QUANTITIES
        .iter()
        .map(|name| {
            let known = waits.and_then(|waits| waits.get(*name));
            let known = match known {
                None => "–".to_owned(),
                // Given shares come from nobody's cases.
                Some(one) if one.n == 0 => one.value.map_or("–".to_owned(), number),
                Some(one) => estimate(one),
            };
            vec![(*name).to_owned(), known, estimate(&simulated.waits[*name])]
        })
        .collect();
    lines.push(table(&["", "by formula", "simulated"], &rows));
    lines.push(format!(
        "Longer than without the tool wait {} of the diseased and {} of the healthy.",
        estimate(&simulated.diseased_that_wait_longer),
        estimate(&simulated.healthy_that_wait_longer)
    ));
    lines.join("\n")
}

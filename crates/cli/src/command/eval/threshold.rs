//! `galen eval threshold`: where a score flags.

use galen_eval::{Columns, Settings, binary};
use galen_stats::operating::{AIMS, aim, threshold as chosen};
use serde_json::json;

use super::{failure, sealed, settings, warn};
use crate::args::EvalThreshold;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::{estimate, number};

/// What is said of a threshold, unless other metrics are asked.
const SAID: [&str; 5] = ["sensitivity", "specificity", "ppv", "npv", "alert_rate"];

pub fn threshold(args: &EvalThreshold, place: &Place) -> Result<Report, Failure> {
    let (name, value) = match args.aim.split_once('=') {
        Some((name, value)) => (name, Some(value.parse::<f64>().unwrap_or(f64::NAN))),
        None => (args.aim.as_str(), None),
    };
    let Some(wanted) = aim(name, value) else {
        let known = AIMS.map(|(name, has_number)| match has_number {
            true => format!("{name}=X"),
            false => name.to_owned(),
        });
        return Err(Failure::usage(
            "aim",
            format!("`--aim {}` is nothing that a threshold can reach", args.aim),
            format!(
                "one of: {}; shares lie above 0 and up to 1",
                known.join(", ")
            ),
        ));
    };
    sealed::refuse(&args.what, place)?;
    let settings = settings(&args.how)?;
    let table = table_in(&place.path(&args.what), &args.reading)?;
    let columns = Columns {
        truth: args.truth.clone(),
        score: Some(args.score.clone()),
        positive: args.positive.clone(),
        cluster: args.cluster.clone(),
        weight: args.weight.clone(),
        ..Columns::default()
    };
    let read = columns.read(&table).map_err(|error| failure(&error))?;
    warn(&read.warnings);
    let drawn = (settings.resamples, settings.seed);
    let found = chosen(read.any(), wanted, args.surely, drawn, settings.level);
    let found = found.map_err(|why| {
        Failure::usage(
            "no_threshold",
            format!("no threshold reaches {} on these cases: {why}", args.aim),
            "ask less, or leave --surely out",
        )
    })?;
    let asked = Settings {
        metrics: match settings.metrics.is_empty() {
            true => SAID.map(str::to_owned).to_vec(),
            false => settings.metrics.clone(),
        },
        ..settings
    };
    let value = found.value.unwrap_or_default();
    let there = read
        .at(value)
        .and_then(|read| binary::overall(&read, &columns, &asked));
    let there = there.map_err(|error| failure(&error))?;
    let mut lines = vec![format!(
        "Threshold {} ({}), chosen on {} cases, {} diseased, for {}{}.",
        value,
        match found.interval() {
            Some((low, high)) => format!(
                "draws of patients choose {} to {}",
                number(low),
                number(high)
            ),
            None => found.why.clone().unwrap_or_default(),
        },
        there.n,
        there.positives,
        args.aim,
        if args.surely {
            " by the bound of its interval"
        } else {
            ""
        },
    )];
    let metrics = &there.metrics;
    lines.extend(
        metrics
            .iter()
            .map(|(id, own)| format!("  {id:<28} {}", estimate(own))),
    );
    lines.push("These numbers are of the cases that it was chosen on, and look better than others will: judge it on other cases.".to_owned());
    let document = json!({
        "aim": args.aim, "surely": args.surely, "threshold": found, "n": there.n, "clusters": there.clusters,
        "positives": there.positives, "metrics": metrics, "chosen_on_these_cases": true,
        "settings": super::settings_of(&asked, found.value),
    });
    Ok(Report::new("eval threshold", document, lines.join("\n")))
}

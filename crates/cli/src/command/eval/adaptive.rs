//! `galen eval adaptive`: what each version learned, what its cases changed, what it kept.

use galen_eval::adaptive::{Answers, Versions, evaluate};
use galen_stats::adaptive::Modification;
use serde_json::json;

use super::{failure, settings, settings_of};
use crate::args::EvalAdaptive;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::{estimate, table};

pub fn adaptive(args: &EvalAdaptive, place: &Place) -> Result<Report, Failure> {
    let settings = settings(&args.how)?;
    let read = table_in(&place.path(&args.what), &args.reading)?;
    let columns = Answers {
        truth: args.truth.clone(),
        score: args.score.clone(),
        model: args.model.clone(),
        dataset: args.dataset.clone(),
        case: args.case.clone(),
        cluster: args.cluster.clone(),
        positive: args.positive.clone(),
        threshold: args.threshold,
        decay: args.decay,
    };
    let found = evaluate(&read, &columns, &settings).map_err(|error| failure(&error))?;
    let text = in_words(&found);
    let mut document = json!(found);
    document["settings"] = settings_of(&settings, args.threshold);
    Ok(Report::new("eval adaptive", document, text))
}

fn in_words(found: &Versions) -> String {
    let row = |one: &Modification| {
        vec![
            found.versions[one.version].clone(),
            estimate(&one.learning),
            estimate(&one.potential),
            estimate(&one.retention),
        ]
    };
    let rows: Vec<Vec<String>> = found.modifications.iter().map(row).collect();
    let first = format!(
        "{} of {} versions, each against the one before: learned on its own cases, lost by the change of cases, kept on those before.",
        found.metric,
        found.versions.len()
    );
    let table = table(&["version", "learning", "potential", "retention"], &rows);
    format!("{first}\n{table}")
}

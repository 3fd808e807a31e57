//! `galen eval slices`: weak subgroups that nobody declared.

use galen_eval::slices::{ERRORS, Search, Slice, Slices, search};
use serde_json::json;

use super::{columns_of, failure, level_of, sealed, warn};
use crate::args::EvalSlices;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::{Failure, Report};
use crate::words::{number, table};

pub fn slices(args: &EvalSlices, place: &Place) -> Result<Report, Failure> {
    let level = level_of(args.level)?;
    let error = ERRORS.iter().find(|(metric, _)| *metric == args.metric);
    let Some((_, error)) = error else {
        let known: Vec<&str> = ERRORS.iter().map(|(metric, _)| *metric).collect();
        return Err(Failure::usage(
            "metric",
            format!("subgroups are not searched by `{}`", args.metric),
            format!("one of: {}", known.join(", ")),
        ));
    };
    sealed::refuse(&args.what, place)?;
    sealed::refuse(&args.confirm, place)?;
    let read = |path| table_in(&place.path(path), &args.reading);
    let (first, second) = (read(&args.what)?, read(&args.confirm)?);
    let columns = columns_of(&args.answers);
    let asked = Search {
        features: args.features.clone(),
        error: *error,
        most: args.most,
        level,
    };
    let found = search(&first, &second, &columns, &asked).map_err(|error| failure(&error))?;
    warn(&found.warnings);
    let text = in_words(&found);
    Ok(Report::new("eval slices", json!(found), text))
}

fn in_words(found: &Slices) -> String {
    let mut lines = vec![format!(
        "{} subgroups of {} cases were looked at by their {}; the worst were asked again of {} cases of other patients. All are exploratory.",
        found.looked_at, found.searched, found.metric, found.confirmed_on
    )];
    let share = |value: Option<f64>| value.map_or("–".to_owned(), number);
    let row = |slice: &Slice| {
        let conditions = slice.conditions.iter().map(|one| one.in_words());
        vec![
            conditions.collect::<Vec<_>>().join(", "),
            format!(
                "{} against {}, n {}",
                number(slice.found.error),
                number(slice.found.rest),
                slice.found.n
            ),
            format!(
                "{} against {}, n {}",
                share(slice.again.error),
                share(slice.again.rest),
                slice.again.n
            ),
            share(slice.again.p_adjusted),
            slice.verdict.replace('_', " "),
        ]
    };
    let rows: Vec<Vec<String>> = found.slices.iter().map(row).collect();
    match rows.is_empty() {
        true => lines.push("No subgroup is worse than the rest.".to_owned()),
        false => lines.push(table(
            &[
                "subgroup",
                "error where found",
                "error among others",
                "p (Holm)",
                "",
            ],
            &rows,
        )),
    }
    lines.join("\n")
}

//! Readers who draw: how far their masks overlap.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use galen_imaging::Mask;
use galen_stats::agreement::{Overlap, dice, mean_dice};
use galen_stats::{Estimate, Level};
use serde_json::json;

use super::{clusters, readings, shown};
use crate::args::DataAgree;
use crate::place::Place;
use crate::reading::{broken_among, masks, table_in};
use crate::report::{Failure, Report};
use crate::words::table;

/// The masks of two readers, case by case.
struct Pair<'a> {
    a: &'a str,
    b: &'a str,
    /// For each case that both drew; none where both masks are empty.
    of_case: BTreeMap<&'a str, Option<f64>>,
}

pub fn agree(folder: &Path, args: &DataAgree, place: &Place) -> Result<Report, Failure> {
    if args.out.is_some() || args.score.is_some() {
        return Err(Failure::usage(
            "masks",
            "masks are compared, and no rule decides between them",
            "leave --out and --score out",
        ));
    }
    let read = table_in(&place.path(&args.file), &args.reading)?;
    let (readings, patients) = readings(&read, args)?;
    let paths: BTreeSet<&String> = readings.iter().map(|(_, _, path)| path).collect();
    let paths: Vec<String> = paths.into_iter().cloned().collect();
    let (masks, broken) = masks(folder, &paths, &args.reading)?;
    if let Some(first) = broken.first() {
        return Err(broken_among(first, broken.len()));
    }
    let mut drawn: BTreeMap<&str, BTreeMap<&str, (&str, &Mask)>> = BTreeMap::new();
    for (case, reader, path) in &readings {
        let before = drawn
            .entry(case)
            .or_default()
            .insert(reader, (path, &masks[path]));
        if before.is_some_and(|(other, _)| other != path) {
            return Err(Failure::usage(
                "twice",
                format!("reader `{reader}` drew two masks of case `{case}`"),
                "give every drawing a case of its own",
            ));
        }
    }
    let readers: BTreeSet<&str> = readings
        .iter()
        .map(|(_, reader, _)| reader.as_str())
        .collect();
    let readers: Vec<&str> = readers.into_iter().collect();
    let mut pairs = Vec::new();
    for (at, a) in readers.iter().enumerate() {
        for b in &readers[at + 1..] {
            let of_case = compared(&drawn, a, b)?;
            pairs.push(Pair { a, b, of_case });
        }
    }
    let cases: Vec<&str> = drawn.keys().copied().collect();
    let clusters = clusters(cases.iter().copied(), patients.as_ref())?;
    let mean = |of_case: &[Option<f64>]| {
        mean_dice(
            of_case,
            clusters.as_deref(),
            args.resamples,
            args.seed,
            Level::DEFAULT,
        )
    };
    let of_pair = |pair: &Pair| {
        let of_case = cases
            .iter()
            .map(|case| pair.of_case.get(case).copied().flatten());
        mean(&of_case.collect::<Vec<_>>())
    };
    let found: Vec<Estimate> = pairs.iter().map(of_pair).collect();
    // Of a case that several pairs drew their mean counts, so that no case counts twice.
    let overall: Vec<Option<f64>> = cases
        .iter()
        .map(|case| {
            let values = pairs
                .iter()
                .filter_map(|pair| pair.of_case.get(case).copied().flatten());
            let values: Vec<f64> = values.collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        })
        .collect();
    let overall = mean(&overall);
    let empty = pairs
        .iter()
        .flat_map(|pair| pair.of_case.values())
        .filter(|value| value.is_none());
    let empty = empty.count();
    let document = json!({
        "cases": cases.len(), "readers": readers.len(), "level": Level::DEFAULT.value(),
        "resamples": args.resamples, "seed": args.seed,
        "pairs": pairs.iter().zip(&found).map(|(pair, dice)| json!({
            "a": pair.a, "b": pair.b, "n": pair.of_case.len(), "dice": dice,
        })).collect::<Vec<_>>(),
        "overall": {"dice": overall},
        "both_empty": empty,
    });
    let rows: Vec<Vec<String>> = pairs
        .iter()
        .zip(&found)
        .map(|(pair, dice)| {
            vec![
                pair.a.to_owned(),
                pair.b.to_owned(),
                pair.of_case.len().to_string(),
                shown(dice),
            ]
        })
        .collect();
    let mut lines = vec![
        format!("{} cases, {} readers.", cases.len(), readers.len()),
        table(&["a", "b", "both drew", "mean Dice"], &rows),
        String::new(),
        format!("all pairs  {}", shown(&overall)),
    ];
    if empty > 0 {
        lines.push(format!(
            "{empty} pairs of masks are both empty and have no overlap to measure."
        ));
    }
    Ok(Report::new("data agree", document, lines.join("\n")))
}

fn compared<'a>(
    drawn: &BTreeMap<&'a str, BTreeMap<&str, (&str, &Mask)>>,
    a: &str,
    b: &str,
) -> Result<BTreeMap<&'a str, Option<f64>>, Failure> {
    let mut of_case = BTreeMap::new();
    for (case, masks) in drawn {
        let (Some((path, first)), Some((other, second))) = (masks.get(a), masks.get(b)) else {
            continue;
        };
        let Some([first, second, both]) = first.overlap(second) else {
            return Err(Failure::usage(
                "masks",
                format!("{path} and {other} are of different width or height"),
                "compare masks of one image",
            ));
        };
        of_case.insert(
            *case,
            dice(Overlap {
                first,
                second,
                both,
            }),
        );
    }
    Ok(of_case)
}

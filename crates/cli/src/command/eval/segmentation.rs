//! `galen eval --task segmentation`: masks held against the true ones.

use std::collections::BTreeMap;
use std::path::Path;

use galen_eval::segmentation::{Case, Segmentation, evaluate};
use galen_eval::{Member, Settings};
use galen_imaging::Mask;
use galen_stats::segmentation::{Compared, Pair};
use serde_json::{Value, json};

use super::{cases, failure};
use crate::args::EvalFile;
use crate::place::Place;
use crate::reading::{broken_among, images_at, masks, table_in};
use crate::report::Failure;
use crate::words::{number, table};

/// A case before its masks are compared.
struct Drawn {
    name: String,
    member: Member,
    truth: Mask,
    predicted: Mask,
}

pub fn segmentation(
    (what, truth): (&Path, &str),
    args: &EvalFile,
    settings: &Settings,
    place: &Place,
) -> Result<(Value, String), Failure> {
    let path = place.path(what);
    let drawn = match path.is_dir() {
        true => in_folders(&path, &place.path(Path::new(truth)), args, place)?,
        false => in_table(&path, truth, args)?,
    };
    let spacing = spacing(&args.spacing)?;
    let mut compared_cases = Vec::new();
    for one in drawn {
        let (truth, predicted) = (one.truth.bits(), one.predicted.bits());
        let pair = Pair {
            truth: &truth,
            predicted: &predicted,
            width: one.truth.width(),
            spacing,
        };
        let fits = one.truth.width() == one.predicted.width();
        let compared = Compared::of(pair, args.tolerance).filter(|_| fits);
        compared_cases.push(Case {
            member: one.member,
            compared: compared.ok_or_else(|| {
                Failure::usage(
                    "masks",
                    format!(
                        "both masks of `{}` are of different width or height",
                        one.name
                    ),
                    "compare masks of one image",
                )
            })?,
            name: one.name,
        });
    }
    let found = evaluate(&compared_cases, settings).map_err(|error| failure(&error))?;
    let mut document = json!(found);
    document["spacing"] = json!(spacing);
    document["tolerance"] = json!(args.tolerance);
    Ok((document, in_words(&found)))
}

/// The width and height of a pixel; one number is both.
fn spacing(given: &[f64]) -> Result<[f64; 2], Failure> {
    match given {
        [] => Ok([1.0, 1.0]),
        [both] if *both > 0.0 => Ok([*both, *both]),
        [x, y] if *x > 0.0 && *y > 0.0 => Ok([*x, *y]),
        _ => Err(Failure::usage(
            "spacing",
            "a pixel has a width and a height above 0",
            "write --spacing 0.5, or --spacing 0.5,0.8",
        )),
    }
}

/// A path without the ending of its last name.
fn stem(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    match path[name..].rfind('.') {
        Some(0) | None => path,
        Some(at) => &path[..name + at],
    }
}

/// Masks of two folders that are called alike, but for the endings of their names; and the table of their cases.
fn in_folders(
    predicted: &Path,
    truth: &Path,
    args: &EvalFile,
    place: &Place,
) -> Result<Vec<Drawn>, Failure> {
    let read = |folder: &Path| -> Result<BTreeMap<String, Mask>, Failure> {
        let (found, broken) = images_at(folder, &args.reading, Mask::of)?;
        if let Some(first) = broken.first() {
            return Err(broken_among(first, broken.len()));
        }
        let mut masks = BTreeMap::new();
        for one in found {
            let name = stem(&one.path).to_owned();
            let Some(mask) = one.answer else { continue };
            if masks.insert(name.clone(), mask).is_some() {
                return Err(Failure::usage(
                    "twice",
                    format!("{} holds two masks called {name}", folder.display()),
                    "give every mask a name of its own",
                ));
            }
        }
        Ok(masks)
    };
    let (mut predicted, truths) = (read(predicted)?, read(truth)?);
    let said = cases::by_name(args, place, None, stem)?;
    let mut drawn = Vec::new();
    for (name, truth) in truths {
        let Some(predicted) = predicted.remove(&name) else {
            return Err(Failure::usage(
                "no_answer",
                format!("there is no predicted mask called {name}"),
                "give every true mask a predicted one; an empty mask is all black",
            ));
        };
        drawn.push(Drawn {
            member: cases::of(said.as_ref(), &name)?,
            name,
            truth,
            predicted,
        });
    }
    if let Some((name, _)) = predicted.first_key_value() {
        return Err(Failure::usage(
            "no_truth",
            format!("there is no true mask called {name}"),
            "give every predicted mask a true one",
        ));
    }
    Ok(drawn)
}

/// Masks whose paths, from the folder of the table, stand in two of its columns.
fn in_table(path: &Path, truth: &str, args: &EvalFile) -> Result<Vec<Drawn>, Failure> {
    let read = table_in(path, &args.reading)?;
    let Some(predicted) = &args.predicted else {
        return Err(Failure::usage(
            "no_answers",
            "nothing says which column has the paths of the predicted masks",
            "name it: --predicted COL, or give two folders",
        ));
    };
    let paths = |column: &str| -> Result<Vec<String>, Failure> {
        let texts = read.texts(column).map_err(|error| failure(&error.into()))?;
        let named = texts.into_iter().enumerate().map(|(row, text)| {
            text.ok_or_else(|| {
                Failure::usage(
                    "missing",
                    format!("row {row} (counted from 0) has no mask in `{column}`"),
                    "complete it, or leave the row out",
                )
            })
        });
        named.collect()
    };
    let (truths, predicted) = (paths(truth)?, paths(predicted)?);
    let mut all: Vec<String> = truths.iter().chain(&predicted).cloned().collect();
    all.sort();
    all.dedup();
    let folder = path.parent().unwrap_or(Path::new("."));
    let (masks, broken) = masks(folder, &all, &args.reading)?;
    if let Some(first) = broken.first() {
        return Err(broken_among(first, broken.len()));
    }
    let both = truths.iter().zip(&predicted);
    let drawn = both.zip(cases::of_rows(&read, args)?);
    let drawn = drawn.map(|((truth, predicted), member)| Drawn {
        name: truth.clone(),
        member,
        truth: masks[truth].clone(),
        predicted: masks[predicted].clone(),
    });
    Ok(drawn.collect())
}

fn in_words(found: &Segmentation) -> String {
    let mut lines = vec![super::in_words::parts(&json!(found))];
    let empty = &found.overall;
    lines.push(format!(
        "\nBoth masks are empty in {} cases, only the true one in {}, only the predicted one in {}.",
        empty.both_empty, empty.only_predicted, empty.only_true
    ));
    let rows: Vec<Vec<String>> = found
        .worst
        .iter()
        .map(|one| {
            let far = one.hausdorff95.map_or("–".to_owned(), number);
            vec![one.case.clone(), number(one.dice), far]
        })
        .collect();
    lines.push(table(&["worst case", "dice", "hausdorff95"], &rows));
    lines.join("\n")
}

//! `galen eval --task segmentation`: masks held against the true ones.

use std::collections::BTreeMap;
use std::path::Path;

use galen_eval::Settings;
use galen_eval::segmentation::{Case, Segmentation, evaluate};
use galen_imaging::Mask;
use galen_stats::segmentation::{Compared, Pair};
use galen_table::Table;
use serde_json::{Value, json};

use super::failure;
use crate::args::EvalFile;
use crate::place::Place;
use crate::reading::{broken_among, images_at, masks, table_in};
use crate::report::Failure;
use crate::words::{number, table};

/// A case before its masks are compared: its name, what a table says of it, and both masks.
struct Drawn {
    name: String,
    row: Option<usize>,
    truth: Mask,
    predicted: Mask,
}

pub fn segmentation(
    args: &EvalFile,
    settings: &Settings,
    place: &Place,
) -> Result<(Value, String), Failure> {
    let (Some(what), Some(truth)) = (&args.what, &args.truth) else {
        unreachable!("the parser asks for both")
    };
    let path = place.path(what);
    let (drawn, said) = match path.is_dir() {
        true => in_folders(&path, &place.path(Path::new(truth)), args, place)?,
        false => in_table(&path, truth, args)?,
    };
    let texts = |column: &String| -> Result<Vec<Option<String>>, Failure> {
        let said = said.as_ref().ok_or_else(|| {
            Failure::usage(
                "cases",
                format!("nothing says what `{column}` is of a case"),
                "name the table of the cases: --cases FILE --id COL",
            )
        })?;
        said.texts(column).map_err(|error| failure(&error.into()))
    };
    let patients = args.cluster.as_ref().map(texts).transpose()?;
    let mut columns = Vec::new();
    for column in args.groups.iter().chain(&args.exploratory) {
        columns.push((column, texts(column)?));
    }
    let spacing = spacing(&args.spacing)?;
    let mut cases = Vec::new();
    for one in drawn {
        let of_row = |texts: &[Option<String>]| one.row.and_then(|row| texts[row].clone());
        let absent = || "not reported".to_owned();
        let groups = columns
            .iter()
            .map(|(column, texts)| ((*column).clone(), of_row(texts).unwrap_or_else(absent)));
        let patient = match &patients {
            None => None,
            Some(texts) => Some(of_row(texts).ok_or_else(|| {
                Failure::usage(
                    "missing",
                    format!("the case `{}` names no patient", one.name),
                    "complete the table of the cases",
                )
            })?),
        };
        let (truth, predicted) = (one.truth.bits(), one.predicted.bits());
        let pair = Pair {
            truth: &truth,
            predicted: &predicted,
            width: one.truth.width(),
            spacing,
        };
        let fits = one.truth.width() == one.predicted.width();
        let compared = Compared::of(pair, args.tolerance).filter(|_| fits);
        cases.push(Case {
            groups: groups.collect(),
            patient,
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
    let found = evaluate(&cases, settings).map_err(|error| failure(&error))?;
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
) -> Result<(Vec<Drawn>, Option<Table>), Failure> {
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
    let said = match &args.cases {
        None => None,
        Some(cases) => Some(table_in(&place.path(cases), &args.reading)?),
    };
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    if let Some(said) = &said {
        let Some(id) = &args.id else {
            return Err(Failure::usage(
                "id",
                "nothing says which column of the cases is the name of their mask",
                "name it: --id COL",
            ));
        };
        let names = said.texts(id).map_err(|error| failure(&error.into()))?;
        for (row, name) in names.iter().enumerate() {
            let Some(name) = name else { continue };
            if rows.insert(stem(name).to_owned(), row).is_some() {
                return Err(Failure::usage(
                    "twice",
                    format!("`{name}` is named twice"),
                    "name each case once",
                ));
            }
        }
    }
    let mut drawn = Vec::new();
    for (name, truth) in truths {
        let Some(predicted) = predicted.remove(&name) else {
            return Err(Failure::usage(
                "no_answer",
                format!("there is no predicted mask called {name}"),
                "give every true mask a predicted one; an empty mask is all black",
            ));
        };
        let row = rows.get(&name).copied();
        if said.is_some() && row.is_none() {
            return Err(Failure::usage(
                "cases",
                format!("the table of the cases does not name {name}"),
                "complete it",
            ));
        }
        drawn.push(Drawn {
            name,
            row,
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
    Ok((drawn, said))
}

/// Masks whose paths, from the folder of the table, stand in two of its columns.
fn in_table(
    path: &Path,
    truth: &str,
    args: &EvalFile,
) -> Result<(Vec<Drawn>, Option<Table>), Failure> {
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
    let both = truths.iter().zip(&predicted).enumerate();
    let drawn = both.map(|(row, (truth, predicted))| Drawn {
        name: truth.clone(),
        row: Some(row),
        truth: masks[truth].clone(),
        predicted: masks[predicted].clone(),
    });
    Ok((drawn.collect(), Some(read)))
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

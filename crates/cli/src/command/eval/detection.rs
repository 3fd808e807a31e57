//! `galen eval --task detection`: boxes held against the true ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use galen_eval::Settings;
use galen_eval::detection::{
    Boxes, Detection, Image, Judged, coco_found, coco_truth, evaluate, found_of, truth_of,
};
use galen_stats::detection::Region;
use serde_json::{Value, json};

use super::failure;
use crate::args::EvalFile;
use crate::outside::read_file;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::Failure;

pub fn detection(
    args: &EvalFile,
    settings: &Settings,
    place: &Place,
) -> Result<(Value, String), Failure> {
    let (Some(what), Some(truth)) = (&args.what, &args.truth) else {
        unreachable!("the parser asks for both")
    };
    let (truth, names) = truths(&place.path(Path::new(truth)), args)?;
    let found = match text_of_coco(&place.path(what))? {
        Some(text) => coco_found(&text, &names).map_err(|error| failure(&error))?,
        None => {
            let score = args.scores.first().map_or("score", String::as_str);
            let read = table_in(&place.path(what), &args.reading)?;
            found_of(&read, score).map_err(|error| failure(&error))?
        }
    };
    let said = said_of(args, place)?;
    let all: BTreeSet<&String> = truth.keys().chain(said.keys()).collect();
    if let Some(lost) = found.keys().find(|image| !all.contains(image)) {
        return Err(Failure::usage(
            "no_truth",
            format!("boxes were found in the image `{lost}`, of which nothing is known to be true"),
            "name it among the true boxes, with empty corners if it has none, or in --cases",
        ));
    }
    let images: Vec<Image> = all
        .into_iter()
        .map(|name| {
            let (patient, groups) = said.get(name).cloned().unwrap_or_default();
            Image {
                name: name.clone(),
                patient,
                groups,
                truth: truth.get(name).cloned().unwrap_or_default(),
                found: found.get(name).cloned().unwrap_or_default(),
            }
        })
        .collect();
    if !(args.overlap > 0.0 && args.overlap <= 1.0) {
        return Err(Failure::usage(
            "overlap",
            "the common share of two boxes lies above 0 and up to 1",
            "write --overlap 0.5",
        ));
    }
    let judged = Judged {
        overlap: args.overlap,
        ignores_again: args.ignore_repeats,
        threshold: args.threshold,
    };
    let found = evaluate(&images, judged, settings).map_err(|error| failure(&error))?;
    let mut document = json!(found);
    document["overlap"] = json!(args.overlap);
    document["repeats"] = json!(if args.ignore_repeats {
        "ignored"
    } else {
        "wrong"
    });
    Ok((document, in_words(&found)))
}

/// The text of a file of COCO; none of a file that is called otherwise.
fn text_of_coco(path: &Path) -> Result<Option<String>, Failure> {
    let is_json = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("json"));
    if !is_json {
        return Ok(None);
    }
    let text = String::from_utf8(read_file(path)?).map_err(|error| {
        Failure::usage(
            "encoding",
            format!("{}: {error}", path.display()),
            "save it as UTF-8",
        )
    })?;
    Ok(Some(text))
}

type Truths = (Boxes<Region>, BTreeMap<String, String>);

fn truths(path: &Path, args: &EvalFile) -> Result<Truths, Failure> {
    match text_of_coco(path)? {
        Some(text) => coco_truth(&text).map_err(|error| failure(&error)),
        None => {
            let read = table_in(path, &args.reading)?;
            let boxes = truth_of(&read).map_err(|error| failure(&error))?;
            Ok((boxes, BTreeMap::new()))
        }
    }
}

/// The patient and the subgroups of an image.
type Said = (Option<String>, BTreeMap<String, String>);

/// What the table of the cases says of each image.
fn said_of(args: &EvalFile, place: &Place) -> Result<BTreeMap<String, Said>, Failure> {
    let columns: Vec<&String> = args.groups.iter().chain(&args.exploratory).collect();
    let Some(cases) = &args.cases else {
        if let Some(column) = columns.first().copied().or(args.cluster.as_ref()) {
            return Err(Failure::usage(
                "cases",
                format!("nothing says what `{column}` is of an image"),
                "name the table of the images: --cases FILE --id COL",
            ));
        }
        return Ok(BTreeMap::new());
    };
    let read = table_in(&place.path(cases), &args.reading)?;
    let texts = |column: &str| read.texts(column).map_err(|error| failure(&error.into()));
    let names = texts(args.id.as_deref().unwrap_or("image"))?;
    let patients = args.cluster.as_deref().map(texts).transpose()?;
    let mut values = Vec::new();
    for column in columns {
        values.push((column, texts(column)?));
    }
    let mut said = BTreeMap::new();
    for (row, name) in names.into_iter().enumerate() {
        let Some(name) = name else { continue };
        let groups = values.iter().map(|(column, texts)| {
            let value = texts[row]
                .clone()
                .unwrap_or_else(|| "not reported".to_owned());
            ((*column).clone(), value)
        });
        let patient = patients.as_ref().and_then(|texts| texts[row].clone());
        if said
            .insert(name.clone(), (patient, groups.collect()))
            .is_some()
        {
            return Err(Failure::usage(
                "twice",
                format!("the image `{name}` is named twice"),
                "name each image once",
            ));
        }
    }
    Ok(said)
}

fn in_words(found: &Detection) -> String {
    format!(
        "{} true boxes, {} found.\n{}",
        found.overall.boxes,
        found.overall.found,
        super::in_words::parts(&json!(found))
    )
}

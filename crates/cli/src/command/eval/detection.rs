//! `galen eval --task detection`: boxes held against the true ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use galen_eval::Settings;
use galen_eval::detection::{
    Boxes, Detection, Image, Judged, coco_found, coco_truth, evaluate, found_of, truth_of,
};
use galen_stats::detection::Region;
use serde_json::{Value, json};

use super::{cases, failure};
use crate::args::EvalFile;
use crate::outside::read_file;
use crate::place::Place;
use crate::reading::table_in;
use crate::report::Failure;

pub fn detection(
    (what, truth): (&Path, &str),
    args: &EvalFile,
    settings: &Settings,
    place: &Place,
) -> Result<(Value, String), Failure> {
    let (truth, names) = truths(&place.path(Path::new(truth)), args)?;
    let found = match text_of_coco(&place.path(what))? {
        Some(text) => coco_found(&text, &names).map_err(|error| failure(&error))?,
        None => {
            let score = args.scores.first().map_or("score", String::as_str);
            let read = table_in(&place.path(what), &args.reading)?;
            found_of(&read, score).map_err(|error| failure(&error))?
        }
    };
    let said = cases::by_name(args, place, Some("image"), |name| name)?;
    let named = said.iter().flat_map(BTreeMap::keys);
    let all: BTreeSet<&String> = truth.keys().chain(named).collect();
    if let Some(lost) = found.keys().find(|image| !all.contains(image)) {
        return Err(Failure::usage(
            "no_truth",
            format!("boxes were found in the image `{lost}`, of which nothing is known to be true"),
            "name it among the true boxes, with empty corners if it has none, or in --cases",
        ));
    }
    let mut images = Vec::new();
    for name in all {
        images.push(Image {
            name: name.clone(),
            member: cases::of(said.as_ref(), name)?,
            truth: truth.get(name).cloned().unwrap_or_default(),
            found: found.get(name).cloned().unwrap_or_default(),
        });
    }
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

fn in_words(found: &Detection) -> String {
    format!(
        "{} true boxes, {} found.\n{}",
        found.overall.boxes,
        found.overall.found,
        super::in_words::parts(&json!(found))
    )
}

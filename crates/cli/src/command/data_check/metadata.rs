//! `galen data check --metadata`: completeness, coverage and consistency of what is known of each case.

use std::collections::BTreeSet;
use std::path::Path;

use galen_table::Table;
use galen_table::metadata::{Beside, Dictionary, Metadata, metadata};
use serde_json::json;

use crate::args::DataCheck;
use crate::outside::{read_file, write_file};
use crate::place::Place;
use crate::reading::{named_otherwise, table_in};
use crate::report::{Failure, Report};
use crate::words::{estimate, number, table};

/// The column of DICOM headers by which `dicom` takes a dictionary.
const MODALITY: &str = "Modality";

/// The scores alone, where no label is named.
pub fn only(file: &Path, args: &DataCheck, place: &Place) -> Result<Report, Failure> {
    let read = table_in(file, &args.reading)?;
    let target = args.target.as_deref();
    let target = target
        .map(|target| table_in(&place.path(target), &args.reading))
        .transpose()?;
    let scored = scored(&read, target.as_ref(), args, place)?;
    if let Some(out) = &args.out {
        let html = super::page::of_metadata(&scored, &args.what);
        write_file(&place.path(out), html.as_bytes())?;
    }
    let text = in_words(&scored).join("\n");
    let document = json!({"metadata": scored});
    Ok(Report::new("data check", document, text.trim_start()))
}

/// The scores, one for each modality where that is asked; none if nobody asked.
pub fn scored(
    read: &Table,
    target: Option<&Table>,
    args: &DataCheck,
    place: &Place,
) -> Result<Vec<Metadata>, Failure> {
    let Some(which) = &args.metadata else {
        return Ok(Vec::new());
    };
    let beside = Beside {
        reference: target,
        by: args.site.as_deref(),
    };
    let failed = |error| named_otherwise("check", &error);
    if which == "dicom" {
        let modalities = read.texts(MODALITY).map_err(|_| {
            Failure::usage(
                "no_modality",
                format!(
                    "there is no column `{MODALITY}`, so nothing says which fields are asked for"
                ),
                "name a folder of DICOM files, or the fields: --metadata tabular",
            )
        })?;
        let names: BTreeSet<Option<&String>> = modalities.iter().map(Option::as_ref).collect();
        let each = names.into_iter().map(|name| {
            let keep: Vec<bool> = modalities.iter().map(|one| one.as_ref() == name).collect();
            let of = read.filter(&keep).map_err(failed)?;
            let word = name.map_or("", String::as_str);
            let mut dictionary = Dictionary::of_modality(word).expect("there is one for any image");
            let shown = if word.is_empty() { "no modality" } else { word };
            dictionary.name = format!("{shown} ({})", dictionary.name);
            metadata(&of, &dictionary, beside).map_err(failed)
        });
        return each.collect();
    }
    let dictionary = dictionary(which, place)?;
    Ok(vec![metadata(read, &dictionary, beside).map_err(failed)?])
}

fn dictionary(which: &str, place: &Place) -> Result<Dictionary, Failure> {
    if let Some(built_in) = Dictionary::built_in(which) {
        return Ok(built_in);
    }
    let known: Vec<&str> = Dictionary::names().collect();
    let path = place.path(Path::new(which));
    if !path.exists() && !which.ends_with(".json") {
        let near = galen_spec::nearest(which, known.iter().copied());
        let near = near.map(|near| format!("did you mean `{near}`? "));
        return Err(Failure::usage(
            "fields",
            format!("there are no fields `{which}`, and no file of that name"),
            format!(
                "{}there are dicom, {}; or name a dictionary (.json)",
                near.unwrap_or_default(),
                known.join(", ")
            ),
        ));
    }
    let bytes = read_file(&path)?;
    let text = String::from_utf8_lossy(&bytes);
    Dictionary::read(which, &text).map_err(|error| {
        Failure::usage(
            "fields",
            format!("{which} is no dictionary of fields: {error}"),
            "write it as DataCard-Metadata does: category, class, field with its aliases and checkCoverage",
        )
    })
}

/// The scores as lines; none if there are none.
pub fn in_words(scored: &[Metadata]) -> Vec<String> {
    scored.iter().flat_map(of_one).collect()
}

/// A score as it is written; `none` where there is none.
pub fn score(value: Option<f64>) -> String {
    value.map_or("none".to_owned(), |value| format!("{value:.3}"))
}

fn of_one(scored: &Metadata) -> Vec<String> {
    let mut lines = vec![format!(
        "\nMetadata by the fields of {}, {} rows: completeness {}, coverage {}, consistency {}.",
        scored.dictionary,
        scored.rows,
        score(scored.completeness),
        score(scored.coverage),
        score(scored.consistency),
    )];
    lines.push(format!(
        "  Rows with a value of every field that is there: {}",
        estimate(&scored.complete_rows)
    ));
    let rows = scored.fields.iter().map(|field| {
        let coverage = field.coverage.as_ref();
        let consistency = field.consistency.as_ref();
        vec![
            field.field.clone(),
            field.columns.join(", "),
            estimate(&field.available),
            coverage.map_or(String::new(), |one| number(one.score)),
            consistency.map_or(String::new(), |one| {
                format!(
                    "{} ({} {})",
                    number(one.score),
                    one.least_alike,
                    number(one.least_score)
                )
            }),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !rows.is_empty() {
        lines.push(table(
            &[
                "field",
                "column",
                "has a value",
                "coverage",
                "consistency (least)",
            ],
            &rows,
        ));
    }
    if !scored.missing.is_empty() {
        lines.push(format!("  No column has: {}", scored.missing.join(", ")));
    }
    lines
}

//! `galen data check FILE`: what ruins clinical models, in a table and in the images that it names.

mod metadata;
mod page;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use galen_imaging::picture::{PROPERTIES, Picture};
use galen_table::Table;
use galen_table::check::{Beside, Chance, CheckHead, Gaps, ImageCopies, ImagePair, Roles, check};
use serde_json::json;

use super::data::found_lines;
use super::declared_file;
use crate::args::{DataCheck, Reading};
use crate::outside::{must_be_page, write_file};
use crate::place::Place;
use crate::reading::{
    broken_among, is_image_folder, named_otherwise, pictures, sheet_of, table_in,
};
use crate::report::{Failure, Report};

/// Pairs that a sheet shows.
const PAIRS_DRAWN: usize = 100;

pub fn check_file(file: &Path, args: &DataCheck, place: &Place) -> Result<Report, Failure> {
    must_be_page(args.out.as_deref())?;
    if args.label.is_none() && args.metadata.is_some() {
        return metadata::only(file, args, place);
    }
    let Some(label) = &args.label else {
        return Err(Failure::usage(
            "no_label",
            "nothing says which column is the label",
            "name it: --label COL",
        ));
    };
    let read = table_in(file, &args.reading)?;
    let plain = Roles::of_label(label);
    let roles = Roles {
        positive: args
            .positive
            .clone()
            .unwrap_or_else(|| plain.positive.clone()),
        id: args.id.clone(),
        time: args.time.clone(),
        split: args.split.clone(),
        groups: args.groups.clone(),
        event_time: args.label_time.clone(),
        site: args.site.clone(),
        confounders: args.confounders.clone(),
        ..plain
    };
    let target = args.target.as_deref();
    let target = target
        .map(|target| table_in(&place.path(target), &args.reading))
        .transpose()?;
    let scored = metadata::scored(&read, target.as_ref(), args, place)?;
    let (read, copies) = match images_of(file, args, place)? {
        Some(images) => {
            let (read, copies) = with_images(read, &images, &args.reading)?;
            if let Some(out) = &args.sheet {
                let drawn = sheet(&read, &copies, &images.folder, &args.reading)?;
                write_file(&place.path(out), &drawn)?;
            }
            (read, Some(copies))
        }
        None if args.sheet.is_some() => return Err(no_images()),
        None => (read, None),
    };
    let protocol = args.protocol.as_deref();
    let protocol = protocol
        .map(|path| declared_file::<galen_spec::protocol::Protocol>(&place.path(path)))
        .transpose()?;
    let beside = Beside {
        plan: None,
        protocol: protocol.as_ref(),
        target: target.as_ref(),
        images: copies.as_ref(),
    };
    let failed = |error| named_otherwise("check", &error);
    let report = check(&read, &roles, beside).map_err(failed)?;
    if let Some(out) = &args.out {
        let html = page::page(&report, &scored, &args.what);
        write_file(&place.path(out), html.as_bytes())?;
    }
    let document = json!({
        "ok": report.ok, "heads": report.heads, "findings": report.findings, "gaps": report.gaps,
        "metadata": scored,
    });
    let mut lines = vec![format!("{} finding(s).", report.findings.len())];
    for head in &report.heads {
        let title = head_title(head.head);
        lines.push(format!(
            "\n{title}: {} stop, {} warn, {} note.",
            head.stop, head.warn, head.note
        ));
        let here = report.findings.iter();
        let here = here.filter(|one| head.checks.contains(&one.check));
        lines.extend(found_lines(&json!(here.collect::<Vec<_>>())));
    }
    if !report.gaps.columns.is_empty() {
        lines.push(format!("\n{}", by_chance(&report.gaps)));
    }
    lines.extend(metadata::in_words(&scored));
    Ok(Report::new("data check", document, lines.join("\n")).judged(report.ok))
}

fn head_title(head: CheckHead) -> &'static str {
    match head {
        CheckHead::Relevance => "Relevance",
        CheckHead::Integrity => "Integrity",
        CheckHead::Representativeness => "Representativeness",
    }
}

/// How many values are missing, and whether by chance alone, in a sentence.
fn by_chance(gaps: &Gaps) -> String {
    let ways = gaps.patterns.len() as u64 + gaps.more_patterns;
    let complete = gaps.patterns.iter().find(|one| one.missing.is_empty());
    let complete = 100.0 * complete.map_or(0, |one| one.rows) as f64 / gaps.rows.max(1) as f64;
    let begin = format!(
        "Missing values: {} of the columns have gaps, in {ways} patterns; {complete:.1} % of the rows are complete.",
        gaps.columns.len()
    );
    let test = match &gaps.chance {
        Some(Chance {
            p_value: Some(p),
            statistic: Some(statistic),
            degrees_of_freedom: Some(degrees),
            columns,
            rows,
            ..
        }) => {
            let p_words = if *p < 0.0001 {
                "below 0.0001".to_owned()
            } else {
                format!("{p:.4}")
            };
            let verdict = if *p < 0.05 {
                "not completely at random"
            } else {
                "no sign that it is not completely at random"
            };
            format!(
                "Little's test of {} columns of numbers in {rows} rows: {verdict} (chi-square {statistic:.1}, {degrees} degrees of freedom, p {p_words}).",
                columns.len()
            )
        }
        Some(Chance { why: Some(why), .. }) => format!("No test whether by chance: {why}."),
        _ => String::new(),
    };
    format!("{begin} {test}").trim_end().to_owned()
}

/// The images of a table.
struct Images {
    /// The column with their paths, and where these begin.
    column: String,
    folder: PathBuf,
    /// The table was made of the images, so that it has their numbers already.
    are_the_table: bool,
}

/// The images that a table names, or that it is made of; none if there are none.
fn images_of(file: &Path, args: &DataCheck, place: &Place) -> Result<Option<Images>, Failure> {
    let beside = || match file.is_dir() {
        true => file.to_owned(),
        false => file.parent().unwrap_or(Path::new("")).to_owned(),
    };
    let folder = args.image_dir.as_deref().map(|folder| place.path(folder));
    let images = |column: &str, folder, are_the_table| {
        Some(Images {
            column: column.to_owned(),
            folder,
            are_the_table,
        })
    };
    match &args.images {
        Some(column) => Ok(images(column, folder.unwrap_or_else(beside), false)),
        None if folder.is_some() => Err(no_images()),
        None if is_image_folder(file, &args.reading)? => Ok(images("path", file.to_owned(), true)),
        None => Ok(None),
    }
}

fn no_images() -> Failure {
    Failure::usage(
        "no_images",
        "nothing says which column names the images",
        "name it: --images COL",
    )
}

/// The pairs of images that show the same, a row each, the most alike first.
fn sheet(
    table: &Table,
    copies: &ImageCopies,
    folder: &Path,
    reading: &Reading,
) -> Result<Vec<u8>, Failure> {
    let pairs = copies.pairs.iter().filter(|pair| !pair.is_of_one_file());
    let path = |row| table.text(&copies.column, row).unwrap_or_default();
    let rows = pairs
        .take(PAIRS_DRAWN)
        .map(|pair| pair.rows.map(path).to_vec());
    sheet_of(folder, &rows.collect::<Vec<_>>(), reading)
}

/// The table with a column for each number of its images that differs between them, and which images show the same.
fn with_images(
    mut table: Table,
    images: &Images,
    reading: &Reading,
) -> Result<(Table, ImageCopies), Failure> {
    let failed = |error| named_otherwise("check", &error);
    let column = &images.column;
    let named = table.texts(column).map_err(failed)?;
    let mut rows_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, path) in named.iter().enumerate() {
        if let Some(path) = path {
            rows_of.entry(path).or_default().push(row);
        }
    }
    let paths: Vec<String> = rows_of.keys().map(|path| (*path).to_owned()).collect();
    let read = pictures(&images.folder, &paths, reading)?;
    if let (Some(first), false) = (read.broken.first(), reading.skip_bad) {
        return Err(broken_among(first, read.broken.len()));
    }
    for one in &read.broken {
        eprintln!("warning: {}: {}", one.file, one.why);
    }
    let rows: Vec<&Vec<usize>> = rows_of.values().collect();
    let alike = galen_imaging::alike(&read.fingerprints);
    let first = |image: usize| rows[image][0];
    let mut pairs: Vec<ImagePair> = alike
        .pairs
        .iter()
        .map(|pair| ImagePair {
            rows: pair.images.map(first),
            likeness: pair.likeness,
            z: Some(pair.z),
        })
        .collect();
    pairs.sort_by(|a, b| {
        let by_z = b.z.unwrap_or_default().total_cmp(&a.z.unwrap_or_default());
        by_z.then(a.rows.cmp(&b.rows))
    });
    for rows in &rows {
        pairs.extend(rows[1..].iter().map(|&row| ImagePair {
            rows: [rows[0], row],
            likeness: 1.0,
            z: None,
        }));
    }
    let values = match images.are_the_table {
        true => Vec::new(),
        false => numbers(&read.pictures),
    };
    for (name, of_image) in values {
        let mut of_row = vec![None; table.rows()];
        for (rows, value) in rows.iter().zip(&of_image) {
            rows.iter().for_each(|&row| of_row[row] = *value);
        }
        let name = format!("image_{name}");
        let is_varied = of_image.iter().any(|value| *value != of_image[0]);
        // That each image has a line of text is no shortcut, and is to be told.
        let is_text = name == "image_text_lines" && of_image.iter().any(|lines| *lines > Some(0.0));
        if (is_varied || is_text) && !table.has(&name) {
            table = table.with_column(&name, &of_row).map_err(failed)?;
        }
    }
    let copies = ImageCopies {
        column: column.clone(),
        images: paths.len(),
        blank: alike.blank - read.broken.len(),
        limit: alike.limit,
        pairs,
    };
    Ok((table, copies))
}

/// Numbers of images by their names; none of an image that could not be read.
fn numbers(pictures: &[Option<Picture>]) -> Vec<(&'static str, Vec<Option<f64>>)> {
    let each = |of: &dyn Fn(&Picture) -> Option<f64>| -> Vec<Option<f64>> {
        pictures.iter().map(|one| of(one.as_ref()?)).collect()
    };
    let mut numbers = vec![
        ("width", each(&|one| Some(f64::from(one.width)))),
        ("height", each(&|one| Some(f64::from(one.height)))),
    ];
    for (at, property) in PROPERTIES.iter().enumerate() {
        numbers.push((property.name, each(&|one| one.properties[at])));
    }
    numbers
}

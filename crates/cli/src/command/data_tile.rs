//! `galen data tile`: slides cut into tiles, with where there is tissue and what spoils it.

use std::path::{Path, PathBuf};

use galen_imaging::picture::{PROPERTIES, Pixels};
use galen_imaging::sheet::{Thumbnail, sheet};
use galen_imaging::slide::{ARTEFACTS, Slide};
use galen_table::Table;
use serde_json::{Value, json};

use crate::args::DataTile;
use crate::outside::{try_writing, write_file};
use crate::place::Place;
use crate::reading::{broken_among, images_at};
use crate::report::{Failure, Report};
use crate::words::table;

/// The list of all tiles in the folder of the kept ones.
const LIST: &str = "tiles.csv";
/// A tile is out of focus if its sharpness is below this share of the median of the tiles with tissue of its image, of which there must
/// be some.
const SHARP: f64 = 0.1;
const SHARP_OF: usize = 8;
/// Tiles of a row of the sheet, rows of kept ones, and their size there.
const ACROSS: usize = 12;
const KEPT_ROWS: usize = 6;
const SIDE: u32 = 96;

/// A slide that was cut.
struct Cut {
    tissue: f64,
    artefacts: Vec<f64>,
    tiles: Vec<Tile>,
}

/// A tile with its numbers.
struct Tile {
    x: usize,
    y: usize,
    tissue: f64,
    artefacts: Vec<f64>,
    properties: Vec<Option<f64>>,
    /// Why it is not kept.
    left_out: Option<&'static str>,
    small: Option<Thumbnail>,
}

pub fn tile(args: &DataTile, place: &Place) -> Result<Report, Failure> {
    let is_share = |share: f64| (0.0..=1.0).contains(&share);
    if !is_share(args.tissue) || !is_share(args.artefact) {
        return Err(Failure::usage(
            "share",
            "--tissue and --artefact are shares from 0 to 1",
            "write --tissue 0.5 for half of a tile",
        ));
    }
    let out = args.out.as_deref().map(|out| place.path(out));
    if let Some(out) = &out {
        if std::fs::read_dir(out).is_ok_and(|mut inside| inside.next().is_some()) {
            return Err(Failure::usage(
                "not_empty",
                format!(
                    "{} holds files already, and tiles of two cuts would be mixed",
                    out.display()
                ),
                "name a new folder",
            ));
        }
        try_writing(&out.join(LIST))?;
    }
    let wants_sheet = args.sheet.is_some();
    let ask = |pixels: &Pixels| cut(pixels, args, wants_sheet);
    let (slides, broken) = images_at(&place.path(&args.what), &args.reading, ask)?;
    if let (Some(first), false) = (broken.first(), args.reading.skip_bad) {
        return Err(broken_among(first, broken.len()));
    }
    for one in &broken {
        eprintln!("warning: {}: {}", one.file, one.why);
    }
    let (mut cuts, mut places, mut grey) = (Vec::new(), Vec::new(), Vec::new());
    for slide in slides {
        match slide.answer.flatten() {
            Some(cut) => {
                cuts.push((slide.path, cut));
                places.push(slide.place);
            }
            None => grey.push(slide.path),
        }
    }
    if cuts.is_empty() {
        return Err(Failure::usage(
            "no_stain",
            format!(
                "{} holds no image in colour, and tissue is told by its stain",
                args.what.display()
            ),
            "name slides in colour",
        ));
    }
    if let Some(out) = &out {
        write_tiles(out, &cuts, &places, args)?;
    }
    if let Some(path) = &args.sheet {
        write_file(&place.path(path), &sheet(&rows_of_sheet(&mut cuts), SIDE))?;
    }
    Ok(report(&cuts, &grey, args))
}

fn cut(pixels: &Pixels, args: &DataTile, wants_small: bool) -> Option<Cut> {
    let side = args.size as usize;
    let slide = Slide::of(pixels, side)?;
    let found = slide.tiles(side, args.stride.unwrap_or(args.size) as usize);
    let mut tiles: Vec<Tile> = found
        .into_iter()
        .map(|one| {
            let square = pixels.square([one.x, one.y], side);
            Tile {
                x: one.x,
                y: one.y,
                tissue: one.tissue,
                artefacts: one.artefacts,
                properties: PROPERTIES
                    .iter()
                    .map(|property| (property.measure)(&square))
                    .collect(),
                left_out: None,
                small: wants_small.then(|| Thumbnail::of(&square, SIDE)),
            }
        })
        .collect();
    let limit = sharp_from(&tiles, args.tissue);
    for one in &mut tiles {
        one.left_out = why_not(one, args, limit);
    }
    Some(Cut {
        tissue: slide.tissue(),
        artefacts: slide.artefacts(),
        tiles,
    })
}

/// From which sharpness on a tile of this image is in focus; none if too few have tissue.
fn sharp_from(tiles: &[Tile], tissue: f64) -> Option<f64> {
    let with_tissue = tiles.iter().filter(|one| one.tissue >= tissue);
    let mut sharp: Vec<f64> = with_tissue.filter_map(sharpness).collect();
    sharp.sort_by(f64::total_cmp);
    (sharp.len() >= SHARP_OF).then(|| SHARP * sharp[sharp.len() / 2])
}

fn sharpness(tile: &Tile) -> Option<f64> {
    let place = PROPERTIES.iter().position(|one| one.name == "sharpness")?;
    tile.properties[place]
}

fn why_not(tile: &Tile, args: &DataTile, sharp_from: Option<f64>) -> Option<&'static str> {
    let spoilt = ARTEFACTS.iter().zip(&tile.artefacts);
    let spoilt = spoilt
        .filter(|(_, share)| **share > args.artefact)
        .map(|(one, _)| one.name);
    // Ink hides the tissue, so it is named first.
    if let Some(name) = spoilt.into_iter().next() {
        return Some(name);
    }
    if tile.tissue < args.tissue {
        return Some("tissue");
    }
    let is_blurred = sharpness(tile)
        .zip(sharp_from)
        .is_some_and(|(own, from)| own < from);
    is_blurred.then_some("focus")
}

/// The name of a tile's file: that of its image, and its corner.
fn name(path: &str, tile: &Tile) -> String {
    format!("{}_{}_{}.png", path.replace('/', "_"), tile.x, tile.y)
}

/// Writes the kept tiles of images, each of which lies at its place, and the list.
fn write_tiles(
    out: &Path,
    cuts: &[(String, Cut)],
    places: &[PathBuf],
    args: &DataTile,
) -> Result<(), Failure> {
    // The images are read once more, so that the tiles of no more than one of them are in memory.
    for ((path, cut), place) in cuts.iter().zip(places) {
        let squares = |pixels: &Pixels| -> Vec<(String, Vec<u8>)> {
            let kept = cut.tiles.iter().filter(|tile| tile.left_out.is_none());
            kept.map(|tile| {
                let square = pixels.square([tile.x, tile.y], args.size as usize);
                (name(path, tile), square.png())
            })
            .collect()
        };
        let (written, broken) = images_at(place, &args.reading, squares)?;
        if let Some(first) = broken.first() {
            return Err(broken_among(first, broken.len()));
        }
        for (name, bytes) in written.into_iter().filter_map(|one| one.answer).flatten() {
            write_file(&out.join(name), &bytes)?;
        }
    }
    write_file(&out.join(LIST), &list(cuts).to_csv())
}

/// All tiles, a row each; `path` only of those that were kept.
fn list(cuts: &[(String, Cut)]) -> Table {
    let all = || {
        cuts.iter()
            .flat_map(|(path, cut)| cut.tiles.iter().map(move |tile| (path, tile)))
    };
    let column = |name: &str, cell: &dyn Fn(&String, &Tile) -> Option<String>| {
        (
            name.to_owned(),
            all()
                .map(|(path, tile)| cell(path, tile))
                .collect::<Vec<_>>(),
        )
    };
    let mut columns = vec![
        column("path", &|path, tile| {
            tile.left_out.is_none().then(|| name(path, tile))
        }),
        column("image", &|path, _| Some(path.clone())),
        column("x", &|_, tile| Some(tile.x.to_string())),
        column("y", &|_, tile| Some(tile.y.to_string())),
        column("kept", &|_, tile| Some(tile.left_out.is_none().to_string())),
        column("left_out_for", &|_, tile| tile.left_out.map(str::to_owned)),
        column("tissue", &|_, tile| Some(rounded(tile.tissue))),
    ];
    for (at, artefact) in ARTEFACTS.iter().enumerate() {
        columns.push(column(artefact.name, &|_, tile| {
            Some(rounded(tile.artefacts[at]))
        }));
    }
    for (at, property) in PROPERTIES.iter().enumerate() {
        columns.push(column(property.name, &|_, tile| {
            tile.properties[at].map(|value| value.to_string())
        }));
    }
    Table::from_texts(columns).expect("the columns are of one length and have names of their own")
}

fn rounded(share: f64) -> String {
    format!("{share:.4}")
}

/// Kept tiles spread over all, then a row of those that were left out for each reason.
fn rows_of_sheet(cuts: &mut [(String, Cut)]) -> Vec<Vec<Thumbnail>> {
    let mut by_reason: std::collections::BTreeMap<Option<&str>, Vec<&mut Tile>> =
        Default::default();
    for tile in cuts.iter_mut().flat_map(|(_, cut)| &mut cut.tiles) {
        by_reason.entry(tile.left_out).or_default().push(tile);
    }
    let mut rows = Vec::new();
    for (reason, tiles) in by_reason {
        let most = if reason.is_none() {
            ACROSS * KEPT_ROWS
        } else {
            ACROSS
        };
        let every = tiles.len().div_ceil(most).max(1);
        let mut shown = tiles
            .into_iter()
            .step_by(every)
            .filter_map(|tile| tile.small.take());
        loop {
            let row: Vec<Thumbnail> = shown.by_ref().take(ACROSS).collect();
            if row.is_empty() {
                break;
            }
            rows.push(row);
        }
    }
    rows
}

fn report(cuts: &[(String, Cut)], grey: &[String], args: &DataTile) -> Report {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let (mut rows, mut slides) = (Vec::new(), Vec::<Value>::new());
    let (mut tiles, mut kept) = (0, 0);
    for (path, cut) in cuts {
        let mut left_out: std::collections::BTreeMap<&str, usize> = Default::default();
        for reason in cut.tiles.iter().filter_map(|tile| tile.left_out) {
            *left_out.entry(reason).or_default() += 1;
        }
        let of_this = cut.tiles.len() - left_out.values().sum::<usize>();
        tiles += cut.tiles.len();
        kept += of_this;
        let mut row = vec![path.clone(), percent(cut.tissue)];
        row.extend(cut.artefacts.iter().map(|share| percent(*share)));
        row.extend([cut.tiles.len().to_string(), of_this.to_string()]);
        rows.push(row);
        let mut slide = json!({
            "image": path, "tissue": cut.tissue, "tiles": cut.tiles.len(), "kept": of_this, "left_out": left_out,
        });
        for (artefact, share) in ARTEFACTS.iter().zip(&cut.artefacts) {
            slide[artefact.name] = json!(share);
        }
        slides.push(slide);
    }
    let mut heads = vec!["image", "tissue"];
    heads.extend(ARTEFACTS.iter().map(|one| one.name));
    heads.extend(["tiles", "kept"]);
    let mut text = table(&heads, &rows);
    text.push_str(&format!(
        "\n{kept} of {tiles} tiles of {} pixels are kept.",
        args.size
    ));
    if !grey.is_empty() {
        text.push_str(&format!(
            "\nNot cut, as they have no colour: {}.",
            grey.join(", ")
        ));
    }
    let document =
        json!({"size": args.size, "tiles": tiles, "kept": kept, "images": slides, "grey": grey});
    Report::new("data tile", document, text)
}

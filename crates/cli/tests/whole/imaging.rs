//! `galen data profile|validate|check|drift` on folders of images and of DICOM files.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::project::text;
use crate::typed::{Ended, bare};

/// A folder of the data beside the repository.
fn shared(folder: &str) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("../../../shared/data").join(folder);
    assert!(folder.is_dir(), "the data are not in {}", folder.display());
    folder.display().to_string()
}

/// Runs `galen data` with `--json` where nothing else lies.
#[track_caller]
fn data(words: &[&str]) -> Ended {
    let place = TempDir::new().expect("a folder");
    bare(place.path(), &[&["data"], words, &["--json"]].concat())
}

fn column<'a>(profile: &'a Value, name: &str) -> &'a Value {
    let columns = profile["columns"].as_array().expect("columns");
    let column = columns.iter().find(|column| column["name"] == name);
    column.unwrap_or_else(|| panic!("no column {name}: {profile:#}"))
}

#[test]
fn a_folder_of_images_is_profiled_as_a_table() {
    let profile = data(&["profile", &shared("malaria-mini/images")])
        .exits(0)
        .json();
    assert_eq!(profile["rows"], 40);
    assert_eq!(column(&profile, "folder")["distinct"], 2);
    let brightness = &column(&profile, "brightness")["mean"];
    assert!(
        brightness
            .as_f64()
            .is_some_and(|mean| (0.3..0.9).contains(&mean)),
        "{brightness}"
    );
}

#[test]
fn a_folder_of_dicom_files_is_profiled_and_shows_no_name() {
    let folder = shared("dicom-basics/highdicom");
    let ended = data(&["profile", &folder]).exits(0);
    let profile = ended.json();
    assert_eq!(profile["rows"], 7);
    assert_eq!(column(&profile, "PatientName")["missing"], 0);
    assert_eq!(column(&profile, "PatientName")["distinct"], 1);
    for name in ["Dog^AVeryGood", "Doe^Archibald", "17890505"] {
        assert!(!ended.out.contains(name), "{name}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_may_be_left_out() {
    let folder = shared("dicom-basics/pydicom");
    let said = "no_meta.dcm: This is no DICOM file";
    let ended = data(&["profile", &folder]).exits(2);
    assert!(ended.out.contains("no_meta.dcm"), "{}", ended.out);
    let ended = data(&["profile", &folder, "--skip-bad"]).exits(0);
    assert_eq!(ended.json()["rows"], 31);
    // The rest is compared, and the exit code says that it is not all.
    let drift = ["drift", "--reference", &folder, "--current", &folder];
    let document = data(&drift).exits(2).json();
    assert!(
        text(&document["skipped"][0]["file"]).ends_with("no_meta.dcm"),
        "{document:#}"
    );
    let place = TempDir::new().expect("a folder");
    let ended = bare(
        place.path(),
        &[&["data"], &drift[..], &["--skip-bad"]].concat(),
    )
    .exits(0);
    assert!(ended.out.contains(said), "{}", ended.out);
}

#[test]
fn a_folder_in_which_nothing_can_be_read_is_no_table() {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("a.png"), "no image").expect("a file");
    let folder = place.path().display().to_string();
    let error = data(&["profile", &folder, "--skip-bad"]).fails(2, "table");
    assert!(
        text(&error["message"]).contains("a.png: This is no BMP"),
        "{error:#}"
    );
}

#[test]
fn declared_columns_and_marks_of_what_is_missing_hold_for_headers_too() {
    let folder = shared("dicom-basics/highdicom");
    let profile = data(&["profile", &folder, "--na", "CT"]).exits(0).json();
    assert_eq!(column(&profile, "Modality")["missing"], 1);
}

/// A folder of three images, of texts about them, and of what macOS leaves.
fn mixed() -> (TempDir, PathBuf) {
    let place = TempDir::new().expect("a folder");
    let folder = place.path().join("mixed");
    fs::create_dir(&folder).expect("a folder");
    let tiles = PathBuf::from(shared("he-tiles-misc"));
    for name in ["ADI-AAQEFMRI.png", "cell.png", "retina.jpg"] {
        fs::copy(tiles.join(name), folder.join(name)).expect("a file");
    }
    fs::write(folder.join("README.md"), "Three images.").expect("a file");
    fs::write(folder.join("LICENSE.txt"), "As you like.").expect("a file");
    fs::write(folder.join("._cell.png"), "of macOS").expect("a file");
    (place, folder)
}

#[test]
fn what_is_no_image_is_passed_over_and_named() {
    let (_place, folder) = mixed();
    let ended = data(&["profile", &folder.display().to_string()]).exits(0);
    assert_eq!(ended.json()["rows"], 3);
    assert_eq!(
        ended.err,
        "note: 2 file(s) that are no image are passed over:\n  LICENSE.txt\n  README.md\n"
    );
}

#[test]
fn a_folder_of_images_and_tables_is_not_guessed_at() {
    let (_place, folder) = mixed();
    fs::write(folder.join("labels.csv"), "image,label\n").expect("a file");
    let folder = folder.display().to_string();
    let error = data(&["profile", &folder]).fails(2, "several_kinds");
    assert!(
        text(&error["message"]).contains("3 image(s) and 1 table(s)"),
        "{error:#}"
    );
    let ended = data(&["profile", &folder, "--format", "images"]).exits(0);
    assert_eq!(ended.json()["rows"], 3);
    assert!(ended.err.contains("labels.csv"), "{}", ended.err);
    data(&["profile", &folder, "--format", "dicom"]).fails(2, "no_image");
}

#[test]
fn a_folder_without_any_image_or_table_is_neither() {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("README.md"), "Nothing.").expect("a file");
    data(&["profile", &place.path().display().to_string()]).fails(2, "no_table");
}

#[test]
fn one_file_is_a_table_of_one_row() {
    let image = shared("he-tiles-misc") + "/cell.png";
    assert_eq!(data(&["profile", &image]).exits(0).json()["rows"], 1);
    let header = shared("dicom-basics") + "/pydicom/CT_small.dcm";
    assert_eq!(data(&["profile", &header]).exits(0).json()["rows"], 1);
}

#[test]
fn two_folders_of_images_drift_in_their_pixels() {
    let images = PathBuf::from(shared("malaria-mini/images"));
    let folder = |name: &str| images.join(name).display().to_string();
    let (reference, current) = (folder("uninfected"), folder("parasitized"));
    let drift = data(&["drift", "--reference", &reference, "--current", &current]).json();
    assert_eq!(drift["kind"], "data drift");
    // Infected cells hold a dark parasite: the same colour all over is rarer.
    assert_eq!(column(&drift, "entropy")["drifted"], true);
    let same = data(&["drift", "--reference", &reference, "--current", &reference]).json();
    assert_eq!(column(&same, "entropy")["drifted"], false);
}

#[test]
fn the_folder_can_be_the_label_of_a_check() {
    let images = shared("malaria-mini/images");
    let words = [
        "check",
        &images,
        "--label",
        "folder",
        "--positive",
        "parasitized",
    ];
    let check = data(&words).json();
    assert_eq!(check["kind"], "data check");
    assert!(check["findings"].is_array(), "{check:#}");
}

/// A data plan of one column and one expectation.
const PLAN: &str = "\
sources:
  - {id: scans, origin: a test, licence: none, period: 2004, collection: by hand}
inclusion: [All]
exclusion: [None]
reference_standard:
  name: dead
  method: none
  limits: none
  event: {column: death, value: dead, time: days, within_days: 30}
columns:
  - {name: Modality, type: category, meaning: Kind of image, values: [CT, DX, SM, SEG, SR], known_at: score}
expectations:
  - id: whole_slides_are_small
    expectation: expect_column_values_to_be_between
    column: Rows
    params: {min_value: 1, max_value: 100}
parts: {seed: 1, by: Rows, drawn_from: [1], reference: 0.4, development: 0.15, learn: learn, arrivals: arrivals}
";

#[test]
fn dicom_headers_are_held_against_a_data_plan() {
    let place = TempDir::new().expect("a folder");
    fs::write(place.path().join("data.yaml"), PLAN).expect("a file");
    let folder = shared("dicom-basics/highdicom");
    let words = [
        "data",
        "validate",
        &folder,
        "--expect",
        "data.yaml",
        "--json",
    ];
    let document = bare(place.path(), &words).exits(1).json();
    assert_eq!(document["rows"], 7);
    let results = document["results"].as_array().expect("results");
    let failed: Vec<_> = results.iter().filter(|one| one["ok"] == false).collect();
    assert_eq!(failed.len(), 1, "{document:#}");
    // The CT of 128 rows and the chest X-ray of 169.
    assert_eq!(failed[0]["unexpected"], 2, "{document:#}");
}

#[test]
fn images_that_show_the_same_are_found_in_a_published_split() {
    let labels = shared("blood-cells-multisite") + "/labels.csv";
    let place = TempDir::new().expect("a folder");
    let sheet = place.path().join("pairs.png");
    let roles = [
        "check",
        &labels,
        "--label",
        "label",
        "--positive",
        "wbc",
        "--id",
        "source_image",
        "--site",
        "site",
    ];
    let more = [
        "--split",
        "published_split",
        "--images",
        "image",
        "--sheet",
        sheet.to_str().expect("UTF-8"),
    ];
    let found = data(&[&roles[..], &more].concat()).exits(1).json();
    let of = |check: &str| {
        let all = found["findings"].as_array().expect("findings").iter();
        let mut all =
            all.filter(|one| one["check"] == check && one["evidence"]["kind"] == "images");
        all.next()
            .unwrap_or_else(|| panic!("no {check} of images: {found:#}"))
            .clone()
    };
    let copies = of("near_duplicates");
    assert_eq!(copies["severity"], "warn");
    // The two files with the same bytes are the most alike.
    assert!(copies["evidence"]["pairs"][0]["likeness"].as_f64() > Some(0.999));
    assert_eq!(copies["columns"][0], "image");
    assert_eq!(of("patient_overlap")["severity"], "stop");
    assert_eq!(&fs::read(&sheet).expect("the sheet")[1..4], b"PNG");
}

#[test]
fn images_that_are_not_there_are_named() {
    let place = TempDir::new().expect("a folder");
    let rows: String = (0..20)
        .map(|i| format!("scan{i}.png,{}\n", i % 2))
        .collect();
    fs::write(place.path().join("t.csv"), format!("image,y\n{rows}")).expect("a file");
    let check = |more: &[&str]| {
        let words = ["data", "check", "t.csv", "--label", "y", "--json"];
        bare(place.path(), &[&words[..], more].concat())
    };
    let missing = check(&["--images", "image"]).exits(2).json();
    assert!(text(&missing["message"]).contains("scan0.png"), "{missing}");
    assert!(text(&missing["message"]).contains("19 more"), "{missing}");
    let other = check(&["--images", "picture"]).exits(2).json();
    assert!(text(&other["message"]).contains("picture"), "{other}");
    let no_column = check(&["--image-dir", "scans"]).exits(2).json();
    assert_eq!(no_column["code"], "no_images");
    check(&["--images", "image", "--skip-bad"]).exits(0);
}

/// The numbers of the images were left out where the column of their paths was called `path`.
#[test]
fn images_named_by_a_column_that_is_called_path_have_numbers() {
    let place = TempDir::new().expect("a folder");
    let mut rows = String::from("path,y\n");
    for i in 0..40_u8 {
        let is_bright = i % 2;
        let shade = 40 + 150 * is_bright + i / 2;
        fs::write(
            place.path().join(format!("{i}.bmp")),
            bmp(&[shade, shade, 9, 0]),
        )
        .expect("a file");
        rows.push_str(&format!("{i}.bmp,{is_bright}\n"));
    }
    fs::write(place.path().join("t.csv"), rows).expect("a file");
    let words = [
        "data", "check", "t.csv", "--label", "y", "--images", "path", "--json",
    ];
    let found = bare(place.path(), &words).json();
    let findings = found["findings"].as_array().expect("findings");
    let of_brightness =
        |one: &&Value| one["check"] == "label_proxy" && one["columns"][0] == "image_brightness";
    assert!(findings.iter().any(|one| of_brightness(&one)), "{found:#}");
}

/// A BMP image of one row of grey pixels (Windows BITMAPINFOHEADER, 24 bits, rows filled to four bytes).
fn bmp(values: &[u8]) -> Vec<u8> {
    let row: Vec<u8> = values.iter().flat_map(|value| [*value; 3]).collect();
    let row = [&row[..], &vec![0; (4 - row.len() % 4) % 4]].concat();
    let words = |all: &[u32]| {
        all.iter()
            .flat_map(|word| word.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let head = words(&[
        54 + row.len() as u32,
        0,
        54,
        40,
        values.len() as u32,
        1,
        24 << 16 | 1,
        0,
    ]);
    [
        b"BM",
        &head[..],
        &words(&[row.len() as u32, 0, 0, 0, 0]),
        &row,
    ]
    .concat()
}

#[test]
fn masks_of_readers_are_compared_by_dice() {
    let place = TempDir::new().expect("a folder");
    for (name, values) in [
        ("a1", [1, 1, 0, 0]),
        ("b1", [0, 1, 1, 0]),
        ("a2", [9, 9, 9, 9]),
        ("b2", [9, 9, 9, 9]),
        ("a3", [0, 0, 0, 0]),
        ("b3", [0, 0, 0, 0]),
    ] {
        fs::write(place.path().join(format!("{name}.bmp")), bmp(&values)).expect("a file");
    }
    fs::write(place.path().join("wide.bmp"), bmp(&[1; 5])).expect("a file");
    let rows = "case,reader,mask\n1,ann,a1.bmp\n1,ben,b1.bmp\n2,ann,a2.bmp\n2,ben,b2.bmp\n3,ann,a3.bmp\n3,ben,b3.bmp\n";
    fs::write(place.path().join("t.csv"), rows).expect("a file");
    let words = [
        "data", "agree", "t.csv", "--case", "case", "--reader", "reader", "--label", "mask",
        "--masks", ".", "--json",
    ];
    let document = bare(place.path(), &words).exits(0).json();
    let pair = &document["pairs"][0];
    assert_eq!((&pair["a"], &pair["n"]), (&"ann".into(), &3.into()));
    // Dice 0.5 and 1; two empty masks measure nothing.
    assert_eq!(pair["dice"]["value"], 0.75);
    assert_eq!(pair["dice"]["n"], 2);
    assert_eq!(document["overall"]["dice"]["value"], 0.75);
    assert_eq!(document["both_empty"], 1);
    fs::write(
        place.path().join("t.csv"),
        rows.replace("b2.bmp", "wide.bmp"),
    )
    .expect("a file");
    let wrong = bare(place.path(), &words).exits(2).json();
    assert!(text(&wrong["message"]).contains("wide.bmp"), "{wrong}");
}

#[test]
fn metadata_of_dicom_files_are_scored_by_modality() {
    let folder = shared("dicom-basics/pydicom");
    let place = TempDir::new().expect("a folder");
    let page = place.path().join("scores.html");
    let words = [
        "check",
        &folder,
        "--metadata",
        "dicom",
        "--skip-bad",
        "--out",
        page.to_str().expect("UTF-8"),
    ];
    let scored = data(&words).exits(0).json();
    let scored = scored["metadata"].as_array().expect("scores").clone();
    let of = |name: &str| {
        let one = scored.iter().find(|one| one["dictionary"] == name);
        one.unwrap_or_else(|| panic!("no {name}: {scored:#?}"))
    };
    let mr = of("MR (mr)");
    assert_eq!(mr["rows"], 8, "{mr:#}");
    let completeness = mr["completeness"].as_f64().expect("a score");
    assert!(completeness > 0.6 && completeness < 1.0, "{mr:#}");
    assert!(
        mr["missing"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|one| one == "Ethnicity"),
        "{mr:#}"
    );
    let html = fs::read_to_string(page).expect("the page");
    assert!(html.contains("Metadata: MR (mr)") && html.len() < 2 << 20);
    let error = data(&["check", &folder, "--metadata", "xrai", "--skip-bad"]).fails(2, "fields");
    assert!(
        error["help"]
            .as_str()
            .is_some_and(|help| help.contains("`xray`")),
        "{error:#}"
    );
}

#[test]
fn dicom_files_that_name_people_are_told_and_their_pixels_compared() {
    let folder = shared("dicom-basics/pydicom");
    let words = [
        "check",
        &folder,
        "--label",
        "Modality",
        "--positive",
        "MR",
        "--images",
        "path",
        "--skip-bad",
    ];
    let found = data(&words);
    let found = found.json();
    let of = |check: &str| {
        let all = found["findings"].as_array().expect("findings").iter();
        let here = all.filter(move |one| one["check"] == check);
        here.map(|one| one["message"].as_str().expect("words"))
            .collect::<Vec<&str>>()
    };
    let named = of("identifier_present");
    assert!(
        named
            .iter()
            .any(|words| words.contains("Basic Profile") && words.contains("PatientName")),
        "{named:#?}"
    );
    assert!(
        named.iter().any(|words| words.contains("private elements")),
        "{named:#?}"
    );
    // One slice in seven transfer syntaxes.
    let copies = of("near_duplicates");
    assert!(
        copies.iter().any(|words| words.contains("images")),
        "{copies:#?}"
    );
}

#[test]
fn a_slide_is_cut_into_tiles_and_what_spoils_them_is_named() {
    let place = TempDir::new().expect("a folder");
    let slide = image::RgbImage::from_fn(640, 320, |x, y| match (x, y) {
        (0..64, _) => image::Rgb([242, 241, 243]),
        (320..420, 60..260) => image::Rgb([30, 140, 70]),
        _ if x % 12 < 4 && y % 14 < 4 => image::Rgb([110, 70, 140]),
        _ => image::Rgb([215, 160 + (x * 7 % 11) as u8, 200]),
    });
    slide.save(place.path().join("slide.png")).expect("a slide");
    let words = [
        "data",
        "tile",
        "slide.png",
        "--size",
        "64",
        "--out",
        "tiles",
        "--sheet",
        "sheet.png",
        "--json",
    ];
    let cut = bare(place.path(), &words).exits(0).json();
    assert_eq!(cut["tiles"], 50);
    let image = &cut["images"][0];
    assert_eq!(image["left_out"]["tissue"], 5, "{image}");
    assert!(
        image["pen"]
            .as_f64()
            .is_some_and(|pen| (pen - 0.0977).abs() < 0.005),
        "{image}"
    );
    let pen = image["left_out"]["pen"].as_u64().expect("tiles with ink");
    let kept = cut["kept"].as_u64().expect("a number");
    assert_eq!(kept + pen + 5, 50, "{image}");
    let list = fs::read_to_string(place.path().join("tiles/tiles.csv")).expect("a list");
    assert_eq!(list.lines().count(), 51);
    let files = fs::read_dir(place.path().join("tiles"))
        .expect("a folder")
        .count() as u64;
    assert_eq!(files, kept + 1);
    let tile = image::open(place.path().join("tiles/slide.png_64_0.png"))
        .expect("a tile")
        .to_rgb8();
    assert_eq!(tile.get_pixel(5, 9), slide.get_pixel(69, 9));
    assert!(image::open(place.path().join("sheet.png")).is_ok());
    // A second cut would be mixed with the first.
    bare(place.path(), &words).exits(2);
    // Those of a pattern are written as well.
    let words = ["data", "tile", "*.png", "--size", "64", "--out", "again"];
    fs::remove_file(place.path().join("sheet.png")).expect("it was written");
    bare(place.path(), &words).exits(0);
    let again = fs::read_dir(place.path().join("again"))
        .expect("a folder")
        .count() as u64;
    assert_eq!(again, files);
    // The list is a table that can be checked.
    bare(place.path(), &["data", "profile", "tiles/tiles.csv"]).exits(0);
    bare(
        place.path(),
        &["data", "tile", "slide.png", "--tissue", "2"],
    )
    .exits(2);
    bare(place.path(), &["data", "tile", "nothing"]).exits(2);
}

//! Headers as pydicom reads them; `tests/reference/headers.py` wrote what it says.

use std::collections::BTreeMap;
use std::fs;

use galen_imaging::dicom::{ATTRIBUTES, Header, PRESENT, keyword};
use galen_imaging::{Kind, Limits, Rows, rows};
use serde_json::Value;

use super::{Folder, by_path, made, reference, shared};

fn header(path: &str) -> Result<Header, String> {
    let shared = shared("dicom-basics").join(path);
    let path = if shared.is_file() {
        shared
    } else {
        made().join(path)
    };
    let file = fs::File::open(&path).expect("the file is there");
    Header::read(Box::new(file), &Limits::default()).map_err(|error| error.to_string())
}

#[test]
fn every_value_of_a_header_is_what_pydicom_reads() {
    let reference = reference("headers.json");
    let files = reference["files"].as_object().expect("files");
    let mut compared = 0;
    for (path, expected) in files {
        let header = match header(path) {
            Ok(header) => header,
            Err(why) => {
                let values = expected["values"].as_object().expect("values");
                assert!(values.is_empty(), "{path}: {why}");
                continue;
            }
        };
        let mut values = serde_json::Map::new();
        for attribute in ATTRIBUTES {
            let text = header.text(attribute.tag);
            values.extend(text.map(|text| (attribute.keyword.to_owned(), Value::from(text))));
        }
        let same = |(key, ours): (&String, &Value)| same(key, ours, &expected["values"][key]);
        let differ: Vec<_> = values.iter().filter(|&pair| !same(pair)).collect();
        assert!(differ.is_empty(), "{path}: {differ:?}");
        assert_eq!(
            values.len(),
            expected["values"]
                .as_object()
                .map_or(0, serde_json::Map::len),
            "{path} has other attributes"
        );
        assert_eq!(expected["preamble"], header.preamble, "{path}");
        assert_eq!(expected["pixels"], header.pixels, "{path}");
        assert_eq!(expected["private_tags"], header.private_tags, "{path}");
        let identifying: Vec<String> = header.identifying.iter().map(|tag| keyword(*tag)).collect();
        assert_eq!(expected["identifying"], Value::from(identifying), "{path}");
        compared += values.len();
    }
    assert!(compared > 900, "only {compared} values were compared");
}

/// Whether two texts are of one value. pydicom prints what is a binary float in the file as Python does.
fn same(key: &str, ours: &Value, theirs: &Value) -> bool {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok());
    match (number(ours), number(theirs)) {
        (Some(a), Some(b)) if key != "PatientID" => a == b,
        _ => ours == theirs,
    }
}

#[test]
fn the_published_index_of_the_files_agrees_with_the_table() {
    let index = fs::read_to_string(shared("dicom-basics").join("index.csv")).expect("the index");
    let mut lines = index
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().expect("a head");
    let rows: Vec<BTreeMap<&str, &str>> = lines
        .map(|cells| names.iter().copied().zip(cells).collect())
        .collect();
    assert_eq!(rows.len(), 40);
    let table = table(
        &rows
            .iter()
            .map(|row| row["file"].to_owned())
            .collect::<Vec<_>>(),
    );
    // pydicom finds no attribute in it; a table has no row for that.
    let broken: Vec<_> = table.broken.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(broken, ["pydicom/no_meta.dcm"]);
    let pairs = [
        ("transfer_syntax", "TransferSyntaxUID"),
        ("sop_class", "SOPClassUID"),
        ("modality", "Modality"),
        ("rows", "Rows"),
        ("columns", "Columns"),
        ("samples", "SamplesPerPixel"),
        ("bits_allocated", "BitsAllocated"),
        ("frames", "NumberOfFrames"),
        ("photometric", "PhotometricInterpretation"),
        ("patient_name", "PatientName"),
        ("patient_id", "PatientID"),
        ("birth_date", "PatientBirthDate"),
        ("burned_in", "BurnedInAnnotation"),
        ("preamble", "preamble"),
        ("pixels", "pixels"),
        ("private_tags", "private_tags"),
    ];
    for (theirs, ours) in pairs {
        let column = by_path(&table.columns, ours);
        for row in rows
            .iter()
            .filter(|row| row["file"] != "pydicom/no_meta.dcm")
        {
            let expected = match (theirs, row[theirs]) {
                (_, "") | ("patient_name", "^^^^") => None,
                ("patient_name" | "birth_date", _) => Some(PRESENT.to_owned()),
                ("preamble" | "pixels", word) => Some(word.to_lowercase()),
                (_, text) => Some(text.to_owned()),
            };
            assert_eq!(column[row["file"]], expected, "{} {theirs}", row["file"]);
        }
    }
}

fn table(paths: &[String]) -> Rows {
    let folder = Folder(shared("dicom-basics"));
    rows(Kind::Dicom, paths, &folder, &Limits::default())
}

#[test]
fn a_column_is_there_if_any_file_has_it_and_the_order_is_fixed() {
    let paths = ["highdicom/dx_image.dcm", "pydicom/MR_small.dcm"].map(str::to_owned);
    let both = table(&paths);
    let names = |table: &Rows| -> Vec<String> {
        table.columns.iter().map(|(name, _)| name.clone()).collect()
    };
    let backwards = [paths[1].clone(), paths[0].clone()];
    assert_eq!(table(&backwards), both);
    let alone = table(&paths[..1]);
    assert!(names(&both).contains(&"EchoTime".to_owned()));
    assert!(!names(&alone).contains(&"EchoTime".to_owned()));
    let order: Vec<_> = ATTRIBUTES.iter().flat_map(|one| one.columns()).collect();
    let place = |name: &String| order.iter().position(|known| known == name);
    let places: Vec<_> = names(&both).iter().filter_map(place).collect();
    assert!(places.is_sorted());
}

#[test]
fn no_name_and_no_birth_date_is_in_a_table() {
    let rows: Vec<String> = fs::read_dir(shared("dicom-basics").join("pydicom"))
        .expect("a folder")
        .map(|file| {
            file.expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .map(|name| format!("pydicom/{name}"))
        .collect();
    let shown = format!("{:?}", table(&rows).columns);
    for secret in [
        "CompressedSamples",
        "Lestrade",
        "Moriarty",
        "19691231",
        "19710123",
    ] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[test]
fn spacing_of_images_of_several_frames_is_that_which_all_frames_share() {
    for path in ["frames.dcm", "frames_open.dcm"] {
        let folder = Folder(made());
        let table = rows(Kind::Dicom, &[path.to_owned()], &folder, &Limits::default());
        let cell = |name: &str| by_path(&table.columns, name)[path].clone();
        assert_eq!(cell("PixelSpacingRow").as_deref(), Some("0.5"));
        assert_eq!(cell("PixelSpacingColumn").as_deref(), Some("0.25"));
        assert_eq!(cell("SliceThickness").as_deref(), Some("1.25"));
        assert_eq!(cell("NumberOfFrames").as_deref(), Some("2"));
    }
}

#[test]
fn a_file_that_is_read_by_no_other_kind_is_named_with_the_reason() {
    let folder = Folder(shared("dicom-basics"));
    let paths = ["pydicom/CT_small.dcm", "DATASET.md", "absent.dcm"].map(str::to_owned);
    let table = rows(Kind::Dicom, &paths, &folder, &Limits::default());
    assert_eq!(
        table.columns[0].1,
        [Some("pydicom/CT_small.dcm".to_owned())]
    );
    let broken: Vec<_> = table.broken.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(broken, ["DATASET.md", "absent.dcm"]);
    assert!(
        table.broken[0].why.starts_with("This is no DICOM file"),
        "{table:?}"
    );
    assert!(
        table.broken[1].why.starts_with("The file cannot be opened"),
        "{table:?}"
    );
}

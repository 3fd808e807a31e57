//! Images as Pillow decodes them and numpy counts them; `tests/reference/pictures.py` wrote what they say.

use galen_imaging::{Kind, Limits, rows};
use serde_json::Value;

use super::{Folder, by_path, made, reference, shared};

/// What f32 leaves of a luminance: a relative and an absolute difference.
const EXACT: (f64, f64) = (1e-6, 1e-9);

/// Compares every value of some images; a number may differ by the one or the other part of `near`.
#[track_caller]
fn agrees(folder: Folder, expected: &Value, near: fn(&str) -> (f64, f64)) {
    let expected = expected.as_object().expect("rows");
    let paths: Vec<String> = expected.keys().cloned().collect();
    let table = rows(Kind::Image, &paths, &folder, &Limits::default());
    assert_eq!(table.broken, []);
    for (path, row) in expected {
        for (name, expected) in row.as_object().expect("a row") {
            let ours = by_path(&table.columns, name)[path].clone();
            let same = match (expected, &ours) {
                (Value::Null, None) => true,
                (Value::String(text), Some(ours)) => text == ours,
                (Value::Number(number), Some(ours)) => {
                    let number = number.as_f64().expect("a number");
                    let ours: f64 = ours.parse().expect("a number");
                    let (relative, absolute) = near(path);
                    (number - ours).abs() <= absolute.max(relative * number.abs())
                }
                _ => false,
            };
            assert!(same, "{path}: {name} is {expected}, not {ours:?}");
        }
    }
}

#[test]
fn properties_of_real_images_are_those_of_numpy() {
    let all = reference("pictures.json");
    let real = &all["shared"];
    assert!(real.as_object().is_some_and(|rows| rows.len() > 30));
    agrees(Folder(shared("")), real, |path| {
        // Two JPEG decoders may differ by a step or two of 255.
        if path.ends_with(".jpg") {
            (5e-3, 5e-4)
        } else {
            EXACT
        }
    });
}

#[test]
fn each_format_and_kind_of_pixels_gives_the_same_properties() {
    agrees(
        Folder(made()),
        &reference("pictures.json")["made"],
        |path| match path {
            "camera.jpg" | "progressive.jpg" | "lossy.webp" => (2e-2, 2e-3),
            _ => EXACT,
        },
    );
}

#[test]
fn the_folder_of_an_image_is_a_column() {
    let path = "malaria-mini/images/uninfected/C1_thinF_IMG_20150604_104722_cell_9.png".to_owned();
    let folder = Folder(shared(""));
    let table = rows(
        Kind::Image,
        std::slice::from_ref(&path),
        &folder,
        &Limits::default(),
    );
    let cell = |name: &str| by_path(&table.columns, name)[&path].clone();
    assert_eq!(cell("folder").as_deref(), Some("uninfected"));
    assert_eq!(cell("format").as_deref(), Some("png"));
    // No camera, no column.
    assert!(table.columns.iter().all(|(name, _)| name != "camera_make"));
}

//! Pixels of DICOM files against pydicom: `reference/pixels.py` writes the values.

use std::fs;

use galen_imaging::Limits;
use galen_imaging::picture::{PROPERTIES, Picture};

use super::{reference, shared};

/// The mean luminance of a file, or why it cannot be read.
fn brightness(bytes: &[u8]) -> Result<f64, String> {
    let at = PROPERTIES.iter().position(|one| one.name == "brightness");
    let picture = Picture::read(Box::new(bytes), &Limits::default());
    let picture = picture.map_err(|error| error.to_string())?;
    Ok(picture.properties[at.expect("it is listed")].expect("a frame has pixels"))
}

#[test]
fn frames_are_as_bright_as_pydicom_shows_them_or_are_refused_with_the_reason() {
    let document = reference("pixels.json");
    let files = document["files"].as_object().expect("files");
    let mut compared = 0;
    for (path, wanted) in files {
        let bytes = fs::read(shared("dicom-basics").join(path)).expect("the file");
        match (brightness(&bytes), wanted.as_f64()) {
            (Ok(found), Some(wanted)) => {
                assert!(
                    (found - wanted).abs() < 0.005,
                    "{path}: {found}, pydicom shows {wanted}"
                );
                compared += 1;
            }
            (Ok(found), None) => assert!((0.0..=1.0).contains(&found), "{path}: {found}"),
            (Err(why), Some(_)) => {
                let known = [
                    "JPEG-LS",
                    "YBR_FULL_422",
                    "Unsupported",
                    "unsupported",
                    "to its end",
                    "is no BMP",
                ];
                assert!(known.iter().any(|one| why.contains(one)), "{path}: {why}");
            }
            (Err(why), None) => assert!(why.ends_with('.'), "{path}: {why}"),
        }
    }
    assert!(compared >= 18, "only {compared} were compared");
}

#[test]
fn a_file_whose_header_and_pixels_tell_of_two_images_is_refused() {
    let whole = fs::read(shared("dicom-basics").join("pydicom/MR_small.dcm")).expect("the file");
    assert!(brightness(&whole).is_ok());
    let truncated = fs::read(shared("dicom-basics").join("pydicom/MR_truncated.dcm"));
    let why = brightness(&truncated.expect("the file")).expect_err("64 rows are not there");
    assert!(
        why.contains("do not go together") || why.contains("to its end"),
        "{why}"
    );
    // (0028,0010) Rows, an unsigned short of 64: one row more than there is.
    let at = whole
        .windows(8)
        .position(|window| window == b"\x28\0\x10\0US\x02\0")
        .expect("Rows");
    let mut odd = whole.clone();
    odd[at + 8] = 65;
    let why = brightness(&odd).expect_err("a row is missing");
    assert!(
        why.contains("65 rows and 64 columns") && why.contains("do not go together"),
        "{why}"
    );
}

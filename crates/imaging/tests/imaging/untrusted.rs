//! Files that are broken, cut off, empty, too large, or made to break a reader: an error that says so, never a panic.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};

use galen_imaging::dicom::{Header, HeaderError};
use galen_imaging::picture::{Picture, PictureError};
use galen_imaging::{Files, Kind, Limits, pictures, rows};
use proptest::prelude::*;

use super::{made, shared};

fn header(bytes: &[u8]) -> Result<Header, HeaderError> {
    Header::read(Box::new(bytes), &Limits::default())
}

fn picture(bytes: &[u8]) -> Result<Picture, PictureError> {
    Picture::read(Box::new(bytes), &Limits::default())
}

fn read(path: &str) -> Vec<u8> {
    let made = made().join(path);
    let path = if made.is_file() {
        made
    } else {
        shared("").join(path)
    };
    fs::read(path).expect("the file is there")
}

/// The mark of PS3.10, then these bytes.
fn marked(rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    bytes.extend(rest);
    bytes
}

/// Memory in place of a disk.
struct Memory(BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let bytes = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(&bytes[..]))
    }
}

#[test]
fn an_empty_file_is_empty() {
    assert_eq!(header(b""), Err(HeaderError::Empty));
    assert_eq!(picture(b""), Err(PictureError::Empty));
}

#[test]
fn a_header_that_is_cut_off_says_where() {
    let whole = read("latin.dcm");
    let error = header(&whole[..whole.len() - 3]).expect_err("three bytes are missing");
    assert!(matches!(error, HeaderError::Truncated { .. }), "{error}");
    let open = read("frames_open.dcm");
    let error = header(&open[..open.len() - 9]).expect_err("the sequence is not closed");
    assert!(error.to_string().contains("is not closed"), "{error}");
}

#[test]
fn a_mark_alone_is_no_header() {
    assert_eq!(header(&marked(b"")), Err(HeaderError::NoAttribute));
    assert_eq!(header(b"Dear colleague"), Err(HeaderError::NotDicom));
}

#[test]
fn pixels_that_are_cut_off_do_not_matter_to_a_header() {
    let whole = read("dicom-basics/pydicom/MR_truncated.dcm");
    assert!(header(&whole).is_ok_and(|header| header.pixels));
}

#[test]
fn an_image_that_is_cut_off_has_no_row() {
    for name in [
        "colour.png",
        "colour.bmp",
        "lzw.tif",
        "deflate.tif",
        "colour.webp",
        "lossy.webp",
        "camera.jpg",
        "progressive.jpg",
        "two_frames.gif",
    ] {
        let whole = read(name);
        assert!(picture(&whole).is_ok(), "{name}");
        let cut = picture(&whole[..whole.len() / 2]);
        assert!(cut.is_err(), "{name}: {cut:?}");
    }
    let jpeg = read("he-tiles-misc/retina.jpg");
    let cut = picture(&jpeg[..jpeg.len() - 1000]);
    assert_eq!(cut, Err(PictureError::Truncated { format: "jpeg" }));
}

#[test]
fn a_hundred_thousand_sequences_in_one_another_are_read_or_refused() {
    // Explicit kinds: a private sequence and an item, both without an end, again and again.
    let nested =
        b"\x09\x00\x10\x10SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff".repeat(100_000);
    let error = header(&marked(&nested)).expect_err("none of them ends");
    assert!(matches!(error, HeaderError::Truncated { .. }), "{error}");
}

#[test]
fn ends_of_what_never_began_are_passed_over() {
    let stray = b"\x08\x00\x05\x00CS\0\0\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0\xfe\xff\x00\xe0\0\0\0\0\x08\x00\x60\x00CS\x02\x00MR";
    let header = header(&marked(stray)).expect("the modality is there");
    assert_eq!(header.text(dicom_modality()), Some("MR"));
}

fn dicom_modality() -> galen_imaging::dicom::Tag {
    galen_imaging::dicom::Tag(0x0008, 0x0060)
}

#[test]
fn a_deflated_bomb_stops_at_the_limit() {
    // A megabyte of zeros after the head of a private element that claims four gigabytes.
    let mut packed = Vec::new();
    let mut plain = b"\x09\x00\x10\x10OB\0\0\xfe\xff\xff\xff".to_vec();
    plain.resize(4 << 20, 0);
    let mut packer = flate2::write::DeflateEncoder::new(&mut packed, flate2::Compression::best());
    io::Write::write_all(&mut packer, &plain).expect("memory can be written");
    packer.finish().expect("memory can be written");
    let syntax = b"1.2.840.10008.1.2.1.99";
    let mut meta = b"\x02\x00\x10\x00UI\x16\x00".to_vec();
    meta.extend(syntax);
    meta.extend(&packed);
    let limits = Limits {
        header_bytes_max: 1 << 20,
        ..Limits::default()
    };
    let error = Header::read(Box::new(&marked(&meta)[..]), &limits);
    assert_eq!(error, Err(HeaderError::TooLong { max: 1 << 20 }));
}

#[test]
fn a_value_that_is_too_long_is_refused_before_it_is_read() {
    let long = b"\x08\x00\x60\x00UT\0\0\xfe\xff\xff\xff";
    let error = header(&marked(long)).expect_err("four gigabytes");
    assert!(
        matches!(
            error,
            HeaderError::LongValue {
                bytes: 0xffff_fffe,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_bomb_of_pixels_is_refused_with_the_limit() {
    // The head of a PNG of 60,000 x 60,000 pixels, in a few bytes.
    let mut bomb = read("grey.png");
    bomb[16..20].copy_from_slice(&60_000u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000u32.to_be_bytes());
    let sum = crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.to_be_bytes());
    let error = picture(&bomb).expect_err("3.6 thousand million pixels");
    assert!(
        error
            .to_string()
            .contains("60000 x 60000 pixels; the limit is 100000000"),
        "{error}"
    );
    let limits = Limits {
        file_bytes_max: 100,
        ..Limits::default()
    };
    let error = Picture::read(Box::new(&read("colour.bmp")[..]), &limits);
    assert_eq!(error, Err(PictureError::TooManyBytes { max: 100 }));
}

/// The checksum of a chunk of PNG.
fn crc(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

#[test]
fn one_broken_file_among_many_is_named_and_the_rest_are_rows() {
    let image = read("grey.png");
    let mut files: BTreeMap<String, Vec<u8>> = (0..300)
        .map(|number| (format!("a/{number:03}.png"), image.clone()))
        .collect();
    files.insert("a/100.png".to_owned(), image[..40].to_vec());
    files.insert("a/200.png".to_owned(), b"no image".to_vec());
    let paths: Vec<String> = files.keys().rev().cloned().collect();
    let table = rows(Kind::Image, &paths, &Memory(files), &Limits::default());
    assert_eq!(table.columns[0].1.len(), 298);
    assert!(table.columns[0].1.is_sorted());
    let broken: Vec<_> = table.broken.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(broken, ["a/100.png", "a/200.png"]);
    assert_eq!(table.broken[1].why, PictureError::NotImage.to_string());
}

/// Names of files whose bytes are turned about.
const HEADERS: [&str; 8] = [
    "latin.dcm",
    "frames.dcm",
    "frames_open.dcm",
    "unknown.dcm",
    "big_without_meta.dcm",
    "says_explicit_is_implicit.dcm",
    "dicom-basics/pydicom/image_dfl.dcm",
    "dicom-basics/pydicom/rtstruct.dcm",
];
const IMAGES: [&str; 14] = [
    "colour.png",
    "palette.png",
    "bit.png",
    "colour16.png",
    "colour.bmp",
    "palette.bmp",
    "lzw.tif",
    "deflate.tif",
    "grey16.tif",
    "camera.tif",
    "camera.jpg",
    "progressive.jpg",
    "two_frames.gif",
    "lossy.webp",
];

const FRAMES: [&str; 6] = [
    "dicom-basics/pydicom/MR_small.dcm",
    "dicom-basics/pydicom/MR_small_RLE.dcm",
    "dicom-basics/pydicom/MR_small_jp2klossless.dcm",
    "dicom-basics/pydicom/SC_rgb_rle.dcm",
    "dicom-basics/pydicom/SC_rgb_jpeg_dcmtk.dcm",
    "dicom-basics/pydicom/CT_small.dcm",
];

/// A file in which some bytes are other ones, and of which the end may be missing.
fn turned(names: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let end = prop::option::of(any::<prop::sample::Index>());
    (prop::sample::select(names), changes, end).prop_map(|(name, changes, end)| {
        let mut bytes = read(name);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()) + 1);
        }
        bytes
    })
}

/// Small enough that what claims to be large is refused and not waited for.
fn small() -> Limits {
    Limits {
        pixels_max: 1 << 16,
        ..Limits::default()
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_header_or_an_error(bytes: Vec<u8>, is_marked: bool) {
        let bytes = if is_marked { marked(&bytes) } else { bytes };
        let _ = header(&bytes);
        let _ = picture(&bytes);
    }

    #[test]
    fn a_turned_header_is_a_header_or_an_error(bytes in turned(&HEADERS)) {
        if let Ok(header) = header(&bytes) {
            let columns = galen_imaging::dicom::columns(&["a".to_owned()], &[header]);
            prop_assert!(columns.iter().all(|(_, cells)| cells.len() == 1));
        }
    }

    #[test]
    fn a_turned_image_is_an_image_or_an_error(bytes in turned(&IMAGES)) {
        if let Ok(picture) = Picture::read(Box::new(&bytes[..]), &small()) {
            for value in picture.properties.into_iter().flatten() {
                prop_assert!(value.is_finite() && value >= 0.0, "{value}");
            }
        }
    }
}

proptest! {
    // Each is read by a large library that is not optimised here.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_turned_frame_is_a_frame_or_an_error(bytes in turned(&FRAMES)) {
        let files = Memory(BTreeMap::from([("a.dcm".to_owned(), bytes)]));
        let read = pictures(&["a.dcm".to_owned()], &files, &small(), |_| ());
        for value in read.into_iter().flatten().flat_map(|(picture, _)| picture.properties).flatten() {
            prop_assert!(value.is_finite() && value >= 0.0, "{value}");
        }
    }
}

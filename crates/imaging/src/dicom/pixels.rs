//! The pixels of a DICOM file, as a viewer shows them.

use std::io::Cursor;

use dicom_core::Tag;
use dicom_core::value::Value;
use dicom_dictionary_std::{tags, uids};
use dicom_object::{DefaultDicomObject, OpenFileOptions};
use dicom_pixeldata::image::{DynamicImage, ImageBuffer};
use dicom_pixeldata::{ConvertOptions, PixelDecoder};
use thiserror::Error;

use super::header::{Header, HeaderError};
use crate::Limits;

/// The first frame of a file.
pub struct Frame {
    pub image: DynamicImage,
    /// Bits of a sample that say something.
    pub bits: u8,
}

/// Why the pixels of a file are not read. A file whose header and pixels tell of two images is refused: nobody knows which is meant.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error("The DICOM file cannot be read to its end: {0}.")]
    File(String),
    #[error("The DICOM file has no pixels.")]
    NoPixels,
    #[error("The DICOM file has no {0}, so that its pixels cannot be placed.")]
    Lacks(&'static str),
    #[error("The DICOM file says {what}, which do not go together.")]
    Inconsistent { what: String },
    #[error("The image has {width} x {height} pixels; the limit is {max} pixels.")]
    TooManyPixels { width: u32, height: u32, max: u64 },
    #[error("Pixels of {what} are not read.")]
    NotSupported { what: String },
    #[error("The pixels cannot be unpacked: {0}.")]
    Packed(String),
}

/// What a header says of its pixels (PS3.3, C.7.6.3).
struct Geometry {
    rows: u32,
    columns: u32,
    samples: u32,
    frames: u64,
    allocated: u32,
    stored: u32,
    photometric: String,
}

/// Reads the first frame: through the rescale slope and intercept and the first window of the file, or without a window from its
/// least value to its greatest, as a viewer shows it (PS3.3, C.11.1 and C.11.2). What is inverted stands upright: black is black.
///
/// # Errors
/// [`FrameError`]
pub fn frame(bytes: &[u8], limits: &Limits) -> Result<Frame, FrameError> {
    // The library makes room for as many bytes as an element claims to have; this reader refuses one that goes past the end.
    Header::read(Box::new(bytes), limits)?;
    let object = OpenFileOptions::new()
        .from_reader(Cursor::new(bytes))
        .map_err(|error| FrameError::File(told(&error)))?;
    let geometry = Geometry::of(&object)?;
    let (width, height) = (geometry.columns, geometry.rows);
    let max = limits.pixels_max;
    if u64::from(width) * u64::from(height) > max {
        return Err(FrameError::TooManyPixels { width, height, max });
    }
    geometry.fits(&object)?;
    let decoded = object
        .decode_pixel_data_frame(0)
        .map_err(|error| FrameError::Packed(told(&error)))?;
    let unpacked = decoded.data().len() as u64;
    let expected = geometry.frame_bytes();
    // One byte more makes a frame even.
    if unpacked != expected && unpacked != expected + expected % 2 {
        return Err(FrameError::Inconsistent {
            what: format!("{height} rows of {width} columns, and holds {unpacked} bytes a frame"),
        });
    }
    let packed = |error: &dyn std::error::Error| FrameError::Packed(told(error));
    let has_window =
        object.get(tags::WINDOW_CENTER).is_some() && object.get(tags::WINDOW_WIDTH).is_some();
    let image = if geometry.samples == 1 && !has_window {
        let values = decoded
            .to_vec_frame::<f64>(0)
            .map_err(|error| packed(&error))?;
        let values = from_least_to_greatest(&values, geometry.photometric == "MONOCHROME1");
        let image = ImageBuffer::from_raw(width, height, values).map(DynamicImage::ImageLuma16);
        image.ok_or_else(|| FrameError::Packed("a frame has too few pixels".to_owned()))?
    } else {
        let options = ConvertOptions::new().force_16bit();
        decoded
            .to_dynamic_image_with_options(0, &options)
            .map_err(|error| packed(&error))?
    };
    let bits = geometry.stored as u8;
    Ok(Frame { image, bits })
}

/// Values as greys, the least black and the greatest white, or the other way round.
fn from_least_to_greatest(values: &[f64], is_inverted: bool) -> Vec<u16> {
    let ends = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
    let width = ends.1 - ends.0;
    let grey = |value: &f64| {
        let part = if width > 0.0 {
            (value - ends.0) / width
        } else {
            0.0
        };
        let part = if is_inverted { 1.0 - part } else { part };
        (part * f64::from(u16::MAX)).round() as u16
    };
    values.iter().map(grey).collect()
}

/// An error with what is behind it, without a full stop.
fn told(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        behind = error.source();
    }
    words.trim_end_matches('.').to_owned()
}

impl Geometry {
    fn of(object: &DefaultDicomObject) -> Result<Geometry, FrameError> {
        let number = |tag: Tag| object.get(tag)?.to_int::<u32>().ok();
        let must = |tag: Tag, name: &'static str| {
            let found = number(tag).filter(|value| *value > 0);
            found.ok_or(FrameError::Lacks(name))
        };
        if object.get(tags::PIXEL_DATA).is_none() {
            return Err(FrameError::NoPixels);
        }
        let photometric = object.get(tags::PHOTOMETRIC_INTERPRETATION);
        let photometric = photometric.and_then(|element| element.to_str().ok());
        let allocated = must(tags::BITS_ALLOCATED, "BitsAllocated")?;
        Ok(Geometry {
            rows: must(tags::ROWS, "Rows")?,
            columns: must(tags::COLUMNS, "Columns")?,
            samples: must(tags::SAMPLES_PER_PIXEL, "SamplesPerPixel")?,
            frames: u64::from(number(tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1)),
            stored: number(tags::BITS_STORED).unwrap_or(allocated),
            allocated,
            photometric: photometric
                .ok_or(FrameError::Lacks("PhotometricInterpretation"))?
                .trim()
                .to_owned(),
        })
    }

    fn frame_bytes(&self) -> u64 {
        let samples = u64::from(self.rows) * u64::from(self.columns) * u64::from(self.samples);
        samples * u64::from(self.allocated / 8)
    }

    /// Whether what the header says goes together, and with the length of pixels that are not packed.
    fn fits(&self, object: &DefaultDicomObject) -> Result<(), FrameError> {
        let wrong = |what: String| Err(FrameError::Inconsistent { what });
        let Geometry {
            samples,
            allocated,
            stored,
            photometric,
            ..
        } = self;
        if !matches!(allocated, 8 | 16) {
            let what = format!("{allocated} bits");
            return Err(FrameError::NotSupported { what });
        }
        if *stored == 0 || stored > allocated {
            return wrong(format!("{stored} bits stored in {allocated}"));
        }
        let colours = match photometric.as_str() {
            "MONOCHROME1" | "MONOCHROME2" => 1,
            "RGB" | "YBR_FULL" | "YBR_FULL_422" | "YBR_ICT" | "YBR_RCT" | "YBR_PARTIAL_420" => 3,
            other => {
                let what = format!("the kind {other}");
                return Err(FrameError::NotSupported { what });
            }
        };
        if *samples != colours {
            return wrong(format!(
                "{samples} samples a pixel of the kind {photometric}"
            ));
        }
        let Some(Value::Primitive(data)) = object.get(tags::PIXEL_DATA).map(|data| data.value())
        else {
            return Ok(());
        };
        let syntax = object.meta().transfer_syntax();
        let native = [
            uids::IMPLICIT_VR_LITTLE_ENDIAN,
            uids::EXPLICIT_VR_LITTLE_ENDIAN,
            uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            "1.2.840.10008.1.2.2",
        ];
        if !native.contains(&syntax) {
            return wrong(format!("packed pixels ({syntax}), and has plain ones"));
        }
        if photometric == "YBR_FULL_422" {
            let what = "the kind YBR_FULL_422 that are not packed".to_owned();
            return Err(FrameError::NotSupported { what });
        }
        let (found, expected) = (
            data.to_bytes().len() as u64,
            self.frame_bytes() * self.frames,
        );
        if found != expected && found != expected + expected % 2 {
            return wrong(format!(
                "{} frame(s) of {} rows and {} columns, which are {expected} bytes, and holds {found}",
                self.frames, self.rows, self.columns
            ));
        }
        Ok(())
    }
}

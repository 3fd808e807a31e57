use std::io::{Cursor, Read};

use image::error::ImageError;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use thiserror::Error;

use super::camera::Camera;
use super::{PROPERTIES, Pixels};
use crate::Limits;
use crate::dicom::{FrameError, frame, is_part_10};

/// What an image file says of itself, and the numbers of its pixels. Of several images in a file it is the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The format by the first bytes, in small letters: `png`.
    pub format: &'static str,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
    /// Channels of a pixel after unpacking: 1 grey, 2 grey and transparency, 3 colour, 4 colour and transparency.
    pub channels: u8,
    /// Bits of a channel in the file; after unpacking, if the file has a palette.
    pub bits: u8,
    pub camera: Camera,
    /// A number for each of [`PROPERTIES`]; none where it is undefined.
    pub properties: Vec<Option<f64>>,
}

/// Why an image could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PictureError {
    #[error("The file is empty.")]
    Empty,
    #[error("This is no BMP, DICOM, GIF, JPEG, PNG, TIFF or WebP image.")]
    NotImage,
    #[error("The file has more than {max} bytes, which is the limit.")]
    TooManyBytes { max: u64 },
    #[error("The image has {width} x {height} pixels; the limit is {max} pixels.")]
    TooManyPixels { width: u32, height: u32, max: u64 },
    #[error("The {format} image needs more memory than {max} bytes, which is the limit.")]
    TooMuchMemory { format: &'static str, max: u64 },
    #[error("The {format} image ends too early.")]
    Truncated { format: &'static str },
    #[error("The {format} image is broken or of a kind that is not read: {why}.")]
    Broken { format: &'static str, why: String },
    #[error(transparent)]
    Dicom(#[from] FrameError),
    #[error("The file cannot be read: {0}.")]
    Read(String),
}

impl Picture {
    /// Reads an image.
    ///
    /// # Errors
    /// [`PictureError`]; an image past a limit is refused before its pixels are unpacked.
    pub fn read<'a>(file: Box<dyn Read + 'a>, limits: &Limits) -> Result<Self, PictureError> {
        Ok(Self::read_with(file, limits, |_| ())?.0)
    }

    /// Reads an image, and asks its pixels something more; no answer if they are floats.
    ///
    /// # Errors
    /// As [`Picture::read`].
    pub fn read_with<'a, T>(
        file: Box<dyn Read + 'a>,
        limits: &Limits,
        ask: impl FnOnce(&Pixels) -> T,
    ) -> Result<(Self, Option<T>), PictureError> {
        let max = limits.file_bytes_max;
        let mut bytes = Vec::new();
        let read = file.take(max.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| PictureError::Read(error.to_string()))?;
        if bytes.is_empty() {
            return Err(PictureError::Empty);
        }
        if bytes.len() as u64 > max {
            return Err(PictureError::TooManyBytes { max });
        }
        Self::of_bytes(&bytes, limits, ask)
    }

    fn of_bytes<T>(
        bytes: &[u8],
        limits: &Limits,
        ask: impl FnOnce(&Pixels) -> T,
    ) -> Result<(Self, Option<T>), PictureError> {
        if is_part_10(bytes) {
            let frame = frame(bytes, limits)?;
            let channels = frame.image.color().channel_count();
            let about = About {
                format: "dicom",
                channels,
                bits: frame.bits,
                camera: Camera::default(),
            };
            return Ok(Self::of_image(bytes.len(), frame.image, about, ask));
        }
        let guessed = image::guess_format(bytes).map_err(|_| PictureError::NotImage)?;
        let format = name(guessed).ok_or(PictureError::NotImage)?;
        // Eight bytes a pixel are the most that is unpacked: four channels of 16 bits. The half more is for the decoder.
        let memory = limits.pixels_max.saturating_mul(12).saturating_add(1 << 20);
        let failed = |error: ImageError| broken(error, format, memory);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), guessed);
        let mut allowed = image::Limits::no_limits();
        allowed.max_alloc = Some(memory);
        reader.limits(allowed);
        let mut decoder = reader.into_decoder().map_err(failed)?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > limits.pixels_max {
            let max = limits.pixels_max;
            return Err(PictureError::TooManyPixels { width, height, max });
        }
        let camera = match guessed {
            ImageFormat::Tiff => Camera::of_tiff(bytes),
            // What cannot be got of the camera is no reason to refuse the image.
            _ => decoder
                .exif_metadata()
                .ok()
                .flatten()
                .map_or_else(Camera::default, Camera::of_exif),
        };
        let channels = decoder.color_type().channel_count();
        let bits = bits(&decoder, guessed, bytes);
        let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
        if guessed == ImageFormat::Jpeg && !jpeg_ends(bytes) {
            return Err(PictureError::Truncated { format });
        }
        let about = About {
            format,
            channels,
            bits,
            camera,
        };
        Ok(Self::of_image(bytes.len(), image, about, ask))
    }

    fn of_image<T>(
        bytes: usize,
        image: DynamicImage,
        about: About,
        ask: impl FnOnce(&Pixels) -> T,
    ) -> (Self, Option<T>) {
        let (width, height) = (image.width(), image.height());
        let pixels = Pixels::of(image);
        let measure = |property: &super::Property| (property.measure)(pixels.as_ref()?);
        let picture = Self {
            format: about.format,
            bytes: bytes as u64,
            width,
            height,
            channels: about.channels,
            bits: about.bits,
            camera: about.camera,
            properties: PROPERTIES.iter().map(measure).collect(),
        };
        (picture, pixels.as_ref().map(ask))
    }
}

/// What is known of an image besides its pixels.
struct About {
    format: &'static str,
    channels: u8,
    bits: u8,
    camera: Camera,
}

fn name(format: ImageFormat) -> Option<&'static str> {
    match format {
        ImageFormat::Bmp => Some("bmp"),
        ImageFormat::Gif => Some("gif"),
        ImageFormat::Jpeg => Some("jpeg"),
        ImageFormat::Png => Some("png"),
        ImageFormat::Tiff => Some("tiff"),
        ImageFormat::WebP => Some("webp"),
        _ => None,
    }
}

/// The bits of a channel in the file; 8 if it has a palette.
fn bits(decoder: &impl ImageDecoder, format: ImageFormat, bytes: &[u8]) -> u8 {
    // The decoder of PNG tells only what it unpacks to. The head of the image stands first in the file (PNG third edition,
    // section 11.2.1): the depth is byte 24, and 3 in byte 25 means a palette.
    if let (ImageFormat::Png, Some(&[depth, kind])) = (format, bytes.get(24..26)) {
        return if kind == 3 { 8 } else { depth };
    }
    let stored = decoder.original_color_type();
    let bits = stored.bits_per_pixel() / u16::from(stored.channel_count().max(1));
    u8::try_from(bits).unwrap_or(u8::MAX)
}

fn broken(error: ImageError, format: &'static str, memory: u64) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooMuchMemory {
            format,
            max: memory,
        },
        ImageError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureError::Truncated { format }
        }
        other => {
            let why = other.to_string();
            let why = why.trim_end_matches('.').to_owned();
            PictureError::Broken { format, why }
        }
    }
}

/// Whether the mark of the end (`FF D9`) stands after the start of the scan (ITU-T T.81, annex B). The decoder fills what
/// is missing with grey, which would be measured as if it were of the image.
fn jpeg_ends(bytes: &[u8]) -> bool {
    let mut at = 2;
    // Segments before the scan have a length, and what they hold, such as a small image, may look like a mark.
    while let Some([0xff, mark, high, low]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        at += match mark {
            0xda => break,
            // Filling before a mark.
            0xff => 1,
            _ => 2 + usize::from(u16::from_be_bytes([*high, *low])),
        };
    }
    let rest = bytes.get(at..).unwrap_or_default();
    rest.windows(2).any(|pair| pair == [0xff, 0xd9])
}

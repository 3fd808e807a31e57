use std::io::Cursor;

use image::{ColorType, DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};

/// The pixels of an image, each channel in 0..=1. Transparency is left aside: a pixel has its colour, seen or not.
pub struct Pixels {
    width: usize,
    height: usize,
    colours: Colours,
    luminance: Vec<f32>,
}

/// The channels of all pixels, row by row, as they were stored.
enum Colours {
    Bytes { step: usize, values: Vec<u8> },
    Words { step: usize, values: Vec<u16> },
}

impl Pixels {
    /// The pixels of an image; none if its values are floats, which have no white, or if it has no pixel.
    pub fn of(image: DynamicImage) -> Option<Self> {
        let width = image.width() as usize;
        let height = image.height() as usize;
        let step = usize::from(image.color().channel_count());
        let colours = match image.color() {
            ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => {
                let values = image.into_bytes();
                Colours::Bytes { step, values }
            }
            ColorType::L16 => Colours::words(step, image.into_luma16().into_raw()),
            ColorType::La16 => Colours::words(step, image.into_luma_alpha16().into_raw()),
            ColorType::Rgb16 => Colours::words(step, image.into_rgb16().into_raw()),
            ColorType::Rgba16 => Colours::words(step, image.into_rgba16().into_raw()),
            _ => return None,
        };
        let count = width * height;
        if count == 0 {
            return None;
        }
        let luminance = (0..count).map(|index| colours.luminance(index) as f32);
        Some(Self {
            luminance: luminance.collect(),
            width,
            height,
            colours,
        })
    }

    /// A square of these pixels.
    ///
    /// # Panics
    /// If it does not lie within the image.
    pub fn square(&self, [x, y]: [usize; 2], side: usize) -> Self {
        assert!(
            x + side <= self.width && y + side <= self.height,
            "the square lies within the image"
        );
        let rows = || (y..y + side).map(|row| row * self.width + x);
        Self {
            width: side,
            height: side,
            colours: self.colours.runs(rows(), side),
            luminance: rows()
                .flat_map(|at| self.luminance[at..at + side].iter().copied())
                .collect(),
        }
    }

    /// The PNG file of these pixels, in 8 bits a channel and without transparency.
    pub fn png(&self) -> Vec<u8> {
        let byte = |value: f64| (255.0 * value).round() as u8;
        let (width, height) = (self.width as u32, self.height as u32);
        let at = |x: u32, y: u32| self.colour(y as usize * self.width + x as usize);
        let image = match self.is_colour() {
            true => DynamicImage::from(RgbImage::from_fn(width, height, |x, y| {
                Rgb(at(x, y).map(byte))
            })),
            false => DynamicImage::from(GrayImage::from_fn(width, height, |x, y| {
                Luma([byte(at(x, y)[0])])
            })),
        };
        let mut bytes = Cursor::new(Vec::new());
        image
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("memory takes what is written");
        bytes.into_inner()
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    /// The number of pixels, at least one.
    pub fn count(&self) -> usize {
        self.luminance.len()
    }

    /// The brightness of each pixel, row by row: that of a grey image; else 0.299 red, 0.587 green and 0.114 blue.
    ///
    /// # Source
    /// ITU-R BT.601-7 (2011), section 2.5.1, on the values as stored.
    pub fn luminance(&self) -> &[f32] {
        &self.luminance
    }

    /// The luminance of a pixel in 256 steps: 0 is black, 255 white.
    pub fn step(&self, index: usize) -> u8 {
        self.colours.step(index)
    }

    /// Whether pixels have red, green and blue.
    pub fn is_colour(&self) -> bool {
        self.colours.is_colour()
    }

    /// Red, green and blue of a pixel; its grey thrice, if it has no colour.
    pub fn colour(&self, index: usize) -> [f64; 3] {
        self.colours.colour(index)
    }
}

impl Colours {
    fn words(step: usize, values: Vec<u16>) -> Self {
        Self::Words { step, values }
    }

    /// The pixels of runs of one length that begin at these places.
    fn runs(&self, starts: impl Iterator<Item = usize>, length: usize) -> Self {
        fn cut<T: Copy>(
            values: &[T],
            step: usize,
            starts: impl Iterator<Item = usize>,
            length: usize,
        ) -> Vec<T> {
            starts
                .flat_map(|at| values[at * step..(at + length) * step].iter().copied())
                .collect()
        }
        match self {
            Self::Bytes { step, values } => Self::Bytes {
                step: *step,
                values: cut(values, *step, starts, length),
            },
            Self::Words { step, values } => Self::Words {
                step: *step,
                values: cut(values, *step, starts, length),
            },
        }
    }

    fn is_colour(&self) -> bool {
        let (Self::Bytes { step, .. } | Self::Words { step, .. }) = self;
        *step >= 3
    }

    fn value(&self, index: usize, channel: usize) -> f64 {
        match self {
            Self::Bytes { step, values } => f64::from(values[index * step + channel]) / 255.0,
            Self::Words { step, values } => f64::from(values[index * step + channel]) / 65535.0,
        }
    }

    fn colour(&self, index: usize) -> [f64; 3] {
        if self.is_colour() {
            [0, 1, 2].map(|channel| self.value(index, channel))
        } else {
            [self.value(index, 0); 3]
        }
    }

    /// Whole numbers, so that a luminance between two steps is rounded alike everywhere.
    fn step(&self, index: usize) -> u8 {
        let whole = |channel: usize| match self {
            Self::Bytes { step, values } => u32::from(values[index * step + channel]),
            Self::Words { step, values } => u32::from(values[index * step + channel]),
        };
        let weighted = if self.is_colour() {
            299 * whole(0) + 587 * whole(1) + 114 * whole(2)
        } else {
            1000 * whole(0)
        };
        let scale = match self {
            Self::Bytes { .. } => 1000,
            Self::Words { .. } => 257_000,
        };
        u8::try_from((weighted + scale / 2) / scale).expect("white is 255 thousandfold")
    }

    fn luminance(&self, index: usize) -> f64 {
        if self.is_colour() {
            let [red, green, blue] = self.colour(index);
            0.299 * red + 0.587 * green + 0.114 * blue
        } else {
            self.value(index, 0)
        }
    }
}

//! Contact sheets: many images small beside each other, so that a person looks at what a number says.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage, imageops};

use crate::picture::Pixels;

/// Pixels between two images.
const GAP: u32 = 6;
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);

/// An image made small, each of its pixels the mean of those that it stands for.
pub struct Thumbnail(RgbImage);

impl Thumbnail {
    /// At most `side` pixels wide and high, in the image's own proportions; small images are made larger.
    pub fn of(pixels: &Pixels, side: u32) -> Self {
        let (width, height) = (pixels.width() as f64, pixels.height() as f64);
        let scale = f64::from(side) / width.max(height);
        let small = |length: f64| ((length * scale).round() as u32).clamp(1, side);
        let (across, down) = (small(width), small(height));
        let range = |at: u32, of: u32, length: usize| {
            let from = at as usize * length / of as usize;
            let to = (at as usize + 1) * length / of as usize;
            from..to.max(from + 1)
        };
        Self(RgbImage::from_fn(across, down, |x, y| {
            let mut sums = [0.0; 3];
            let mut count = 0.0;
            for row in range(y, down, pixels.height()) {
                for column in range(x, across, pixels.width()) {
                    let colour = pixels.colour(row * pixels.width() + column);
                    sums.iter_mut()
                        .zip(colour)
                        .for_each(|(sum, part)| *sum += part);
                    count += 1.0;
                }
            }
            Rgb(sums.map(|sum| (255.0 * sum / count).round() as u8))
        }))
    }
}

/// The PNG file of a sheet: rows of images, each in a square of `side` pixels.
pub fn sheet(rows: &[Vec<Thumbnail>], side: u32) -> Vec<u8> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let length = |count: usize| (count.max(1) as u32) * (side + GAP) + GAP;
    let mut paper = RgbImage::from_pixel(length(columns), length(rows.len()), PAPER);
    for (y, row) in rows.iter().enumerate() {
        for (x, Thumbnail(image)) in row.iter().enumerate() {
            let corner =
                |at: usize, own: u32| i64::from(at as u32 * (side + GAP) + GAP + (side - own) / 2);
            imageops::replace(
                &mut paper,
                image,
                corner(x, image.width()),
                corner(y, image.height()),
            );
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    let written = paper.write_to(&mut bytes, ImageFormat::Png);
    written.expect("memory takes what is written");
    bytes.into_inner()
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma};

    use super::*;

    #[test]
    fn images_stand_in_squares_of_one_size() {
        let grey = |value: u8, width: u32| {
            let image = GrayImage::from_pixel(width, 20, Luma([value]));
            let pixels = Pixels::of(DynamicImage::ImageLuma8(image)).expect("pixels");
            Thumbnail::of(&pixels, 30)
        };
        let bytes = sheet(&[vec![grey(0, 40), grey(90, 5)], vec![grey(200, 20)]], 30);
        let read = image::load_from_memory(&bytes).expect("a PNG").to_rgb8();
        assert_eq!((read.width(), read.height()), (78, 78));
        // The middle of each square, its free place, and the paper.
        for ((x, y), value) in [
            ((21, 21), 0),
            ((57, 21), 90),
            ((21, 57), 200),
            ((57, 57), 255),
            ((21, 8), 255),
            ((2, 2), 255),
        ] {
            assert_eq!(read.get_pixel(x, y).0, [value; 3], "{x} {y}");
        }
    }
}

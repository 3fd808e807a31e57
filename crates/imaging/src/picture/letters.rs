//! Lines of what looks like letters, burnt into the pixels.

use super::Pixels;
use crate::regions::{Region, regions};

/// Letters that a line has at least.
const LINE: usize = 4;
/// Heights of a letter, in pixels.
const HEIGHT_MIN: usize = 6;
const HEIGHT_MAX: usize = 160;
/// How far from the most extreme luminance a stroke may be, tried one by one: text is drawn in one tone, which JPEG blurs, and what
/// lies behind it may be nearly as light.
const TONES: [f32; 4] = [0.05, 0.12, 0.2, 0.3];
/// How far the paper around a letter is from its tone at least, and how even it is.
const APART: f32 = 0.2;
const EVEN: f32 = 0.2;

/// The number of lines of what looks like letters: at least four shapes of one tone that is the image's lightest or darkest, sharp
/// against an even ground, of one height and one thickness of stroke, in a row. Marks of one or two letters, such as that of the side
/// of a radiograph, are none.
///
/// # Source
/// Connected components after Fletcher and Kasturi 1988, IEEE PAMI 10:910-918; evenness of the stroke's width after Epshtein et al. 2010,
/// CVPR:2963-2970.
pub(super) fn lines(pixels: &Pixels) -> usize {
    let values = pixels.luminance();
    let most = values.iter().copied().fold(f32::MIN, f32::max);
    let least = values.iter().copied().fold(f32::MAX, f32::min);
    if most - least < APART {
        return 0;
    }
    let of_tone = |tone: f32| {
        let light = lines_of(pixels, &|value| value >= most - tone);
        let dark = lines_of(pixels, &|value| value <= least + tone);
        light + dark
    };
    TONES.into_iter().map(of_tone).max().unwrap_or(0)
}

/// A shape that may be a letter.
#[derive(Clone, Copy)]
struct Letter {
    region: Region,
    stroke: f32,
}

fn lines_of(pixels: &Pixels, is_ink: &dyn Fn(f32) -> bool) -> usize {
    let ink: Vec<bool> = pixels
        .luminance()
        .iter()
        .map(|value| is_ink(*value))
        .collect();
    let found = regions(&ink, pixels.width());
    let mut letters: Vec<Letter> = found
        .into_iter()
        .filter_map(|region| letter(pixels, &ink, region))
        .collect();
    letters.sort_by_key(|one| (one.region.left, one.region.top));
    let mut taken = vec![false; letters.len()];
    let mut lines = 0;
    for first in 0..letters.len() {
        if taken[first] {
            continue;
        }
        let mut line = vec![first];
        let mut last = first;
        for next in first + 1..letters.len() {
            if !taken[next] && follows(&letters[last], &letters[next]) {
                line.push(next);
                last = next;
            }
        }
        if line.len() >= LINE {
            lines += 1;
            line.iter().for_each(|&at| taken[at] = true);
        }
    }
    lines
}

/// A region that is as large, as thin and as sharp as a letter.
fn letter(pixels: &Pixels, ink: &[bool], region: Region) -> Option<Letter> {
    let (width, height) = (region.width(), region.height());
    let is_size = (HEIGHT_MIN..=HEIGHT_MAX).contains(&height)
        && width <= 4 * height
        && height * 8 < pixels.height().max(64) * 3;
    let filled = region.area as f32 / (width * height) as f32;
    if !is_size || !(0.1..=0.95).contains(&filled) {
        return None;
    }
    let stroke = 2.0 * region.area as f32 / region.edges as f32;
    if stroke * 2.5 > height as f32 {
        return None;
    }
    let (inside, ground) = tones(pixels, ink, &region)?;
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let centre = mean(&ground);
    let spread = ground
        .iter()
        .map(|value| (value - centre).powi(2))
        .sum::<f32>();
    let is_even = (spread / ground.len() as f32).sqrt() <= EVEN;
    let is_apart = (mean(&inside) - centre).abs() >= APART;
    (is_even && is_apart).then_some(Letter { region, stroke })
}

/// The luminance of the ink in a region's box, and that of the ground two pixels outside of the box; none at the image's rim.
fn tones(pixels: &Pixels, ink: &[bool], region: &Region) -> Option<(Vec<f32>, Vec<f32>)> {
    const OUT: usize = 2;
    let (left, top) = (region.left.checked_sub(OUT)?, region.top.checked_sub(OUT)?);
    let (right, bottom) = (region.right + OUT, region.bottom + OUT);
    if right >= pixels.width() || bottom >= pixels.height() {
        return None;
    }
    let at = |x: usize, y: usize| y * pixels.width() + x;
    let values = pixels.luminance();
    let mut inside = Vec::new();
    for y in region.top..=region.bottom {
        for x in region.left..=region.right {
            if ink[at(x, y)] {
                inside.push(values[at(x, y)]);
            }
        }
    }
    // Above and below: beside it stand the next letters.
    let ground = (left..=right).flat_map(|x| [at(x, top), at(x, bottom)]);
    Some((inside, ground.map(|place| values[place]).collect()))
}

/// Whether a letter stands in the same line, behind another.
fn follows(before: &Letter, after: &Letter) -> bool {
    let (a, b) = (&before.region, &after.region);
    let (tall, low) = (
        a.height().max(b.height()) as f32,
        a.height().min(b.height()) as f32,
    );
    let gap = b.left as f32 - a.right as f32;
    let is_beside = gap > 0.0 && gap <= 1.3 * tall;
    let is_level = (a.bottom as f32 - b.bottom as f32).abs() <= 0.3 * tall;
    let is_as_thick = before.stroke.max(after.stroke) <= 1.7 * before.stroke.min(after.stroke);
    is_beside && is_level && is_as_thick && tall <= 1.8 * low
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma};

    use super::*;

    /// Letters of seven rows of five dots.
    const GLYPHS: [[u8; 7]; 5] = [
        [
            0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001,
        ],
        [
            0b11110, 0b10001, 0b11110, 0b10001, 0b10001, 0b10001, 0b11110,
        ],
        [
            0b11111, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000, 0b11111,
        ],
        [
            0b10001, 0b11001, 0b10101, 0b10011, 0b10001, 0b10001, 0b10001,
        ],
        [
            0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100,
        ],
    ];

    /// A dim scene with letters of a size at a place.
    fn image(letters: usize, dot: u32, ink: u8, ground: u8) -> Pixels {
        let mut image = GrayImage::from_fn(320, 240, |x, y| {
            let body = (f64::from(x) - 160.0).hypot(f64::from(y) - 140.0) < 80.0;
            Luma([if body {
                120 + ((x * 7 + y * 13) % 23) as u8
            } else {
                ground
            }])
        });
        for at in 0..letters as u32 {
            let glyph = GLYPHS[at as usize % GLYPHS.len()];
            for (row, bits) in glyph.iter().enumerate() {
                for column in 0..5_u32 {
                    if bits >> (4 - column) & 1 == 1 {
                        for (dx, dy) in (0..dot).flat_map(|dx| (0..dot).map(move |dy| (dx, dy))) {
                            let x = 12 + at * 7 * dot + column * dot + dx;
                            image.put_pixel(x, 14 + row as u32 * dot + dy, Luma([ink]));
                        }
                    }
                }
            }
        }
        Pixels::of(DynamicImage::ImageLuma8(image)).expect("pixels")
    }

    #[test]
    fn lines_of_letters_are_counted_and_other_shapes_are_none() {
        for dot in [1, 2, 3] {
            assert_eq!(lines(&image(8, dot, 250, 10)), 1, "light, {dot}");
            assert_eq!(lines(&image(8, dot, 0, 245)), 1, "dark, {dot}");
        }
        assert_eq!(lines(&image(0, 1, 250, 10)), 0);
        assert_eq!(lines(&image(2, 3, 250, 10)), 0, "the mark of a side");
        assert_eq!(lines(&image(8, 2, 250, 245)), 0, "nobody can read it");
    }
}

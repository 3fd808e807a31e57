use super::Pixels;

/// Frequencies of an axis.
const WAVES: usize = 16;
/// Numbers of a fingerprint: the frequencies of both axes but the mean.
const NUMBERS: usize = WAVES * WAVES - 1;
/// Below this contrast (root mean square of the wave's amplitudes) there is nothing to know an image by.
const BLANK: f64 = 0.004;
/// What is kept of an axis: where it begins and how long it is, as shares.
const WINDOWS: [(f64, f64); 5] = [
    (0.0, 1.0),
    (0.025, 0.95),
    (0.05, 0.9),
    (0.0, 0.95),
    (0.05, 0.95),
];
/// The windows along x and y of each cut: the whole image, a rim, a side, a corner.
const CUTS: [[usize; 2]; 11] = [
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 0],
    [4, 0],
    [0, 3],
    [0, 4],
    [3, 3],
    [3, 4],
    [4, 3],
    [4, 4],
];

/// What an image is known by after it was turned, mirrored, cut at the rim, brightened or packed again.
///
/// The luminance is divided into cosine waves over the unit square; the mean is left out (brightness), waves are weighted by
/// their frequency, since the strength of those in pictures falls with it, and all is scaled to length 1 (contrast). A turn or a
/// mirror exchanges the axes and changes signs, so the eight views are had without the pixels. What is left when 5 % are cut off
/// at all sides, at one, or at two that meet is kept beside the whole.
///
/// # Source
/// Zauner 2010, Implementation and benchmarking of perceptual image hash functions, 3.2.1 (cosine transform); Field 1987,
/// J Opt Soc Am A 4:2379-2394 (the strength of waves in pictures falls with their frequency).
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    /// The whole image first, then what is left of it.
    cuts: Box<[Packed; CUTS.len()]>,
}

/// The strengths of waves in steps of `step`, so that the fingerprints of many images fit into memory.
#[derive(Clone, Debug, PartialEq)]
struct Packed {
    step: f32,
    steps: [i8; NUMBERS],
}

/// One view: the strength of each wave, those along x in rows, without the mean; of length 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Waves(pub Box<[f32; NUMBERS]>);

/// A way to turn or mirror an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    axes_change: bool,
    mirrored: [bool; 2],
}

/// The strength of each wave along x and y, by both their numbers.
type Sums = [[f32; WAVES]; WAVES];

impl Fingerprint {
    /// None if the image is blank, or nearly: then nothing tells it from others.
    pub fn of(pixels: &Pixels) -> Option<Self> {
        let across = WINDOWS.map(|window| projections(pixels.width(), window));
        let down = WINDOWS.map(|window| projections(pixels.height(), window));
        let mut sums: [Sums; CUTS.len()] = [[[0.0; WAVES]; WAVES]; CUTS.len()];
        // Along each line first, for all windows: pixels are gone over once.
        for (y, line) in pixels.luminance().chunks_exact(pixels.width()).enumerate() {
            let along = across.each_ref().map(|window| {
                let mut along = [0.0_f32; WAVES];
                for (value, projection) in line.iter().zip(window) {
                    for (sum, part) in along.iter_mut().zip(projection) {
                        *sum += value * part;
                    }
                }
                along
            });
            for (sums, [x, v]) in sums.iter_mut().zip(CUTS) {
                for (sums, weight) in sums.iter_mut().zip(&down[v][y]) {
                    for (sum, part) in sums.iter_mut().zip(&along[x]) {
                        *sum += weight * part;
                    }
                }
            }
        }
        let cuts: Option<Vec<Packed>> = sums.iter().map(Packed::of).collect();
        let cuts = cuts?.into_boxed_slice().try_into().ok()?;
        Some(Self { cuts })
    }

    /// The whole image.
    pub(crate) fn whole(&self) -> Waves {
        self.cuts[0].waves()
    }

    /// The whole image first, then what is left of it when something is cut off.
    pub(crate) fn cuts(&self) -> impl Iterator<Item = Waves> {
        self.cuts.iter().map(Packed::waves)
    }
}

impl Packed {
    fn of(sums: &Sums) -> Option<Self> {
        let strengths = places().map(|(u, v)| f64::from(sums[v][u]));
        if strengths.clone().map(|x| x * x).sum::<f64>().sqrt() < BLANK {
            return None;
        }
        let weighted = places().zip(strengths);
        let weighted: Vec<f64> = weighted
            .map(|((u, v), x)| x * ((u * u + v * v) as f64).sqrt())
            .collect();
        let length = weighted.iter().map(|x| x * x).sum::<f64>().sqrt();
        let most = weighted.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let mut steps = [0; NUMBERS];
        for (step, x) in steps.iter_mut().zip(weighted) {
            *step = (127.0 * x / most).round() as i8;
        }
        let step = (most / length / 127.0) as f32;
        Some(Self { step, steps })
    }

    fn waves(&self) -> Waves {
        let mut waves = Box::new([0.0; NUMBERS]);
        for (wave, steps) in waves.iter_mut().zip(self.steps) {
            *wave = f32::from(steps) * self.step;
        }
        Waves(waves)
    }
}

impl Waves {
    /// The strength of a wave.
    pub fn at(&self, u: usize, v: usize) -> f32 {
        self.0[v * WAVES + u - 1]
    }

    /// As they are when the image is turned or mirrored.
    pub fn seen(&self, view: View) -> Self {
        let mut waves = Box::new([0.0; NUMBERS]);
        for (wave, (u, v)) in waves.iter_mut().zip(places()) {
            let [x, y] = if view.axes_change { [v, u] } else { [u, v] };
            let turns = (view.mirrored[0] && u % 2 == 1) != (view.mirrored[1] && v % 2 == 1);
            let strength = self.at(x, y);
            *wave = if turns { -strength } else { strength };
        }
        Self(waves)
    }

    /// How many waves of equal strength there would be if the image were made up of as many as it is: few in a blurred one.
    pub fn count(&self) -> f32 {
        1.0 / self.0.iter().map(|x| x.powi(4)).sum::<f32>()
    }

    /// How alike two images are, in -1..=1: the correlation of the weighted pictures.
    pub fn likeness(&self, other: &Self) -> f32 {
        // Eight sums side by side, so that they do not wait for each other.
        let (mine, mine_rest) = self.0.as_chunks::<8>();
        let (theirs, their_rest) = other.0.as_chunks::<8>();
        let mut sums = [0.0_f32; 8];
        for (a, b) in mine.iter().zip(theirs) {
            for at in 0..8 {
                sums[at] += a[at] * b[at];
            }
        }
        let rest = mine_rest.iter().zip(their_rest).map(|(a, b)| a * b);
        sums.iter().sum::<f32>() + rest.sum::<f32>()
    }
}

impl View {
    /// The eight ways of a square.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..8_u8).map(|number| Self {
            axes_change: number & 1 != 0,
            mirrored: [number & 2 != 0, number & 4 != 0],
        })
    }
}

/// The waves along both axes, in the order of [`Waves`].
fn places() -> impl Iterator<Item = (usize, usize)> + Clone {
    (1..WAVES * WAVES).map(|at| (at % WAVES, at / WAVES))
}

/// How much each pixel of an axis has of each wave, in a window.
fn projections(pixels: usize, (from, length): (f64, f64)) -> Vec<[f32; WAVES]> {
    // The place of a pixel's edge in the window.
    let edge = |at: usize| ((at as f64 / pixels as f64 - from) / length).clamp(0.0, 1.0);
    let of_pixel = |at: usize| {
        let (from, to) = (edge(at), edge(at + 1));
        let mut parts = [(to - from) as f32; WAVES];
        for (wave, part) in parts.iter_mut().enumerate().skip(1) {
            // The integral of the wave, so that fine detail does not stand for coarse, whatever the size of the image.
            let turn = std::f64::consts::PI * wave as f64;
            *part = (std::f64::consts::SQRT_2 * ((turn * to).sin() - (turn * from).sin()) / turn)
                as f32;
        }
        parts
    };
    (0..pixels).map(of_pixel).collect()
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma, imageops};

    use super::*;

    fn picture(width: u32, height: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let (x, y) = (
                f64::from(x) / f64::from(width),
                f64::from(y) / f64::from(height),
            );
            let light = (9.0 * x * x + 4.0 * y).sin() + (13.0 * x * y + 5.0 * y * y).cos();
            Luma([(128.0 + 50.0 * light) as u8])
        })
    }

    fn waves_of(image: &GrayImage) -> Waves {
        let pixels = Pixels::of(DynamicImage::ImageLuma8(image.clone())).expect("pixels");
        Fingerprint::of(&pixels).expect("no blank").whole()
    }

    #[test]
    fn the_eight_views_are_those_of_turned_pixels() {
        let image = picture(48, 40);
        let turned = [
            image.clone(),
            imageops::flip_horizontal(&image),
            imageops::flip_vertical(&image),
            imageops::rotate90(&image),
            imageops::rotate180(&image),
            imageops::rotate270(&image),
            imageops::flip_horizontal(&imageops::rotate90(&image)),
            imageops::flip_vertical(&imageops::rotate90(&image)),
        ];
        let own = waves_of(&image);
        let mut seen = Vec::new();
        for turned in turned {
            let turned = waves_of(&turned);
            let matching = |view: &View| own.seen(*view).likeness(&turned) > 0.99;
            let matching: Vec<View> = View::all().filter(matching).collect();
            assert_eq!(matching.len(), 1, "{matching:?}");
            seen.push(matching[0]);
        }
        let all: Vec<View> = View::all().filter(|view| seen.contains(view)).collect();
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn size_brightness_and_contrast_change_nothing() {
        let image = picture(64, 64);
        let large = picture(160, 160);
        let pale = GrayImage::from_fn(64, 64, |x, y| Luma([image.get_pixel(x, y).0[0] / 2 + 90]));
        for other in [large, pale] {
            let likeness = waves_of(&image).likeness(&waves_of(&other));
            assert!(likeness > 0.99, "{likeness}");
        }
        let cut = imageops::crop_imm(&picture(200, 200), 10, 10, 180, 180).to_image();
        let whole = Pixels::of(DynamicImage::ImageLuma8(picture(200, 200))).expect("pixels");
        let whole = Fingerprint::of(&whole).expect("no blank");
        let of_cuts = whole.cuts().map(|waves| waves.likeness(&waves_of(&cut)));
        assert!(of_cuts.fold(0.0, f32::max) > 0.99);
        let corner = imageops::crop_imm(&picture(200, 200), 10, 0, 190, 190).to_image();
        let of_cuts = whole.cuts().map(|waves| waves.likeness(&waves_of(&corner)));
        assert!(of_cuts.fold(0.0, f32::max) > 0.99);
        let blank = Pixels::of(DynamicImage::ImageLuma8(GrayImage::new(9, 9))).expect("pixels");
        assert_eq!(Fingerprint::of(&blank), None);
    }
}

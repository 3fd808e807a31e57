use super::{Pixels, letters};

/// Every number of an image's pixels, in the order of the columns.
pub const PROPERTIES: &[Property] = &[
    Property {
        name: "brightness",
        what: "Mean luminance, in 0..=1.",
        source: "ITU-R BT.601-7 (2011), section 2.5.1",
        measure: brightness,
    },
    Property {
        name: "contrast",
        what: "Standard deviation of the luminance (root mean square contrast), in 0..=0.5.",
        source: "Peli 1990, J Opt Soc Am A 7:2032-2040",
        measure: contrast,
    },
    Property {
        name: "sharpness",
        what: "Variance of the Laplacian of the luminance: low when the image is out of focus. 65025 times smaller than \
               what OpenCV gives for values in 0..=255.",
        source: "Pech-Pacheco et al. 2000, Proc 15th ICPR 3:314-317",
        measure: sharpness,
    },
    Property {
        name: "entropy",
        what: "Entropy of the luminance in 256 steps, in bits: 0 for an image of one grey, at most 8.",
        source: "Shannon 1948, Bell Syst Tech J 27:379-423",
        measure: entropy,
    },
    Property {
        name: "red",
        what: "Mean of the red channel, in 0..=1; none for a grey image.",
        source: "the arithmetic mean",
        measure: |pixels| channel(pixels, 0),
    },
    Property {
        name: "green",
        what: "Mean of the green channel, in 0..=1; none for a grey image.",
        source: "the arithmetic mean",
        measure: |pixels| channel(pixels, 1),
    },
    Property {
        name: "blue",
        what: "Mean of the blue channel, in 0..=1; none for a grey image.",
        source: "the arithmetic mean",
        measure: |pixels| channel(pixels, 2),
    },
    Property {
        name: "saturation",
        what: "Mean saturation of the hexcone model, in 0..=1; none for a grey image.",
        source: "Smith 1978, Comput Graph (SIGGRAPH) 12:12-19",
        measure: saturation,
    },
    Property {
        name: "black",
        what: "Share of pixels that are wholly black, in 0..=1: a border, or a shutter.",
        source: "a count",
        measure: |pixels| share(pixels, 0.0),
    },
    Property {
        name: "white",
        what: "Share of pixels that are wholly white, in 0..=1: empty glass, or overexposure.",
        source: "a count",
        measure: |pixels| share(pixels, 1.0),
    },
    Property {
        name: "text_lines",
        what: "Lines of at least four shapes that look like letters burnt into the pixels; marks of one or two letters are none.",
        source: "Fletcher and Kasturi 1988, IEEE PAMI 10:910-918; Epshtein et al. 2010, CVPR:2963-2970",
        measure: |pixels| Some(letters::lines(pixels) as f64),
    },
];

/// A number of an image's pixels.
pub struct Property {
    pub name: &'static str,
    /// What it is, its range, and when it is undefined.
    pub what: &'static str,
    pub source: &'static str,
    pub measure: fn(&Pixels) -> Option<f64>,
}

fn mean(values: impl Iterator<Item = f64>, count: usize) -> f64 {
    values.sum::<f64>() / count as f64
}

fn luminances(pixels: &Pixels) -> impl Iterator<Item = f64> {
    pixels.luminance().iter().map(|&value| f64::from(value))
}

fn brightness(pixels: &Pixels) -> Option<f64> {
    Some(mean(luminances(pixels), pixels.count()))
}

fn contrast(pixels: &Pixels) -> Option<f64> {
    let centre = brightness(pixels)?;
    let squares = luminances(pixels).map(|value| (value - centre).powi(2));
    Some(mean(squares, pixels.count()).sqrt())
}

/// The variance of the sum of the four neighbours less four times the pixel. Beyond an edge stands the pixel before it,
/// as OpenCV's default border.
fn sharpness(pixels: &Pixels) -> Option<f64> {
    let (width, height) = (pixels.width(), pixels.height());
    let luminance = pixels.luminance();
    let at = |x: usize, y: usize| f64::from(luminance[y * width + x]);
    let before = |place: usize, count: usize| place.checked_sub(1).unwrap_or(1.min(count - 1));
    let after = |place: usize, count: usize| {
        let next = place + 1;
        if next < count {
            next
        } else {
            count.saturating_sub(2)
        }
    };
    let laplacian = |x: usize, y: usize| {
        let sides = at(before(x, width), y) + at(after(x, width), y);
        let ends = at(x, before(y, height)) + at(x, after(y, height));
        sides + ends - 4.0 * at(x, y)
    };
    let all = || (0..height).flat_map(move |y| (0..width).map(move |x| laplacian(x, y)));
    let centre = mean(all(), pixels.count());
    Some(mean(
        all().map(|value| (value - centre).powi(2)),
        pixels.count(),
    ))
}

fn entropy(pixels: &Pixels) -> Option<f64> {
    let mut counts = [0u64; 256];
    for index in 0..pixels.count() {
        counts[usize::from(pixels.step(index))] += 1;
    }
    let shares = counts.iter().filter(|&&count| count > 0);
    let shares = shares.map(|&count| count as f64 / pixels.count() as f64);
    Some(
        shares
            .map(|share| -share * share.log2())
            .sum::<f64>()
            .max(0.0),
    )
}

fn channel(pixels: &Pixels, channel: usize) -> Option<f64> {
    let values = (0..pixels.count()).map(|index| pixels.colour(index)[channel]);
    pixels.is_colour().then(|| mean(values, pixels.count()))
}

fn saturation(pixels: &Pixels) -> Option<f64> {
    let of = |[red, green, blue]: [f64; 3]| {
        let most = red.max(green).max(blue);
        let least = red.min(green).min(blue);
        if most > 0.0 {
            (most - least) / most
        } else {
            0.0
        }
    };
    let values = (0..pixels.count()).map(|index| of(pixels.colour(index)));
    pixels.is_colour().then(|| mean(values, pixels.count()))
}

fn share(pixels: &Pixels, all: f64) -> Option<f64> {
    let is_all = |index: &usize| pixels.colour(*index).iter().all(|&value| value == all);
    let count = (0..pixels.count()).filter(is_all).count();
    Some(count as f64 / pixels.count() as f64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage, imageops};

    use super::*;

    fn measured(image: impl Into<DynamicImage>) -> Vec<Option<f64>> {
        let pixels = Pixels::of(image.into()).expect("bytes are no floats");
        let values = PROPERTIES.iter().map(|one| (one.measure)(&pixels));
        values.collect()
    }

    fn one(name: &str, image: impl Into<DynamicImage>) -> Option<f64> {
        let place = PROPERTIES.iter().position(|one| one.name == name);
        measured(image)[place.expect("it is a property")]
    }

    /// Colours that are not in order, and the same at each call.
    fn mottled() -> RgbImage {
        let mix = |x: u32, y: u32, by: u32| ((x * 37 + y * 101 + 11) * by % 251) as u8;
        RgbImage::from_fn(13, 9, |x, y| Rgb([7, 29, 83].map(|by| mix(x, y, by))))
    }

    #[test]
    fn each_property_has_a_name_of_its_own_a_sentence_and_a_source() {
        let names: BTreeSet<_> = PROPERTIES.iter().map(|one| one.name).collect();
        assert_eq!(names.len(), PROPERTIES.len());
        let told = |one: &Property| one.what.ends_with('.') && !one.source.is_empty();
        assert!(PROPERTIES.iter().all(told));
    }

    #[test]
    fn an_image_that_is_turned_over_has_the_same_properties() {
        let straight = measured(mottled());
        for turned in [
            imageops::flip_horizontal(&mottled()),
            imageops::flip_vertical(&mottled()),
            imageops::rotate90(&mottled()),
        ] {
            for (a, b) in straight.iter().zip(measured(turned)) {
                let (a, b) = (a.expect("in colour"), b.expect("in colour"));
                assert!((a - b).abs() < 1e-12, "{a} {b}");
            }
        }
    }

    #[test]
    fn an_image_of_one_grey_has_nothing_to_see() {
        let flat = || GrayImage::from_pixel(5, 4, Luma([51]));
        assert!(one("brightness", flat()).is_some_and(|value| (value - 0.2).abs() < 1e-7));
        for name in ["contrast", "sharpness", "entropy", "black", "white"] {
            assert!(
                one(name, flat()).is_some_and(|value| value.abs() < 1e-12),
                "{name}"
            );
        }
        for name in ["red", "green", "blue", "saturation"] {
            assert_eq!(one(name, flat()), None, "{name}");
        }
    }

    #[test]
    fn what_is_out_of_focus_is_less_sharp() {
        let sharp = one("sharpness", mottled());
        let blurred = one("sharpness", imageops::blur(&mottled(), 1.0));
        assert!(blurred < sharp, "{blurred:?} {sharp:?}");
    }

    #[test]
    fn black_and_white_are_wholly_so() {
        let mut image = RgbImage::from_pixel(2, 2, Rgb([0, 0, 1]));
        image.put_pixel(0, 0, Rgb([0, 0, 0]));
        image.put_pixel(1, 0, Rgb([255, 255, 255]));
        assert_eq!(one("black", image.clone()), Some(0.25));
        assert_eq!(one("white", image.clone()), Some(0.25));
        assert_eq!(one("saturation", image), Some(0.5));
    }

    #[test]
    fn an_image_of_one_pixel_or_of_one_line_has_every_property() {
        for (width, height) in [(1, 1), (6, 1), (1, 6)] {
            let line = imageops::crop_imm(&mottled(), 2, 2, width, height).to_image();
            assert!(measured(line).iter().all(Option::is_some));
        }
        assert_eq!(
            one("sharpness", GrayImage::from_pixel(1, 1, Luma([9]))),
            Some(0.0)
        );
    }

    #[test]
    fn an_image_of_floats_has_no_property() {
        let floats = DynamicImage::ImageRgb32F(image::Rgb32FImage::new(3, 3));
        assert!(Pixels::of(floats).is_none());
    }
}

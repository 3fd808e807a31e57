use image::{DynamicImage, Rgb, RgbImage};

use super::*;

/// A section of pink stroma with nuclei in a field of glass.
fn section(width: u32, height: u32) -> RgbImage {
    let noise = |x: u32, y: u32| {
        let mixed = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca6b);
        (mixed ^ (mixed >> 13)).wrapping_mul(0xc2b2_ae35) >> 24
    };
    RgbImage::from_fn(width, height, |x, y| {
        let is_tissue = x > width / 8 && x < width * 7 / 8 && y > height / 8 && y < height * 7 / 8;
        let by = (noise(x, y) / 16) as u8;
        match is_tissue {
            false => Rgb([238 + by / 4, 236 + by / 4, 240]),
            // A nucleus a dozen pixels.
            true if (x % 12 < 4) && (y % 14 < 4) => Rgb([110 - by, 70 + by, 140]),
            true => Rgb([220 - by, 160 + by, 200]),
        }
    })
}

fn looked_at(image: RgbImage) -> Slide {
    let pixels = Pixels::of(DynamicImage::ImageRgb8(image)).expect("pixels");
    Slide::of(&pixels, 64).expect("it has colour")
}

fn shares(slide: &Slide) -> [f64; 3] {
    slide.artefacts().try_into().expect("three artefacts")
}

#[test]
fn tissue_is_found_and_a_clean_section_has_no_artefact() {
    let slide = looked_at(section(640, 480));
    assert!((slide.tissue() - 0.5625).abs() < 0.02, "{}", slide.tissue());
    assert_eq!(shares(&slide), [0.0; 3]);
    let tiles = slide.tiles(64, 64);
    assert_eq!(tiles.len(), 10 * 7);
    let of = |x: usize, y: usize| tiles.iter().find(|tile| (tile.x, tile.y) == (x, y));
    assert_eq!(of(0, 0).map(|tile| tile.tissue), Some(0.0));
    assert_eq!(of(256, 192).map(|tile| tile.tissue), Some(1.0));
    let half = of(64, 192).map(|tile| tile.tissue).expect("a tile");
    assert!((half - 0.75).abs() < 0.02, "{half}");
}

#[test]
fn tiles_that_overlap_begin_a_stride_apart_and_none_is_cut() {
    let slide = looked_at(section(200, 130));
    let corners: Vec<_> = slide
        .tiles(64, 32)
        .iter()
        .map(|tile| (tile.x, tile.y))
        .collect();
    assert_eq!(corners.len(), 5 * 3);
    assert_eq!(corners.last(), Some(&(128, 64)));
    assert_eq!(slide.tiles(201, 1), []);
}

#[test]
fn ink_of_each_colour_is_found_and_is_no_tissue() {
    for ink in [[30, 140, 70], [40, 80, 190], [215, 30, 45], [25, 25, 30]] {
        let mut image = section(640, 480);
        for (x, y, pixel) in image.enumerate_pixels_mut() {
            if (300..330).contains(&x) && (100..400).contains(&y) {
                *pixel = Rgb(ink);
            }
        }
        let slide = looked_at(image);
        let [pen, _, bubble] = shares(&slide);
        let drawn = 30.0 * 300.0 / (640.0 * 480.0);
        assert!((pen - drawn).abs() < 0.003, "{ink:?} {pen} {drawn}");
        assert_eq!(bubble, 0.0);
        assert!(slide.tissue() < 0.5625 - 0.8 * drawn, "{ink:?}");
    }
}

#[test]
fn tissue_that_lies_double_is_a_fold() {
    let mut image = section(640, 480);
    for y in 100..380 {
        for x in 200..264 {
            // The light goes through the tissue twice.
            let below = image.get_pixel(x + 40, y).0;
            let own = image.get_pixel_mut(x, y);
            own.0 =
                [0, 1, 2].map(|i| (u32::from(own.0[i]) * u32::from(below[i]) * 10 / 2440) as u8);
        }
    }
    let [pen, fold, bubble] = shares(&looked_at(image));
    let drawn = 64.0 * 280.0 / (640.0 * 480.0);
    assert!(fold > 0.6 * drawn && fold < 1.5 * drawn, "{fold} {drawn}");
    assert_eq!((pen, bubble), (0.0, 0.0));
}

#[test]
fn a_dark_rim_around_the_same_tissue_is_a_bubble_and_a_gland_is_none() {
    let ring = |inside: Option<[u8; 3]>, rim: [u8; 3]| {
        let mut image = section(640, 480);
        for (x, y, pixel) in image.enumerate_pixels_mut() {
            let away = (f64::from(x) - 320.0).hypot(f64::from(y) - 240.0);
            if (80.0..88.0).contains(&away) {
                *pixel = Rgb(rim);
            } else if away < 80.0 {
                *pixel = inside.map_or(*pixel, Rgb);
            }
        }
        shares(&looked_at(image))[2]
    };
    let area = std::f64::consts::PI * 80.0 * 80.0 / (640.0 * 480.0);
    let bubble = ring(None, [105, 95, 100]);
    assert!((bubble - area).abs() < 0.1 * area, "{bubble} {area}");
    // A lumen is white within.
    assert_eq!(ring(Some([240, 240, 240]), [150, 70, 160]), 0.0);
}

#[test]
fn a_grey_image_is_no_stained_slide() {
    let image = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(80, 80, image::Luma([90])));
    assert!(Slide::of(&Pixels::of(image).expect("pixels"), 64).is_none());
}

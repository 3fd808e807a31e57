//! How often copies of images are found, and how many pairs of different ones: `alike DIR…` prints the table of
//! docs/checks/near_duplicates.md for folders of images, and how long a search among 100,000 takes.

use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs, io};

use galen_imaging::alike;
use galen_imaging::picture::{Fingerprint, Pixels};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage};

/// What is done to an image.
type Change = (&'static str, fn(&RgbImage, u32) -> RgbImage);

const CHANGES: &[Change] = &[
    ("mirror", |image, _| imageops::flip_horizontal(image)),
    ("quarter turn", |image, _| imageops::rotate90(image)),
    ("5 % of each side cut off", |image, _| {
        cut(image, 0.05, 0.05)
    }),
    ("5 % of two sides cut off", |image, _| cut(image, 0.0, 0.05)),
    ("JPEG, quality 40", |image, _| jpeg(image, 40)),
    ("a fifth brighter", |image, _| light(image, 1.2, 0.0)),
    ("a third darker, less contrast", |image, _| {
        light(image, 0.6, 20.0)
    }),
    ("half the size", |image, _| {
        let (width, height) = (image.width().div_ceil(2), image.height().div_ceil(2));
        imageops::resize(image, width, height, FilterType::Triangle)
    }),
    ("all of: turned, cut, darker, JPEG", |image, number| {
        let turned = match number % 4 {
            0 => image.clone(),
            1 => imageops::rotate90(image),
            2 => imageops::flip_vertical(image),
            _ => imageops::rotate270(&imageops::flip_horizontal(image)),
        };
        jpeg(&light(&cut(&turned, 0.03, 0.02), 0.8, 10.0), 60)
    }),
];

fn cut(image: &RgbImage, near: f64, far: f64) -> RgbImage {
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let kept = 1.0 - near - far;
    let whole = |x: f64| x.round() as u32;
    let (x, y) = (whole(near * width), whole(near * height));
    imageops::crop_imm(image, x, y, whole(kept * width), whole(kept * height)).to_image()
}

fn light(image: &RgbImage, times: f32, plus: f32) -> RgbImage {
    let mut image = image.clone();
    for value in image.iter_mut() {
        *value = (f32::from(*value) * times + plus).clamp(0.0, 255.0) as u8;
    }
    image
}

fn jpeg(image: &RgbImage, quality: u8) -> RgbImage {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    image.write_with_encoder(encoder).expect("memory");
    image::load_from_memory(&bytes).expect("a JPEG").to_rgb8()
}

fn fingerprint(image: &RgbImage) -> Option<Fingerprint> {
    Fingerprint::of(&Pixels::of(DynamicImage::ImageRgb8(image.clone()))?)
}

fn images(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    entries.sort();
    for path in entries {
        let ending = path.extension().and_then(OsStr::to_str);
        if path.is_dir() {
            images(&path, into)?;
        } else if ending.is_some_and(|ending| ["png", "jpg", "jpeg", "tif"].contains(&ending)) {
            into.push(path);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    for folder in env::args_os().skip(1) {
        let mut paths = Vec::new();
        images(Path::new(&folder), &mut paths)?;
        let read = paths.iter().map(|path| Ok(image::open(path)?.to_rgb8()));
        let read: Vec<RgbImage> = read.collect::<Result<_, image::ImageError>>()?;
        let begin = Instant::now();
        let known: Vec<_> = read.iter().map(fingerprint).collect();
        let each = begin.elapsed().as_secs_f64() / read.len().max(1) as f64;
        let found = alike(&known);
        println!(
            "\n{}: {} images, {} blank, limit {:.1}, {} pairs; {:.0} fingerprints a second and core",
            folder.display(),
            read.len(),
            found.blank,
            found.limit,
            found.pairs.len(),
            1.0 / each
        );
        for pair in found.pairs.iter().take(20) {
            let [a, b] = pair.images.map(|number| paths[number].display());
            println!("    {:.3} {:.1} {a} {b}", pair.likeness, pair.z);
        }
        let step = read.len().div_ceil(200).max(1);
        let chosen: Vec<usize> = (0..read.len())
            .step_by(step)
            .filter(|&at| known[at].is_some())
            .collect();
        for (name, change) in CHANGES {
            let changed = chosen
                .iter()
                .map(|&at| fingerprint(&change(&read[at], at as u32)));
            let mut all = known.clone();
            all.extend(changed);
            let found = alike(&all);
            let of_pair = |at: usize| {
                let wanted = [chosen[at], read.len() + at];
                found.pairs.iter().any(|pair| pair.images == wanted)
            };
            let hits = (0..chosen.len()).filter(|&at| of_pair(at)).count();
            println!("| {name} | {hits} of {} |", chosen.len());
        }
    }
    let begin = Instant::now();
    let noise = |seed: u32| {
        // Smooth pictures that share nothing: waves of drawn strength and place.
        let draw = |at: u32| {
            let mixed = (seed.wrapping_mul(0x9E37_79B9) ^ at.wrapping_mul(0x85EB_CA6B))
                .wrapping_mul(0xC2B2_AE35);
            f64::from((mixed ^ mixed >> 15).wrapping_mul(0x2C1B_3C6D) >> 8) / f64::from(1 << 24)
        };
        let image = image::GrayImage::from_fn(24, 24, |x, y| {
            let (x, y) = (f64::from(x) / 24.0, f64::from(y) / 24.0);
            let light: f64 = (0..12)
                .map(|at| {
                    let (u, v) = (12.0 * draw(3 * at) - 6.0, 12.0 * draw(3 * at + 1) - 6.0);
                    (std::f64::consts::TAU * (u * x + v * y + draw(3 * at + 2))).sin()
                })
                .sum();
            image::Luma([(128.0 + 20.0 * light).clamp(0.0, 255.0) as u8])
        });
        Fingerprint::of(&Pixels::of(DynamicImage::ImageLuma8(image))?)
    };
    let known: Vec<_> = (0..100_000).map(noise).collect();
    println!(
        "\n100,000 drawn pictures and their fingerprints: {:.1} s",
        begin.elapsed().as_secs_f64()
    );
    let begin = Instant::now();
    let found = alike(&known);
    println!(
        "100,000 images: {} pairs above {:.1} in {:.1} s",
        found.pairs.len(),
        found.limit,
        begin.elapsed().as_secs_f64()
    );
    Ok(())
}

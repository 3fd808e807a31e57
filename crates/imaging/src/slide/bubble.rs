use super::view::{View, blurred, hue_saturation_value};
use crate::regions::{Region, SIDES, grow};

/// How much darker the rim is than what is around it.
const DARKER: f32 = 0.06;
/// How much the inside may differ from the outside, in each channel.
const ALIKE: f32 = 0.12;
/// The least width and height of a bubble, of the longer side.
const LEAST: f64 = 0.05;
/// The share of its box that a disc fills, and how far a bubble may be from it.
const DISC: f64 = std::f64::consts::FRAC_PI_4;
const ROUND: f64 = 0.1;

/// Air under the cover glass. A bubble whose rim is cut by that of the image, or whose inside looks otherwise, is not found.
pub(super) fn find(view: &View, _tissue: &[bool]) -> Vec<bool> {
    let [width, height] = view.size;
    let light: Vec<f32> = view
        .colours
        .iter()
        .map(|colour| colour.iter().sum::<f32>() / 3.0)
        .collect();
    let around = blurred(&light, view.size, (view.longest() / 24).max(3));
    let rim: Vec<bool> = light
        .iter()
        .zip(&around)
        .map(|(own, mean)| mean - own >= DARKER)
        .collect();
    let open: Vec<bool> = rim.iter().map(|is_rim| !is_rim).collect();
    let mut seen = vec![false; open.len()];
    let mut found = vec![false; open.len()];
    let least = (LEAST * view.longest() as f64).max(8.0) as usize;
    for start in 0..open.len() {
        if !open[start] || seen[start] {
            continue;
        }
        let mut inside = Vec::new();
        // By their sides: a rim of one point's width that runs aslant holds the inside in.
        let region = grow(&open, width, start, &SIDES, &mut seen, &mut |place| {
            inside.push(place)
        });
        if is_round(&region, least, [width, height])
            && looks_as_outside(view, &rim, &region, &inside)
        {
            inside.iter().for_each(|&place| found[place] = true);
        }
    }
    found
}

fn is_round(region: &Region, least: usize, [width, height]: [usize; 2]) -> bool {
    let (across, down) = (region.width(), region.height());
    let is_whole =
        region.left > 0 && region.top > 0 && region.right + 1 < width && region.bottom + 1 < height;
    let ratio = across as f64 / down as f64;
    let filled = region.area as f64 / (across * down) as f64;
    is_whole
        && across.min(down) >= least
        && (0.75..=1.34).contains(&ratio)
        && (filled - DISC).abs() <= ROUND
}

/// Whether what is beyond the rim has the colour of the inside, and the rim no more colour than both.
fn looks_as_outside(view: &View, rim: &[bool], region: &Region, inside: &[usize]) -> bool {
    let [width, height] = view.size;
    let (x, y) = (
        (region.left + region.right) as f64 / 2.0,
        (region.top + region.bottom) as f64 / 2.0,
    );
    let radius = (region.width() + region.height()) as f64 / 4.0;
    let (mut of_rim, mut outside) = (Vec::new(), Vec::new());
    let reach = 1.8 * radius;
    let range = |middle: f64, length: usize| {
        ((middle - reach).max(0.0) as usize)..=((middle + reach) as usize).min(length - 1)
    };
    for row in range(y, height) {
        for column in range(x, width) {
            let away = (column as f64 - x).hypot(row as f64 - y);
            let place = row * width + column;
            match rim[place] {
                true if away <= 1.25 * radius => of_rim.push(place),
                false if away > 1.1 * radius && away <= reach => outside.push(place),
                _ => {}
            }
        }
    }
    let around = std::f64::consts::TAU * radius;
    if (of_rim.len() as f64) < 0.7 * around || (outside.len() as f64) < around {
        return false;
    }
    let [inner, rims, outer] = [inside, &of_rim, &outside].map(|places| mean(view, places));
    let is_alike = inner.iter().zip(outer).all(|(a, b)| (a - b).abs() <= ALIKE);
    let saturation = |colour| hue_saturation_value(colour)[1];
    is_alike && saturation(rims) <= saturation(inner).max(saturation(outer)) + 0.05
}

fn mean(view: &View, places: &[usize]) -> [f32; 3] {
    let mut sums = [0.0; 3];
    for &place in places {
        let colour = view.colours[place];
        sums.iter_mut()
            .zip(colour)
            .for_each(|(sum, part)| *sum += part);
    }
    sums.map(|sum| sum / places.len().max(1) as f32)
}

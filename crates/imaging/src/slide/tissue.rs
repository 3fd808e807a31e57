use super::view::{View, hue_saturation_value};
use crate::regions::{AROUND, grow};

/// The light that comes through clear glass.
const GLASS: f32 = 240.0 / 255.0;
/// Optical densities below this one are glass.
const DENSITY: f32 = 0.15;
/// What has less colour is dust, a shadow or the rim of a bubble.
const SATURATION: f32 = 0.05;
/// Patches of so many points are specks.
const SPECK: usize = 16;

/// Where there is tissue: some channel takes away more light than glass does, and there is some colour. Pale fat is glass to this rule, a
/// coloured ground is tissue.
///
/// # Source
/// Macenko et al. 2009, IEEE ISBI:1107-1110 (densities below 0.15 are ground).
pub(super) fn find(view: &View) -> Vec<bool> {
    let is_tissue = |colour: &[f32; 3]| {
        let least = colour.iter().copied().fold(f32::MAX, f32::min);
        let [_, saturation, value] = hue_saturation_value(*colour);
        density(least) >= DENSITY && saturation >= SATURATION && value > 0.02
    };
    let mut tissue: Vec<bool> = view.colours.iter().map(is_tissue).collect();
    keep(&mut tissue, view.size[0], |area| area > SPECK);
    tissue
}

/// The optical density of a channel: how much less light comes through than through glass, as a logarithm.
pub(super) fn density(light: f32) -> f32 {
    (GLASS / light.max(1e-3)).ln().max(0.0)
}

/// Takes away the regions whose number of points is not wanted.
pub(super) fn keep(mask: &mut [bool], width: usize, is_wanted: impl Fn(usize) -> bool) {
    let whole = mask.to_vec();
    let mut seen = vec![false; whole.len()];
    for start in 0..whole.len() {
        if whole[start] && !seen[start] {
            let mut places = Vec::new();
            let region = grow(&whole, width, start, &AROUND, &mut seen, &mut |place| {
                places.push(place);
            });
            if !is_wanted(region.area) {
                places.iter().for_each(|&place| mask[place] = false);
            }
        }
    }
}

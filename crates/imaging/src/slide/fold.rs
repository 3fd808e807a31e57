use super::tissue::{density, keep};
use super::view::{View, blurred};

/// How many times the optical density of the middle of the tissue a fold has: two layers take away the light of both.
const TWICE: f32 = 1.8;
/// The share of the view's points that a fold has at least.
const PATCH: f64 = 0.005;
/// Pixels of the mean that is compared, to each side: wider than a nucleus.
const RADIUS: usize = 16;
/// Images with a shorter longer side are narrower than a fold, and show a part of one tissue only.
const SIDE: usize = 512;
/// The share of the view that must be tissue, to know its middle.
const TISSUE: f64 = 0.1;

/// Tissue that lies double. A dense infiltrate or epithelium beside pale stroma can look like a fold to this rule, and a fold narrower than
/// 32 pixels like tissue.
pub(super) fn find(view: &View, tissue: &[bool]) -> Vec<bool> {
    let nothing = vec![false; tissue.len()];
    if view.pixels[0].max(view.pixels[1]) < SIDE {
        return nothing;
    }
    let radius = (RADIUS / view.step).max(1);
    let norm = |colour: &[f32; 3]| {
        colour
            .iter()
            .map(|part| density(*part).powi(2))
            .sum::<f32>()
            .sqrt()
    };
    let of_tissue = view.colours.iter().zip(tissue);
    let densities: Vec<f32> = of_tissue
        .map(|(colour, is_tissue)| if *is_tissue { norm(colour) } else { 0.0 })
        .collect();
    let densities = blurred(&densities, view.size, radius);
    let mut of_tissue: Vec<f32> = tissue
        .iter()
        .zip(&densities)
        .filter(|(is_tissue, _)| **is_tissue)
        .map(|(_, value)| *value)
        .collect();
    if (of_tissue.len() as f64) < TISSUE * tissue.len() as f64 {
        return nothing;
    }
    of_tissue.sort_by(f32::total_cmp);
    let middle = of_tissue[of_tissue.len() / 2];
    let mut folds: Vec<bool> = tissue
        .iter()
        .zip(&densities)
        .map(|(is_tissue, value)| *is_tissue && *value >= TWICE * middle)
        .collect();
    let least = (PATCH * folds.len() as f64) as usize;
    keep(&mut folds, view.size[0], |area| area >= least);
    folds
}

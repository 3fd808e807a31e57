//! Segmentation: how well a mask covers the true one, and how far their outlines lie apart.

mod distance;

use crate::agreement::{Overlap, dice};
use crate::interval::quantile;
use distance::squares_to_nearest;

/// Two masks of one image, row by row, with the size of a pixel.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    pub truth: &'a [bool],
    pub predicted: &'a [bool],
    pub width: usize,
    /// The width and the height of a pixel, such as millimetres.
    pub spacing: [f64; 2],
}

/// How two masks compare. Distances are in the unit of the spacing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Pixels of the true mask (`first`), of the predicted one, and of both.
    pub overlap: Overlap,
    /// None if a mask is empty: from nothing there is no distance.
    pub outlines: Option<Outlines>,
}

/// How far outlines lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlines {
    /// The greatest distance of a point of either outline from the other.
    pub hausdorff: f64,
    /// The 95th percentile of these distances, of either outline, whichever is greater.
    pub hausdorff95: f64,
    /// The share of both outlines that lies within the tolerance of the other.
    pub surface_dice: f64,
    /// The mean distance of the points of both outlines.
    pub mean_distance: f64,
}

impl Compared {
    /// Compares two masks; none if their sizes do not fit, or the spacing is not above 0.
    ///
    /// The outline of a mask is each of its pixels with a side at a pixel outside of it, or at the border of the image, as in MONAI; that
    /// `hausdorff95` is the greater of both directed percentiles is MONAI's convention as well (medpy takes the percentile of both together).
    ///
    /// # Source
    /// Dice 1945, Ecology 26:297-302; Huttenlocher, Klanderman and Rucklidge 1993, IEEE PAMI 15:850-863; Nikolov et al. 2021, J Med Internet Res
    /// 23:e26151 (surface Dice at a tolerance); Maier-Hein et al. 2024, Nat Methods 21:195-212.
    pub fn of(pair: Pair, tolerance: f64) -> Option<Self> {
        let Pair {
            truth,
            predicted,
            width,
            spacing,
        } = pair;
        let is_sound = spacing.iter().all(|side| side.is_finite() && *side > 0.0);
        if truth.len() != predicted.len() || width == 0 || truth.len() % width != 0 || !is_sound {
            return None;
        }
        let count = |mask: &[bool]| mask.iter().filter(|is| **is).count() as u64;
        let both = truth
            .iter()
            .zip(predicted)
            .filter(|(a, b)| **a && **b)
            .count() as u64;
        let overlap = Overlap {
            first: count(truth),
            second: count(predicted),
            both,
        };
        let outlines = (overlap.first > 0 && overlap.second > 0).then(|| {
            let edges = [truth, predicted].map(|mask| outline(mask, width));
            let from = |own: usize, other: usize| {
                let squares = squares_to_nearest(&edges[other], width, spacing);
                let mut found: Vec<f64> = (edges[own].iter().zip(squares))
                    .filter(|(is, _)| **is)
                    .map(|(_, square)| square.sqrt())
                    .collect();
                found.sort_unstable_by(f64::total_cmp);
                found
            };
            let both = [from(0, 1), from(1, 0)];
            let greatest = |of: &dyn Fn(&[f64]) -> f64| of(&both[0]).max(of(&both[1]));
            let all = (both[0].len() + both[1].len()) as f64;
            let near = both
                .iter()
                .flatten()
                .filter(|one| **one <= tolerance)
                .count();
            Outlines {
                hausdorff: greatest(&|sorted| sorted[sorted.len() - 1]),
                hausdorff95: greatest(&|sorted| quantile(sorted, 0.95)),
                surface_dice: near as f64 / all,
                mean_distance: both.iter().flatten().sum::<f64>() / all,
            }
        });
        Some(Self { overlap, outlines })
    }

    /// Twice the common pixels by those of both masks; none if both are empty.
    pub fn dice(&self) -> Option<f64> {
        dice(self.overlap)
    }

    /// The common pixels by those of either mask (Jaccard 1912, New Phytol 11:37-50); none if both are empty.
    pub fn iou(&self) -> Option<f64> {
        let Overlap {
            first,
            second,
            both,
        } = self.overlap;
        let either = first + second - both;
        (either > 0).then(|| both as f64 / either as f64)
    }

    /// The share of the outlines within the tolerance: 0 if one mask is empty, none if both are.
    pub fn surface_dice(&self) -> Option<f64> {
        match &self.outlines {
            Some(outlines) => Some(outlines.surface_dice),
            None => (self.overlap.first + self.overlap.second > 0).then_some(0.0),
        }
    }
}

/// The pixels of a mask with a side at what is outside of it.
fn outline(mask: &[bool], width: usize) -> Vec<bool> {
    let height = mask.len() / width;
    let is_inside = |x: usize, y: usize| {
        let (left, right) = (
            x > 0 && mask[y * width + x - 1],
            x + 1 < width && mask[y * width + x + 1],
        );
        let (up, down) = (
            y > 0 && mask[(y - 1) * width + x],
            y + 1 < height && mask[(y + 1) * width + x],
        );
        left && right && up && down
    };
    let pixels = mask.iter().enumerate();
    pixels
        .map(|(at, is)| *is && !is_inside(at % width, at / width))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of `side` pixels at a corner, in an image of 20 by 20.
    fn square(x: usize, y: usize, side: usize) -> Vec<bool> {
        (0..400)
            .map(|at| (x..x + side).contains(&(at % 20)) && (y..y + side).contains(&(at / 20)))
            .collect()
    }

    fn compared(truth: &[bool], predicted: &[bool], spacing: [f64; 2]) -> Compared {
        Compared::of(
            Pair {
                truth,
                predicted,
                width: 20,
                spacing,
            },
            1.0,
        )
        .expect("they fit")
    }

    #[test]
    fn a_square_that_is_moved_is_as_far_off_as_it_was_moved() {
        let (truth, moved) = (square(3, 3, 8), square(6, 3, 8));
        let found = compared(&truth, &moved, [1.0, 1.0]);
        assert_eq!(found.dice(), Some(2.0 * 40.0 / 128.0));
        assert_eq!(found.iou(), Some(40.0 / 88.0));
        let outlines = found.outlines.expect("neither is empty");
        assert_eq!((outlines.hausdorff, outlines.hausdorff95), (3.0, 3.0));
        // In pixels of half a millimetre it is half as far.
        let small = compared(&truth, &moved, [0.5, 0.5])
            .outlines
            .expect("neither is empty");
        assert_eq!(small.hausdorff, 1.5);
        let same = compared(&truth, &truth, [1.0, 2.0]);
        let outlines = same.outlines.expect("neither is empty");
        assert_eq!(
            (same.dice(), outlines.hausdorff, outlines.surface_dice),
            (Some(1.0), 0.0, 1.0)
        );
    }

    #[test]
    fn empty_masks_have_no_distance_and_two_have_no_overlap() {
        let (none, some) = (vec![false; 400], square(0, 0, 3));
        let both = compared(&none, &none, [1.0, 1.0]);
        assert_eq!(
            (both.dice(), both.iou(), both.surface_dice(), both.outlines),
            (None, None, None, None)
        );
        let one = compared(&some, &none, [1.0, 1.0]);
        assert_eq!(
            (one.dice(), one.surface_dice(), one.outlines),
            (Some(0.0), Some(0.0), None)
        );
        let pair = Pair {
            truth: &none,
            predicted: &some[..399],
            width: 20,
            spacing: [1.0, 1.0],
        };
        assert_eq!(Compared::of(pair, 1.0), None);
    }
}

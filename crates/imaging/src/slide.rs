//! Stained slides: where there is tissue, what spoils it, and the tiles that a model is fed with.
//!
//! What is looked at is a view of the image, each of its points the mean of a square of pixels, so that nuclei and noise do not
//! matter. The rules are for brightfield images with a white ground; what they cannot tell stands with each of them. To add one: a file with
//! a function, and a line in [`ARTEFACTS`].

mod bubble;
mod fold;
mod pen;
mod tissue;
mod view;

use crate::picture::Pixels;
use view::View;

/// What can lie on a slide besides tissue, or spoil it.
pub const ARTEFACTS: &[Artefact] = &[
    Artefact {
        name: "pen",
        what: "Ink of a marker: green, blue, red or black, in strokes or patches.",
        source: "hues after the rules of HistoQC (Janowczyk et al. 2019, JCO Clin Cancer Inform 3:1-7), in own numbers",
        hides: true,
        find: pen::find,
    },
    Artefact {
        name: "fold",
        what: "Tissue that lies double: of nearly twice the optical density of most of the tissue, in a band or patch.",
        source: "own rule, after the law of Beer and Lambert; the task in Kothari et al. 2013, J Pathol Inform 4:22",
        hides: false,
        find: fold::find,
    },
    Artefact {
        name: "bubble",
        what: "Air under the cover glass: a round, dark, colourless rim around what looks as it does outside.",
        source: "own rule",
        hides: false,
        find: bubble::find,
    },
];

/// Something that is looked for on a slide.
pub struct Artefact {
    pub name: &'static str,
    pub what: &'static str,
    pub source: &'static str,
    /// Whether what it covers is no tissue, also for those that are looked for after it.
    hides: bool,
    find: fn(&View, &[bool]) -> Vec<bool>,
}

/// A slide that was looked at.
pub struct Slide {
    view: View,
    tissue: Vec<bool>,
    artefacts: Vec<Vec<bool>>,
}

/// A square of a slide.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// The left upper corner, in pixels of the image.
    pub x: usize,
    pub y: usize,
    /// The share of it that is tissue, in 0..=1.
    pub tissue: f64,
    /// The share of it that is each of [`ARTEFACTS`], in 0..=1.
    pub artefacts: Vec<f64>,
}

impl Slide {
    /// Looks at a slide that will be cut into tiles of `side` pixels; none of a grey image, which shows no stain.
    pub fn of(pixels: &Pixels, side: usize) -> Option<Self> {
        if !pixels.is_colour() {
            return None;
        }
        let view = View::of(pixels, side);
        let mut tissue = tissue::find(&view);
        let mut artefacts = Vec::new();
        for artefact in ARTEFACTS {
            let mask = (artefact.find)(&view, &tissue);
            if artefact.hides {
                tissue
                    .iter_mut()
                    .zip(&mask)
                    .for_each(|(is_tissue, hidden)| *is_tissue &= !hidden);
            }
            artefacts.push(mask);
        }
        Some(Self {
            view,
            tissue,
            artefacts,
        })
    }

    /// The share of the slide that is tissue, in 0..=1.
    pub fn tissue(&self) -> f64 {
        share(self.tissue.iter())
    }

    /// The share of the slide that is each of [`ARTEFACTS`], in 0..=1.
    pub fn artefacts(&self) -> Vec<f64> {
        self.artefacts
            .iter()
            .map(|mask| share(mask.iter()))
            .collect()
    }

    /// The whole tiles of a grid, row by row: what is left at the right and below is in none.
    pub fn tiles(&self, side: usize, stride: usize) -> Vec<Tile> {
        let starts = |length: usize| {
            (0..)
                .map(|i| i * stride)
                .take_while(move |at| at + side <= length)
        };
        let mut tiles = Vec::new();
        for y in starts(self.view.pixels[1]) {
            for x in starts(self.view.pixels[0]) {
                let part =
                    |mask: &[bool]| share(self.view.within([x, y], side).map(|at| &mask[at]));
                tiles.push(Tile {
                    x,
                    y,
                    tissue: part(&self.tissue),
                    artefacts: self.artefacts.iter().map(|mask| part(mask)).collect(),
                });
            }
        }
        tiles
    }
}

fn share<'a>(marks: impl Iterator<Item = &'a bool>) -> f64 {
    let (mut marked, mut all) = (0_u64, 0_u64);
    for mark in marks {
        marked += u64::from(*mark);
        all += 1;
    }
    if all == 0 {
        0.0
    } else {
        marked as f64 / all as f64
    }
}

#[cfg(test)]
mod tests;

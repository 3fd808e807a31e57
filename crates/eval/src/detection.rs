//! Boxes held against the true ones, by image.

mod boxes;

use std::collections::BTreeMap;

use galen_stats::detection::{Detections, FALSE_ALARMS, Found, Region};
use galen_stats::{Cases, Estimate, Undefined, metric};
use serde::Serialize;

pub use boxes::{Boxes, coco_found, coco_truth, found_of, truth_of};

use crate::drawn::Patients;
use crate::group::{GroupOf, Member, by_membership};
use crate::{EvalError, Settings};

/// An image with its true and found boxes.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    pub name: String,
    pub member: Member,
    pub truth: Vec<Region>,
    pub found: Vec<Found>,
}

/// How boxes are judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The share of both boxes that is common where one hits the other.
    pub overlap: f64,
    /// Whether a further hit of a true box is neither right nor wrong; else it is a false alarm.
    pub ignores_again: bool,
    /// The score of boxes that count, for metrics of one threshold.
    pub threshold: Option<f64>,
}

/// What found boxes are worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Detection {
    /// Images.
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub overall: Part,
    pub groups: Vec<GroupOf<Part>>,
    /// The FROC curve of all images: false alarms an image, and the share of true boxes that are hit, by falling score.
    pub froc_curve: Vec<[f64; 3]>,
}

/// Of all images, or of a subgroup.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub boxes: usize,
    pub found: usize,
    pub metrics: BTreeMap<String, Estimate>,
}

/// Every metric, in the order of the manual; the last four need a threshold.
const METRICS: [&str; 8] = [
    "froc",
    "ap",
    "ap_coco",
    "auroc_image",
    "sensitivity",
    "false_alarms_per_image",
    "ppv",
    "f1",
];

/// Judges found boxes, with percentile intervals of draws of patients (of images, where none are named).
///
/// `auroc_image` is the area for images with against those without a true box, by their surest box, with DeLong's interval.
///
/// # Errors
/// [`EvalError`] for an unknown metric, or if some images have a patient and others none.
pub fn evaluate(
    images: &[Image],
    judged: Judged,
    settings: &Settings,
) -> Result<Detection, EvalError> {
    let ids = settings.among(METRICS.into_iter())?;
    let boxes: Vec<(Vec<Region>, Vec<Found>)> = images
        .iter()
        .map(|image| (image.truth.clone(), image.found.clone()))
        .collect();
    let at = |overlap: f64| Detections::of(&boxes, overlap, judged.ignores_again);
    let bench = Bench {
        images,
        own: at(judged.overlap),
        by_overlap: match ids.contains(&"ap_coco") {
            true => (0..10)
                .map(|step| at(0.5 + 0.05 * f64::from(step)))
                .collect(),
            false => Vec::new(),
        },
        judged,
        settings,
    };
    let all: Vec<usize> = (0..images.len()).collect();
    let members: Vec<&Member> = images.iter().map(|image| &image.member).collect();
    let of = |places: &[usize], patients: Option<&[u32]>| bench.part(places, patients, &ids);
    let (overall, groups) = by_membership(&members, of)?;
    let truths: usize = images.iter().map(|image| image.truth.len()).sum();
    let n = images.len() as f64;
    let curve = bench.own.points(&all).into_iter();
    let curve = curve.map(|point| {
        [
            point.false_alarms / n,
            point.hits / truths as f64,
            point.score,
        ]
    });
    Ok(Detection {
        n: images.len(),
        clusters: overall.clusters,
        overall,
        groups,
        froc_curve: match truths {
            0 => Vec::new(),
            _ => curve.collect(),
        },
    })
}

struct Bench<'a> {
    images: &'a [Image],
    own: Detections,
    by_overlap: Vec<Detections>,
    judged: Judged,
    settings: &'a Settings,
}

impl Bench<'_> {
    fn part(&self, places: &[usize], cluster: Option<&[u32]>, ids: &[&str]) -> Part {
        let count =
            |of: &dyn Fn(&Image) -> usize| places.iter().map(|at| of(&self.images[*at])).sum();
        let patients = Patients::among(places, cluster);
        let mut metrics = BTreeMap::new();
        for id in ids {
            let estimate = match *id {
                "auroc_image" => self.area(places, cluster),
                _ => self.drawn(&patients, id),
            };
            metrics.insert((*id).to_owned(), estimate);
        }
        let rates = FALSE_ALARMS.into_iter().filter(|_| ids.contains(&"froc"));
        for share in rates {
            let of = |images: &[usize]| Some(self.own.sensitivities(images, &[share])?[0]);
            metrics.insert(
                format!("sensitivity_at_{share}_false_alarms"),
                patients.estimate(of, self.settings),
            );
        }
        Part {
            n: places.len(),
            clusters: patients.clusters(),
            boxes: count(&|image| image.truth.len()),
            found: count(&|image| image.found.len()),
            metrics,
        }
    }

    fn drawn(&self, patients: &Patients, id: &str) -> Estimate {
        let own = &self.own;
        let share = |up: f64, of: f64| (of > 0.0).then(|| up / of);
        let value = |images: &[usize]| match id {
            "froc" => own.froc(images),
            "ap" => own.average_precision(images),
            "ap_coco" => self.over_overlaps(images),
            _ => {
                let (hits, alarms, truths) = own.at(images, self.judged.threshold?);
                match id {
                    "sensitivity" => share(hits, truths),
                    "false_alarms_per_image" => share(alarms, images.len() as f64),
                    "ppv" => share(hits, hits + alarms),
                    _ => share(2.0 * hits, truths + hits + alarms),
                }
            }
        };
        let needs_threshold = !["froc", "ap", "ap_coco"].contains(&id);
        match needs_threshold && self.judged.threshold.is_none() {
            true => {
                let (n, level) = (patients.n() as u64, self.settings.level);
                Estimate::undefined(Undefined::NoThreshold, n, level, "none")
            }
            false => patients.estimate(value, self.settings),
        }
    }

    /// The mean over overlaps from 0.50 to 0.95, as COCO's.
    fn over_overlaps(&self, images: &[usize]) -> Option<f64> {
        let each: Option<Vec<f64>> = self
            .by_overlap
            .iter()
            .map(|one| one.interpolated_precision(images))
            .collect();
        each.map(|each| each.iter().sum::<f64>() / each.len() as f64)
    }

    fn area(&self, places: &[usize], cluster: Option<&[u32]>) -> Estimate {
        let n = places.len() as u64;
        let level = self.settings.level;
        let surest = |at: &usize| {
            let scores = self.images[*at].found.iter().map(|one| one.score);
            scores.fold(None, |most: Option<f64>, one| {
                Some(most.map_or(one, |most| most.max(one)))
            })
        };
        let scores: Vec<Option<f64>> = places.iter().map(surest).collect();
        // Nothing found is less sure than the least that was.
        let least = scores.iter().flatten().copied().fold(0.0, f64::min) - 1.0;
        let truth = places.iter().map(|at| !self.images[*at].truth.is_empty());
        let own = cluster.map(<[u32]>::to_vec);
        let scores = scores.into_iter().map(|score| score.unwrap_or(least));
        match (
            metric::by_id("auroc"),
            Cases::new(truth.collect(), scores.collect(), None, own),
        ) {
            (Some(area), Ok(cases)) => metric::measure(area, &cases, level),
            _ => Estimate::undefined(Undefined::NotDefinedHere, n, level, "delong"),
        }
    }
}

//! Boxes held against the true ones, by image.

mod boxes;

use std::collections::BTreeMap;

use galen_stats::detection::{Detections, FALSE_ALARMS, Found, Region};
use galen_stats::{Cases, Estimate, Undefined, metric};
use serde::Serialize;

pub use boxes::{Boxes, coco_found, coco_truth, found_of, truth_of};

use crate::drawn::Patients;
use crate::group::GroupOf;
use crate::{EvalError, Settings};

/// An image with its true and found boxes.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    pub name: String,
    pub patient: Option<String>,
    /// The subgroups that it belongs to, by the column.
    pub groups: BTreeMap<String, String>,
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
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let patients: Option<Vec<u32>> = images
        .iter()
        .map(|image| {
            let next = numbers.len() as u32;
            Some(*numbers.entry(image.patient.as_deref()?).or_insert(next))
        })
        .collect();
    if patients.is_none() && images.iter().any(|image| image.patient.is_some()) {
        return Err(EvalError::Other(
            "Some images have a patient and others none.".to_owned(),
        ));
    }
    let boxes: Vec<(Vec<Region>, Vec<Found>)> = images
        .iter()
        .map(|image| (image.truth.clone(), image.found.clone()))
        .collect();
    let at = |overlap: f64| Detections::of(&boxes, overlap, judged.ignores_again);
    let bench = Bench {
        images,
        patients: patients.as_deref(),
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
    let mut by: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (place, image) in images.iter().enumerate() {
        for (column, value) in &image.groups {
            by.entry((column, value)).or_default().push(place);
        }
    }
    let groups = by.into_iter().map(|((column, value), places)| GroupOf {
        by: [(column.to_owned(), value.to_owned())].into(),
        exploratory: false,
        part: bench.part(&places, &ids),
    });
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
        clusters: patients.as_ref().map(|_| numbers.len() as u64),
        overall: bench.part(&all, &ids),
        groups: groups.collect(),
        froc_curve: match truths {
            0 => Vec::new(),
            _ => curve.collect(),
        },
    })
}

struct Bench<'a> {
    images: &'a [Image],
    patients: Option<&'a [u32]>,
    own: Detections,
    by_overlap: Vec<Detections>,
    judged: Judged,
    settings: &'a Settings,
}

impl Bench<'_> {
    fn part(&self, places: &[usize], ids: &[&str]) -> Part {
        let count =
            |of: &dyn Fn(&Image) -> usize| places.iter().map(|at| of(&self.images[*at])).sum();
        let mut metrics = BTreeMap::new();
        for id in ids {
            let estimate = match *id {
                "auroc_image" => self.area(places),
                _ => self.drawn(places, id),
            };
            metrics.insert((*id).to_owned(), estimate);
        }
        let rates = FALSE_ALARMS.into_iter().filter(|_| ids.contains(&"froc"));
        for share in rates {
            let of = |images: &[usize]| Some(self.own.sensitivities(images, &[share])?[0]);
            metrics.insert(
                format!("sensitivity_at_{share}_false_alarms"),
                self.estimate(places, of),
            );
        }
        Part {
            n: places.len(),
            boxes: count(&|image| image.truth.len()),
            found: count(&|image| image.found.len()),
            metrics,
        }
    }

    fn drawn(&self, places: &[usize], id: &str) -> Estimate {
        let own = &self.own;
        let share = |up: f64, of: f64| (of > 0.0).then(|| up / of);
        let Some(threshold) = self.judged.threshold else {
            return match id {
                "froc" => self.estimate(places, |images| own.froc(images)),
                "ap" => self.estimate(places, |images| own.average_precision(images)),
                "ap_coco" => self.estimate(places, |images| self.over_overlaps(images)),
                _ => {
                    let n = places.len() as u64;
                    Estimate::undefined(Undefined::NoThreshold, n, self.settings.level, "none")
                }
            };
        };
        self.estimate(places, |images| {
            let (hits, alarms, truths) = own.at(images, threshold);
            match id {
                "froc" => own.froc(images),
                "ap" => own.average_precision(images),
                "ap_coco" => self.over_overlaps(images),
                "sensitivity" => share(hits, truths),
                "false_alarms_per_image" => share(alarms, images.len() as f64),
                "ppv" => share(hits, hits + alarms),
                _ => share(2.0 * hits, truths + hits + alarms),
            }
        })
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

    fn estimate(
        &self,
        places: &[usize],
        value: impl Fn(&[usize]) -> Option<f64> + Sync,
    ) -> Estimate {
        let own: Option<Vec<u32>> = self
            .patients
            .map(|all| places.iter().map(|at| all[*at]).collect());
        let of = |drawn: &[usize]| {
            let images: Vec<usize> = drawn.iter().map(|at| places[*at]).collect();
            value(&images)
        };
        Patients::of(places.len(), own.as_deref()).estimate(of, self.settings)
    }

    fn area(&self, places: &[usize]) -> Estimate {
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
        let own = self
            .patients
            .map(|all| places.iter().map(|at| all[*at]).collect());
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

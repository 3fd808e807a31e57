//! Masks held against the true ones, case by case.

use std::collections::BTreeMap;

use galen_stats::Estimate;
use galen_stats::segmentation::Compared;
use serde::Serialize;

use crate::drawn::{Patients, of_places};
use crate::group::{GroupOf, Member, by_membership};
use crate::{EvalError, Settings};

/// A case whose masks were compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub name: String,
    pub member: Member,
    pub compared: Compared,
}

/// What masks are worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Segmentation {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub overall: Part,
    pub groups: Vec<GroupOf<Part>>,
    /// Of the ten cases with the least Dice, in that order.
    pub worst: Vec<Worst>,
}

/// Of all cases, or of a subgroup.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// Cases in which both masks are empty: they are right, and have no overlap to measure.
    pub both_empty: usize,
    /// Cases with nothing to find in which something was found, and the other way round: their Dice is 0, and they have no distance.
    pub only_predicted: usize,
    pub only_true: usize,
    /// The mean over cases that have the value.
    pub metrics: BTreeMap<String, Estimate>,
}

/// A case that went wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Worst {
    pub case: String,
    pub dice: f64,
    pub hausdorff95: Option<f64>,
}

const WORST: usize = 10;

type Value = fn(&Compared) -> Option<f64>;

/// Every metric, in the order of the manual.
const METRICS: [(&str, Value); 6] = [
    ("dice", Compared::dice),
    ("iou", Compared::iou),
    ("hausdorff95", |one| Some(one.outlines?.hausdorff95)),
    ("hausdorff", |one| Some(one.outlines?.hausdorff)),
    ("mean_surface_distance", |one| {
        Some(one.outlines?.mean_distance)
    }),
    ("surface_dice", Compared::surface_dice),
];

/// Means over cases with percentile intervals of draws of patients, of all cases and by subgroup.
///
/// # Errors
/// [`EvalError`] for an unknown metric, or if some cases have a patient and others none.
///
/// # Source
/// Maier-Hein et al. 2024, Nat Methods 21:195-212 (a value a case, empty masks counted apart); Field and Welsh 2007 (drawing patients).
pub fn evaluate(cases: &[Case], settings: &Settings) -> Result<Segmentation, EvalError> {
    let ids = settings.among(METRICS.iter().map(|(id, _)| *id))?;
    let metrics: Vec<(&str, Value)> = METRICS
        .into_iter()
        .filter(|(id, _)| ids.contains(id))
        .collect();
    let members: Vec<&Member> = cases.iter().map(|case| &case.member).collect();
    let of = |places: &[usize], patients: Option<&[u32]>| {
        Part::of(cases, places, patients, &metrics, settings)
    };
    let (overall, groups) = by_membership(&members, of)?;
    let mut worst: Vec<Worst> = cases
        .iter()
        .filter_map(|case| {
            Some(Worst {
                case: case.name.clone(),
                dice: case.compared.dice()?,
                hausdorff95: case.compared.outlines.map(|outlines| outlines.hausdorff95),
            })
        })
        .collect();
    worst.sort_by(|a, b| a.dice.total_cmp(&b.dice).then_with(|| a.case.cmp(&b.case)));
    worst.truncate(WORST);
    Ok(Segmentation {
        n: cases.len(),
        clusters: overall.clusters,
        overall,
        groups,
        worst,
    })
}

impl Part {
    fn of(
        cases: &[Case],
        places: &[usize],
        patients: Option<&[u32]>,
        metrics: &[(&str, Value)],
        settings: &Settings,
    ) -> Self {
        let empty = |truth: bool, predicted: bool| {
            let is = |at: &&usize| {
                let overlap = cases[**at].compared.overlap;
                (overlap.first == 0, overlap.second == 0) == (truth, predicted)
            };
            places.iter().filter(is).count()
        };
        let mean = |value: &Value| {
            let values: Vec<Option<f64>> = places
                .iter()
                .map(|&at| value(&cases[at].compared))
                .collect();
            let known: Vec<usize> = (0..values.len())
                .filter(|&at| values[at].is_some())
                .collect();
            let own: Option<Vec<u32>> = patients.map(|all| of_places(all, &known));
            let of = |drawn: &[usize]| {
                let sum: f64 = drawn.iter().filter_map(|&at| values[at]).sum();
                (!drawn.is_empty()).then(|| sum / drawn.len() as f64)
            };
            Patients::among(&known, own.as_deref()).estimate(of, settings)
        };
        Self {
            n: places.len(),
            clusters: Patients::of(places.len(), patients).clusters(),
            both_empty: empty(true, true),
            only_predicted: empty(true, false),
            only_true: empty(false, true),
            metrics: metrics
                .iter()
                .map(|(id, value)| ((*id).to_owned(), mean(value)))
                .collect(),
        }
    }
}

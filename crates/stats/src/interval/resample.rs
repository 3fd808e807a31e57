//! Drawing patients anew, many times, for several metrics at once.

use rayon::prelude::*;

use crate::cases::Cases;
use crate::draw::Draw;
use crate::estimate::Level;
use crate::interval::bounds_of;
use crate::metric::Metric;
use crate::tally::{Coded, Tally};

/// Draws that are usual where nothing is said, and their seed.
pub const RESAMPLES: u32 = 2_000;
pub const SEED: u64 = 0;

/// The cases of each patient as places of a tally, one patient behind the other.
pub(crate) struct Patients {
    places: Vec<u32>,
    weights: Option<Vec<f64>>,
    /// Where each patient begins, and the end.
    starts: Vec<u32>,
    coded: Coded,
}

impl Patients {
    pub(crate) fn of(cases: &Cases) -> Self {
        let coded = Coded::of(cases);
        let Some(cluster) = cases.cluster() else {
            return Self {
                places: coded.places.clone(),
                weights: cases.weight().map(<[f64]>::to_vec),
                starts: (0..=cases.n() as u32).collect(),
                coded,
            };
        };
        let mut order: Vec<u32> = (0..cases.n() as u32).collect();
        order.sort_by_key(|&i| cluster[i as usize]);
        let mut starts = Vec::new();
        let mut last = None;
        for (at, &i) in order.iter().enumerate() {
            if last != Some(cluster[i as usize]) {
                starts.push(at as u32);
                last = Some(cluster[i as usize]);
            }
        }
        starts.push(order.len() as u32);
        Self {
            places: order.iter().map(|&i| coded.places[i as usize]).collect(),
            weights: cases
                .weight()
                .map(|weight| order.iter().map(|&i| weight[i as usize]).collect()),
            starts,
            coded,
        }
    }

    /// The same patients in an order that their cases alone decide, so that draws do not depend on how a file is sorted.
    fn sorted(self) -> Self {
        let mut each: Vec<(Vec<u32>, Vec<u64>)> = (0..self.count())
            .map(|patient| {
                let range = self.starts[patient] as usize..self.starts[patient + 1] as usize;
                let mut cases: Vec<(u32, u64)> = range
                    .map(|at| {
                        // Weights are not negative, so their bits are in their order.
                        let weight = self
                            .weights
                            .as_ref()
                            .map_or(0, |weights| weights[at].to_bits());
                        (self.places[at], weight)
                    })
                    .collect();
                cases.sort_unstable();
                cases.into_iter().unzip()
            })
            .collect();
        each.sort_unstable();
        let mut starts = vec![0];
        for (places, _) in &each {
            starts.push(starts[starts.len() - 1] + places.len() as u32);
        }
        let weights = each
            .iter()
            .flat_map(|(_, weights)| weights.iter().map(|bits| f64::from_bits(*bits)));
        Self {
            weights: self.weights.is_some().then(|| weights.collect()),
            places: each
                .iter()
                .flat_map(|(places, _)| places.iter().copied())
                .collect(),
            starts,
            coded: self.coded,
        }
    }

    /// [`Self::sorted`] of patients of one case and no weight.
    fn sorted_singly(mut self) -> Self {
        self.places.sort_unstable();
        self
    }

    pub(crate) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// A tally of no case.
    pub(crate) fn empty(&self) -> Tally {
        self.coded.empty()
    }

    /// Adds a patient to a tally, `times` times.
    pub(crate) fn add(&self, tally: &mut Tally, patient: usize, times: f64) {
        let range = self.starts[patient] as usize..self.starts[patient + 1] as usize;
        match &self.weights {
            None => {
                for &place in &self.places[range] {
                    tally.cells[place as usize >> 1][place as usize & 1] += times;
                }
            }
            Some(weights) => {
                for (&place, weight) in self.places[range.clone()].iter().zip(&weights[range]) {
                    tally.cells[place as usize >> 1][place as usize & 1] += times * weight;
                }
            }
        }
    }
}

/// What is asked of each of `resamples` draws of patients with replacement, in the order of the draws. A patient comes with all cases;
/// without patients each case is one. The same seed gives the same draws on any number of cores and for any order of the cases.
///
/// # Source
/// Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 6; Field and Welsh 2007, J R Stat Soc B 69:369-390 (drawing
/// clusters).
pub(crate) fn each_draw<T: Send>(
    cases: &Cases,
    resamples: u32,
    seed: u64,
    ask: impl Fn(&Tally) -> T + Sync,
) -> Vec<T> {
    let patients = match cases.is_row_wise() {
        true => Patients::of(cases).sorted_singly(),
        false => Patients::of(cases).sorted(),
    };
    let n = patients.count() as u32;
    (0..resamples)
        .into_par_iter()
        .map_init(
            || (patients.empty(), vec![0_u32; 2 * patients.coded.len()]),
            |(tally, counts), number| {
                let mut draw = Draw::new(seed, u64::from(number));
                match cases.is_row_wise() {
                    // One case a patient, and no weight: counted, and then written down once.
                    true => {
                        counts.fill(0);
                        draw.each_below(n, n as usize, |case| {
                            counts[patients.places[case as usize] as usize] += 1
                        });
                        for (cell, count) in tally.cells.iter_mut().zip(counts.chunks_exact(2)) {
                            *cell = [f64::from(count[0]), f64::from(count[1])];
                        }
                    }
                    false => {
                        tally.cells.fill([0.0; 2]);
                        draw.each_below(n, n as usize, |patient| {
                            patients.add(tally, patient as usize, 1.0)
                        });
                    }
                }
                ask(tally)
            },
        )
        .collect()
}

/// The values of each metric in `resamples` draws of patients, one list a metric; a draw that does not define a metric has no value of it.
pub(crate) fn resampled(
    cases: &Cases,
    metrics: &[&dyn Metric],
    resamples: u32,
    seed: u64,
) -> Vec<Vec<f64>> {
    if metrics.is_empty() {
        return Vec::new();
    }
    let draws = each_draw(cases, resamples, seed, |tally| -> Vec<Option<f64>> {
        let value = |metric: &&dyn Metric| metric.value(tally, cases.threshold());
        let values = metrics.iter().map(value);
        values
            .map(|value| value.filter(|value| value.is_finite()))
            .collect()
    });
    (0..metrics.len())
        .map(|at| draws.iter().filter_map(|values| values[at]).collect())
        .collect()
}

/// The sensitivity at false positive rates, with its percentile interval over draws of patients: (rate, low, high). None where a class is
/// absent. The band is pointwise: it holds each point of the curve with this probability, and not all of them together.
///
/// # Source
/// Macskassy, Provost and Rosset 2005, ICML:537-544 (vertical bands of ROC curves).
pub fn roc_band(
    cases: &Cases,
    rates: &[f64],
    resamples: u32,
    seed: u64,
    level: Level,
) -> Option<Vec<[f64; 3]>> {
    let drawn: Vec<Option<Vec<f64>>> = each_draw(cases, resamples, seed, |tally| {
        let points = tally.roc()?;
        let at = |rate: &f64| sensitivity_at(&points, *rate);
        Some(rates.iter().map(at).collect())
    });
    let at = |i: usize| {
        let values = drawn.iter().flatten().map(|values| values[i]).collect();
        let (low, high) = bounds_of(values, resamples, level).ok()?;
        Some([rates[i], low, high])
    };
    (0..rates.len()).map(at).collect()
}

/// The height of a ROC curve, on the lines between its points.
fn sensitivity_at(points: &[[f64; 2]], rate: f64) -> f64 {
    let after = points.partition_point(|point| point[0] <= rate);
    let [x0, y0] = points[after.saturating_sub(1)];
    match points.get(after) {
        Some([x1, y1]) => y0 + (y1 - y0) * (rate - x0) / (x1 - x0),
        None => y0,
    }
}

/// The value of a metric without each patient, in their order.
pub(crate) fn without_each(cases: &Cases, metric: &dyn Metric) -> Vec<Option<f64>> {
    let patients = Patients::of(cases);
    let whole = Tally::of(cases);
    let threshold = cases.threshold();
    (0..patients.count())
        .into_par_iter()
        .map_init(
            || whole.clone(),
            |tally, patient| {
                patients.add(tally, patient, -1.0);
                let value = metric.value(tally, threshold);
                patients.add(tally, patient, 1.0);
                value
            },
        )
        .collect()
}

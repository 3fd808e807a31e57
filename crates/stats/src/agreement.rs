//! How far several readers of the same cases agree.
//!
//! [`Ratings`] holds who said what; each coefficient of [`COEFFICIENTS`] is a number of them, and [`interval`] draws patients
//! anew to say how sure it is. To add one: a function in a file here, and a line in the list.

mod adjudication;
mod coefficient;
mod endpoint;
mod icc;
mod overlap;

pub use adjudication::{Adjudicated, DawidSkene, adjudicate, dawid_skene};
pub use coefficient::{cohen_kappa, fleiss_kappa, gwet_ac, krippendorff_alpha, percent_agreement};
pub use endpoint::{Endpoint, Judged, endpoint};
pub use icc::icc_2_1;
pub use overlap::{Overlap, dice, mean_dice};

use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{bootstrap_of_patients, by_patient};

/// What readers said of cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    /// For each case, for each reader the category by number; `None` where the reader did not read it.
    pub of_case: Vec<Vec<Option<usize>>>,
    /// The value of each category: its place among the categories, or the number that it is.
    pub values: Vec<f64>,
    /// The patient of each case, if cases of one patient depend on each other.
    pub patients: Option<Vec<u32>>,
}

/// How much two different categories disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// All alike.
    Unweighted,
    /// By the distance of their values.
    Linear,
    /// By its square.
    Quadratic,
}

/// A coefficient of all readers together.
pub type Coefficient = fn(&Ratings, Weights) -> Result<f64, Undefined>;

/// The coefficients of all readers together, by the names of the field.
pub const COEFFICIENTS: &[(&str, Coefficient)] = &[
    ("percent_agreement", percent_agreement),
    ("fleiss_kappa", fleiss_kappa),
    ("krippendorff_alpha", krippendorff_alpha),
    ("gwet_ac1", gwet_ac),
    ("icc_2_1", icc_2_1),
];

impl Ratings {
    /// The agreement of two categories, from 0 to 1.
    pub(crate) fn weight(&self, weights: Weights, a: usize, b: usize) -> f64 {
        let ends = self.values.iter().copied();
        let low = ends.clone().fold(f64::INFINITY, f64::min);
        let high = ends.fold(f64::NEG_INFINITY, f64::max);
        let distance = (self.values[a] - self.values[b]).abs() / (high - low);
        match weights {
            _ if a == b => 1.0,
            Weights::Unweighted => 0.0,
            Weights::Linear => 1.0 - distance,
            Weights::Quadratic => 1.0 - distance * distance,
        }
    }

    /// For each case how many readers named each category.
    pub(crate) fn counts(&self) -> Vec<Vec<f64>> {
        let count = |case: &Vec<Option<usize>>| {
            let mut counts = vec![0.0; self.values.len()];
            case.iter()
                .flatten()
                .for_each(|&category| counts[category] += 1.0);
            counts
        };
        self.of_case.iter().map(count).collect()
    }

    /// The ratings of these two readers alone.
    pub fn pair(&self, a: usize, b: usize) -> Ratings {
        Ratings {
            of_case: self
                .of_case
                .iter()
                .map(|case| vec![case[a], case[b]])
                .collect(),
            ..self.clone()
        }
    }

    fn pick(&self, cases: &[usize]) -> Ratings {
        Ratings {
            of_case: cases
                .iter()
                .map(|&case| self.of_case[case].clone())
                .collect(),
            values: self.values.clone(),
            patients: None,
        }
    }
}

/// A coefficient with the percentile interval of drawing patients anew, with all their cases; without patients each case is
/// one. Where fewer than 95 % of the draws define it, it has no interval and says why.
///
/// # Source
/// Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3; Field and Welsh 2007, J R Stat Soc B 69:369-390
/// (drawing clusters).
pub fn interval(
    ratings: &Ratings,
    coefficient: impl Fn(&Ratings) -> Result<f64, Undefined> + Sync,
    resamples: u32,
    seed: u64,
    level: Level,
) -> Estimate {
    const METHOD: &str = "bootstrap_percentile";
    let n = ratings
        .of_case
        .iter()
        .filter(|case| case.iter().flatten().count() > 1)
        .count() as u64;
    let value = match coefficient(ratings) {
        Ok(value) => value,
        Err(why) => return Estimate::undefined(why, n, level, METHOD),
    };
    let patients = by_patient(ratings.of_case.len(), ratings.patients.as_deref());
    let drawn = |drawn: &[&[usize]]| coefficient(&ratings.pick(&drawn.concat())).ok();
    let bounds = bootstrap_of_patients(&patients, drawn, resamples, seed, level);
    let clusters = ratings.patients.is_some().then_some(patients.len() as u64);
    Estimate::with_interval(value, bounds, n, level, METHOD)
        .clusters(clusters)
        .seed(seed)
}

#[cfg(test)]
mod tests;

//! Drift tests: whether one column's values of today still look like those of the reference.
//!
//! A test gives a statistic and perhaps a p-value; whether that is drift, its caller judges: a test with a p-value has
//! drifted when p is below the threshold, a distance when the statistic is at or above it. Missing values are dropped
//! before. To add one: a file in `drift/` and a line in [`DRIFT_TESTS`].

mod anderson;
mod bins;
mod chisquare;
mod cramer_von_mises;
mod distribution;
mod energy_distance;
mod expected;
mod fisher_exact;
mod g_test;
mod hellinger;
mod jensenshannon;
mod kl_div;
mod kolmogorov;
mod ks;
mod mannw;
mod psi;
mod ranks;
mod t_test;
mod wasserstein;
mod z;

use crate::estimate::Undefined;
use serde::{Deserialize, Serialize};

/// Every drift test that a monitoring plan may name, in the order of the manual.
pub const DRIFT_TESTS: &[&dyn DriftTest] = &[
    &ks::Ks,
    &anderson::Anderson,
    &cramer_von_mises::CramerVonMises,
    &mannw::MannW,
    &t_test::TTest,
    &wasserstein::Wasserstein,
    &energy_distance::EnergyDistance,
    &psi::Psi,
    &jensenshannon::JensenShannon,
    &kl_div::KlDiv,
    &hellinger::Hellinger,
    &chisquare::ChiSquare,
    &g_test::GTest,
    &fisher_exact::FisherExact,
    &z::Z,
];

/// A comparison of two samples of one column.
pub trait DriftTest: Sync {
    /// What the test is.
    fn about(&self) -> DriftAbout;

    /// The statistic of `current` against `reference`, both without missing values, numbers finite.
    ///
    /// # Errors
    /// [`Undefined::EmptySample`], [`Undefined::WrongKind`] when the values do not fit the test or each other,
    /// [`Undefined::NotFinite`], and what the test itself names.
    fn test(&self, reference: &Sample, current: &Sample) -> Result<DriftResult, Undefined>;
}

/// What a drift test is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DriftAbout {
    /// The name in files and on the command line.
    pub id: &'static str,
    /// The name on a page.
    pub title: &'static str,
    /// The paper of the test and the definition that is followed.
    pub source: &'static str,
    /// The values that it compares.
    pub kind: Kind,
    /// Whether it gives a p-value, which the threshold then bounds from below; else the threshold bounds the statistic
    /// from above.
    pub gives_p: bool,
    /// The threshold where none is declared.
    pub default_threshold: f64,
}

/// The values that a drift test compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers.
    Number,
    /// Categories.
    Category,
    /// Numbers, put into bins, or categories.
    Either,
}

/// The values of a column, missing ones dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample<'a> {
    /// Finite numbers.
    Numbers(&'a [f64]),
    /// Names of categories.
    Categories(&'a [&'a str]),
}

impl Sample<'_> {
    /// The number of values.
    pub fn n(&self) -> usize {
        match self {
            Sample::Numbers(numbers) => numbers.len(),
            Sample::Categories(categories) => categories.len(),
        }
    }
}

/// What a drift test found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriftResult {
    /// The statistic; `None` when it is unbounded, as chi-square is for a category that the reference never had (p is
    /// then 0) or an odds ratio over an empty cell.
    pub statistic: Option<f64>,
    /// The p-value, of a test that gives one.
    pub p_value: Option<f64>,
}

/// The drift test of this id.
pub fn by_id(id: &str) -> Option<&'static dyn DriftTest> {
    DRIFT_TESTS
        .iter()
        .copied()
        .find(|test| test.about().id == id)
}

/// The test that Evidently 0.7.23 takes where none is named. `numbers` says whether the column holds numbers,
/// `distinct` counts the values of both samples together, `reference` the rows of the reference. Where `chisquare` or
/// `z` comes out for numbers, their values are the categories.
pub fn default_test(numbers: bool, distinct: usize, reference: usize) -> &'static dyn DriftTest {
    match (reference <= 1000, numbers && distinct > 5) {
        (true, true) => &ks::Ks,
        (true, false) if distinct > 2 => &chisquare::ChiSquare,
        (true, false) => &z::Z,
        (false, true) => &wasserstein::Wasserstein,
        (false, false) => &jensenshannon::JensenShannon,
    }
}

/// Both samples as sorted numbers.
fn sorted(reference: &Sample, current: &Sample) -> Result<(Vec<f64>, Vec<f64>), Undefined> {
    let (Sample::Numbers(reference), Sample::Numbers(current)) = (reference, current) else {
        return Err(Undefined::WrongKind);
    };
    let sort = |numbers: &[f64]| {
        if numbers.is_empty() {
            return Err(Undefined::EmptySample);
        }
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        let mut sorted = numbers.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Ok(sorted)
    };
    Ok((sort(reference)?, sort(current)?))
}

#[cfg(test)]
mod laws;

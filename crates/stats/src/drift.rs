//! Drift tests: whether one column's values of today still look like those of the reference.
//!
//! A test gives a statistic and perhaps a p-value; [`DriftAbout::drifted`] says what its threshold makes of them, its caller
//! judges. Missing values are dropped before. Dates are numbers here (days), and so are predictions: no test is theirs
//! alone. A test that needs no more than counts takes them, so that the reference may be a stored profile. To add one: a
//! file in `drift/` and a line in [`DRIFT_TESTS`].

mod anderson;
mod bins;
mod chisquare;
mod classifier;
mod cramer_von_mises;
mod distribution;
mod energy_distance;
mod epps_singleton;
mod expected;
mod fisher_exact;
mod g_test;
mod hellinger;
mod jensenshannon;
mod kl_div;
mod kolmogorov;
mod ks;
mod mannw;
mod mmd;
mod psi;
mod t_test;
mod total_variation;
mod wasserstein;
mod z;

pub use bins::{Binned, bins};

use crate::estimate::Undefined;
use crate::sample::{self, Sample};
use serde::{Deserialize, Serialize};

/// Every drift test that a monitoring plan may name, in the order of the manual.
pub const DRIFT_TESTS: &[&dyn DriftTest] = &[
    &ks::Ks,
    &anderson::Anderson,
    &cramer_von_mises::CramerVonMises,
    &epps_singleton::EppsSingleton,
    &mannw::MannW,
    &t_test::TTest,
    &wasserstein::Wasserstein,
    &energy_distance::EnergyDistance,
    &mmd::Mmd,
    &psi::Psi,
    &jensenshannon::JensenShannon,
    &kl_div::KlDiv,
    &hellinger::Hellinger,
    &classifier::Classifier,
    &chisquare::ChiSquare,
    &g_test::GTest,
    &fisher_exact::FisherExact,
    &z::Z,
    &total_variation::TotalVariation,
];

/// A comparison of two samples of one column.
pub trait DriftTest: Sync {
    /// What the test is.
    fn about(&self) -> DriftAbout;

    /// The statistic of `current` against `reference`, both without missing values. `seed` is used by tests that draw; the
    /// same seed gives the same result, whatever the order of the values.
    ///
    /// # Errors
    /// [`Undefined::EmptySample`], [`Undefined::WrongKind`] when the values do not fit the test or each other, and what the
    /// test itself names.
    fn test(
        &self,
        reference: &Sample,
        current: &Sample,
        seed: u64,
    ) -> Result<DriftResult, Undefined>;

    /// The same of values that are counted in the same bins already, or in the same categories in the order of their names.
    ///
    /// # Errors
    /// [`Undefined::NeedsValues`] of a test that cannot do with counts, [`Undefined::NotAligned`] for a different number of
    /// bins, and as [`DriftTest::test`].
    fn test_counts(
        &self,
        _reference: &[u64],
        _current: &[u64],
        _seed: u64,
    ) -> Result<DriftResult, Undefined> {
        Err(Undefined::NeedsValues)
    }
}

/// What a drift test is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DriftAbout {
    /// The name in files and on the command line.
    pub id: &'static str,
    /// The name in Evidently 0.7.23 where it is another one; [`by_id`] knows it as well.
    pub evidently: Option<&'static str>,
    /// The name on a page.
    pub title: &'static str,
    /// The paper of the test and the definition that is followed.
    pub source: &'static str,
    /// The values that it compares.
    pub kind: Kind,
    /// Whether it gives a p-value, which the threshold then bounds from below; else the threshold bounds the statistic
    /// from above.
    pub gives_p: bool,
    /// Whether it can do with counts: [`DriftTest::test_counts`].
    pub takes_counts: bool,
    /// Whether it draws, so that its result depends on the seed.
    pub draws: bool,
    /// The threshold where none is declared.
    pub default_threshold: f64,
    /// Whether exactly the threshold has drifted, as Evidently has it.
    pub at_threshold: bool,
}

impl DriftAbout {
    /// Whether the threshold calls this result drift; `None` if there is no number to judge by.
    pub fn drifted(&self, result: &DriftResult, threshold: f64) -> Option<bool> {
        let past =
            |number: f64, is_past: bool| is_past || (self.at_threshold && number == threshold);
        if self.gives_p {
            result.p_value.map(|p| past(p, p < threshold))
        } else {
            result.statistic.map(|it| past(it, it > threshold))
        }
    }
}

/// The values that a drift test or an effect compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers.
    Number,
    /// Categories.
    Category,
    /// Numbers, put into bins, or categories.
    Either,
}

/// What a drift test found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriftResult {
    /// The statistic; `None` when it is unbounded, as chi-square is for a category that the reference never had (p is
    /// then 0) or an odds ratio over an empty cell.
    pub statistic: Option<f64>,
    /// The p-value, of a test that gives one.
    pub p_value: Option<f64>,
    /// How many values were drawn from each sample, where not all were compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Drawn>,
}

/// How many values, or rows, were drawn from each sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    pub reference: u64,
    pub current: u64,
}

impl DriftResult {
    /// A distance without a p-value.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`] for a number that is not finite.
    fn distance(statistic: f64) -> Result<DriftResult, Undefined> {
        if !statistic.is_finite() {
            return Err(Undefined::NotFinite);
        }
        Ok(DriftResult {
            statistic: Some(statistic),
            p_value: None,
            drawn: None,
        })
    }

    /// A statistic, absent if it is unbounded, with its p-value.
    fn with_p(statistic: Option<f64>, p: f64) -> DriftResult {
        DriftResult {
            statistic,
            p_value: Some(p.clamp(0.0, 1.0)),
            drawn: None,
        }
    }
}

/// The drift test of this id, or of this name in Evidently.
pub fn by_id(id: &str) -> Option<&'static dyn DriftTest> {
    let is = |test: &&dyn DriftTest| {
        let about = test.about();
        about.id == id || about.evidently == Some(id)
    };
    DRIFT_TESTS.iter().copied().find(is)
}

/// The test that Evidently 0.7.23 takes where none is named. `numbers` says whether the column holds numbers,
/// `distinct` counts the values of both samples together, `reference` those of the reference. Where `chisquare` or
/// `z` comes out for numbers, their values are the categories.
pub fn default_test(numbers: bool, distinct: usize, reference: u64) -> &'static dyn DriftTest {
    match (reference <= 1000, numbers && distinct > 5) {
        (true, true) => &ks::Ks,
        (true, false) if distinct > 2 => &chisquare::ChiSquare,
        (true, false) => &z::Z,
        (false, true) => &wasserstein::Wasserstein,
        (false, false) => &jensenshannon::JensenShannon,
    }
}

/// [`default_test`] of two samples.
///
/// # Errors
/// [`Undefined::WrongKind`] for numbers against categories.
pub fn default_test_of(
    reference: &Sample,
    current: &Sample,
) -> Result<&'static dyn DriftTest, Undefined> {
    let (numbers, distinct) = match (reference, current) {
        // More than five is all that counts.
        (Sample::Numbers(a), Sample::Numbers(b)) => (true, sample::together(a, b).take(6).count()),
        (Sample::Categories(a), Sample::Categories(b)) => (false, sample::aligned(a, b).len()),
        _ => return Err(Undefined::WrongKind),
    };
    Ok(default_test(numbers, distinct, reference.n()))
}

#[cfg(test)]
mod laws;

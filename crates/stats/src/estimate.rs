//! The value that leaves this crate: a number, its interval, and from how much it comes.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A number with its doubt. An absent number is `None` and `why` says the reason; no field is ever NaN or infinite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The point estimate, in the unit of its metric; proportions are in 0..=1.
    pub value: Option<f64>,
    /// The lower end of the two-sided interval.
    pub low: Option<f64>,
    /// The upper end of the two-sided interval.
    pub high: Option<f64>,
    /// The confidence level of the two-sided interval, such as 0.95.
    pub level: f64,
    /// The number of cases counted.
    pub n: u64,
    /// The number of counted cases with the event: flagged diseased ones for a sensitivity, deaths for an O/E ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<u64>,
    /// The number of patients among the counted cases, where patients were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// How the interval was made, such as `wilson` or `delong`.
    pub method: String,
    /// The seed, where randomness was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Why the value or its interval is absent, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Estimate {
    /// An estimate whose interval is known. A number that is not finite makes the whole estimate undefined.
    pub fn new(
        value: f64,
        (low, high): (f64, f64),
        n: u64,
        level: Level,
        method: &str,
    ) -> Estimate {
        if !(value.is_finite() && low.is_finite() && high.is_finite()) {
            return Estimate::undefined(Undefined::NotFinite, n, level, method);
        }
        Estimate {
            low: Some(low),
            high: Some(high),
            ..Estimate::blank(Some(value), n, level, method)
        }
    }

    /// A value whose interval is undefined, and why.
    pub fn without_interval(
        value: f64,
        why: Undefined,
        n: u64,
        level: Level,
        method: &str,
    ) -> Estimate {
        if !value.is_finite() {
            return Estimate::undefined(Undefined::NotFinite, n, level, method);
        }
        Estimate {
            why: Some(why.to_string()),
            ..Estimate::blank(Some(value), n, level, method)
        }
    }

    /// Nothing could be computed, and why.
    pub fn undefined(why: Undefined, n: u64, level: Level, method: &str) -> Estimate {
        Estimate {
            why: Some(why.to_string()),
            ..Estimate::blank(None, n, level, method)
        }
    }

    /// A value with an interval, or with the reason why it has none.
    pub fn with_interval(
        value: f64,
        interval: Result<(f64, f64), Undefined>,
        n: u64,
        level: Level,
        method: &str,
    ) -> Estimate {
        match interval {
            Ok(bounds) => Estimate::new(value, bounds, n, level, method),
            Err(why) => Estimate::without_interval(value, why, n, level, method),
        }
    }

    /// The interval of a defined estimate, low and high; bounds that no interval has (one of them absent, not finite, or in
    /// the wrong order) are none.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let (_, low, high) = (self.value?, self.low?, self.high?);
        (low.is_finite() && high.is_finite() && low <= high).then_some((low, high))
    }

    /// The same estimate with its number of events.
    pub fn events(self, events: u64) -> Estimate {
        Estimate {
            events: Some(events),
            ..self
        }
    }

    /// The same estimate with its number of patients, where patients were given.
    pub fn clusters(self, clusters: Option<u64>) -> Estimate {
        Estimate { clusters, ..self }
    }

    /// The same estimate with the seed that it was drawn under.
    pub fn seed(self, seed: u64) -> Estimate {
        Estimate {
            seed: Some(seed),
            ..self
        }
    }

    fn blank(value: Option<f64>, n: u64, level: Level, method: &str) -> Estimate {
        Estimate {
            value,
            low: None,
            high: None,
            level: level.value(),
            n,
            events: None,
            clusters: None,
            method: method.to_owned(),
            seed: None,
            why: None,
        }
    }
}

/// The confidence level of a two-sided interval: at least 0.5, below 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Level(f64);

impl Level {
    /// The level that is used where none is declared.
    pub const DEFAULT: Level = Level(0.95);

    /// # Errors
    /// [`LevelError`] outside 0.5 <= x < 1; NaN too.
    pub fn new(level: f64) -> Result<Level, LevelError> {
        if (0.5..1.0).contains(&level) {
            Ok(Level(level))
        } else {
            Err(LevelError(level))
        }
    }

    /// The level as a number in 0.5..1.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The standard normal quantile of the interval's upper end: 1.96 for 0.95.
    pub fn z(self) -> f64 {
        crate::normal::quantile(0.5 + self.0 / 2.0)
    }
}

impl TryFrom<f64> for Level {
    type Error = LevelError;

    fn try_from(level: f64) -> Result<Level, LevelError> {
        Level::new(level)
    }
}

impl From<Level> for f64 {
    fn from(level: Level) -> f64 {
        level.0
    }
}

/// A number that is no confidence level.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("a confidence level is at least 0.5 and below 1, such as 0.95; found {0}")]
pub struct LevelError(pub f64);

/// Why a statistic, or its interval, does not exist for these cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Undefined {
    /// No case at all.
    #[error("There is no case.")]
    NoCase,
    /// No case with the disease.
    #[error("No case is diseased.")]
    NoDiseasedCase,
    /// No case without the disease.
    #[error("No case is healthy.")]
    NoHealthyCase,
    /// No healthy case at or above the threshold.
    #[error("No healthy case is flagged, so the ratio is infinite.")]
    NoFlaggedHealthyCase,
    /// Every healthy case at or above the threshold.
    #[error("Every healthy case is flagged, so the ratio is infinite.")]
    EveryHealthyCaseFlagged,
    /// A threshold of 1 or outside of the probabilities.
    #[error("The threshold is 1 or no probability, so its odds are infinite.")]
    CertainThreshold,
    /// A jackknife over more than can be left out one by one.
    #[error("There are too many cases for this method: take bootstrap_percentile.")]
    TooManyCases,
    /// Nothing of the kind in these cases.
    #[error("It is not defined for these cases.")]
    NotDefinedHere,
    /// No score at or above the threshold.
    #[error("No case is flagged.")]
    NoFlaggedCase,
    /// Every score at or above the threshold.
    #[error("Every case is flagged.")]
    NoUnflaggedCase,
    /// A metric of flags without a threshold.
    #[error("No threshold is given, so no case can be flagged.")]
    NoThreshold,
    /// A metric of probabilities on other scores.
    #[error("A score lies outside 0 to 1, so the scores are no probabilities.")]
    NotProbability,
    /// A calibration metric on a score of exactly 0 or 1.
    #[error("A score is exactly 0 or 1, so its log odds are infinite.")]
    CertainScore,
    /// The expected number of events is 0.
    #[error("The scores expect no event at all.")]
    NoExpectedEvent,
    /// A regression on one value.
    #[error("All scores are the same, so nothing can be fitted to them.")]
    SameScore,
    /// A regression without a finite maximum.
    #[error("The scores separate diseased from healthy cases, so the fit has no finite answer.")]
    Separated,
    /// A fit that did not settle.
    #[error("The fit did not settle.")]
    NotConverged,
    /// A logarithm of something below 0.
    #[error("A truth or a prediction is negative, so its logarithm means nothing.")]
    NegativeValue,
    /// A percentage of 0.
    #[error("A truth is 0, so an error in percent of it means nothing.")]
    ZeroTruth,
    /// Too few cases for a variance.
    #[error("There are too few cases for an interval.")]
    TooFewCases,
    /// Too few patients for a variance between them.
    #[error("There are too few patients for an interval.")]
    TooFewPatients,
    /// Too few readers for a variance between them.
    #[error("There are too few readers for an interval.")]
    TooFewReaders,
    /// An unbiased estimate of a variance that is below 0.
    #[error("The unbiased estimate of the variance is negative, so it gives no interval.")]
    NegativeVariance,
    /// The estimated variance is 0, which would pretend certainty.
    #[error("The cases show no variation, so an interval cannot be estimated from them.")]
    NoVariation,
    /// Two models were not judged on the same cases.
    #[error("The two scores are not of the same cases, so they cannot be paired.")]
    NotPaired,
    /// A bootstrap that mostly failed.
    #[error("The statistic is undefined in too many resamples.")]
    TooFewResamples,
    /// A sample without a value.
    #[error("A sample holds no value.")]
    EmptySample,
    /// A test for numbers on categories, or the other way round.
    #[error("The test does not fit this kind of values.")]
    WrongKind,
    /// A test of two categories on more.
    #[error("The test compares two categories, and the samples hold more.")]
    MoreThanTwoCategories,
    /// A test that needs the values, on counts of bins.
    #[error("The test needs the values themselves, not only how many are in each bin.")]
    NeedsValues,
    /// Counts of different bins, or tables of different columns.
    #[error("The samples do not have the same bins or columns.")]
    NotAligned,
    /// A bootstrap over more categories than it can take.
    #[error("There are too many categories for an interval.")]
    TooManyCategories,
    /// A group of cases of which none has the reference standard.
    #[error(
        "A group of cases has the reference standard in none, so nothing says how many of it are diseased."
    )]
    NoVerifiedCase,
    /// A corrected share below 0 or above 1.
    #[error(
        "The corrected value lies outside 0 to 1: these cases do not fit a reference standard of that sensitivity and specificity."
    )]
    OutsideShare,
    /// A reference standard that is no better than a coin.
    #[error(
        "Sensitivity and specificity of the reference standard do not add up to more than 1, so it tells nothing."
    )]
    BlindReference,
    /// A share, rate or time that cannot be one.
    #[error("A given number cannot be: shares lie in 0 to 1, rates and times above 0.")]
    ImpossibleNumber,
    /// A list that grows without end.
    #[error("More cases come than the readers can read, so the waiting time grows without end.")]
    Overloaded,
    /// Computed from shares whose doubt is not known.
    #[error("The shares are given without the counts behind them, so there is no interval.")]
    NoCounts,
    /// Risks that no test result can reach.
    #[error(
        "The risk that rules out must lie below the prevalence, and the risk that rules in above it."
    )]
    UnreachableRisk,
    /// An overflow or a value that is not finite.
    #[error("A value is not finite.")]
    NotFinite,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_without_events_patients_or_seed_does_not_mention_them() {
        let estimate = Estimate::new(0.5, (0.25, 0.75), 8, Level::DEFAULT, "wilson");
        let json = serde_json::to_string(&estimate).expect("an estimate is plain data");
        assert_eq!(
            json,
            r#"{"value":0.5,"low":0.25,"high":0.75,"level":0.95,"n":8,"method":"wilson"}"#
        );
        assert_eq!(
            serde_json::from_str::<Estimate>(&json).expect("it was just written"),
            estimate
        );
    }

    #[test]
    fn an_undefined_estimate_says_why_and_holds_null() {
        let estimate = Estimate::undefined(Undefined::NoDiseasedCase, 3, Level::DEFAULT, "wilson");
        let json = serde_json::to_value(&estimate).expect("an estimate is plain data");
        assert!(json["value"].is_null());
        assert_eq!(json["why"], "No case is diseased.");
    }

    #[test]
    fn a_number_that_is_not_finite_never_enters_an_estimate() {
        for value in [f64::NAN, f64::INFINITY] {
            let estimate = Estimate::new(value, (0.0, 1.0), 3, Level::DEFAULT, "normal");
            assert_eq!(estimate.value, None);
            assert_eq!(estimate.why.as_deref(), Some("A value is not finite."));
        }
    }

    #[test]
    fn a_level_below_one_half_or_of_one_is_refused() {
        for level in [0.0, 0.49, 1.0, 95.0, f64::NAN] {
            assert!(Level::new(level).is_err(), "{level}");
        }
        assert_eq!(Level::new(0.9).map(Level::value), Ok(0.9));
        assert!(serde_json::from_str::<Level>("1.0").is_err());
    }
}

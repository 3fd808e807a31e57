//! Metrics of the four kinds of cases at a threshold: the value, and its interval by the delta method.

use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::tally::Confusion;

/// A number of the four shares, with its derivatives by flagged diseased, flagged healthy, missed diseased, and healthy ones left alone,
/// all on the scale on which it is nearly normal.
pub(crate) struct Slope {
    pub value: f64,
    pub by: [f64; 4],
}

/// The scale on which an interval is symmetric.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    Plain,
    Log,
    Logit,
    /// Fisher's z.
    Correlation,
}

impl Scale {
    fn back(self, value: f64) -> f64 {
        match self {
            Self::Plain => value,
            Self::Log => value.exp(),
            Self::Logit => 1.0 / (1.0 + (-value).exp()),
            Self::Correlation => value.tanh(),
        }
    }
}

/// The estimate of a metric of flags. `value` is that of the metric itself; `slope` is asked on `scale` for the interval, and gives
/// nothing where the metric lies at an end of it.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], and what `value` says.
///
/// # Source
/// Agresti 2013, Categorical Data Analysis, 3rd edition, section 16.1 (delta method); Cochran 1977, section 2.11 (shares of patients).
pub(crate) fn estimate(
    cases: &Cases,
    level: Level,
    within: (f64, f64),
    scale: Scale,
    value: impl Fn(&Confusion) -> Result<f64, Undefined>,
    slope: impl Fn(&Confusion) -> Option<Slope>,
) -> Result<Estimate, Undefined> {
    let threshold = cases.threshold().ok_or(Undefined::NoThreshold)?;
    if cases.n() == 0 {
        return Err(Undefined::NoCase);
    }
    // Each patient's weight of the four kinds.
    let totals = cases.totals(|i| {
        let mut kinds = [0.0; 4];
        kinds[kind(cases.truth()[i], cases.score()[i] >= threshold)] = 1.0;
        kinds
    });
    let mut sums = [0.0; 4];
    for total in &totals {
        sums.iter_mut()
            .zip(total)
            .for_each(|(sum, part)| *sum += part);
    }
    let all: f64 = sums.iter().sum();
    if all <= 0.0 {
        return Err(Undefined::NoCase);
    }
    let [tp, fp, fne, tn] = sums.map(|sum| sum / all);
    let shares = Confusion { tp, fp, fne, tn };
    let value = value(&shares)?;
    let interval = match slope(&shares) {
        None => Err(Undefined::NoVariation),
        Some(slope) => variance(&totals, &shares, all, &slope.by)
            .ok_or(few(cases))
            .and_then(|variance| {
                interval::normal(slope.value, variance, (f64::MIN, f64::MAX), level)
            })
            .map(|(low, high)| {
                (
                    scale.back(low).max(within.0),
                    scale.back(high).min(within.1),
                )
            }),
    };
    let method = if cases.is_row_wise() {
        "delta"
    } else {
        "delta_clustered"
    };
    let estimate = Estimate::with_interval(value, interval, cases.n() as u64, level, method);
    Ok(estimate
        .events(cases.diseased() as u64)
        .clusters(cases.patients()))
}

fn few(cases: &Cases) -> Undefined {
    match cases.cluster() {
        Some(_) => Undefined::TooFewPatients,
        None => Undefined::TooFewCases,
    }
}

fn kind(truth: bool, flagged: bool) -> usize {
    match (truth, flagged) {
        (true, true) => 0,
        (false, true) => 1,
        (true, false) => 2,
        (false, false) => 3,
    }
}

/// The variance of what has these derivatives by the shares, by the sums of patients.
fn variance(totals: &[[f64; 4]], shares: &Confusion, all: f64, by: &[f64; 4]) -> Option<f64> {
    let patients = totals.len() as f64;
    if patients < 2.0 {
        return None;
    }
    let shares = [shares.tp, shares.fp, shares.fne, shares.tn];
    let squares: f64 = totals
        .iter()
        .map(|total| {
            let weight: f64 = total.iter().sum();
            let parts = total.iter().zip(shares).zip(by);
            let residual: f64 = parts
                .map(|((part, share), by)| by * (part - weight * share))
                .sum();
            residual * residual
        })
        .sum();
    Some(patients / (patients - 1.0) * squares / (all * all))
}

impl Confusion {
    /// The share of diseased cases that are flagged.
    pub(crate) fn sensitivity(&self) -> Result<f64, Undefined> {
        part(self.tp, self.fne).ok_or(Undefined::NoDiseasedCase)
    }

    /// The share of healthy cases that are not flagged.
    pub(crate) fn specificity(&self) -> Result<f64, Undefined> {
        part(self.tn, self.fp).ok_or(Undefined::NoHealthyCase)
    }

    pub(crate) fn sum(&self) -> f64 {
        self.tp + self.fp + self.fne + self.tn
    }
}

/// One part of two; none if both are nothing.
pub(crate) fn part(one: f64, other: f64) -> Option<f64> {
    (one + other > 0.0).then(|| one / (one + other))
}

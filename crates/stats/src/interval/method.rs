use std::collections::BTreeMap;

use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{self, bounds_of, quantile, resampled, without_each};
use crate::metric::Metric;
use crate::{normal, tally::Tally};

/// How an interval is made, where it is not to be the metric's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Wilson,
    ClopperPearson,
    WilsonRaoScott,
    Delong,
    DelongClustered,
    Logit,
    BootstrapPercentile,
    BootstrapBca,
}

/// Every method that can be asked for, in the order of the manual.
pub const METHODS: [Method; 8] = [
    Method::Wilson,
    Method::ClopperPearson,
    Method::WilsonRaoScott,
    Method::Delong,
    Method::DelongClustered,
    Method::Logit,
    Method::BootstrapPercentile,
    Method::BootstrapBca,
];

/// Additions that a jackknife may take.
const JACKKNIFE_MAX: usize = 4_000_000_000;

impl Method {
    /// The name in files and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Wilson => "wilson",
            Self::ClopperPearson => "clopper_pearson",
            Self::WilsonRaoScott => "wilson_rao_scott",
            Self::Delong => "delong",
            Self::DelongClustered => "delong_clustered",
            Self::Logit => "logit",
            Self::BootstrapPercentile => "bootstrap_percentile",
            Self::BootstrapBca => "bootstrap_bca",
        }
    }

    /// The method of this id.
    pub fn by_id(id: &str) -> Option<Self> {
        METHODS.into_iter().find(|method| method.id() == id)
    }

    /// Whether it takes each row for a patient of its own.
    pub fn is_row_wise(self) -> bool {
        matches!(self, Self::Wilson | Self::ClopperPearson | Self::Delong)
    }

    /// Whether it gives an interval of this metric.
    pub fn fits(self, metric: &dyn Metric) -> bool {
        let is_share = metric.about().method == "wilson";
        let is_area = metric.about().id == "auroc";
        match self {
            Self::Wilson | Self::ClopperPearson | Self::WilsonRaoScott => is_share,
            Self::Delong | Self::DelongClustered => is_area,
            Self::Logit => is_share || is_area,
            Self::BootstrapPercentile | Self::BootstrapBca => true,
        }
    }
}

/// The estimates of metrics, each with its own interval or with that of a method that fits it. All that are drawn anew are drawn
/// together.
pub fn measure_all(
    metrics: &[&dyn Metric],
    cases: &Cases,
    level: Level,
    method: Option<Method>,
    (resamples, seed): (u32, u64),
) -> Vec<Estimate> {
    let of = |metric: &dyn Metric| method.filter(|method| method.fits(metric));
    let is_drawn = |metric: &&dyn Metric| match of(*metric) {
        Some(method) => matches!(method, Method::BootstrapPercentile | Method::BootstrapBca),
        None => metric.about().method == Method::BootstrapPercentile.id(),
    };
    let tally = Tally::of(cases);
    let mut ready: Vec<(&dyn Metric, f64)> = Vec::new();
    for metric in metrics.iter().copied().filter(is_drawn) {
        ready.extend(
            metric
                .value(&tally, cases.threshold())
                .map(|value| (metric, value)),
        );
    }
    let to_draw: Vec<&dyn Metric> = ready.iter().map(|(metric, _)| *metric).collect();
    let lists = resampled(cases, &to_draw, resamples, seed);
    let mut lists: BTreeMap<&str, (f64, Vec<f64>)> = ready
        .iter()
        .zip(lists)
        .map(|((metric, value), list)| (metric.about().id, (*value, list)))
        .collect();
    metrics
        .iter()
        .map(|metric| {
            let drawn = (resamples, seed);
            let made = match (lists.remove(metric.about().id), of(*metric)) {
                (Some((value, list)), Some(Method::BootstrapBca)) => {
                    Ok(bca((*metric, value, &tally), cases, list, drawn, level))
                }
                (Some((value, list)), _) => Ok(percentile(value, cases, list, drawn, level)),
                (None, Some(Method::BootstrapPercentile | Method::BootstrapBca)) => {
                    interval::bootstrap(*metric, cases, resamples, seed, level)
                }
                (None, Some(method)) => closed(*metric, cases, method, level),
                (None, None) => metric.estimate(cases, level),
            };
            made.unwrap_or_else(|why| {
                let method = of(*metric).map_or(metric.about().method, Method::id);
                Estimate::undefined(why, cases.n() as u64, level, method).clusters(cases.patients())
            })
        })
        .collect()
}

/// A value with the bounds that draws gave it; a single patient is no sample.
pub(crate) fn drawn(
    value: f64,
    cases: &Cases,
    bounds: Result<(f64, f64), Undefined>,
    (method, seed): (&str, u64),
    level: Level,
) -> Estimate {
    let bounds = match cases.patients() {
        Some(0 | 1) => Err(Undefined::TooFewPatients),
        None if cases.n() < 2 => Err(Undefined::TooFewCases),
        _ => bounds,
    };
    Estimate::with_interval(value, bounds, cases.n() as u64, level, method)
        .events(cases.diseased() as u64)
        .clusters(cases.patients())
        .seed(seed)
}

/// The percentile interval of drawn values.
///
/// # Source
/// Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3; quantiles are Hyndman and Fan's type 7.
pub(crate) fn percentile(
    value: f64,
    cases: &Cases,
    values: Vec<f64>,
    (resamples, seed): (u32, u64),
    level: Level,
) -> Estimate {
    let bounds = bounds_of(values, resamples, level);
    let method = (Method::BootstrapPercentile.id(), seed);
    drawn(value, cases, bounds, method, level)
}

/// The bias-corrected and accelerated interval of drawn values; the acceleration is that of leaving out each patient.
///
/// # Source
/// Efron 1987, JASA 82:171-185; Efron and Tibshirani 1993, section 14.3.
fn bca(
    (metric, own, tally): (&dyn Metric, f64, &Tally),
    cases: &Cases,
    mut values: Vec<f64>,
    (resamples, seed): (u32, u64),
    level: Level,
) -> Estimate {
    let bounds = (|| {
        if (values.len() as f64) < 0.95 * f64::from(resamples) {
            return Err(Undefined::TooFewResamples);
        }
        if tally.scores.len().saturating_mul(cases.n()) > JACKKNIFE_MAX {
            return Err(Undefined::TooManyCases);
        }
        values.sort_unstable_by(f64::total_cmp);
        let below = values.partition_point(|value| *value < own) as f64;
        let equal = values.partition_point(|value| *value <= own) as f64 - below;
        let share = (below + equal / 2.0) / values.len() as f64;
        if share <= 0.0 || share >= 1.0 {
            return Err(Undefined::NoVariation);
        }
        let bias = normal::quantile(share);
        let without: Option<Vec<f64>> = without_each(cases, metric).into_iter().collect();
        let without = without.ok_or(Undefined::TooFewResamples)?;
        let mean = without.iter().sum::<f64>() / without.len() as f64;
        let sum = |power: i32| {
            without
                .iter()
                .map(|value| (mean - value).powi(power))
                .sum::<f64>()
        };
        let spread = sum(2);
        if spread <= 0.0 {
            return Err(Undefined::NoVariation);
        }
        let acceleration = sum(3) / (6.0 * spread.powf(1.5));
        let place = |z: f64| normal::cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z)));
        let z = level.z();
        Ok((quantile(&values, place(-z)), quantile(&values, place(z))))
    })();
    drawn(own, cases, bounds, (Method::BootstrapBca.id(), seed), level)
}

/// Intervals by a formula.
fn closed(
    metric: &dyn Metric,
    cases: &Cases,
    method: Method,
    level: Level,
) -> Result<Estimate, Undefined> {
    let own = metric.estimate(cases, level)?;
    if method != Method::ClopperPearson && method != Method::Logit {
        return Ok(own);
    }
    let value = own.value.ok_or(Undefined::NotFinite)?;
    let bounds = match method {
        Method::ClopperPearson => {
            let events = own.events.ok_or(Undefined::NotFinite)?;
            Ok(interval::clopper_pearson(events, own.n, level))
        }
        _ => logit(metric, cases, &own, level),
    };
    let made = Estimate::with_interval(value, bounds, own.n, level, method.id());
    Ok(Estimate {
        events: own.events,
        clusters: own.clusters,
        ..made
    })
}

/// The interval that is symmetric on the log odds of the value, with the variance that the metric's own normal interval has.
///
/// # Source
/// Pepe 2003, The Statistical Evaluation of Medical Tests, section 5.2.5 (AUROC); Agresti 2013, section 3.1 (shares).
fn logit(
    metric: &dyn Metric,
    cases: &Cases,
    own: &Estimate,
    level: Level,
) -> Result<(f64, f64), Undefined> {
    let value = own.value.ok_or(Undefined::NotFinite)?;
    let stretch = value * (1.0 - value);
    if stretch <= 0.0 {
        return Err(Undefined::NoVariation);
    }
    let variance = match metric.about().id {
        "auroc" => interval::auroc_variance(cases)?,
        // Of a share: p (1 - p) over the size that tells as much.
        _ => stretch / interval::size_behind(own, level).ok_or(Undefined::TooFewPatients)?,
    };
    let centre = (value / (1.0 - value)).ln();
    let (low, high) = interval::normal(
        centre,
        variance / (stretch * stretch),
        (f64::MIN, f64::MAX),
        level,
    )?;
    let back = |odds: f64| 1.0 / (1.0 + (-odds).exp());
    Ok((back(low), back(high)))
}

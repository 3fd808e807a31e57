use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{self, bounds_of, quantile, resampled, without_each};
use crate::metric::{Metric, by_id};
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
    let drawn: Vec<&dyn Metric> = metrics
        .iter()
        .copied()
        .filter(|metric| is_drawn(metric))
        .collect();
    let has_value =
        |metric: &&dyn Metric| metric.value(&Tally::of(cases), cases.threshold()).is_some();
    let ready: Vec<&dyn Metric> = drawn
        .iter()
        .copied()
        .filter(|metric| cases.n() > 0 && has_value(metric))
        .collect();
    let mut values = resampled(cases, &ready, resamples, seed).into_iter();
    let ids: Vec<&str> = ready.iter().map(|metric| metric.about().id).collect();
    let mut lists: std::collections::BTreeMap<&str, Vec<f64>> =
        ids.into_iter().zip(values.by_ref()).collect();
    metrics
        .iter()
        .map(|metric| {
            let id = metric.about().id;
            let made = match (lists.remove(id), of(*metric)) {
                (Some(list), Some(Method::BootstrapBca)) => {
                    bca(*metric, cases, list, (resamples, seed), level)
                }
                (Some(list), _) => percentile(*metric, cases, list, (resamples, seed), level),
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

/// The value with the bounds that a list of drawn values gives.
fn drawn(
    metric: &dyn Metric,
    cases: &Cases,
    bounds: Result<(f64, f64), Undefined>,
    (method, seed): (&str, u64),
    level: Level,
) -> Result<Estimate, Undefined> {
    // What cannot be measured says why itself.
    let value = match metric.value(&Tally::of(cases), cases.threshold()) {
        Some(value) => value,
        None => metric
            .estimate(cases, level)?
            .value
            .ok_or(Undefined::NotFinite)?,
    };
    let bounds = match cases.patients() {
        Some(0 | 1) => Err(Undefined::TooFewPatients),
        None if cases.n() < 2 => Err(Undefined::TooFewCases),
        _ => bounds,
    };
    let estimate = Estimate::with_interval(value, bounds, cases.n() as u64, level, method);
    Ok(estimate
        .events(cases.diseased() as u64)
        .clusters(cases.patients())
        .seed(seed))
}

/// The percentile interval of drawn values.
///
/// # Source
/// Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3; quantiles are Hyndman and Fan's type 7.
pub(crate) fn percentile(
    metric: &dyn Metric,
    cases: &Cases,
    values: Vec<f64>,
    (resamples, seed): (u32, u64),
    level: Level,
) -> Result<Estimate, Undefined> {
    let bounds = bounds_of(values, resamples, level);
    drawn(
        metric,
        cases,
        bounds,
        (Method::BootstrapPercentile.id(), seed),
        level,
    )
}

/// The bias-corrected and accelerated interval of drawn values; the acceleration is that of leaving out each patient.
///
/// # Source
/// Efron 1987, JASA 82:171-185; Efron and Tibshirani 1993, section 14.3.
fn bca(
    metric: &dyn Metric,
    cases: &Cases,
    mut values: Vec<f64>,
    (resamples, seed): (u32, u64),
    level: Level,
) -> Result<Estimate, Undefined> {
    let bounds = (|| {
        if (values.len() as f64) < 0.95 * f64::from(resamples) {
            return Err(Undefined::TooFewResamples);
        }
        let scores = Tally::of(cases).scores.len();
        if scores.saturating_mul(cases.n()) > JACKKNIFE_MAX {
            return Err(Undefined::TooManyCases);
        }
        let own = metric
            .value(&Tally::of(cases), cases.threshold())
            .ok_or(Undefined::NotFinite)?;
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
    drawn(
        metric,
        cases,
        bounds,
        (Method::BootstrapBca.id(), seed),
        level,
    )
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
        _ => logit(metric, cases, value, level),
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
    value: f64,
    level: Level,
) -> Result<(f64, f64), Undefined> {
    let stretch = value * (1.0 - value);
    if stretch <= 0.0 {
        return Err(Undefined::NoVariation);
    }
    let variance = match metric.about().id {
        "auroc" => interval::auroc_variance(cases)?,
        _ => {
            // Of a share: p (1 - p) over the size that tells as much.
            let auto = by_id(metric.about().id)
                .ok_or(Undefined::NotFinite)?
                .estimate(cases, level)?;
            stretch / interval::size_behind(&auto, level).ok_or(Undefined::TooFewPatients)?
        }
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

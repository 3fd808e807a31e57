//! Parities: the names under which fairness is asked for, each as gaps between the groups of a column.

use galen_stats::metric::Better;
use galen_stats::{Estimate, Level};
use serde::Serialize;

use crate::disparity::{Apart, Gap, Ratio, adjust, by_columns, known, verdict};
use crate::{Group, Settings};

/// One parity between the groups of a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parity {
    /// `demographic_parity`, `equal_opportunity`, `equalised_odds`, `predictive_parity` or `calibration_within_groups`.
    pub parity: &'static str,
    pub by: String,
    /// Whether nobody declared the groups beforehand.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exploratory: bool,
    /// The gaps that it is made of. With several the intervals hold together.
    pub of: Vec<Part>,
    /// The greatest gap; none where the parts have no common scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Gap>,
    /// The smallest ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// "The groups are equal in every part", by Bonferroni over the parts.
    pub p_value: Option<f64>,
    /// Whether every part is within the margin: `within`, `beyond` or `inconclusive`; where a margin was given and there is a common scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<&'static str>,
}

/// A gap of a parity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    pub metric: &'static str,
    pub worst: String,
    pub best: String,
    pub groups: usize,
    pub difference: Gap,
    pub ratio: Ratio,
}

/// What a part of a parity is measured by.
struct Measure {
    name: &'static str,
    /// The metric of groups that holds it, and whether it is one less that.
    metric: &'static str,
    is_turned: bool,
    better: Better,
    widest: f64,
}

const fn share(name: &'static str, better: Better) -> Measure {
    Measure {
        name,
        metric: name,
        is_turned: false,
        better,
        widest: 1.0,
    }
}

const FALSE_ALARMS: Measure = Measure {
    name: "false_positive_rate",
    metric: "specificity",
    is_turned: true,
    better: Better::Lower,
    widest: 1.0,
};

/// Every parity with what it is made of, in the order of the manual.
///
/// # Source
/// Hardt, Price and Srebro 2016, NeurIPS (equalised odds, equal opportunity); Dwork et al. 2012, ITCS (demographic parity); Chouldechova
/// 2017, Big Data 5:153-163 (predictive parity, and that not all can hold where prevalences differ); Kleinberg, Mullainathan and Raghavan
/// 2017, ITCS (calibration within groups).
const PARITIES: &[(&str, &[Measure])] = &[
    (
        "demographic_parity",
        &[share("alert_rate", Better::Neither)],
    ),
    ("equal_opportunity", &[share("sensitivity", Better::Higher)]),
    (
        "equalised_odds",
        &[share("sensitivity", Better::Higher), FALSE_ALARMS],
    ),
    ("predictive_parity", &[share("ppv", Better::Higher)]),
    (
        "calibration_within_groups",
        &[
            Measure {
                name: "calibration_intercept",
                metric: "calibration_intercept",
                is_turned: false,
                better: Better::Target(0.0),
                widest: f64::INFINITY,
            },
            Measure {
                name: "calibration_slope",
                metric: "calibration_slope",
                is_turned: false,
                better: Better::Target(1.0),
                widest: f64::INFINITY,
            },
        ],
    ),
];

/// The parities of the columns of groups, whose metrics were measured; one that lacks a part is absent.
pub fn parities(groups: &[Group], settings: &Settings) -> Vec<Parity> {
    let mut found = Vec::new();
    for (by, groups) in &by_columns(groups) {
        for (name, measures) in PARITIES {
            found.extend(parity(name, measures, by, groups, settings));
        }
    }
    adjust(
        found
            .iter_mut()
            .filter_map(|one| one.difference.as_mut())
            .collect(),
    );
    found
}

fn parity(
    name: &'static str,
    measures: &[Measure],
    by: &str,
    groups: &[&Group],
    settings: &Settings,
) -> Option<Parity> {
    // Together they hold at the level if each holds at its share.
    let parts = measures.len() as f64;
    let level = Level::new(1.0 - (1.0 - settings.level.value()) / parts).ok()?;
    let of = measures.iter().map(|measure| {
        let mut values = known(groups, measure.metric);
        if measure.is_turned {
            values.iter_mut().for_each(|(_, value)| turn(value));
        }
        let apart = Apart::of(
            &values,
            measure.better,
            measure.widest,
            level,
            settings.seed,
        )?;
        Some(Part {
            metric: measure.name,
            worst: apart.worst,
            best: apart.best,
            groups: apart.groups,
            difference: apart.difference,
            ratio: apart.ratio,
        })
    });
    let of: Vec<Part> = of.collect::<Option<_>>()?;
    let p: Option<Vec<f64>> = of.iter().map(|part| part.difference.p_value).collect();
    let p_value = p.map(|p| (p.iter().copied().fold(1.0, f64::min) * parts).min(1.0));
    let has_scale = measures.iter().all(|measure| measure.widest.is_finite());
    let difference = has_scale.then(|| greatest(&of, p_value));
    let ratio = of.iter().map(|part| part.ratio.value);
    let ratio: Option<Vec<f64>> = ratio.collect();
    Some(Parity {
        parity: name,
        by: by.to_owned(),
        exploratory: groups.iter().any(|group| group.exploratory),
        ratio: ratio
            .filter(|_| has_scale)
            .map(|ratios| ratios.into_iter().fold(f64::INFINITY, f64::min)),
        verdict: settings
            .margin
            .zip(difference.as_ref())
            .map(|(margin, gap)| verdict(gap, margin)),
        p_value,
        difference,
        of,
    })
}

/// The greatest of several gaps, whose intervals hold together: it lies above each of their lower ends and below the greatest upper one.
fn greatest(of: &[Part], p_value: Option<f64>) -> Gap {
    let end = |end: fn(&Gap) -> Option<f64>| {
        let ends: Option<Vec<f64>> = of.iter().map(|part| end(&part.difference)).collect();
        ends.map(|ends| ends.into_iter().fold(f64::NEG_INFINITY, f64::max))
    };
    Gap {
        value: end(|gap| Some(gap.value)).unwrap_or_default(),
        low: end(|gap| gap.low),
        high: end(|gap| gap.high),
        p_value,
        p_adjusted: None,
    }
}

/// One less a share.
fn turn(estimate: &mut Estimate) {
    let less = |value: Option<f64>| value.map(|value| 1.0 - value);
    estimate.value = less(estimate.value);
    (estimate.low, estimate.high) = (less(estimate.high), less(estimate.low));
}

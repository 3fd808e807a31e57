//! How far the distribution of a column is from that in other data.
//!
//! # Source
//! tensorflow-data-validation 1.16.1, `anomalies/metrics.cc`. The divergence is that of Lin 1991, IEEE Transactions on
//! Information Theory 37:145-151, with logarithms to base 2.

use std::collections::{BTreeMap, BTreeSet};

use galen_spec::tfdv::{Comparator, HistogramType};
use serde::Serialize;

use super::FeatureStatistics;
use super::check::{Control, Scene};
use super::histogram::Histogram;

/// A distance between a column and the same column of other data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    pub column: String,
    /// `drift` or `skew`.
    pub kind: &'static str,
    pub norm: Norm,
    /// In 0..=1.
    pub value: f64,
    pub threshold: f64,
    /// The text whose share differs most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<String>,
}

/// A way to measure the distance of two distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Norm {
    /// The largest difference of a text's share; 0 between numbers.
    #[serde(rename = "L_INFTY")]
    Infinity,
    /// The largest difference of a text's count, as a share of the rows of both; 0 between numbers.
    #[serde(rename = "NORMALIZED_ABSOLUTE_DIFFERENCE")]
    AbsoluteDifference,
    /// The Jensen-Shannon divergence of texts, or of numbers in the buckets of their histograms.
    #[serde(rename = "JENSEN_SHANNON_DIVERGENCE")]
    JensenShannon,
}

impl Norm {
    /// In the order in which TFDV looks.
    pub(super) const ALL: [Norm; 3] = [
        Norm::Infinity,
        Norm::AbsoluteDifference,
        Norm::JensenShannon,
    ];

    pub(super) fn threshold(self, comparator: &Comparator) -> Option<f64> {
        match self {
            Norm::Infinity => comparator.infinity_norm.as_ref()?.threshold,
            Norm::AbsoluteDifference => comparator.normalized_abs_difference.as_ref()?.threshold,
            Norm::JensenShannon => comparator.jensen_shannon_divergence.as_ref()?.threshold,
        }
    }
}

/// Every distance that a feature asks for and that can be computed.
pub(super) fn measured(scene: &Scene) -> Vec<Measured> {
    let controls = [Control::Previous, Control::Serving];
    controls
        .into_iter()
        .flat_map(|control| between(scene, control))
        .collect()
}

/// The distances to the same column of other data.
pub(super) fn between(scene: &Scene, control: Control) -> Vec<Measured> {
    let other = control.statistics(scene);
    let other = other.and_then(|other| other.feature(&scene.feature.name));
    let comparator = control.comparator(scene.feature);
    let (Some(other), Some(comparator)) = (other, comparator) else {
        return Vec::new();
    };
    let norms = Norm::ALL.into_iter().filter_map(|norm| {
        let threshold = norm.threshold(comparator)?;
        let (value, most) = match norm {
            Norm::Infinity => largest(&shares(scene.column), &shares(other)),
            Norm::AbsoluteDifference => {
                let (a, b) = (counts(scene.column), counts(other));
                let all: f64 = a.values().sum::<f64>() + b.values().sum::<f64>();
                let (largest, most) = largest(&a, &b);
                (if all > 0.0 { largest / all } else { 0.0 }, most)
            }
            Norm::JensenShannon => {
                let divergence = comparator.jensen_shannon_divergence.as_ref();
                let source = divergence.and_then(|one| one.source.as_ref()?.kind);
                (jensen_shannon(scene.column, other, source)?, None)
            }
        };
        Some(Measured {
            column: scene.feature.name.clone(),
            kind: match control {
                Control::Previous => "drift",
                Control::Serving => "skew",
            },
            norm,
            value,
            threshold,
            most,
        })
    });
    norms.collect()
}

fn counts(column: &FeatureStatistics) -> BTreeMap<&str, f64> {
    let values = column.values.iter();
    values.map(|(text, n)| (text.as_str(), *n as f64)).collect()
}

fn shares(column: &FeatureStatistics) -> BTreeMap<&str, f64> {
    let mut counts = counts(column);
    let all: f64 = counts.values().sum();
    counts.values_mut().for_each(|n| *n /= all);
    counts
}

/// The largest absolute difference, and the last text that has it.
fn largest(a: &BTreeMap<&str, f64>, b: &BTreeMap<&str, f64>) -> (f64, Option<String>) {
    let texts: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
    let of = |map: &BTreeMap<&str, f64>, text: &str| map.get(text).copied().unwrap_or(0.0);
    texts.into_iter().fold((0.0, None), |(value, most), text| {
        let difference = (of(a, text) - of(b, text)).abs();
        if difference >= value {
            (difference, Some(text.to_owned()))
        } else {
            (value, most)
        }
    })
}

/// The divergence of two columns of texts, or of two of numbers; none of one of each, or without values.
fn jensen_shannon(
    a: &FeatureStatistics,
    b: &FeatureStatistics,
    source: Option<HistogramType>,
) -> Option<f64> {
    if !a.values.is_empty() && !b.values.is_empty() {
        let (a, b) = (counts(a), counts(b));
        let texts: BTreeSet<&str> = a.keys().chain(b.keys()).copied().collect();
        let of = |map: &BTreeMap<&str, f64>| -> Vec<f64> {
            let counts = texts
                .iter()
                .map(|text| map.get(text).copied().unwrap_or(0.0));
            counts.collect()
        };
        return divergence(&of(&a), &of(&b));
    }
    let of = |column: &FeatureStatistics| match source {
        Some(HistogramType::Quantiles) => column.quantiles.clone(),
        _ => column.standard.clone(),
    };
    let (a, b) = Histogram::aligned(of(a)?, of(b)?);
    divergence(&a, &b)
}

/// The Jensen-Shannon divergence of two distributions over the same places, from their counts: 0 for the same
/// distribution, 1 for two that share no place. None if one of them counts nothing.
fn divergence(a: &[f64], b: &[f64]) -> Option<f64> {
    let (sum_a, sum_b) = (a.iter().sum::<f64>(), b.iter().sum::<f64>());
    if sum_a == 0.0 || sum_b == 0.0 {
        return None;
    }
    let to_mean = |p: f64, q: f64| {
        let mean = (p + q) / 2.0;
        if p > 0.0 { p * (p / mean).log2() } else { 0.0 }
    };
    let pairs = a.iter().zip(b).map(|(a, b)| (a / sum_a, b / sum_b));
    let sum: f64 = pairs.map(|(p, q)| to_mean(p, q) + to_mean(q, p)).sum();
    Some((sum / 2.0).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_that_share_nothing_are_one_bit_apart() {
        assert_eq!(divergence(&[2.0, 0.0], &[0.0, 5.0]), Some(1.0));
        assert_eq!(divergence(&[1.0, 3.0], &[2.0, 6.0]), Some(0.0));
        assert_eq!(divergence(&[0.0], &[1.0]), None);
    }

    #[test]
    fn of_differences_as_large_the_last_text_is_named() {
        let a = BTreeMap::from([("x", 0.5), ("y", 0.5)]);
        let b = BTreeMap::from([("y", 0.5), ("z", 0.5)]);
        assert_eq!(largest(&a, &b), (0.5, Some("z".to_owned())));
    }
}

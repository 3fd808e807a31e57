//! How far groups are apart: gaps and ratios with intervals that know that the extremes were picked.

use std::collections::BTreeMap;

use galen_stats::metric::{Better, Metric};
use galen_stats::{Estimate, Level, Multiplicity, simultaneous};
use serde::Serialize;

use crate::{Group, Settings};

/// The gap of a metric between the best and the worst group of a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Disparity {
    pub metric: String,
    pub by: String,
    /// Whether nobody declared the groups beforehand.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exploratory: bool,
    pub worst: String,
    pub best: String,
    /// Of how many groups that have the metric with an interval.
    pub groups: usize,
    pub difference: Gap,
    pub ratio: Ratio,
    /// Whether no group is worse than another by more than the margin: `within`, `beyond` or `inconclusive`; where a margin was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<&'static str>,
}

/// The greatest value less the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gap {
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub p_value: Option<f64>,
    /// By Holm over all disparities.
    pub p_adjusted: Option<f64>,
}

/// The smallest value over the greatest; none where the greatest is 0 or a value is negative.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    pub value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// The disparities of every metric between the groups of each column, and of the crossings.
///
/// The interval and the p-value of a gap are those of the range of all groups: the quantile is that of the largest standardised distance of any
/// two groups if all were equal, so that picking the extremes costs what it must. Of two groups this is the usual test. Standard errors
/// come from the intervals of the groups, which share no patient.
///
/// # Source
/// Tukey 1953, and Kramer 1956, Biometrics 12:307-310 (all pairs of unequal groups); Holm 1979, Scand J Stat 6:65-70.
pub fn disparities(
    groups: &[Group],
    metrics: &[&dyn Metric],
    settings: &Settings,
) -> Vec<Disparity> {
    let mut found = Vec::new();
    for (by, groups) in &by_columns(groups) {
        for metric in metrics {
            found.extend(gap(*metric, by, groups, settings));
        }
    }
    adjust(found.iter_mut().map(|one| &mut one.difference).collect());
    found
}

/// Adjusts the p-values of gaps by Holm.
pub(crate) fn adjust(mut gaps: Vec<&mut Gap>) {
    gaps.retain(|gap| gap.p_value.is_some());
    let p: Vec<f64> = gaps.iter().filter_map(|gap| gap.p_value).collect();
    for (gap, adjusted) in gaps.into_iter().zip(Multiplicity::Holm.adjust(&p)) {
        gap.p_adjusted = Some(adjusted);
    }
}

fn columns(group: &Group) -> String {
    let names: Vec<&str> = group.by.keys().map(String::as_str).collect();
    names.join(" x ")
}

fn name(group: &Group) -> String {
    let values: Vec<&str> = group.by.values().map(String::as_str).collect();
    values.join(" x ")
}

/// The standard error behind an interval on the metric's own scale.
fn error(estimate: &Estimate) -> Option<f64> {
    let (low, high) = estimate.interval()?;
    let z = Level::new(estimate.level).ok()?.z();
    Some((high - low) / (2.0 * z)).filter(|error| *error > 0.0)
}

fn gap(metric: &dyn Metric, by: &str, groups: &[&Group], settings: &Settings) -> Option<Disparity> {
    let about = metric.about();
    let known = known(groups, about.id);
    let widest = about.range[1] - about.range[0];
    let apart = Apart::of(&known, about.better, widest, settings.level, settings.seed)?;
    Some(Disparity {
        metric: about.id.to_owned(),
        by: by.to_owned(),
        exploratory: groups.iter().any(|group| group.exploratory),
        worst: apart.worst,
        best: apart.best,
        groups: apart.groups,
        ratio: apart.ratio,
        verdict: settings
            .margin
            .map(|margin| verdict(&apart.difference, margin)),
        difference: apart.difference,
    })
}

/// The groups that have a metric, by name.
pub(crate) fn known(groups: &[&Group], metric: &str) -> Vec<(String, Estimate)> {
    let has = |group: &&Group| Some((name(group), group.metrics.get(metric)?.clone()));
    groups.iter().filter_map(has).collect()
}

/// Groups by the columns that made them.
pub(crate) fn by_columns(groups: &[Group]) -> BTreeMap<String, Vec<&Group>> {
    let mut by_columns: BTreeMap<String, Vec<&Group>> = BTreeMap::new();
    for group in groups {
        by_columns.entry(columns(group)).or_default().push(group);
    }
    by_columns
}

/// How far estimates of groups that share no patient are apart.
pub(crate) struct Apart {
    pub worst: String,
    pub best: String,
    pub groups: usize,
    pub difference: Gap,
    pub ratio: Ratio,
}

impl Apart {
    /// None with fewer than two groups that have a value.
    pub(crate) fn of(
        groups: &[(String, Estimate)],
        better: Better,
        widest: f64,
        level: Level,
        seed: u64,
    ) -> Option<Self> {
        let known: Vec<(&String, &Estimate, f64)> = groups
            .iter()
            .filter_map(|(name, estimate)| Some((name, estimate, estimate.value?)))
            .collect();
        let most = known.iter().max_by(|a, b| a.2.total_cmp(&b.2))?;
        let least = known.iter().min_by(|a, b| a.2.total_cmp(&b.2))?;
        if known.len() < 2 {
            return None;
        }
        let far = |value: f64| match better {
            Better::Higher | Better::Neither => -value,
            Better::Lower => value,
            Better::Target(target) => (value - target).abs(),
        };
        let worst = known.iter().max_by(|a, b| far(a.2).total_cmp(&far(b.2)))?;
        let best = known.iter().min_by(|a, b| far(a.2).total_cmp(&far(b.2)))?;
        let value = most.2 - least.2;
        let errors: Option<Vec<f64>> = known.iter().map(|one| error(one.1)).collect();
        let mut difference = Gap {
            value,
            low: None,
            high: None,
            p_value: None,
            p_adjusted: None,
        };
        if let (Some(errors), Some(a), Some(b)) = (errors, error(most.1), error(least.1)) {
            let of_pair = a.hypot(b);
            let range = simultaneous::Range::of(&errors, seed);
            let half = range.quantile(level) * of_pair;
            difference.low = Some(value - half);
            difference.high = Some((value + half).min(widest));
            difference.p_value = Some(range.p_value(value / of_pair));
        }
        Some(Self {
            worst: worst.0.clone(),
            best: best.0.clone(),
            groups: known.len(),
            ratio: ratio((least.1, least.2), (most.1, most.2)),
            difference,
        })
    }
}

/// Whether every group is within the margin of every other, by the interval and not by "no significant difference".
pub(crate) fn verdict(gap: &Gap, margin: f64) -> &'static str {
    match (gap.low, gap.high) {
        (_, Some(high)) if high <= margin => "within",
        (Some(low), _) if low > margin => "beyond",
        _ => "inconclusive",
    }
}

/// The ratio of two values, its interval from those of both on the log scale.
///
/// # Source
/// Zou and Donner 2008, Stat Med 27:1693-1702 (ratios by their logarithms).
fn ratio((least, smaller): (&Estimate, f64), (most, greater): (&Estimate, f64)) -> Ratio {
    let value = (smaller >= 0.0 && greater > 0.0).then(|| smaller / greater);
    let ends = || {
        let (low_a, high_a) = least.interval()?;
        let (low_b, high_b) = most.interval()?;
        if low_a <= 0.0 || low_b <= 0.0 || smaller <= 0.0 {
            return None;
        }
        let log = (smaller / greater).ln();
        let down = (smaller / low_a).ln().hypot((high_b / greater).ln());
        let up = (high_a / smaller).ln().hypot((greater / low_b).ln());
        Some(((log - down).exp(), (log + up).exp()))
    };
    let ends = value.and_then(|_| ends());
    Ratio {
        value,
        low: ends.map(|ends| ends.0),
        high: ends.map(|ends| ends.1),
    }
}

/// Draws the values of groups of a column towards their common mean, each by how little is known of it.
///
/// # Source
/// Morris 1983, JASA 78:47-55 (parametric empirical Bayes); the spread between groups after DerSimonian and Laird 1986, Control Clin
/// Trials 7:177-188.
pub fn shrink(groups: &mut [Group]) {
    let mut sides: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        sides.entry(columns(group)).or_default().push(at);
    }
    for places in sides.values().filter(|places| places.len() >= 3) {
        let ids: Vec<String> = groups[places[0]].metrics.keys().cloned().collect();
        for id in ids {
            let known: Option<Vec<(f64, f64)>> = places
                .iter()
                .map(|&at| {
                    let estimate = groups[at].metrics.get(&id)?;
                    let error = error(estimate)?;
                    Some((estimate.value?, error * error))
                })
                .collect();
            let Some(known) = known else { continue };
            for (&at, value) in places.iter().zip(shrunk(&known)) {
                groups[at].shrunk.insert(id.clone(), value);
            }
        }
    }
}

/// Values with their variances, drawn together.
fn shrunk(known: &[(f64, f64)]) -> Vec<f64> {
    let weights = |between: f64| {
        known
            .iter()
            .map(move |(_, variance)| 1.0 / (variance + between))
    };
    let mean = |between: f64| {
        let sum: f64 = weights(between).sum();
        known
            .iter()
            .zip(weights(between))
            .map(|((value, _), weight)| value * weight)
            .sum::<f64>()
            / sum
    };
    let fixed = mean(0.0);
    let q: f64 = known
        .iter()
        .map(|(value, variance)| (value - fixed).powi(2) / variance)
        .sum();
    let (sum, squares) = (
        weights(0.0).sum::<f64>(),
        weights(0.0).map(|weight| weight * weight).sum::<f64>(),
    );
    let between = ((q - (known.len() as f64 - 1.0)) / (sum - squares / sum)).max(0.0);
    let centre = mean(between);
    known
        .iter()
        .map(|(value, variance)| {
            let own = between / (between + variance);
            centre + own * (value - centre)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_little_knowledge_are_drawn_to_the_mean_and_sure_ones_stay() {
        let values = shrunk(&[(0.9, 0.0001), (0.5, 0.0001), (0.1, 0.04)]);
        assert!((values[0] - 0.9).abs() < 0.01 && (values[1] - 0.5).abs() < 0.01);
        assert!(values[2] > 0.15, "{values:?}");
        // Values that differ by chance only become one.
        let same = shrunk(&[(0.50, 0.01), (0.52, 0.01), (0.48, 0.01)]);
        assert!(
            same.iter().all(|value| (value - 0.5).abs() < 1e-9),
            "{same:?}"
        );
    }
}

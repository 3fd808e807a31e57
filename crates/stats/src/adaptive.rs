//! A model that is changed again and again, each time with a new set of cases: what was learned, what the cases changed, what was kept.

use serde::Serialize;

use crate::cases::Cases;
use crate::compare::{Difference, auroc_paired, independent, paired_bootstrap};
use crate::estimate::{Estimate, Level, Undefined};
use crate::metric::{Metric, measure};

/// How much less a set of cases counts for what was kept with each later set, where nothing is said.
pub const DECAY: f64 = 0.5;

/// One version of the model, against the version before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Modification {
    /// The version, counted from 0; the first that can be is 1.
    pub version: usize,
    /// On its own cases, how much higher the metric is than that of the version before. Both were asked of the same patients.
    pub learning: Estimate,
    /// The metric of the version before on the cases before, less that on the new cases: what the change of the cases took, and leaves to
    /// be learned. The two sets share no patient.
    pub potential: Estimate,
    /// The mean of the metric over the cases of all versions before, the latest counting most.
    pub retention: Estimate,
}

/// Learning, potential and retention of each version but the first; `scores(m, d)` are the cases of set `d` with the scores of version `m`.
///
/// Learning is a paired difference (of the area DeLong's, of other metrics by draws of patients), potential one of independent sets
/// (DeLong's, Newcombe's, or joined intervals). Retention weights set d of version v by exp(-decay (v - 1 - d)), made to add up to 1; its
/// interval joins those of the sets (`mover`), which must share no patient.
///
/// The change that is seen from one version to the next, each on its own cases, is learning less potential.
///
/// # Errors
/// [`Undefined::ImpossibleNumber`] for a decay that is negative or not finite. What is undefined for a version says why in its estimate.
///
/// # Source
/// The software VIGILANT of the FDA's Division of Imaging, Diagnostics, and Software Reliability (definitions of the three, and the decay;
/// the cases of the version itself do not count for what was kept); Zou and Donner 2008, Stat Med 27:1693-1702 (the interval of a sum).
pub fn modifications<'a>(
    metric: &dyn Metric,
    versions: usize,
    scores: impl Fn(usize, usize) -> &'a Cases,
    decay: f64,
    draws: (u32, u64),
    level: Level,
) -> Result<Vec<Modification>, Undefined> {
    if !(decay.is_finite() && decay >= 0.0) {
        return Err(Undefined::ImpossibleNumber);
    }
    let difference = |found: Result<Difference, Undefined>, n: u64| {
        found.map_or_else(
            |why| Estimate::undefined(why, n, level, metric.about().method),
            |found| found.estimate,
        )
    };
    let modification = |version: usize| {
        let before = version - 1;
        let (new, old) = (scores(version, version), scores(before, version));
        let learning = match metric.about().id {
            "auroc" if new.weight().is_none() => auroc_paired(new, old, level),
            _ => paired_bootstrap(metric, new, old, draws, level),
        };
        let earlier = scores(before, before);
        let potential = independent(metric, earlier, old, level);
        let kept = (0..version).map(|set| {
            let weight = (-decay * (before - set) as f64).exp();
            (weight, measure(metric, scores(version, set), level))
        });
        Modification {
            version,
            learning: difference(learning, new.n() as u64),
            potential: difference(potential, (earlier.n() + old.n()) as u64),
            retention: mean(&kept.collect::<Vec<_>>(), level),
        }
    };
    Ok((1..versions).map(modification).collect())
}

/// The weighted mean of independent estimates.
fn mean(parts: &[(f64, Estimate)], level: Level) -> Estimate {
    const METHOD: &str = "mover";
    let n = parts.iter().map(|(_, part)| part.n).sum();
    let all: f64 = parts.iter().map(|(weight, _)| weight).sum();
    let (mut value, mut below, mut above, mut has_interval) = (0.0, 0.0, 0.0, true);
    for (weight, part) in parts {
        let share = weight / all;
        let Some(own) = part.value else {
            return Estimate {
                why: part.why.clone(),
                ..Estimate::undefined(Undefined::NotDefinedHere, n, level, METHOD)
            };
        };
        value += share * own;
        match part.interval() {
            Some((low, high)) => {
                below += (share * (own - low)).powi(2);
                above += (share * (high - own)).powi(2);
            }
            None => has_interval = false,
        }
    }
    let bounds = match has_interval {
        true => Ok((value - below.sqrt(), value + above.sqrt())),
        false => Err(Undefined::NoVariation),
    };
    let estimate = Estimate::with_interval(value, bounds, n, level, METHOD);
    let clusters = parts.iter().map(|(_, part)| part.clusters);
    estimate.clusters(clusters.sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::by_id;

    /// Diseased cases of which a share is flagged, in steps of a tenth of 400.
    fn cases(sensitivity: f64) -> Cases {
        let flagged = (400.0 * sensitivity).round() as usize;
        let score = (0..400)
            .map(|i| if i < flagged { 1.0 } else { 0.0 })
            .collect();
        Cases::new(vec![true; 400], score, Some(0.5), None).expect("well-formed")
    }

    /// The published test of VIGILANT: performance of each model on each set.
    fn published() -> Vec<Vec<Cases>> {
        let of = |row: [f64; 3]| row.map(cases).to_vec();
        vec![
            of([0.5, 0.4, 0.3]),
            of([0.4, 0.7, 0.4]),
            of([0.2, 0.4, 0.6]),
        ]
    }

    #[test]
    fn learning_potential_and_retention_are_those_of_vigilants_own_test() {
        let all = published();
        let sensitivity = by_id("sensitivity").expect("listed");
        let draws = (500, 1);
        let found = modifications(
            sensitivity,
            3,
            |m, d| &all[m][d],
            DECAY,
            draws,
            Level::DEFAULT,
        );
        let found = found.expect("possible");
        let near = |estimate: &Estimate, wanted: f64, within: f64| {
            let value = estimate.value.expect("defined");
            assert!((value - wanted).abs() < within, "{value} and not {wanted}");
            assert!(
                estimate
                    .interval()
                    .is_some_and(|(low, high)| low < wanted && wanted < high)
            );
        };
        let wanted = [[0.3, 0.1, 0.4], [0.2, 0.3, 0.3245]];
        for (one, [learning, potential, retention]) in found.iter().zip(wanted) {
            near(&one.learning, learning, 1e-12);
            near(&one.potential, potential, 1e-12);
            // Published to four digits.
            near(&one.retention, retention, 5e-5);
        }
    }

    #[test]
    fn without_decay_every_earlier_set_counts_the_same() {
        let all = published();
        let sensitivity = by_id("sensitivity").expect("listed");
        let kept = |decay: f64| {
            let found = modifications(
                sensitivity,
                3,
                |m, d| &all[m][d],
                decay,
                (200, 1),
                Level::DEFAULT,
            );
            found.map(|found| found[1].retention.value.expect("defined"))
        };
        assert!((kept(0.0).expect("possible") - 0.3).abs() < 1e-12);
        assert!((kept(50.0).expect("possible") - 0.4).abs() < 1e-12);
        assert_eq!(kept(-1.0), Err(Undefined::ImpossibleNumber));
    }

    #[test]
    fn an_interval_of_what_was_kept_is_narrower_than_that_of_a_single_set() {
        let all = published();
        let sensitivity = by_id("sensitivity").expect("listed");
        let found = modifications(
            sensitivity,
            3,
            |m, d| &all[m][d],
            0.0,
            (200, 1),
            Level::DEFAULT,
        );
        let width = |estimate: &Estimate| estimate.interval().map(|(low, high)| high - low);
        let joined = width(&found.expect("possible")[1].retention);
        let single = width(&measure(sensitivity, &all[2][1], Level::DEFAULT));
        assert!(joined < single.map(|single| 0.8 * single), "{joined:?}");
    }
}

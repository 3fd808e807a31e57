//! What a model's probabilities are worth where fewer, or more, are ill than among the cases.

use std::collections::BTreeMap;

use galen_stats::metric::{Metric, asked, by_id, measure};
use galen_stats::{Cases, Estimate};
use serde::Serialize;

use crate::columns::Read;
use crate::curve::{Calibration, curves};
use crate::{EvalError, Settings};

/// Metrics of probabilities.
const OF_PROBABILITIES: [&str; 6] = [
    "brier",
    "calibration_intercept",
    "calibration_slope",
    "ece",
    "log_loss",
    "o_e_ratio",
];
/// Metrics of flags that depend on the prevalence, as they are called where it is theirs.
const OF_FLAGS: [(&str, &str); 2] = [("ppv", "ppv_at_prevalence"), ("npv", "npv_at_prevalence")];
/// Metrics of flags for which cases are weighted.
const WEIGHTED: [&str; 3] = ["accuracy", "alert_rate", "net_benefit"];

/// A model at the prevalence of where it is used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Deployment {
    pub prevalence: f64,
    /// That of the cases.
    pub here: f64,
    /// What the other prevalence alone adds to the log odds of every case.
    pub shift: f64,
    /// With the model's answers as they are.
    pub metrics: BTreeMap<String, Estimate>,
    /// With its probabilities moved by the shift; only where they are probabilities.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shifted: BTreeMap<String, Estimate>,
    /// Of the answers as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

/// Weights diseased and healthy cases as the prevalence says, which supposes that both kinds look as they do here; the prevalence counts
/// as known.
///
/// # Errors
/// [`EvalError::BadParameter`] for a prevalence that is none, [`EvalError::Other`] if every case is of one kind, and what the cases refuse.
///
/// # Source
/// Saerens, Latinne and Decaestecker 2002, Neural Comput 14:21-41 (scores under another prevalence); predictive values: Mercaldo, Lau and
/// Zhou 2007, Stat Med 26:2170-2183.
pub fn at(read: &Read, prevalence: f64, settings: &Settings) -> Result<Deployment, EvalError> {
    if !(prevalence > 0.0 && prevalence < 1.0) {
        return Err(EvalError::BadParameter(prevalence.to_string()));
    }
    let sums = |cases: &Cases| {
        let mut sums = [0.0; 2];
        for case in 0..cases.n() {
            sums[usize::from(cases.truth()[case])] += weight(cases, case);
        }
        sums
    };
    let [healthy, diseased] = sums(read.any());
    if healthy <= 0.0 || diseased <= 0.0 {
        return Err(EvalError::Other(
            "Every case is of one kind, which tells nothing of another prevalence.".to_owned(),
        ));
    }
    let here = diseased / (healthy + diseased);
    let log_odds = |share: f64| (share / (1.0 - share)).ln();
    let shift = log_odds(prevalence) - log_odds(here);
    let weighted = |cases: &Cases| -> Result<Cases, EvalError> {
        let own = (0..cases.n()).map(|case| {
            let times = match cases.truth()[case] {
                true => prevalence / here,
                false => (1.0 - prevalence) / (1.0 - here),
            };
            times * weight(cases, case)
        });
        Ok(cases.clone().weighted(own.collect())?)
    };
    let mut found = Deployment {
        prevalence,
        here,
        shift,
        metrics: BTreeMap::new(),
        shifted: BTreeMap::new(),
        calibration: None,
    };
    let listed = |ids: &[&'static str]| ids.iter().filter_map(|id| by_id(id)).collect::<Vec<_>>();
    let level = settings.level;
    if let Some(flagged) = read
        .flagged
        .as_ref()
        .filter(|cases| cases.threshold().is_some())
    {
        for (name, id) in OF_FLAGS {
            if let Some(metric) = asked(id, prevalence) {
                let own = measure(metric.as_ref(), flagged, level);
                found.metrics.insert(name.to_owned(), own);
            }
        }
        add(
            &mut found.metrics,
            &listed(&WEIGHTED),
            &weighted(flagged)?,
            settings,
        );
    }
    let are_shares = |cases: &&Cases| {
        cases
            .score()
            .iter()
            .all(|score| (0.0..=1.0).contains(score))
    };
    if let Some(scored) = read.scored.as_ref().filter(are_shares) {
        let as_is = weighted(scored)?;
        add(
            &mut found.metrics,
            &listed(&OF_PROBABILITIES),
            &as_is,
            settings,
        );
        found.calibration = curves(Some(&as_is), settings).calibration;
        let moved = scored
            .score()
            .iter()
            .map(|&score| 1.0 / (1.0 + (-(log_odds(score) + shift)).exp()));
        let cluster = scored.cluster().map(<[u32]>::to_vec);
        let moved = Cases::new(scored.truth().to_vec(), moved.collect(), None, cluster)?;
        let moved = match scored.weight() {
            Some(own) => moved.weighted(own.to_vec())?,
            None => moved,
        };
        add(
            &mut found.shifted,
            &listed(&OF_PROBABILITIES),
            &weighted(&moved)?,
            settings,
        );
    }
    Ok(found)
}

fn weight(cases: &Cases, case: usize) -> f64 {
    cases.weight().map_or(1.0, |weight| weight[case])
}

fn add(
    to: &mut BTreeMap<String, Estimate>,
    metrics: &[&'static dyn Metric],
    cases: &Cases,
    settings: &Settings,
) {
    let named = metrics.iter().map(|metric| {
        let own = measure(*metric, cases, settings.level);
        (metric.about().id.to_owned(), own)
    });
    to.extend(named);
}

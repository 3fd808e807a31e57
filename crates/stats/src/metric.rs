//! The metrics that a protocol may name: each a function from cases to an estimate.
//!
//! To add one: a file in `metric/` and a line in [`METRICS`]; the laws below then hold it.

mod accuracy;
mod alert_rate;
mod at_prevalence;
mod auprc;
mod auroc;
mod balanced_accuracy;
mod brier;
mod calibration_intercept;
mod calibration_slope;
mod confusion;
mod ece;
mod f1;
mod kappa;
mod log_loss;
mod lr_negative;
mod lr_positive;
mod mcc;
mod net_benefit;
mod npv;
mod o_e_ratio;
mod partial_auroc;
mod ppv;
mod prevalence;
mod sensitivity;
mod sensitivity_at_specificity;
mod specificity;
mod specificity_at_sensitivity;
mod youden;

use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::tally::Tally;

/// Every metric that a protocol may name, in the order of the manual.
pub const METRICS: &[&dyn Metric] = &[
    &auroc::Auroc,
    &sensitivity::Sensitivity,
    &specificity::Specificity,
    &ppv::Ppv,
    &npv::Npv,
    &accuracy::Accuracy,
    &prevalence::Prevalence,
    &alert_rate::AlertRate,
    &o_e_ratio::OeRatio,
    &calibration_intercept::CalibrationIntercept,
    &calibration_slope::CalibrationSlope,
    &brier::Brier,
    &log_loss::LogLoss,
    &auprc::Auprc,
    &balanced_accuracy::BalancedAccuracy,
    &youden::Youden,
    &f1::F1,
    &mcc::Mcc,
    &kappa::Kappa,
    &lr_positive::LrPositive,
    &lr_negative::LrNegative,
    &net_benefit::NetBenefit,
    &ece::Ece,
    &partial_auroc::PartialAuroc {
        false_positive_rate: 0.1,
    },
    &sensitivity_at_specificity::SensitivityAtSpecificity { specificity: 0.9 },
    &specificity_at_sensitivity::SpecificityAtSensitivity { sensitivity: 0.9 },
];

/// A number computed from cases, with its doubt.
pub trait Metric: Sync {
    /// What the metric is.
    fn about(&self) -> About;

    /// The estimate of the metric. A value whose interval alone is undefined comes without interval and says why.
    ///
    /// # Errors
    /// [`Undefined`] when the cases give no value.
    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined>;

    /// The value alone, of cases that were counted by their score; it is what is drawn anew. None where it is not defined.
    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64>;
}

/// The estimate of a metric whose own interval is the percentile interval of 2,000 draws of patients.
///
/// # Errors
/// The kind of cases that is missing where the metric is not defined.
fn drawn_anew(metric: &dyn Metric, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
    if cases.n() == 0 {
        return Err(Undefined::NoCase);
    }
    let tally = Tally::of(cases);
    let Some(value) = metric.value(&tally, cases.threshold()) else {
        let [healthy, diseased] = tally.sums();
        return Err(match (healthy > 0.0, diseased > 0.0) {
            (false, false) => Undefined::NoCase,
            (_, false) => Undefined::NoDiseasedCase,
            (false, _) => Undefined::NoHealthyCase,
            _ => Undefined::NotDefinedHere,
        });
    };
    let (resamples, seed) = (interval::RESAMPLES, interval::SEED);
    let values = interval::resampled(cases, &[metric], resamples, seed).remove(0);
    Ok(interval::percentile(
        value,
        cases,
        values,
        (resamples, seed),
        level,
    ))
}

/// A metric at a share, by its id: the highest false positive rate, the specificity, the sensitivity, the prevalence.
pub fn asked(id: &str, share: f64) -> Option<Box<dyn Metric>> {
    Some(match id {
        "partial_auroc" => Box::new(partial_auroc::PartialAuroc {
            false_positive_rate: share,
        }),
        "sensitivity_at_specificity" => {
            Box::new(sensitivity_at_specificity::SensitivityAtSpecificity { specificity: share })
        }
        "specificity_at_sensitivity" => {
            Box::new(specificity_at_sensitivity::SpecificityAtSensitivity { sensitivity: share })
        }
        "ppv_at_prevalence" | "npv_at_prevalence" => Box::new(at_prevalence::AtPrevalence {
            of_flagged: id == "ppv_at_prevalence",
            prevalence: share,
        }),
        _ => return None,
    })
}

/// The ids of all metrics.
pub fn ids() -> impl Iterator<Item = &'static str> {
    METRICS.iter().map(|metric| metric.about().id)
}

/// What a metric is, for the manual, the schema of `protocol.yaml` and completion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct About {
    /// The name in files and on the command line.
    pub id: &'static str,
    /// The name on a page.
    pub title: &'static str,
    /// The least and the largest value that it can have.
    pub range: [f64; 2],
    /// Which way is better.
    pub better: Better,
    /// Whether the cases need a threshold.
    pub needs_threshold: bool,
    /// Whether the scores must be probabilities in 0..=1.
    pub needs_probability: bool,
    /// The interval without patients; with patients the estimate names its own.
    pub method: &'static str,
    /// The paper of the metric and its interval.
    pub source: &'static str,
    /// What the number says, in one sentence.
    pub what: &'static str,
}

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Nearer to this value is better.
    Target(f64),
    /// The number describes the cases and is neither good nor bad.
    Neither,
}

/// The metric of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Metric> {
    METRICS
        .iter()
        .copied()
        .find(|metric| metric.about().id == id)
}

/// The id of a metric that is nearest to a misspelt one, if one is near.
pub fn nearest(id: &str) -> Option<&'static str> {
    let wanted = id.trim().to_lowercase().replace(['-', ' '], "_");
    let (distance, nearest) = METRICS
        .iter()
        .map(|metric| metric.about().id)
        .map(|known| (edits(&wanted, known), known))
        .min_by_key(|&(distance, _)| distance)?;
    (distance <= 1 + nearest.len() / 4).then_some(nearest)
}

/// The estimate of a metric where what is undefined is an estimate that says so.
pub fn measure(metric: &dyn Metric, cases: &Cases, level: Level) -> Estimate {
    metric.estimate(cases, level).unwrap_or_else(|why| {
        let estimate = Estimate::undefined(why, cases.n() as u64, level, metric.about().method);
        estimate.clusters(cases.patients())
    })
}

/// The number of letters to insert, drop or replace between two words (Levenshtein 1966).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..b.len() {
            let replaced = diagonal + usize::from(letter != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod laws;

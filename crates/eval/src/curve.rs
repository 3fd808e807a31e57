//! What pictures need: ROC, precision and recall, calibration, decisions.

use galen_stats::metric::{by_id, measure};
use galen_stats::tally::Tally;
use galen_stats::{Cases, Estimate, calibration, interval};
use serde::Serialize;

use crate::Settings;

/// The curves of scores; those of probabilities only where the scores are some.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Curves {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roc: Option<Roc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pr: Option<PrecisionRecall>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// Points of a ROC curve from (0, 0) to (1, 1).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Roc {
    pub fpr: Vec<f64>,
    pub tpr: Vec<f64>,
    /// (false positive rate, lowest, highest true positive rate) of a pointwise band over draws of patients.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub band: Vec<[f64; 3]>,
    /// The false positive and the true positive rate at the threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operating: Option<[f64; 2]>,
}

/// Points of a precision-recall curve, recall rising.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrecisionRecall {
    pub recall: Vec<f64>,
    pub precision: Vec<f64>,
}

/// Observed against expected shares of events.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    pub bins: Vec<Bin>,
    pub spiegelhalter: Option<calibration::Spiegelhalter>,
    pub hosmer_lemeshow: Option<calibration::HosmerLemeshow>,
    /// What the expected calibration error would be on average if the scores were perfectly calibrated, and the probability of one as large.
    pub if_calibrated: Option<calibration::IfCalibrated>,
}

/// Cases of nearby scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bin {
    pub n: usize,
    /// The mean score.
    pub predicted: f64,
    /// The share of events.
    pub observed: Estimate,
}

/// Net benefit by threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    pub thresholds: Vec<f64>,
    pub model: Vec<f64>,
    /// Of flagging everybody; that of flagging nobody is 0.
    pub all: Vec<f64>,
}

/// Points that a curve has at most.
const POINTS: usize = 400;
/// Steps of the band of a ROC curve, and its draws.
const BAND: usize = 50;
const BAND_DRAWS: u32 = 500;
/// Bins of a calibration curve, of equally many cases.
const BINS: usize = 10;

/// The curves of scores.
pub fn curves(scored: Option<&Cases>, settings: &Settings) -> Curves {
    let Some(cases) = scored else {
        return Curves::default();
    };
    let tally = Tally::of(cases);
    let are_shares = cases
        .score()
        .iter()
        .all(|score| (0.0..=1.0).contains(score));
    let has_both = cases.diseased() > 0 && cases.healthy() > 0;
    Curves {
        roc: roc(&tally, cases, settings),
        pr: (cases.diseased() > 0).then(|| precision_recall(&tally)),
        calibration: are_shares.then(|| calibration(&tally, cases, settings)),
        decision: (are_shares && has_both).then(|| decision(&tally)),
    }
}

/// As many points as a picture needs, evenly taken, the first and last among them.
fn thinned<T: Copy>(points: &[T]) -> Vec<T> {
    if points.len() <= POINTS {
        return points.to_vec();
    }
    let at = |i: usize| points[i * (points.len() - 1) / (POINTS - 1)];
    (0..POINTS).map(at).collect()
}

fn roc(tally: &Tally, cases: &Cases, settings: &Settings) -> Option<Roc> {
    let points = thinned(&tally.roc()?);
    let rates: Vec<f64> = (0..=BAND).map(|i| i as f64 / BAND as f64).collect();
    let draws = settings.resamples.min(BAND_DRAWS);
    let band = interval::roc_band(cases, &rates, draws, settings.seed, settings.level);
    let operating = cases.threshold().map(|threshold| {
        let found = tally.at(threshold);
        let share = |one: f64, other: f64| one / (one + other);
        [share(found.fp, found.tn), share(found.tp, found.fne)]
    });
    Some(Roc {
        fpr: points.iter().map(|point| point[0]).collect(),
        tpr: points.iter().map(|point| point[1]).collect(),
        band: band.unwrap_or_default(),
        operating,
    })
}

fn precision_recall(tally: &Tally) -> PrecisionRecall {
    let points = thinned(&tally.precision_recall());
    PrecisionRecall {
        recall: points.iter().map(|point| point[0]).collect(),
        precision: points.iter().map(|point| point[1]).collect(),
    }
}

fn calibration(tally: &Tally, cases: &Cases, settings: &Settings) -> Calibration {
    let prevalence = by_id("prevalence").expect("it is a metric of the list");
    let mut found = Vec::new();
    for part in calibration::by_score(cases.score(), BINS) {
        let mut mask = vec![false; cases.n()];
        part.iter().for_each(|&i| mask[i] = true);
        let weight = |i: usize| cases.weight().map_or(1.0, |weight| weight[i]);
        let sum: f64 = part.iter().map(|&i| weight(i) * cases.score()[i]).sum();
        let all: f64 = part.iter().map(|&i| weight(i)).sum();
        found.push(Bin {
            n: part.len(),
            predicted: if all > 0.0 { sum / all } else { 0.0 },
            observed: measure(prevalence, &cases.filter(|i| mask[i]), settings.level),
        });
    }
    let is_weighted = cases.weight().is_some();
    Calibration {
        bins: found,
        spiegelhalter: (!is_weighted)
            .then(|| calibration::spiegelhalter(cases))
            .flatten(),
        hosmer_lemeshow: (!is_weighted)
            .then(|| calibration::hosmer_lemeshow(cases, BINS))
            .flatten(),
        if_calibrated: (!is_weighted)
            .then(|| {
                calibration::if_calibrated(tally, settings.resamples.min(1_000), settings.seed)
            })
            .flatten(),
    }
}

fn decision(tally: &Tally) -> Decision {
    let thresholds: Vec<f64> = (1..100).map(|percent| f64::from(percent) / 100.0).collect();
    let [healthy, diseased] = tally.sums();
    let all = healthy + diseased;
    let odds = |threshold: f64| threshold / (1.0 - threshold);
    let model = |&threshold: &f64| {
        let found = tally.at(threshold);
        (found.tp - odds(threshold) * found.fp) / all
    };
    let everybody = |&threshold: &f64| (diseased - odds(threshold) * healthy) / all;
    Decision {
        model: thresholds.iter().map(model).collect(),
        all: thresholds.iter().map(everybody).collect(),
        thresholds,
    }
}

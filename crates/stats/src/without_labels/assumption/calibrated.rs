use super::{Assumption, Measure};
use crate::cases::Cases;
use crate::draw::Draw;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval::{bootstrap_of, quantile};
use crate::metric;
use crate::without_labels::Scored;
use crate::without_labels::calibration::{Calibration, calibration_error, curve};
use crate::without_labels::folds::folds;

/// The calibration error up to which an estimate is taken to be right: an estimated accuracy is off by at most as much.
const ERROR_MAX: f64 = 0.05;
const FOLDS: usize = 10;
const RESAMPLES: u32 = 200;

/// The probabilities of labelled cases, each by a calibration that did not see its case.
pub(super) struct CrossFitted {
    pub(super) probability: Vec<f64>,
    pub(super) truth: Vec<bool>,
}

impl CrossFitted {
    pub(super) fn of(cases: &Scored, calibration: &Calibration, seed: u64) -> CrossFitted {
        let truth: Vec<bool> = cases.truth.iter().map(|t| *t == Some(true)).collect();
        let mut probability = cases.score.clone();
        if let Calibration::Curve(_) = calibration {
            let draw = &mut Draw::new(seed, 0);
            let fold = folds(cases.n(), cases.patient.as_deref(), FOLDS, draw);
            for out in 0..FOLDS {
                let kept = (0..cases.n()).filter(|&row| fold[row] != out);
                let (score, label): (Vec<f64>, Vec<bool>) =
                    kept.map(|row| (cases.score[row], truth[row])).unzip();
                // All cases of one patient leave nothing to learn from.
                if score.is_empty() {
                    continue;
                }
                let curve = curve(&score, &label);
                for row in (0..cases.n()).filter(|&row| fold[row] == out) {
                    probability[row] = curve.at(cases.score[row]);
                }
            }
        }
        CrossFitted { probability, truth }
    }
}

/// Whether probabilities say how many cases are diseased.
///
/// # Source
/// Van Calster and others 2019, BMC Medicine 17:230 (intercept and slope); Spiegelhalter 1986, Statistics in Medicine
/// 5:421-433 (z); Bröcker and Smith 2007, Weather and Forecasting 22:651-661 (what chance alone makes of the error).
pub(super) fn calibrated(
    cases: &Scored,
    fitted: &CrossFitted,
    level: Level,
    seed: u64,
) -> Assumption {
    let error = error(cases, fitted, level, seed);
    let chance = error_by_chance(fitted, level, seed);
    let holds = match (error.value, chance.high) {
        (Some(error), _) if error <= ERROR_MAX => Some(true),
        (Some(error), Some(chance)) if error > chance => Some(false),
        _ => None,
    };
    let found = match holds {
        Some(true) => "On average over the cases of the reference it is off by little.",
        Some(false) => "In the reference it is off, and by more than chance makes it.",
        None => "The reference is too small to tell: chance alone makes it off by as much.",
    };
    let mut measures = vec![
        Measure::new("calibration_error", error),
        Measure::new("calibration_error_by_chance", chance),
        Measure::new("spiegelhalter_z", spiegelhalter(fitted, level)),
    ];
    // A probability of exactly 0 or 1 has no log odds; it is taken for the half of what lies nearest to it.
    let inner = |p: &f64| *p > 0.0 && *p < 1.0;
    let least = fitted
        .probability
        .iter()
        .copied()
        .filter(inner)
        .fold(0.5, f64::min)
        / 2.0;
    let most = 0.5
        + fitted
            .probability
            .iter()
            .copied()
            .filter(inner)
            .fold(0.5, f64::max)
            / 2.0;
    let score = fitted
        .probability
        .iter()
        .map(|p| p.clamp(least, most))
        .collect();
    let judged = Cases::new(fitted.truth.clone(), score, None, cases.patient.clone());
    for id in ["o_e_ratio", "calibration_intercept", "calibration_slope"] {
        if let (Ok(judged), Some(metric)) = (&judged, metric::by_id(id)) {
            measures.push(Measure::new(id, metric::measure(metric, judged, level)));
        }
    }
    Assumption {
        id: "calibrated",
        holds,
        why: format!(
            "Of the cases with a probability of 0.2 a fifth is diseased, and so for every probability. {found}"
        ),
        measures,
    }
}

fn error(cases: &Scored, fitted: &CrossFitted, level: Level, seed: u64) -> Estimate {
    let n = fitted.truth.len() as u64;
    let method = "bootstrap_percentile";
    let Some(value) = calibration_error(&fitted.truth, &fitted.probability) else {
        return Estimate::undefined(Undefined::TooFewCases, n, level, method);
    };
    let drawn = Cases::new(
        fitted.truth.clone(),
        fitted.probability.clone(),
        None,
        cases.patient.clone(),
    );
    let interval = drawn.map_err(|_| Undefined::NotFinite).and_then(|drawn| {
        let statistic = |cases: &Cases| calibration_error(cases.truth(), cases.score());
        bootstrap_of(&drawn, statistic, RESAMPLES, seed, level)
    });
    Estimate::with_interval(value, interval, n, level, method).seed(seed)
}

/// The calibration error of cases that come true as their probabilities say: its mean and its quantiles.
fn error_by_chance(fitted: &CrossFitted, level: Level, seed: u64) -> Estimate {
    let n = fitted.truth.len() as u64;
    let method = "parametric_bootstrap";
    let error = |number: u32| {
        let mut draw = Draw::new(seed, u64::from(number));
        let truth: Vec<bool> = fitted
            .probability
            .iter()
            .map(|&p| draw.uniform() < p)
            .collect();
        calibration_error(&truth, &fitted.probability)
    };
    let mut errors: Vec<f64> = (0..RESAMPLES).filter_map(error).collect();
    if errors.is_empty() {
        return Estimate::undefined(Undefined::TooFewCases, n, level, method);
    }
    errors.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level.value()) / 2.0;
    let bounds = (quantile(&errors, tail), quantile(&errors, 1.0 - tail));
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    Estimate::new(mean, bounds, n, level, method).seed(seed)
}

/// Spiegelhalter's z: standard normal if the probabilities are right.
fn spiegelhalter(fitted: &CrossFitted, level: Level) -> Estimate {
    let n = fitted.truth.len() as u64;
    let (mut sum, mut variance) = (0.0, 0.0);
    for (&truth, &p) in fitted.truth.iter().zip(&fitted.probability) {
        sum += (f64::from(u8::from(truth)) - p) * (1.0 - 2.0 * p);
        variance += (1.0 - 2.0 * p).powi(2) * p * (1.0 - p);
    }
    let z: f64 = sum / f64::sqrt(variance);
    Estimate::new(z, (z - level.z(), z + level.z()), n, level, "spiegelhalter")
}

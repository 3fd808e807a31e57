pub(super) mod classes;

use super::Scored;
use super::calibration::Calibration;
use super::estimable::Estimable;
use super::isotonic::{Isotonic, Places};
use super::ranked::Ranked;
use crate::cases::Cases;
use crate::draw::Draw;
use crate::estimate::{Level, Undefined};
use crate::interval::quantile;
use crate::logistic;
use rayon::prelude::*;
use std::collections::HashMap;

/// The share of worlds that must define a metric.
const DEFINED_SHARE_MIN: f64 = 0.95;
/// The worlds' own streams of chance are below it, those of a chunk's labels above.
const STREAMS: u64 = 1 << 32;

/// Made-up worlds like the reference, in which the truth of every case is known. In each, a reference is labelled and
/// calibrated and gives an estimate, as the real one did, and then the chunk's labels come true. How wrong the estimates
/// are there says how wrong the real one may be.
///
/// Where the scores are recalibrated the truth of all worlds follows the one curve that fits the reference best, and each
/// world's recalibration errs by its own labels. Where scores are taken as they are, the curve itself is drawn from what
/// the reference leaves open.
///
/// # Source
/// Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 6.5 (parametric) and 13.4 (an estimate less the
/// quantiles of its error). The curve is logistic in the log odds of the score (Cox 1958, Biometrika 45:562-565).
pub(super) struct Worlds<'a> {
    seed: u64,
    calibration: &'a Calibration,
    odds: Odds,
    worlds: Vec<World>,
}

struct World {
    /// Intercept and slope of the true log odds; `None` where nothing fits the reference and its calibration is the truth.
    truth: Option<[f64; 2]>,
    /// The recalibration of this world's reference, where the scores are recalibrated.
    refit: Option<Isotonic>,
}

/// The cases of a chunk and what the real estimates say of them.
pub(super) struct Asked<'a> {
    pub(super) cases: &'a Scored,
    pub(super) ranked: &'a Ranked,
    pub(super) metrics: &'a [&'static dyn Estimable],
    /// The estimate of each metric.
    pub(super) values: &'a [Result<f64, Undefined>],
    /// The number of the chunk, for chance of its own.
    pub(super) number: u64,
}

impl<'a> Worlds<'a> {
    /// As many worlds as `resamples`, like a reference whose truth is known.
    pub(super) fn of(
        reference: &Scored,
        calibration: &'a Calibration,
        resamples: u32,
        seed: u64,
    ) -> Worlds<'a> {
        let odds = Odds::of(&reference.score);
        let curve = Curve::of(reference, &odds);
        let places = Places::of(&reference.score);
        let world = |number: u32| {
            let mut draw = Draw::new(seed, u64::from(number));
            match calibration {
                Calibration::Score => World {
                    truth: curve.as_ref().map(|curve| curve.draw(&mut draw)),
                    refit: None,
                },
                Calibration::Curve(_) => {
                    let truth = curve.as_ref().map(|curve| curve.fitted);
                    let p = probabilities(&reference.score, truth, calibration, &odds);
                    let labels = labels(&p, reference.patient.as_deref(), &mut draw);
                    World {
                        truth,
                        refit: Some(Isotonic::fit(&places, labels)),
                    }
                }
            }
        };
        let worlds = (0..resamples).into_par_iter().map(world).collect();
        Worlds {
            seed,
            calibration,
            odds,
            worlds,
        }
    }

    /// The interval of each metric's realized value in a chunk.
    ///
    /// # Errors
    /// Within: why the metric has none; [`Undefined::TooFewResamples`] when it is undefined in more than 5 % of the worlds.
    pub(super) fn intervals(
        &self,
        asked: &Asked,
        level: Level,
    ) -> Vec<Result<(f64, f64), Undefined>> {
        let score = asked.ranked.arrange(&asked.cases.score);
        let patient = asked
            .cases
            .patient
            .as_ref()
            .map(|p| asked.ranked.arrange(p));
        let errors: Vec<Vec<Option<f64>>> = (0..self.worlds.len())
            .into_par_iter()
            .map(|number| {
                let world = &self.worlds[number];
                let stream = (asked.number + 1) * STREAMS + number as u64;
                let p = probabilities(&score, world.truth, self.calibration, &self.odds);
                let truth = labels(&p, patient.as_deref(), &mut Draw::new(self.seed, stream));
                let seen: Option<Vec<f64>> = (world.refit.as_ref())
                    .map(|curve| score.iter().map(|&s| curve.at(s)).collect());
                let error = |(metric, value): (&&dyn Estimable, &Result<f64, Undefined>)| {
                    let estimated = match &seen {
                        Some(seen) => metric.expected(asked.ranked, seen),
                        None => *value,
                    };
                    Some(estimated.ok()? - metric.realized(asked.ranked, &truth).ok()?)
                };
                asked.metrics.iter().zip(asked.values).map(error).collect()
            })
            .collect();
        let interval = |(at, value): (usize, &Result<f64, Undefined>)| {
            let max = asked.metrics[at].about().max.unwrap_or(score.len() as f64);
            let errors = errors.iter().filter_map(|errors| errors[at]);
            basic((*value)?, errors.collect(), self.worlds.len(), max, level)
        };
        asked.values.iter().enumerate().map(interval).collect()
    }
}

/// The value less the outer quantiles of its error, kept in 0..=`max`. It holds the value itself, even where the errors
/// lean so far to one side that they would not.
fn basic(
    value: f64,
    mut errors: Vec<f64>,
    asked: usize,
    max: f64,
    level: Level,
) -> Result<(f64, f64), Undefined> {
    if errors.is_empty() || (errors.len() as f64) < DEFINED_SHARE_MIN * asked as f64 {
        return Err(Undefined::TooFewResamples);
    }
    errors.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level.value()) / 2.0;
    let low = value - quantile(&errors, 1.0 - tail);
    let high = value - quantile(&errors, tail);
    Ok((low.clamp(0.0, value), high.clamp(value, max.max(value))))
}

/// How probable each score is to be diseased in a world.
fn probabilities(
    score: &[f64],
    truth: Option<[f64; 2]>,
    calibration: &Calibration,
    odds: &Odds,
) -> Vec<f64> {
    let p = |&score: &f64| true_probability(score, truth, calibration, odds);
    score.iter().map(p).collect()
}

fn true_probability(
    score: f64,
    truth: Option<[f64; 2]>,
    calibration: &Calibration,
    odds: &Odds,
) -> f64 {
    match truth {
        Some([a, b]) => 1.0 / (1.0 + (-a - b * odds.log(score)).exp()),
        None => calibration.probability(score),
    }
}

/// Truths, as 0 and 1, of cases with these probabilities. Cases of one patient are drawn by one number, since nothing says
/// that they come true apart.
fn labels(p: &[f64], patient: Option<&[u32]>, draw: &mut Draw) -> Vec<f64> {
    let mut drawn: HashMap<u32, f64> = HashMap::new();
    let label = |(i, p): (usize, &f64)| {
        let chance = match patient {
            Some(patient) => *drawn.entry(patient[i]).or_insert_with(|| draw.uniform()),
            None => draw.uniform(),
        };
        f64::from(u8::from(chance < *p))
    };
    p.iter().enumerate().map(label).collect()
}

/// The log odds of scores, those of 0 and 1 taken for half of what lies nearest to them.
struct Odds {
    least: f64,
    most: f64,
}

impl Odds {
    fn of(score: &[f64]) -> Odds {
        let inner = || score.iter().copied().filter(|&s| s > 0.0 && s < 1.0);
        Odds {
            least: inner().fold(0.5, f64::min) / 2.0,
            most: 0.5 + inner().fold(0.5, f64::max) / 2.0,
        }
    }

    fn log(&self, score: f64) -> f64 {
        let score = score.clamp(self.least, self.most);
        score.ln() - (-score).ln_1p()
    }
}

/// The logistic curve of truth on log odds, and how well the reference determines it.
struct Curve {
    fitted: [f64; 2],
    /// The lower triangle whose square is the covariance: `[l11, l21, l22]`.
    root: [f64; 3],
}

impl Curve {
    fn of(reference: &Scored, odds: &Odds) -> Option<Curve> {
        let truth = reference.truth.iter().map(|t| *t == Some(true)).collect();
        let log_odds: Vec<f64> = reference.score.iter().map(|&s| odds.log(s)).collect();
        let cases = Cases::new(truth, log_odds, None, reference.patient.clone()).ok()?;
        let fit = logistic::fit(&cases, |i| [1.0, cases.score()[i]], |_| 0.0).ok()?;
        let covariance = fit.covariance.unwrap_or_default();
        let first = covariance[0][0].max(0.0).sqrt();
        let cross = if first > 0.0 {
            covariance[1][0] / first
        } else {
            0.0
        };
        let second = (covariance[1][1] - cross * cross).max(0.0).sqrt();
        Some(Curve {
            fitted: fit.coefficients,
            root: [first, cross, second],
        })
    }

    fn draw(&self, draw: &mut Draw) -> [f64; 2] {
        let (u, v) = (draw.normal(), draw.normal());
        let [first, cross, second] = self.root;
        [
            self.fitted[0] + first * u,
            self.fitted[1] + cross * u + second * v,
        ]
    }
}

use super::{Estimable, EstimableAbout};
use crate::draw::Draw;
use crate::estimate::Undefined;
use crate::without_labels::ranked::Ranked;

/// How often the reference is drawn anew for the sampling error.
const DRAWS: usize = 200;
/// The most cases of such a draw.
const DRAWN_MAX: usize = 50_000;

/// Average precision: the mean, over diseased cases, of the share of diseased among those that score at least as high.
/// In 0..=1.
///
/// Where the truth is known tied cases are one step. In the expectation each is a step of its own, as in NannyML, which
/// gives a little more on scores of few digits; the interval is of the realized value and so allows for it.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`].
///
/// # Source
/// NannyML 0.13.1, `estimate_ap`; scikit-learn's `average_precision_score` (realized). The sampling error is the
/// deviation over draws of half of the reference, extrapolated by the root of the size, as in NannyML, from 200 seeded
/// draws in place of 50 unseeded ones.
pub struct AveragePrecision;

impl Estimable for AveragePrecision {
    fn about(&self) -> EstimableAbout {
        EstimableAbout {
            id: "average_precision",
            also: None,
            title: "Average precision",
            max: Some(1.0),
            needs_flags: false,
            source: "Su, Yuan and Zhu 2015, ICTIR, 349-352; NannyML 0.13.1",
        }
    }

    fn expected(&self, _: &Ranked, diseased: &[f64]) -> Result<f64, Undefined> {
        of_steps(diseased.iter().map(|&p| (p, 1.0)))
    }

    fn realized(&self, cases: &Ranked, truth: &[f64]) -> Result<f64, Undefined> {
        of_steps(cases.steps(truth))
    }

    fn error_of_one(&self, reference: &Ranked, truth: &[f64], seed: u64) -> Option<f64> {
        let n = truth.len();
        let mut draw = Draw::new(seed, 0);
        let drawn = (n / 2).min(DRAWN_MAX);
        let mut values = Vec::with_capacity(DRAWS);
        for _ in 0..DRAWS {
            let mut times = vec![0.0; n];
            for _ in 0..drawn {
                times[draw.below(n)] += 1.0;
            }
            let events: Vec<f64> = truth
                .iter()
                .zip(&times)
                .map(|(t, times)| t * times)
                .collect();
            let steps = reference.steps(&events).zip(reference.steps(&times));
            let value = of_steps(steps.map(|((events, _), (cases, _))| (events, cases)));
            values.push(value.unwrap_or(0.0));
        }
        let mean = values.iter().sum::<f64>() / DRAWS as f64;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        let error = (squares.sum::<f64>() / DRAWS as f64 * drawn as f64).sqrt();
        (drawn > 0 && error.is_finite()).then_some(error)
    }

    /// As in NannyML the root of the mean square of the classes, as if all erred alike.
    fn error_across(&self, classes: &[(&Ranked, &[f64])], seed: u64) -> Option<f64> {
        let mut squares = 0.0;
        for (reference, truth) in classes {
            squares += self.error_of_one(reference, truth, seed)?.powi(2);
        }
        Some((squares / classes.len() as f64).sqrt())
    }
}

/// Of steps of (diseased, cases), from the highest score.
fn of_steps(steps: impl Iterator<Item = (f64, f64)>) -> Result<f64, Undefined> {
    let (mut diseased, mut cases, mut area) = (0.0, 0.0, 0.0);
    for (events, n) in steps {
        diseased += events;
        cases += n;
        if events > 0.0 {
            area += events * diseased / cases;
        }
    }
    if cases == 0.0 {
        Err(Undefined::NoCase)
    } else if diseased <= 0.0 {
        Err(Undefined::NoDiseasedCase)
    } else {
        Ok(area / diseased)
    }
}

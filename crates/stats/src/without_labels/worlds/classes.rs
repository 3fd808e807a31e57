use super::{Curve, Odds, STREAMS, basic, true_probability};
use crate::draw::Draw;
use crate::estimate::{Level, Undefined};
use crate::without_labels::calibration::Calibration;
use crate::without_labels::classified::Classified;
use crate::without_labels::estimable::Estimable;
use crate::without_labels::isotonic::{Isotonic, Places};
use crate::without_labels::multiclass::{arranged, probabilities};
use crate::without_labels::ranked::Ranked;
use rayon::prelude::*;
use std::collections::HashMap;

/// Worlds of several classes: as [`super::Worlds`], with a curve and a recalibration for each class against the rest, and
/// one true class drawn for each case.
pub(in crate::without_labels) struct ClassWorlds<'a> {
    seed: u64,
    calibrations: &'a [Calibration],
    odds: Vec<Odds>,
    worlds: Vec<World>,
}

/// Of each class what [`super::World`] holds.
struct World {
    truth: Vec<Option<[f64; 2]>>,
    refit: Vec<Option<Isotonic>>,
}

/// The cases of a chunk and what the real estimates say of them.
pub(in crate::without_labels) struct Asked<'a> {
    pub(in crate::without_labels) cases: &'a Classified,
    pub(in crate::without_labels) ranked: &'a [Ranked],
    pub(in crate::without_labels) metrics: &'a [&'static dyn Estimable],
    pub(in crate::without_labels) values: &'a [Result<f64, Undefined>],
    pub(in crate::without_labels) number: u64,
}

impl<'a> ClassWorlds<'a> {
    pub(in crate::without_labels) fn of(
        reference: &Classified,
        calibrations: &'a [Calibration],
        resamples: u32,
        seed: u64,
    ) -> ClassWorlds<'a> {
        let odds: Vec<Odds> = reference
            .scores
            .iter()
            .map(|column| Odds::of(column))
            .collect();
        let curves: Vec<Option<Curve>> = (odds.iter().enumerate())
            .map(|(class, odds)| Curve::of(&reference.against_rest(class), odds))
            .collect();
        let places: Vec<Places> = reference.scores.iter().map(|c| Places::of(c)).collect();
        let world = |number: u32| {
            let mut draw = Draw::new(seed, u64::from(number));
            let truth: Vec<Option<[f64; 2]>> = (curves.iter().zip(calibrations))
                .map(|(curve, calibration)| match calibration {
                    Calibration::Score => curve.as_ref().map(|curve| curve.draw(&mut draw)),
                    Calibration::Curve(_) => curve.as_ref().map(|curve| curve.fitted),
                })
                .collect();
            let p = probabilities(&reference.scores, |class, score| {
                true_probability(score, truth[class], &calibrations[class], &odds[class])
            });
            let labels = labels(&p, reference.patient.as_deref(), &mut draw);
            let refit = (calibrations.iter().zip(&places).enumerate())
                .map(|(class, (calibration, places))| {
                    let is = |&label: &u32| f64::from(u8::from(label as usize == class));
                    let fit = || Isotonic::fit(places, labels.iter().map(is));
                    matches!(calibration, Calibration::Curve(_)).then(fit)
                })
                .collect();
            World { truth, refit }
        };
        let worlds = (0..resamples).into_par_iter().map(world).collect();
        ClassWorlds {
            seed,
            calibrations,
            odds,
            worlds,
        }
    }

    /// The interval of each metric's realized value in a chunk.
    ///
    /// # Errors
    /// Within: why the metric has none.
    pub(in crate::without_labels) fn intervals(
        &self,
        asked: &Asked,
        level: Level,
    ) -> Vec<Result<(f64, f64), Undefined>> {
        let errors: Vec<Vec<Option<f64>>> = (0..self.worlds.len())
            .into_par_iter()
            .map(|number| self.errors(number, asked))
            .collect();
        let interval = |(at, value): (usize, &Result<f64, Undefined>)| {
            let max = asked.metrics[at].about().max.unwrap_or(f64::MAX);
            let errors = errors.iter().filter_map(|errors| errors[at]);
            basic((*value)?, errors.collect(), self.worlds.len(), max, level)
        };
        asked.values.iter().enumerate().map(interval).collect()
    }

    /// How wrong the estimate of each metric is in a world.
    fn errors(&self, number: usize, asked: &Asked) -> Vec<Option<f64>> {
        let world = &self.worlds[number];
        let scores = &asked.cases.scores;
        let p = probabilities(scores, |class, score| {
            let (calibration, odds) = (&self.calibrations[class], &self.odds[class]);
            true_probability(score, world.truth[class], calibration, odds)
        });
        let stream = (asked.number + 1) * STREAMS + number as u64;
        let mut draw = Draw::new(self.seed, stream);
        let labels = labels(&p, asked.cases.patient.as_deref(), &mut draw);
        let is = |class: usize| -> Vec<f64> {
            let is = labels
                .iter()
                .map(|&label| f64::from(u8::from(label as usize == class)));
            is.collect()
        };
        let truth: Vec<Vec<f64>> = (0..scores.len()).map(is).collect();
        let seen = probabilities(scores, |class, score| match &world.refit[class] {
            Some(curve) => curve.at(score),
            None => self.calibrations[class].probability(score),
        });
        let (truth, seen) = (
            arranged(asked.ranked, &truth),
            arranged(asked.ranked, &seen),
        );
        let error = |metric: &&dyn Estimable| {
            let estimated = metric.across(&seen.borrow(), false).ok()?;
            Some(estimated - metric.across(&truth.borrow(), true).ok()?)
        };
        asked.metrics.iter().map(error).collect()
    }
}

/// One class a case, with these probabilities of the classes; of one patient by one number.
fn labels(p: &[Vec<f64>], patient: Option<&[u32]>, draw: &mut Draw) -> Vec<u32> {
    let mut drawn: HashMap<u32, f64> = HashMap::new();
    let rows = p.first().map_or(0, Vec::len);
    let label = |row: usize| {
        let chance = match patient {
            Some(patient) => *drawn.entry(patient[row]).or_insert_with(|| draw.uniform()),
            None => draw.uniform(),
        };
        let mut below = 0.0;
        let passed = p.iter().take_while(|column| {
            below += column[row];
            below <= chance
        });
        // Rounding may leave the sum a little below 1.
        passed.count().min(p.len() - 1) as u32
    };
    (0..rows).map(label).collect()
}

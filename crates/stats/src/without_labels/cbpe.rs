use super::assumption::{Assumption, of_classification};
use super::calibration::{Calibration, Recalibrated, Recalibration, choose};
use super::estimable::Estimable;
use super::estimated::{ChunkEstimates, MetricEstimate};
use super::limits::Limits;
use super::observed::{EstimationError, Observed, check};
use super::ranked::Ranked;
use super::worlds::{Asked, Worlds};
use super::{Chunk, Scored};
use crate::estimate::{Estimate, Level, Undefined};
use serde::Serialize;

/// Confidence-based performance estimation of a model that answers yes or no.
///
/// A score, recalibrated on the reference where that helps, is the probability that its case is diseased. The estimate
/// is the metric of those probabilities in place of labels. Its interval is of the metric that the labels of the very
/// same cases would give, and allows for their chance and for what the reference leaves open about the calibration.
///
/// # Source
/// NannyML 0.13.1, `CBPE`: estimates, sampling errors and limits are by its definitions; Białek, Kuberski, Perrakis and
/// Bifet 2024, arXiv 2407.08649. The interval is ours: see [`super::ESTIMABLE`] for what is resampled.
#[derive(Clone)]
pub struct Cbpe {
    /// The metrics, from [`super::ESTIMABLE`].
    pub metrics: Vec<&'static dyn Estimable>,
    /// When the scores are recalibrated.
    pub recalibration: Recalibration,
    /// The level of the intervals.
    pub level: Level,
    /// The number of made-up worlds behind each interval.
    pub resamples: u32,
    /// The seed of all chance.
    pub seed: u64,
}

/// What confidence-based estimation says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CbpeReport {
    /// Whether the scores were recalibrated.
    pub calibration: Recalibrated,
    /// The chunks of the reference, estimated as those of now: how well the method does where the truth is known.
    pub reference: Vec<ChunkEstimates>,
    /// The chunks of now.
    pub current: Vec<ChunkEstimates>,
    /// What all this rests on.
    pub assumptions: Vec<Assumption>,
}

impl Cbpe {
    /// Estimates for the chunks of now from a reference, of which cases without truth are set aside.
    ///
    /// # Errors
    /// [`EstimationError`].
    pub fn estimate(
        &self,
        reference: Observed<Scored>,
        current: Observed<Scored>,
    ) -> Result<CbpeReport, EstimationError> {
        check(
            (reference, reference.cases.n()),
            (current, current.cases.n()),
        )?;
        check_classes(reference.cases, current.cases)?;
        let labelled = reference.cases.with_truth();
        let (calibration, recalibrated) = choose(&labelled, self.recalibration, self.seed);
        let learned = Learned::of(self, reference, &labelled, &calibration);
        let estimates = |observed: Observed<Scored>, from: usize| -> Vec<ChunkEstimates> {
            let chunks = observed.chunks.iter().enumerate();
            let numbered = chunks.map(|(at, chunk)| ((from + at) as u64, chunk));
            numbered
                .map(|(number, chunk)| self.chunk(number, chunk, observed.cases, &learned))
                .collect()
        };
        let report_reference = estimates(reference, 0);
        let report_current = estimates(current, reference.chunks.len());
        Ok(CbpeReport {
            calibration: recalibrated,
            assumptions: of_classification(self, &calibration, reference, current),
            reference: report_reference,
            current: report_current,
        })
    }

    fn chunk(&self, number: u64, chunk: &Chunk, all: &Scored, learned: &Learned) -> ChunkEstimates {
        let cases = &all.pick(&chunk.rows);
        let ranked = Ranked::of(cases);
        let score = ranked.arrange(&cases.score);
        let diseased: Vec<f64> = score
            .iter()
            .map(|&s| learned.calibration.probability(s))
            .collect();
        let values: Vec<Result<f64, Undefined>> = (self.metrics.iter())
            .map(|metric| metric.expected(&ranked, &diseased))
            .collect();
        let asked = Asked {
            cases,
            ranked: &ranked,
            metrics: &self.metrics,
            values: &values,
            number,
        };
        let intervals = learned.worlds.intervals(&asked, self.level);
        let found = Found {
            n: cases.n(),
            labelled: cases.labelled(),
            realized: realized(&self.metrics, cases),
            values,
            intervals,
        };
        self.assembled(chunk, found, &learned.history)
    }

    /// The estimates of a chunk, beside what the reference says of each metric.
    pub(super) fn assembled(
        &self,
        chunk: &Chunk,
        found: Found,
        history: &History,
    ) -> ChunkEstimates {
        let n = found.n as u64;
        let metric = |(at, metric): (usize, &&'static dyn Estimable)| {
            let estimate = match found.values[at] {
                Ok(value) => {
                    let interval = found.intervals[at];
                    Estimate::with_interval(value, interval, n, self.level, METHOD).seed(self.seed)
                }
                Err(why) => Estimate::undefined(why, n, self.level, METHOD),
            };
            let error = history.errors[at].map(|error| metric.sampling_error(error, found.n));
            let id = metric.about().id;
            MetricEstimate::new(id, estimate, error, found.realized[at], history.limits[at])
        };
        ChunkEstimates {
            key: chunk.key.clone(),
            n,
            labelled: found.labelled as u64,
            metrics: self.metrics.iter().enumerate().map(metric).collect(),
        }
    }
}

const METHOD: &str = "cbpe_parametric_bootstrap";

/// What was found for a chunk; one value a metric.
pub(super) struct Found {
    pub(super) n: usize,
    pub(super) labelled: usize,
    pub(super) values: Vec<Result<f64, Undefined>>,
    pub(super) intervals: Vec<Result<(f64, f64), Undefined>>,
    pub(super) realized: Vec<Option<f64>>,
}

/// What the reference says of each metric.
pub(super) struct History {
    errors: Vec<Option<f64>>,
    limits: Vec<Option<Limits>>,
}

impl History {
    /// From the error of one case of each metric, and what each chunk of the reference realized of it.
    pub(super) fn of(
        metrics: &[&'static dyn Estimable],
        errors: Vec<Option<f64>>,
        chunks: &[Vec<Option<f64>>],
    ) -> History {
        let limits = |(at, metric): (usize, &&'static dyn Estimable)| {
            let realized: Vec<f64> = chunks.iter().filter_map(|chunk| chunk[at]).collect();
            Limits::of(&realized, metric.about().max)
        };
        History {
            errors,
            limits: metrics.iter().enumerate().map(limits).collect(),
        }
    }
}

/// What the reference teaches.
struct Learned<'a> {
    calibration: &'a Calibration,
    worlds: Worlds<'a>,
    history: History,
}

impl<'a> Learned<'a> {
    fn of(
        plan: &Cbpe,
        reference: Observed<Scored>,
        labelled: &Scored,
        calibration: &'a Calibration,
    ) -> Learned<'a> {
        let ranked = Ranked::of(labelled);
        let truth = truth_of(&ranked, labelled);
        let errors = plan.metrics.iter();
        let errors = errors.map(|metric| metric.error_of_one(&ranked, &truth, plan.seed));
        let chunks: Vec<Vec<Option<f64>>> = (reference.chunks.iter())
            .map(|chunk| realized(&plan.metrics, &reference.cases.pick(&chunk.rows)))
            .collect();
        Learned {
            calibration,
            worlds: Worlds::of(labelled, calibration, plan.resamples, plan.seed),
            history: History::of(&plan.metrics, errors.collect(), &chunks),
        }
    }
}

/// What the known labels of cases give for each metric.
fn realized(metrics: &[&'static dyn Estimable], cases: &Scored) -> Vec<Option<f64>> {
    let labelled = cases.with_truth();
    let ranked = Ranked::of(&labelled);
    let truth = truth_of(&ranked, &labelled);
    let realized = metrics
        .iter()
        .map(|metric| metric.realized(&ranked, &truth).ok());
    realized.collect()
}

/// The truth of labelled cases in the order of their ranks.
fn truth_of(ranked: &Ranked, labelled: &Scored) -> Vec<f64> {
    let truth = |truth: Option<bool>| f64::from(u8::from(truth == Some(true)));
    ranked
        .arrange(&labelled.truth)
        .into_iter()
        .map(truth)
        .collect()
}

fn check_classes(reference: &Scored, current: &Scored) -> Result<(), EstimationError> {
    let truth: Vec<bool> = reference.truth.iter().copied().flatten().collect();
    let Some(&first) = truth.first() else {
        return Err(EstimationError::NoTruth);
    };
    if truth.iter().all(|&other| other == first) {
        let class = if first { "diseased" } else { "healthy" };
        let n = truth.len();
        return Err(EstimationError::OneClass { class, n });
    }
    match (&reference.flag, &current.flag) {
        (Some(_), None) => Err(EstimationError::FlagsInOne("reference")),
        (None, Some(_)) => Err(EstimationError::FlagsInOne("current")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::without_labels::simulated::{OVERCONFIDENT, World, observed, scored};
    use crate::without_labels::{Features, by_id};

    const METRICS: [&str; 4] = ["roc_auc", "recall", "accuracy", "true_positive"];

    fn plan(seed: u64) -> Cbpe {
        Cbpe {
            metrics: METRICS.iter().filter_map(|id| by_id(id)).collect(),
            recalibration: Recalibration::IfBetter,
            level: Level::DEFAULT,
            resamples: 120,
            seed,
        }
    }

    fn estimated(reference: &Scored, current: &Scored, seed: u64) -> ChunkEstimates {
        let none = Features::default();
        let chunks = Chunk::by_number(current.n(), 1);
        let report = plan(seed).estimate(
            observed(reference, &[], &none),
            observed(current, &chunks, &none),
        );
        report.expect("both classes are there").current.remove(0)
    }

    /// In how many of a hundred worlds the interval of each metric holds what the labels say.
    fn held(now: World) -> Vec<usize> {
        let mut held = vec![0; METRICS.len()];
        for seed in 0..100 {
            let reference = scored(OVERCONFIDENT, seed, 500);
            let current = scored(now, 1_000 + seed, 250);
            let found = estimated(&reference, &current, seed);
            for (held, metric) in held.iter_mut().zip(&found.metrics) {
                let (low, high) = metric.estimate.interval().expect("an interval");
                let realized = metric.realized.expect("labels");
                *held += usize::from((low..=high).contains(&realized));
            }
        }
        held
    }

    #[test]
    fn intervals_hold_what_the_labels_say_even_when_cases_shift() {
        for shift in [0.0, 0.7] {
            let held = held(World {
                shift,
                ..OVERCONFIDENT
            });
            // Of 95 in 100, fewer than 88 come by chance once in 300 times.
            assert!(held.iter().all(|&held| held >= 88), "{held:?}");
        }
    }

    #[test]
    fn after_concept_drift_intervals_do_not_hold_and_nothing_can_tell() {
        let drifted = World {
            drift: 1.2,
            ..OVERCONFIDENT
        };
        assert!(held(drifted)[3] < 50, "the true positives are far more");
    }

    #[test]
    fn a_reference_that_teaches_nothing_is_refused() {
        let none = Features::default();
        let current = scored(OVERCONFIDENT, 1, 50);
        let chunks = Chunk::by_number(50, 1);
        let ask = |reference: &Scored, current: &Scored, chunks: &[Chunk]| {
            let report = plan(0).estimate(
                observed(reference, &[], &none),
                observed(current, chunks, &none),
            );
            report.map(|_| ())
        };
        let healthy = Scored::new(vec![0.1, 0.2], vec![Some(false), Some(false)]);
        let healthy = healthy
            .and_then(|cases| cases.with_threshold(0.5))
            .expect("scores");
        let one_class = EstimationError::OneClass {
            class: "healthy",
            n: 2,
        };
        assert_eq!(ask(&healthy, &current, &chunks), Err(one_class));
        let unlabelled = Scored {
            truth: vec![None; 2],
            ..healthy.clone()
        };
        assert_eq!(
            ask(&unlabelled, &current, &chunks),
            Err(EstimationError::NoTruth)
        );
        let unflagged = Scored {
            flag: None,
            ..current.clone()
        };
        let refused = ask(&current, &unflagged, &chunks);
        assert_eq!(refused, Err(EstimationError::FlagsInOne("reference")));
        assert_eq!(ask(&current, &current, &[]), Err(EstimationError::NoCase));
        for rows in [vec![], vec![50]] {
            let key = "x".to_owned();
            let refused = ask(&current, &current, &[Chunk { key, rows }]);
            assert!(
                matches!(refused, Err(EstimationError::Chunk { .. })),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn a_chunk_whose_labels_are_partly_known_says_what_they_give() {
        let reference = scored(OVERCONFIDENT, 1, 300);
        let mut current = scored(OVERCONFIDENT, 2, 60);
        current.truth[10..].fill(None);
        let found = estimated(&reference, &current, 0);
        assert_eq!((found.n, found.labelled), (60, 10));
        let all_known = estimated(
            &reference,
            &current.pick(&(0..10).collect::<Vec<usize>>()),
            0,
        );
        assert_eq!(found.metrics[2].realized, all_known.metrics[2].realized);
    }
}
